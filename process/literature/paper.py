"""What was read for a project on paper, with the rights that stand in the way."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _t

from documents.content import Column, data_table, day
from process.literature.models import Literature
from projects.models import Project


def literature_on_paper(project: Project, on: date) -> dict[str, Any] | None:
    rows = Literature.objects.filter(project=project).prefetch_related("supports")
    if not rows:
        return None
    columns = [
        Column(_t("No."), 6, "right"),
        Column(_t("Reference"), 42),
        Column(_t("Relevance"), 11),
        Column(_t("Rights"), 19),
        Column(_t("Steps that rest on it"), 22),
    ]
    return data_table(columns, [_told(row, on) for row in rows])


def _told(row: Literature, on: date) -> tuple[Any, ...]:
    cited = "\n".join(filter(None, (row.citation, row.identifier)))
    return row.number, cited, str(row.get_relevance_display()), _rights(row, on), _steps(row)


def _steps(row: Literature) -> str:
    """By route, each named once."""
    found: dict[str, list[str]] = {}
    for support in row.supports.all():
        found.setdefault(support.route.name, []).append(support.step)
    return "\n".join(f"{route}: {', '.join(steps)}" for route, steps in found.items())


def _rights(row: Literature, on: date) -> str:
    words = [str(row.get_rights_display())]
    if row.rights_expire_on is not None:
        words.append(_t("until %(day)s") % {"day": day(row.rights_expire_on)})
    if row.is_in_the_way(on):
        words.append(_t("rights stand in the way"))
    return "\n".join(words)
