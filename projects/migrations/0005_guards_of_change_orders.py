from django.db import migrations

from projects.guards import INSTALL


class Migration(migrations.Migration):
    """The guards once more, now that change orders have their table."""

    dependencies = [("projects", "0004_plan_and_change_orders")]

    operations = [migrations.RunSQL(INSTALL, migrations.RunSQL.noop)]
