"""Where a quotation was written already, somebody has decided which open assumptions it says: none of them comes into its text by itself.

So is the line of one that is settled or ours by now, where the record says that it was put in.
"""

from collections import defaultdict

from django.db import migrations

from process.assumptions.ledger import line_of


def decide(apps, schema_editor):
    alias = schema_editor.connection.alias
    rows = apps.get_model("process", "Assumption").objects.using(alias)
    quotations = apps.get_model("projects", "Quotation").objects.using(alias)
    events = apps.get_model("audit", "Event").objects.using(alias).filter(kind="assumptions.quoted")
    said = defaultdict(set)
    for project, data in events.values_list("project_id", "data"):
        said[project].update((data.get("after") or {}).get("assumptions", ()))
    decided = []
    for row in rows.filter(quoted="", project__in=quotations.values("project")):
        line = line_of(row)
        is_open = row.real_figure is None and not row.real_words
        if (is_open and row.for_client) or line in said[row.project_id]:
            row.quoted = line
            decided.append(row)
    rows.bulk_update(decided, ["quoted"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_feed_after_restore"),
        ("process", "0025_spreads"),
        ("projects", "0032_agreements_have_clients"),
    ]

    operations = [migrations.RunPython(decide, migrations.RunPython.noop)]
