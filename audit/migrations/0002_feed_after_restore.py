from django.db import migrations, models

import audit.models

FUNCTION = "CREATE FUNCTION public.outbox_offset() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 0::bigint'"


class Migration(migrations.Migration):
    """The place of an event in the feed can be raised after a restore into another cluster, whose transaction ids begin again."""

    dependencies = [("audit", "0001_tables")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION public.outbox_offset()"),
        migrations.AlterField(
            model_name="event",
            name="transaction_id",
            field=models.BigIntegerField(db_default=audit.models.FeedPosition(), editable=False, verbose_name="transaction"),
        ),
    ]
