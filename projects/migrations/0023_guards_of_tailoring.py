from django.db import migrations

from projects.guards import INSTALL_TAILORING, REMOVE_TAILORING

DATE_EVIDENCE = """
UPDATE projects_deliverable d SET
    evidence_on = COALESCE(
        (SELECT r.record_date FROM projects_referencedevidence r WHERE r.deliverable_id = d.id AND r.state = 'confirmed'
            ORDER BY r.confirmed_at DESC LIMIT 1),
        (d.done_at AT TIME ZONE 'UTC')::date
    ),
    evidence_since = LEAST(
        (SELECT min(r.record_date) FROM projects_referencedevidence r WHERE r.deliverable_id = d.id AND r.state IN ('confirmed', 'superseded')),
        (d.done_at AT TIME ZONE 'UTC')::date
    )
WHERE d.done_at IS NOT NULL;
"""


class Migration(migrations.Migration):
    """A gate passes what does not apply, conditions keep why a client is not told, and evidence that is there gets its date."""

    dependencies = [("projects", "0022_tailoring_and_assessments")]

    operations = [
        migrations.RunSQL(INSTALL_TAILORING, REMOVE_TAILORING),
        migrations.RunSQL(DATE_EVIDENCE, migrations.RunSQL.noop),
    ]
