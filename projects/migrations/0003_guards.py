from django.db import migrations

from projects.guards import INSTALL, REMOVE


class Migration(migrations.Migration):
    """The database refuses what the services never do: `projects/guards.py` says what."""

    dependencies = [("projects", "0002_status_change_transaction")]

    operations = [migrations.RunSQL(INSTALL, REMOVE)]
