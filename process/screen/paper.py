"""The findings of the early screen on paper, each with what a person made of it, under the section of a report that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _t

from documents.content import Column, data_table, day
from process.routes.figures import balance_of
from process.routes.models import RouteVersion
from process.screen.findings import Judged, findings_of, judged
from projects.models import Project

SECTIONS = {
    "safety": ("energetic", "exposure"),
    "regulatory": ("q3a", "q3c", "q3d", "m7", "nitrosamine"),
    "supply": ("supply",),
}


def findings_on_paper(version: RouteVersion) -> dict[str, dict[str, Any]]:
    """By section its table, and how many of its findings nobody has decided on as they are now; one without a finding is not in it."""
    rows = judged(version, findings_of(version, balance_of(version).steps))
    found = {key: [row for row in rows if row.finding.rule.key in rules] for key, rules in SECTIONS.items()}
    return {key: _printed(own, version.route.project) for key, own in found.items() if own}


def _printed(rows: Sequence[Judged], project: Project) -> dict[str, Any]:
    columns = [Column(_t("About"), 14), Column(_t("Rule and source"), 22), Column(_t("Finding"), 40), Column(_t("Decision"), 24)]
    table = data_table(columns, [_told(row, project) for row in rows], caption=_t("Early screen of the route"))
    return {"table": table, "open": sum(row.disposition is None or row.changed for row in rows)}


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
