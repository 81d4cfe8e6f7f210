"""The findings of the early screen on paper, each with what a person made of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t

from documents.content import Column, data_table, day
from process.routes.figures import balance_of
from process.routes.models import RouteVersion
from process.screen.findings import Judged, findings_of, judged
from projects.models import Project


def findings_on_paper(version: RouteVersion) -> dict[str, Any] | None:
    rows = judged(version, findings_of(version, balance_of(version).steps))
    if not rows:
        return None
    columns = [Column(_t("About"), 18), Column(_t("Rule and source"), 22), Column(_t("Finding"), 30), Column(_t("Decision"), 30)]
    return data_table(columns, [_told(row, version.route.project) for row in rows])


def _told(row: Judged, project: Project) -> tuple[str, ...]:
    found = row.finding
    words = found.words
    if found.unchecked:
        words += "\n" + _t("The value was entered from memory of the guideline; check it before it is used.")
    return found.about, f"{found.rule.title}\n{found.rule.source}", words, _decision(row, project)


def _decision(row: Judged, project: Project) -> str:
    decided = row.disposition
    if decided is None:
        return _t("open")
    words = f"{decided.get_decision_display()}: {decided.reason}\n{decided.decided_by}, {day(project.day_of(decided.decided_at))}"
    return words + "\n" + _t("The finding has changed since.") if row.changed else words
