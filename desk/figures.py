"""A key figure: what it measures, its value over the stored cases behind it, and by quarter. The database computes; one query each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db.models import Aggregate, Count, FloatField, QuerySet, Sum
from django.db.models.functions import TruncQuarter
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from projects.models import KpiCase


class Measure(Enum):
    """How the numbers of the cases become one: the share of ones in per cent, the median of days, the sum of working days."""

    SHARE = "share"
    MEDIAN = "median"
    SUM = "sum"


class Median(Aggregate):
    """Of an even number of cases, the middle between two."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True)
class Quarter:
    """A quarter of a figure; amount is None where nothing happened in it. place: by which quarters follow one another."""

    place: int
    label: str
    amount: float | None
    words: str
    number: int


@dataclass(frozen=True)
class Definition:
    key: str
    title: str
    words: str
    measure: Measure


@dataclass(frozen=True)
class Figure:
    """number: how many cases; total: their sum; amount: the figure, None without a single case; cases: the stored rows."""

    defined: Definition
    number: int
    total: int
    amount: float | None
    cases: QuerySet[KpiCase]

    @property
    def key(self) -> str:
        return self.defined.key

    @property
    def title(self) -> str:
        return self.defined.title

    @property
    def definition(self) -> str:
        return self.defined.words

    @property
    def value(self) -> str | None:
        """In words; None without a single case."""
        return said(self.defined.measure, self.amount)

    @property
    def of(self) -> str:
        """Out of how many cases."""
        if self.defined.measure is Measure.SHARE:
            return _t("%(good)d of %(all)d") % {"good": self.total, "all": self.number}
        return str(self.number)

    def by_quarter(self) -> list[Quarter]:
        """From the first quarter with a case to the last, the empty ones between them too."""
        rows = measured(self.cases.order_by().annotate(quarter=TruncQuarter("on")).values("quarter"), self.defined.measure)
        found = {row["quarter"].year * 4 + (row["quarter"].month - 1) // 3: row for row in rows}
        return [self._quarter(each, found.get(each)) for each in range(min(found), max(found) + 1)] if found else []

    def _quarter(self, number: int, row: dict[str, Any] | None) -> Quarter:
        amount = amount_of(self.defined.measure, row) if row else None
        return Quarter(number, quarter_label(number), amount, said(self.defined.measure, amount) or "–", row["cases"] if row else 0)


def quarter_label(place: int) -> str:
    return _t("Q%(quarter)d %(year)d") % {"quarter": place % 4 + 1, "year": place // 4}


def measured(rows: QuerySet[KpiCase, Any], measure: Measure) -> QuerySet[KpiCase, Any]:
    """Of rows grouped by `values`: how many cases, and what the measure asks of their numbers."""
    return rows.annotate(cases=Count("pk"), reckoned=Median("number") if measure is Measure.MEDIAN else Sum("number"))


def amount_of(measure: Measure, row: dict[str, Any]) -> float:
    reckoned = float(row["reckoned"])
    return 100 * reckoned / row["cases"] if measure is Measure.SHARE else reckoned


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
