"""Agreements that are there are of the client of their project; so are the rows of their history, whose new column is filled this once."""

from django.db import migrations
from django.db.models import OuterRef, Subquery

HISTORY = """
ALTER TABLE projects_agreementevent DISABLE TRIGGER USER;
UPDATE projects_agreementevent AS kept SET client_id = project.client_id FROM projects_project AS project WHERE project.id = kept.project_id;
ALTER TABLE projects_agreementevent ENABLE TRIGGER USER;
"""


def fill_clients(apps, schema_editor):
    alias = schema_editor.connection.alias
    agreements, projects = apps.get_model("projects", "Agreement"), apps.get_model("projects", "Project")
    client = projects.objects.using(alias).filter(pk=OuterRef("project_id")).values("client_id")
    agreements.objects.using(alias).filter(client=None).update(client_id=Subquery(client))


class Migration(migrations.Migration):
    dependencies = [("projects", "0030_agreements_of_clients")]

    operations = [
        migrations.RunSQL(HISTORY, migrations.RunSQL.noop),
        migrations.RunPython(fill_clients, migrations.RunPython.noop),
    ]
