"""Agreements that are there are of the client of their project; so are the rows of their history, whose new column is filled this once.

Nobody's act, so the history gets no row of it.
"""

from django.db import migrations

FILLED = """
ALTER TABLE {table} DISABLE TRIGGER USER;
UPDATE {table} AS kept SET client_id = project.client_id FROM projects_project AS project WHERE project.id = kept.project_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE {table} ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0030_agreements_of_clients")]

    operations = [
        migrations.RunSQL(FILLED.format(table=table), migrations.RunSQL.noop)
        for table in ("projects_agreementevent", "projects_agreement")
    ]
