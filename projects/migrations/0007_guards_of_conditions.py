from django.db import migrations

from projects.guards import INSTALL_CONDITIONS, REMOVE_CONDITIONS


class Migration(migrations.Migration):
    """A gate is passed on what is met, waived or named by a condition; conditions and waivers keep what was signed."""

    dependencies = [("projects", "0006_conditions_and_waivers")]

    operations = [migrations.RunSQL(INSTALL_CONDITIONS, REMOVE_CONDITIONS)]
