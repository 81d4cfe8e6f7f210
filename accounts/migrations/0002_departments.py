from typing import Any

from django.db import migrations

DEPARTMENTS = {
    "research": "Research and development",
    "analytical": "Analytical",
    "material_control": "Material control",
    "production": "Production",
    "ehs": "Environment, health and safety",
    "regulatory": "Regulatory affairs",
    "quality_assurance": "Quality assurance",
    "business_development": "Business development",
    "project_management": "Project management",
    "management": "Management",
}


def add_departments(apps: Any, schema_editor: Any) -> None:
    departments = apps.get_model("accounts", "Department").objects.using(schema_editor.connection.alias)
    for key, name in DEPARTMENTS.items():
        departments.get_or_create(key=key, defaults={"name": name})


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(add_departments, migrations.RunPython.noop)]
