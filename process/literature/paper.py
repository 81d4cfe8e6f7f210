"""What was read for a project on paper, with the rights that stand in the way, and the steps that nothing was read for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _t

from documents.content import Column, data_table, day
from process.literature.models import Literature
from process.routes.figures import balance_of
from process.routes.models import RouteVersion
from projects.models import Project


def literature_on_paper(project: Project, on: date, version: RouteVersion | None = None) -> dict[str, Any] | None:
    """table; how many references nobody has looked at for rights; steps of the version that rest on none. None where nothing was read."""
    rows = Literature.objects.filter(project=project).prefetch_related("supports")
    if not rows:
        return None
    unseen = sum(row.rights == Literature.Rights.UNKNOWN for row in rows)
    return {"table": _table(rows, on), "unseen": unseen, "unsupported": _unsupported(rows, version) if version else []}


def _unsupported(rows: Iterable[Literature], version: RouteVersion) -> list[str]:
    """The names of the steps that count and rest on no reference."""
    keys = {support.step_key for row in rows for support in row.supports.all() if support.route_id == version.route_id}
    return [step.name for step in balance_of(version).steps if not step.set_aside and step.key not in keys]


def _table(rows: Iterable[Literature], on: date) -> dict[str, Any]:
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
