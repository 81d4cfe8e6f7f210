"""Projects that are there already have their facts computed once, and not again for each event of their past."""

from django.db import migrations
from django.utils import timezone

CONSUMER = "projects.facts"


def queue_what_is_there(apps, schema_editor):
    alias = schema_editor.connection.alias
    last = apps.get_model("audit", "Event").objects.using(alias).order_by("-transaction_id", "-id").first()
    if last is None:
        return
    cursors = apps.get_model("audit", "OutboxCursor").objects.using(alias)
    cursors.get_or_create(consumer=CONSUMER, defaults={"transaction_id": last.transaction_id, "event_id": last.pk})
    standing = apps.get_model("projects", "ProjectStanding")
    keys = apps.get_model("projects", "Project").objects.using(alias).values_list("pk", flat=True)
    now = timezone.now()
    standing.objects.using(alias).bulk_create((standing(project_id=pk, stale_since=now) for pk in keys), batch_size=1000, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_feed_after_restore"), ("projects", "0009_facts")]

    operations = [migrations.RunPython(queue_what_is_there, migrations.RunPython.noop)]
