"""What no request or plan can ask for: quantities of nothing, days gone by, answers that exclude each other. Pure: everybody asks here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import DateField, DecimalField
from django.utils.translation import gettext as _t

from projects.models.rfp_facts import RfpFacts

EMPTY: tuple[Any, ...] = (None, "", [])
_FACTS = RfpFacts._meta.local_fields
DAYS = tuple(field.name for field in _FACTS if isinstance(field, DateField))
DECIMALS = tuple(field.name for field in _FACTS if isinstance(field, DecimalField))
MAY_BE_NEGATIVE = frozenset({"log_p", "melting_point_c"})
FORECAST = tuple(f"forecast_year_{year}_kg" for year in range(1, 6))  # nothing in the first year is an answer
MAY_BE_NOTHING = (*FORECAST, "budget_low", "solubility_mg_per_ml", "reference_standard_mg")
QUANTITIES = tuple(name for name in DECIMALS if name not in MAY_BE_NEGATIVE.union(MAY_BE_NOTHING))
SIZES = ("particle_size_d10_um", "particle_size_d50_um", "particle_size_d90_um")
PERCENTS = ("yield_per_step_percent", "purity_area_percent")
ALONE = ("submission_requirements", "special_conditions", "monographs")  # “none” excludes the others
RISING = (  # the second is not less than the first
    ("particle_size_d10_um", "particle_size_d50_um"),
    ("particle_size_d50_um", "particle_size_d90_um"),
    ("particle_size_d10_um", "particle_size_d90_um"),
    ("budget_low", "budget_high"),
)
LARGEST_DOSE_MG = Decimal(100_000)  # 100 g a day: more than any registered dose
ABSOLUTE_ZERO_C = Decimal("-273.15")
HIGHEST_MELTING_C = 4500  # no solid is known that melts above it
PKA = (-15, 60)  # from the strongest superacids to alkanes
LOG_P = (-20, 40)  # a lipid of three long chains stays below 30
LARGEST_PARTICLE_UM = 100_000  # 10 cm
MOST_SOLUBLE_MG_PER_ML = 10_000  # 10 kg in a litre of water; the most soluble salts stay below 6 kg
PLAIN_SIGNS = str.maketrans({",": ".", "−": "-", "–": "-"})
ONE_PKA = re.compile(r"(?:pK\w*\s*[=:]?\s*)?(?P<number>[-−–+]?\d+(?:[.,]\d+)?)")
YEARS_AHEAD = 30
MOST_WORKING_DAYS = 2000  # eight years: no lag, task, tolerance or move of a plan is longer


def limits(values: Mapping[str, Any], *, received_on: date, beside: Mapping[str, Any] | None = None) -> dict[str, list[str]]:
    """What is wrong with the given fields of a request, by field; the fields that are not given are not judged.

    beside: what the request says already, for answers that are judged by one another.
    """
    checks: dict[str, Callable[[Any], str]] = dict.fromkeys(QUANTITIES, _quantity)
    checks |= dict.fromkeys(DAYS, lambda day: _day(day, received_on))
    checks |= dict.fromkeys(MAY_BE_NOTHING, _or_nothing)
    checks |= dict.fromkeys(PERCENTS, _percent)
    checks |= dict.fromkeys(ALONE, _alone)
    checks |= {"maximum_daily_dose_mg": _dose, "melting_point_c": _temperature, "pka": _acidity, "log_p": _partition}
    checks |= dict.fromkeys(SIZES, _size) | {"solubility_mg_per_ml": _solubility}
    found = {name: check(values[name]) for name, check in checks.items() if values.get(name) not in EMPTY}
    for name, words in _falling(values, beside or {}):
        found[name] = found.get(name) or words
    return {name: [words] for name, words in found.items() if words}


def changed_in(facts: RfpFacts, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those that differ from what the request says already: what was taken once is not judged again."""
    return {name: value for name, value in values.items() if getattr(facts, name) != value}


def _quantity(amount: Decimal) -> str:
    return "" if amount > 0 else _t("A quantity is more than 0; leave it empty while it is not known.")


def _or_nothing(amount: Decimal) -> str:
    return "" if amount >= 0 else _t("A quantity is not below 0.")


def _percent(share: Decimal) -> str:
    return _quantity(share) or ("" if share <= 100 else _t("That is more than 100 %."))


def _dose(dose: Decimal) -> str:
    if dose <= 0:
        return _t("A dose is more than 0; leave it empty while it is not known.")
    return "" if dose <= LARGEST_DOSE_MG else _t("That is more than 100 g a day; the dose is in milligrams.")


def _temperature(celsius: Decimal) -> str:
    if celsius < ABSOLUTE_ZERO_C:
        return _t("That is below absolute zero.")
    return "" if celsius <= HIGHEST_MELTING_C else _t("No solid is known that melts above 4500 °C.")


def _acidity(typed: str) -> str:
    """Of a single figure; several, or with how they were measured, are words of their author."""
    found = ONE_PKA.fullmatch(typed.strip())
    if found is None or PKA[0] <= Decimal(found["number"].translate(PLAIN_SIGNS)) <= PKA[1]:
        return ""
    return _t("%(number)s is no pKa: they lie between -15 and 60.") % {"number": found["number"]}


def _partition(log_p: Decimal) -> str:
    return "" if LOG_P[0] <= log_p <= LOG_P[1] else _t("Beyond all that is known: a logP lies between -20 and 40.")


def _size(micrometres: Decimal) -> str:
    return _quantity(micrometres) or ("" if micrometres <= LARGEST_PARTICLE_UM else _t("That is more than 10 cm; the size is in µm."))


def _solubility(amount: Decimal) -> str:
    return _or_nothing(amount) or ("" if amount <= MOST_SOLUBLE_MG_PER_ML else _t("That is more than 10 kg in a litre."))


def _day(day: date, received_on: date) -> str:
    if day < received_on:
        return _t("This day lies before the request was received.")
    return "" if day <= received_on + timedelta(days=366 * YEARS_AHEAD) else _t("This day lies more than 30 years ahead.")


def _alone(chosen: list[str]) -> str:
    return _t("“None” excludes the others.") if "none" in chosen and len(chosen) > 1 else ""


def _falling(values: Mapping[str, Any], beside: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Said at the field that is given, the second where both are."""
    both = {**beside, **values}
    for low, high in RISING:
        given = high if high in values else low
        if given in values and both.get(low) not in EMPTY and both.get(high) not in EMPTY and both[low] > both[high]:
            yield given, _t("It falls from %(low)s to %(high)s; it should rise.") % {"low": _plain(both[low]), "high": _plain(both[high])}


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
