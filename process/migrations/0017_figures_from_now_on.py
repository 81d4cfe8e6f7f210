"""What was fixed before the ledger took figures over stays as it is: the consumer begins with what happens from now on. And what the client
is asked about, the client reads."""

from django.db import migrations

CONSUMER = "process.figures"


def begin_now(apps, schema_editor):
    alias = schema_editor.connection.alias
    last = apps.get_model("audit", "Event").objects.using(alias).order_by("-transaction_id", "-id").first()
    if last is not None:
        cursors = apps.get_model("audit", "OutboxCursor").objects.using(alias)
        cursors.get_or_create(consumer=CONSUMER, defaults={"transaction_id": last.transaction_id, "event_id": last.pk})


def asked_is_read(apps, schema_editor):
    apps.get_model("process", "Assumption").objects.using(schema_editor.connection.alias).exclude(question="").update(for_client=True)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_feed_after_restore"), ("process", "0016_sources_of_yields")]

    operations = [
        migrations.RunPython(begin_now, migrations.RunPython.noop),
        migrations.RunPython(asked_is_read, migrations.RunPython.noop),
    ]
