"""A key figure: what it measures, the cases behind it, its value over all of them and by quarter. Reads nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from statistics import median
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from projects.models import Project


class Measure(Enum):
    """How the numbers of the cases become one: the share of ones in per cent, the median of days, the sum of working days."""

    SHARE = "share"
    MEDIAN = "median"
    SUM = "sum"


@dataclass(frozen=True)
class Case:
    """One record behind a figure. on: the day it counts for; number: what it contributes; link: to that very record."""

    project: Project
    on: date
    what: str
    number: int
    words: str
    link: str


@dataclass(frozen=True)
class Quarter:
    """A quarter of a figure; amount is None where nothing happened in it."""

    label: str
    amount: float | None
    words: str
    number: int


@dataclass(frozen=True)
class Figure:
    key: str
    title: str
    definition: str
    measure: Measure
    cases: list[Case]

    @property
    def amount(self) -> float | None:
        return amount_of(self.measure, self.cases)

    @property
    def value(self) -> str | None:
        """In words; None without a single case."""
        return said(self.measure, self.amount)

    @property
    def of(self) -> str:
        """Out of how many cases."""
        if self.measure is Measure.SHARE:
            return _t("%(good)d of %(all)d") % {"good": sum(case.number for case in self.cases), "all": len(self.cases)}
        return str(len(self.cases))

    @property
    def newest_first(self) -> list[Case]:
        return sorted(self.cases, key=lambda case: case.on, reverse=True)

    def by_quarter(self) -> list[Quarter]:
        """From the first quarter with a case to the last, the empty ones between them too."""
        found: dict[int, list[Case]] = defaultdict(list)
        for case in self.cases:
            found[case.on.year * 4 + (case.on.month - 1) // 3].append(case)
        return [self._quarter(each, found.get(each, [])) for each in range(min(found), max(found) + 1)] if found else []

    def _quarter(self, number: int, cases: list[Case]) -> Quarter:
        label = _t("Q%(quarter)d %(year)d") % {"quarter": number % 4 + 1, "year": number // 4}
        amount = amount_of(self.measure, cases)
        return Quarter(label, amount, said(self.measure, amount) or "–", len(cases))


def amount_of(measure: Measure, cases: Sequence[Case]) -> float | None:
    numbers = [case.number for case in cases]
    if not numbers:
        return None
    if measure is Measure.SHARE:
        return 100 * sum(numbers) / len(numbers)
    return float(median(numbers)) if measure is Measure.MEDIAN else float(sum(numbers))


def said(measure: Measure, amount: float | None) -> str | None:
    if amount is None:
        return None
    if measure is Measure.SHARE:
        return f"{amount:.0f} %"
    return days(amount) if measure is Measure.MEDIAN else moved(int(amount))


def days(number: float) -> str:
    """Calendar days; a median may fall between two."""
    return _t("1 day") if number == 1 else _t("%(days)s days") % {"days": f"{number:g}"}


def moved(number: int) -> str:
    """Working days with their sign: later is positive."""
    return ngettext("%(days)s working day", "%(days)s working days", abs(number)) % {"days": f"{number:+d}" if number else "0"}
