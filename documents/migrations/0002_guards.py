from django.db import migrations

from documents.guards import INSTALL, REMOVE


class Migration(migrations.Migration):
    """The database refuses what the services never do: `documents/guards.py` says what."""

    dependencies = [("documents", "0001_initial")]

    operations = [migrations.RunSQL(INSTALL, REMOVE)]
