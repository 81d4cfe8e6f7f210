"""Risks and assumptions of sheets, until now a text each, become rows of their tables: a line of the text is a row.

An open sheet's text goes: its rows say the same. A signed one keeps it besides, because its signature covers the text.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

TABLES = (("SheetRisk", "risks"), ("SheetAssumption", "assumptions"))


def lines_of(text: str) -> list[str]:
    return [line.strip(" -•\t\r") for line in text.splitlines() if line.strip(" -•\t\r")]


def into_rows(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    sheets = apps.get_model("phases", "DepartmentAssessment").objects.using(using)
    for sheet in sheets.exclude(risks="", assumptions=""):
        for name, text in TABLES:
            model = apps.get_model("phases", name)
            rows = [model(assessment=sheet, position=place, text=line) for place, line in enumerate(lines_of(getattr(sheet, text)), 1)]
            model.objects.using(using).bulk_create(rows)
    sheets.filter(state="open").exclude(risks="", assumptions="").update(risks="", assumptions="")


class Migration(migrations.Migration):
    dependencies = [("phases", "0004_sheet_tables")]

    operations = [migrations.RunPython(into_rows, migrations.RunPython.noop)]
