"""What was quoted beside what it came to, and how wrong estimates of similar steps have been."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from statistics import mean, stdev

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.refusals import BadInput
from process.costs.answers import Answer

RATIO = "quoted_to_actual/1"
ERROR = "historical_error/1"
FEW = 3


class Kind(StrEnum):
    COST = "cost"
    YIELD = "yield"
    DURATION = "duration"

    @property
    def label(self) -> Promise:
        return {Kind.COST: _("Cost"), Kind.YIELD: _("Yield"), Kind.DURATION: _("Duration")}[self]


@dataclass(frozen=True)
class Measured:
    """A quoted and an actual figure of one step or phase, both in `unit` (a currency for cost). reaction_class: as the route names it.

    reference: where they are from, for the reader.
    """

    kind: Kind
    label: str
    quoted: Decimal
    actual: Decimal | None
    unit: str
    reaction_class: str = ""
    reference: str = ""

    def __post_init__(self) -> None:
        if self.quoted < 0 or (self.actual is not None and self.actual < 0):
            raise BadInput({"actual": _t("%(label)s: not below zero.") % {"label": self.label}})


@dataclass(frozen=True)
class Difference:
    """by: actual − quoted. ratio: actual ÷ quoted, None where nothing was quoted."""

    measured: Measured
    by: Decimal
    ratio: float | None


@dataclass(frozen=True)
class HistoricalError:
    """actual ÷ quoted of similar steps. mean_ratio above 1: they came out higher than quoted. spread: standard deviation, None for one."""

    mean_ratio: float
    spread: float | None
    number: int
    lowest: float
    highest: float


def difference(measured: Measured) -> Answer[Difference]:
    """None while there is no actual figure."""
    if measured.actual is None:
        reason = _t("%(label)s has no actual figure yet.") % {"label": measured.label}
        return Answer(value=None, unit=measured.unit, inputs=measured, algorithm=RATIO, reason=reason)
    ratio = float(measured.actual / measured.quoted) if measured.quoted else None
    value = Difference(measured, measured.actual - measured.quoted, ratio)
    return Answer(value=value, unit=measured.unit, inputs=measured, algorithm=RATIO)


def historical_error(past: Iterable[Measured], kind: Kind, reaction_class: str) -> Answer[HistoricalError]:
    """Of steps of one reaction class, whatever their units: each ratio is without one. None where there is nothing to compare."""
    similar = tuple(each for each in past if (each.kind, each.reaction_class) == (kind, reaction_class))
    ratios = [float(each.actual / each.quoted) for each in similar if each.quoted and each.actual is not None]
    inputs = (kind, reaction_class, similar)
    if not ratios:
        reason = _t("No step of the class “%(name)s” has a quoted and an actual figure yet.") % {"name": reaction_class}
        return Answer(value=None, unit="1", inputs=inputs, algorithm=ERROR, reason=reason)
    spread = stdev(ratios) if len(ratios) > 1 else None
    value = HistoricalError(mean(ratios), spread, len(ratios), min(ratios), max(ratios))
    return Answer(value=value, unit="1", inputs=inputs, algorithm=ERROR, warnings=tuple(_warnings(len(ratios), len(similar))))


def _warnings(number: int, similar: int) -> list[str]:
    warnings = []
    if number < FEW:
        warnings.append(_t("Fewer than %(few)s steps: one more may change it much.") % {"few": FEW})
    if number < similar:
        warnings.append(
            _t("%(left)s of %(similar)s similar steps have no two figures and are left out.")
            % {"left": similar - number, "similar": similar}
        )
    return warnings
