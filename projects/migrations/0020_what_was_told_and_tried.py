from django.db import migrations
from django.db.models import F


def told(apps, schema_editor):
    """What a client reads of a milestone last changed, as far as anybody knows, when the row did."""
    rows = apps.get_model("projects", "Milestone").objects.using(schema_editor.connection.alias)
    rows.exclude(visibility="internal").filter(told_at=None).update(told_at=F("updated_at"))


def name_the_relation(apps, schema_editor):
    """A lag that is being tried is named by predecessor, successor and relation; until now one pair had one relation."""
    owner = schema_editor.connection.alias
    links = apps.get_model("projects", "MilestoneLink").objects.using(owner).select_related("predecessor", "successor")
    kinds = {(link.predecessor.project_id, f"{link.predecessor.key}>{link.successor.key}"): link.kind for link in links}
    for scratch in apps.get_model("projects", "Scratch").objects.using(owner):
        lags = scratch.changes.get("lags", {})
        if lags:
            named = {pair: f"{pair}>{kinds.get((scratch.project_id, pair), 'FS')}" for pair in lags if pair.count(">") == 1}
            scratch.changes["lags"] = {named.get(pair, pair): days for pair, days in lags.items()}
            scratch.save(update_fields=["changes"])


class Migration(migrations.Migration):
    dependencies = [("projects", "0019_tasks_and_the_shape_of_the_plan")]
    operations = [
        migrations.RunPython(told, migrations.RunPython.noop),
        migrations.RunPython(name_the_relation, migrations.RunPython.noop),
    ]
