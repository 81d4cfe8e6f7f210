"""What an hour of a planned vessel costs by the vessel's own record, in the currency of the sheet, and how the row's rate stands to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from accounts.currencies import minor_unit
from catalogue.models.rates import no_rate
from charts.look import written
from phases.evaluation.planned import priced_on, rate_words, rates_into
from process.words import money_words
from projects.money import CENT, half_up

if TYPE_CHECKING:
    from catalogue.models import Vessel
    from phases.evaluation.models import DepartmentAssessment
    from phases.evaluation.tables import PlannedOperation


@dataclass(frozen=True)
class VesselRate:
    """per_hour: in the sheet's currency, to the cent; None where that cannot be told. words: where it comes from, or why there is none."""

    per_hour: Decimal | None
    words: str


def rate_of(vessel: Vessel, sheet: DepartmentAssessment) -> VesselRate:
    """As it holds on the day of the sheet. No query of its own where the vessel's rate is in the sheet's currency."""
    day = priced_on(sheet)
    if vessel.hourly_rate is None or vessel.rate_from is None:
        return VesselRate(None, _t("The vessel has no rate on record."))
    if vessel.rate_from > day:
        return VesselRate(None, _t("The vessel's rate holds only from %(day)s.") % {"day": written(vessel.rate_from)})
    if not sheet.currency:
        return VesselRate(None, _t("The sheet has no currency yet."))
    said = _t("%(rate)s/h from %(day)s") % {
        "rate": money_words(vessel.hourly_rate, vessel.rate_currency),
        "day": written(vessel.rate_from),
    }
    if vessel.rate_currency == sheet.currency:
        return VesselRate(vessel.hourly_rate, said)
    rate = rates_into(sheet, day).get(vessel.rate_currency)
    if rate is None:
        return VesselRate(None, no_rate(vessel.rate_currency, sheet.currency, day))
    step = max(minor_unit(sheet.currency), CENT)  # a rate is kept to the hundredth
    return VesselRate(half_up(vessel.hourly_rate * rate.rate, step), f"{said}, {rate_words(rate)}")


def take_rate(row: PlannedOperation, sheet: DepartmentAssessment) -> None:
    """The vessel's own in place of what stands there, where one holds."""
    found = rate_of(row.vessel, sheet).per_hour
    if found is not None:
        row.vessel_rate = found


def rates_beside(rows: Iterable[PlannedOperation], sheet: DepartmentAssessment) -> Mapping[Any, Mapping[str, Any]]:
    """Of each row whether its rate is the vessel's. One query, however many rows, and none without another currency."""
    return {row.pk: {"vessel_rate_says": _beside(row, rate_of(row.vessel, sheet))} for row in rows}


def _beside(row: PlannedOperation, found: VesselRate) -> str:
    if found.per_hour is None:
        return found.words
    if row.vessel_rate == found.per_hour:
        return _t("the vessel's (%(origin)s)") % {"origin": found.words}
    asked = money_words(found.per_hour, row.assessment.currency)
    return _t("differs from the vessel's: %(rate)s (%(origin)s)") % {"rate": asked, "origin": found.words}
