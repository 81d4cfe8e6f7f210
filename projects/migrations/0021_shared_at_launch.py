from django.db import migrations


def wait_for_the_contract(apps, schema_editor):
    """What a charter that is not approved yet shared by itself becomes internal again, and is shared with the approval."""
    owner = schema_editor.connection.alias
    promised = apps.get_model("projects", "Baseline").objects.using(owner).filter(kind="contract").values("project")
    rows = apps.get_model("projects", "Milestone").objects.using(owner).exclude(project__in=promised)
    told = apps.get_model("projects", "Publication").objects.using(owner).values("milestone")
    rows.filter(visibility="shared").exclude(pk__in=told).update(visibility="internal", share_at_launch=True)


class Migration(migrations.Migration):
    dependencies = [("projects", "0020_what_was_told_and_tried")]
    operations = [migrations.RunPython(wait_for_the_contract, migrations.RunPython.noop)]
