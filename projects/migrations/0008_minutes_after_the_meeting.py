"""The minutes of a gate are written up after its last signature too."""

from django.db import migrations

from projects import guards


class Migration(migrations.Migration):
    dependencies = [("projects", "0007_history_of_order_parts")]

    operations = [migrations.RunSQL(guards.GUARD_REVIEW, migrations.RunSQL.noop)]
