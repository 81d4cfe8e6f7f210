"""What answered offers had in common: won and lost by completeness of the request, speed, reason and price. One query, then counting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Any

from django.db.models import Count, FilteredRelation, Q
from django.utils.translation import gettext as _t

from projects.completeness import answered_in_sql, percent_of
from projects.kpi_cases import QUOTATION, WON
from projects.models import KpiCase, QuotationOutcome
from projects.money import half_up

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from audit.refusals import Words
    from desk.kpis import Scope
    from projects.models import Project

FEW = 5  # of fewer offers a rate says little
COMPLETE_FROM = (90, 75, 50, 0)  # per cent of the questions
QUOTED_WITHIN = (7, 14, 28)  # calendar days from the request to the first quotation


@dataclass(frozen=True)
class Answered:
    """Offers won or lost alike. days: to the first quotation, None where it is not known; why, position: empty where nobody said."""

    won: bool
    complete_percent: int
    days: int | None
    why: str
    position: str
    offers: int = 1


@dataclass(frozen=True)
class Group:
    label: str
    won: int
    answered: int

    @property
    def lost(self) -> int:
        return self.answered - self.won

    @property
    def rate_percent(self) -> int:
        """Only all is 100, and only none is 0."""
        if self.won in (0, self.answered):
            return 100 if self.won else 0
        return min(99, max(1, int(half_up(Decimal(100 * self.won) / self.answered, Decimal(1)))))

    @property
    def says_little(self) -> bool:
        return self.answered < FEW


@dataclass(frozen=True)
class Grouping:
    """title: what the groups differ in. Groups in which nothing was answered are left out."""

    title: str
    groups: tuple[Group, ...]


def answered_bids(projects: QuerySet[Project], scope: Scope) -> list[Grouping]:
    """Of the offers that the win rate of the period counts. Empty where there is none."""
    rows = list(_answered(projects, scope))
    return groupings(rows) if rows else []


def _answered(projects: QuerySet[Project], scope: Scope) -> Iterable[Answered]:
    """Counted by the database: of ten thousand offers most are alike."""
    cases = KpiCase.objects.filter(scope.asked, figure=WON, project__in=projects)
    quoted = FilteredRelation("project__kpi_cases", condition=Q(project__kpi_cases__figure=QUOTATION))
    rows = cases.annotate(quoted=quoted, answered=answered_in_sql("project__rfp__"))
    names = ("number", "answered", "quoted__number", "quotation__outcome__why", "quotation__outcome__position")
    for won, answered, days, why, position, offers in rows.order_by().values_list(*names).annotate(offers=Count("pk")):
        yield Answered(bool(won), percent_of(answered), days, why or "", position or "", offers)


def groupings(rows: Sequence[Answered]) -> list[Grouping]:
    """Each row once in each of the four."""
    nobody_said = {"": _t("Not recorded")}
    why, position = dict(QuotationOutcome.Why.choices) | nobody_said, dict(QuotationOutcome.Position.choices) | nobody_said
    return [
        _grouping(_t("Completeness of the request"), rows, lambda row: _band_of(row.complete_percent), _bands()),
        _grouping(_t("Days from request to first quotation"), rows, lambda row: _limit_of(row.days), _limits()),
        _grouping(_t("Decided by"), rows, lambda row: row.why, why),
        _grouping(_t("Our price among the offers"), rows, lambda row: row.position, position),
    ]


def _grouping(title: str, rows: Iterable[Answered], key_of: Callable[[Answered], Any], labels: Mapping[Any, Words]) -> Grouping:
    """In the order of the labels."""
    won, answered = Counter[Any](), Counter[Any]()
    for row in rows:
        key = key_of(row)
        answered[key] += row.offers
        won[key] += row.offers if row.won else 0
    return Grouping(title, tuple(Group(str(label), won[key], answered[key]) for key, label in labels.items() if answered[key]))


def _band_of(percent: int) -> int:
    return next(floor for floor in COMPLETE_FROM if percent >= floor)


def _bands() -> dict[int, str]:
    most = COMPLETE_FROM[0]
    below = {low: _t("%(low)d to %(high)d %%") % {"low": low, "high": above - 1} for above, low in pairwise(COMPLETE_FROM)}
    return {most: _t("%(low)d %% and more") % {"low": most}} | below


def _limit_of(days: int | None) -> float | None:
    return None if days is None else next((limit for limit in QUOTED_WITHIN if days <= limit), inf)


def _limits() -> dict[float | None, str]:
    within: dict[float | None, str] = {limit: _t("Up to %(days)d") % {"days": limit} for limit in QUOTED_WITHIN}
    return within | {inf: _t("More than %(days)d") % {"days": QUOTED_WITHIN[-1]}, None: _t("Not known")}
