from django.db import migrations
from django.db.models import F


def told(apps, schema_editor):
    """What a client reads of a milestone last changed, as far as anybody knows, when the row did."""
    apps.get_model("projects", "Milestone").objects.exclude(visibility="internal").filter(told_at=None).update(told_at=F("updated_at"))


def name_the_relation(apps, schema_editor):
    """A lag that is being tried is named by predecessor, successor and relation; two of them named one of one relation each."""
    kinds = {}
    for link in apps.get_model("projects", "MilestoneLink").objects.select_related("predecessor", "successor"):
        kinds[link.predecessor.project_id, link.predecessor.key, link.successor.key] = link.kind
    for scratch in apps.get_model("projects", "Scratch").objects.all():
        lags = scratch.changes.get("lags", {})
        named = {pair: pair.split(">") for pair in lags if pair.count(">") == 1}
        if named:
            kind = {pair: kinds.get((scratch.project_id, *names), "FS") for pair, names in named.items()}
            scratch.changes["lags"] = {f"{pair}>{kind[pair]}" if pair in kind else pair: days for pair, days in lags.items()}
            scratch.save(update_fields=["changes"])


class Migration(migrations.Migration):
    dependencies = [("projects", "0019_tasks_and_the_shape_of_the_plan")]
    operations = [
        migrations.RunPython(told, migrations.RunPython.noop),
        migrations.RunPython(name_the_relation, migrations.RunPython.noop),
    ]
