from django.db import migrations

from projects.guards_of_rounds import INSTALL, REMOVE


class Migration(migrations.Migration):
    """An achieved date is taken back only with the round that keeps it; the shares of a publication add up to its days."""

    dependencies = [("projects", "0024_rounds_and_account")]

    operations = [migrations.RunSQL(INSTALL, REMOVE)]
