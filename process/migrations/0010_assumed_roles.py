"""What was assumed while nobody had said whether a compound is a registration intermediate is assumed of its role."""

from django.db import migrations


def rename(apps, schema_editor):
    rows = apps.get_model("process", "Assumption").objects.using(schema_editor.connection.alias)
    rows.filter(field="registration_intermediate").update(field="compound_role")


class Migration(migrations.Migration):
    dependencies = [("process", "0009_options_of_scenarios"), ("projects", "0021_roles_of_what_is_there")]

    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
