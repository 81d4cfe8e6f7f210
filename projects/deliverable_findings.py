"""Criteria that are judged on deliverables: each done by its effective document or by confirmed referenced evidence, or not applicable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from audit.refusals import Blocker
from projects.findings import Evidence, Finding, Findings
from projects.plans import planned_deliverable, planned_title

if TYPE_CHECKING:
    from projects.models import Deliverable, Project, Tailoring

Rows = Mapping[tuple[int, str], "Deliverable"]
Tailored = Mapping[tuple[int, str, str], "Tailoring"]


@dataclass(frozen=True)
class Order:
    """The evidence of `later` is not dated before the day since which `earlier` is proven.

    `of_first`: every record of `later` counts, so the first one is compared; else its newest one alone.
    """

    earlier: tuple[str, ...]
    later: str
    of_first: bool = False


def judge_deliverables(
    projects: Sequence[Project], keys: Sequence[str], rows: Rows, tailored: Tailored, orders: Sequence[Order] = ()
) -> Findings:
    return {project.pk: _finding(project, keys, rows, tailored, orders) for project in projects}


@dataclass
class _Found:
    """What is collected over the deliverables of one criterion."""

    evidence: list[Evidence] = field(default_factory=list)
    reasons: list[Blocker] = field(default_factory=list)
    dates: list[date | None] = field(default_factory=list)

    def miss(self, blocker: Blocker) -> None:
        self.reasons.append(blocker)
        self.dates.append(blocker.expected)

    def as_finding(self) -> Finding:
        expected = max((day for day in self.dates if day), default=None) if all(self.dates) else None
        return Finding(not self.reasons, tuple(self.evidence), tuple(self.reasons), expected)


def _finding(project: Project, keys: Sequence[str], rows: Rows, tailored: Tailored, orders: Sequence[Order]) -> Finding:
    found = _Found()
    for key in keys:
        row, tailoring = rows.get((project.pk, key)), tailored.get((project.pk, "deliverable", key))
        if tailoring is not None:
            found.evidence.append(evidence_of(tailoring, project))
        elif row is None:
            found.miss(_not_planned(project, key))
        elif not row.is_done:
            found.miss(_missing(project, row))
        elif row.outdated_since is not None:
            found.miss(_outdated(project, row))
        else:
            found.evidence.append(Evidence(row.evidence_label, row.evidence_link, row.evidence_hash, row.done_at, facts=row.evidence_facts))
    for order in orders:
        for reason in _out_of_order(project, order, rows):
            found.miss(reason)
    return found.as_finding()


def evidence_of(tailoring: Tailoring, project: Project) -> Evidence:
    """What stands in the place of evidence where something does not apply; it is of no age, so it renews nothing."""
    words = _t("%(title)s is not applicable: %(reason)s") % {"title": tailoring.title, "reason": tailoring.justification}
    link = reverse("project-charter", args=[project.code]) + f"#tailoring-{tailoring.pk}"
    return Evidence(words, link, tailoring.content_hash)


def _out_of_order(project: Project, order: Order, rows: Rows) -> list[Blocker]:
    """Which of the earlier ones were proven only after the later one's record."""
    later = rows.get((project.pk, order.later))
    if later is None or not later.is_done:
        return []
    day = later.evidence_since if order.of_first else later.evidence_on
    earlier = [rows[project.pk, key] for key in order.earlier if (project.pk, key) in rows]
    return [
        _too_early(project, row, row.evidence_since, later, day)
        for row in earlier
        if day and row.is_done and row.evidence_since and row.evidence_since > day
    ]


def _too_early(project: Project, row: Deliverable, since: date, later: Deliverable, day: date) -> Blocker:
    words = _t("%(later)s is dated %(day)s, before %(earlier)s (%(since)s).") % {
        "later": later.title,
        "day": date_format(day, "j M Y"),
        "earlier": row.title,
        "since": date_format(since, "j M Y"),
    }
    link = reverse("deliverable-detail", args=[project.code, later.key])
    return Blocker(f"deliverable.{later.key}.before.{row.key}", words, link, str(later.owner or later.department))


def _not_planned(project: Project, key: str) -> Blocker:
    words = _t("%(title)s is not planned yet: drafting the charter plans it. A document of it that is there already counts from then on.")
    return Blocker(f"deliverable.{key}", words % {"title": planned_title(key)}, reverse("project-charter", args=[project.code]))


def _outdated(project: Project, row: Deliverable) -> Blocker:
    words = _t("Out of date: %(title)s. The records behind it changed on %(day)s; a new version is needed.")
    return Blocker(
        key=f"deliverable.{row.key}.out_of_date",
        words=words % {"title": row.title, "day": date_format(timezone.localdate(row.outdated_since), "j M Y")},
        link=reverse("deliverable-detail", args=[project.code, row.key]),
        owner=str(row.owner or row.department),
        expected=row.due_on,
    )


def _missing(project: Project, row: Deliverable) -> Blocker:
    words = _t("Not done: %(title)s.") if row.round == 1 else _t("To be done again: %(title)s (round %(round)s).")
    planned = planned_deliverable(row.key)
    words_of_rule = planned.rule(getattr(row.project, "charter", None)) if planned else ""
    rule = f" {words_of_rule}" if words_of_rule else ""
    return Blocker(
        key=f"deliverable.{row.key}",
        words=words % {"title": row.title, "round": row.round} + rule,
        link=reverse("deliverable-detail", args=[project.code, row.key]),
        owner=str(row.owner or row.department),
        expected=row.due_on,
    )
