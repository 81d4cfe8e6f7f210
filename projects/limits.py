"""What no request or plan can ask for: quantities of nothing, days gone by, answers that exclude each other. Pure: everybody asks here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t

from projects.models.rfp import Submission

QUANTITIES = ("sample_quantity_g", "pilot_quantity_kg", "validation_quantity_kg", "commercial_quantity_kg_per_year")
DAYS = ("quotation_needed_on", "first_sample_wanted_on", "filing_planned_on")
LARGEST_DOSE_MG = Decimal(100_000)  # 100 g a day: more than any registered dose
YEARS_AHEAD = 30
MOST_WORKING_DAYS = 2000  # eight years: no lag, task, tolerance or move of a plan is longer


def limits(values: Mapping[str, Any], *, received_on: date) -> dict[str, list[str]]:
    """What is wrong with the given fields of a request, by field; the fields that are not given are not judged."""
    checks: dict[str, Callable[[Any], str]] = dict.fromkeys(QUANTITIES, _quantity)
    checks |= dict.fromkeys(DAYS, lambda day: _day(day, received_on))
    checks |= {"maximum_daily_dose_mg": _dose, "submission_requirements": _submissions}
    found = {name: check(values[name]) for name, check in checks.items() if values.get(name) not in (None, "", [])}
    return {name: [words] for name, words in found.items() if words}


def _quantity(amount: Decimal) -> str:
    return "" if amount > 0 else _t("A quantity is more than 0; leave it empty while it is not known.")


def _dose(dose: Decimal) -> str:
    if dose <= 0:
        return _t("A dose is more than 0; leave it empty while it is not known.")
    return "" if dose <= LARGEST_DOSE_MG else _t("That is more than 100 g a day; the dose is in milligrams.")


def _day(day: date, received_on: date) -> str:
    if day < received_on:
        return _t("This day lies before the request was received.")
    return "" if day <= received_on + timedelta(days=366 * YEARS_AHEAD) else _t("This day lies more than 30 years ahead.")


def _submissions(chosen: list[str]) -> str:
    return _t("“None planned” excludes the others.") if Submission.NONE in chosen and len(chosen) > 1 else ""
