"""Projects whose charter was drafted before the plan had the reaction-hazard sheet owe it beside their HAZOP, if pilot is still theirs.

Where pilot is behind them nothing is asked: what started then started under the rule of its day.
"""

from django.db import migrations

BEFORE_VALIDATION = ["evaluation", "small_scale", "pilot"]
SHEET = {"key": "reaction_hazard_sheet", "document_type": "reaction_hazard_sheet", "title": "Reaction-hazard Sheet"}


def plan_them(apps, schema_editor):
    Deliverable = apps.get_model("projects", "Deliverable")
    rows = Deliverable.objects.using(schema_editor.connection.alias)
    open_rows = rows.filter(key="hazop_report", done_at=None, not_applicable="", project__phase__in=BEFORE_VALIDATION)
    for beside in open_rows.exclude(project__deliverables__key=SHEET["key"]):
        rows.create(
            project_id=beside.project_id,
            phase=beside.phase,
            department_id=beside.department_id,
            owner_id=beside.owner_id,
            due_on=beside.due_on,
            order=beside.order,
            **SHEET,
        )


class Migration(migrations.Migration):
    dependencies = [("phases", "0001_tables"), ("projects", "0007_history_of_order_parts")]

    operations = [migrations.RunPython(plan_them, migrations.RunPython.noop)]
