"""What a course of treatment costs at a price of the API: the sanity check of public cost studies, from the kilogram to the patient."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from process.costs.figures import require_fraction

MG_PER_KG = Decimal(1_000_000)


@dataclass(frozen=True)
class DoseForm:
    """What a medicine costs beyond its API.

    formulation_fraction: of the cost of the API; packaging_per_month: in the currency of its price; markup_fraction: on cost, no margin.
    """

    formulation_fraction: Decimal
    packaging_per_month: Decimal
    markup_fraction: Decimal


@dataclass(frozen=True)
class Course:
    """api + formulation + packaging + markup = price, in the currency of the API's price, not rounded."""

    api: Decimal
    formulation: Decimal
    packaging: Decimal
    markup: Decimal

    @property
    def cost(self) -> Decimal:
        return self.api + self.formulation + self.packaging

    @property
    def price(self) -> Decimal:
        return self.cost + self.markup


def course_of(dose_mg_per_day: Decimal, days: int, api_price_per_kg: Decimal, form: DoseForm, *, months: Decimal) -> Course:
    """Of one patient. months: how many packs of a month the `days` are; the studies count a month of 28 days.

    Raises BadInput by field for what is no number or below zero, for a course of nothing, and for percent typed as a fraction.
    Source: Hill et al., J. Virus Erad. 2016, PMC4946692; science.md §3.
    """
    _require(form, dose_mg_per_day=dose_mg_per_day, days=Decimal(days), api_price_per_kg=api_price_per_kg, months=months)
    api = dose_mg_per_day * days / MG_PER_KG * api_price_per_kg
    formulation, packaging = api * form.formulation_fraction, form.packaging_per_month * months
    return Course(api, formulation, packaging, (api + formulation + packaging) * form.markup_fraction)


def _require(form: DoseForm, **numbers: Decimal) -> None:
    for name, number in {**numbers, "packaging_per_month": form.packaging_per_month}.items():
        if not number.is_finite() or number < 0:
            raise BadInput({name: _t("Not below zero.")})
    for name in ("dose_mg_per_day", "days", "months"):
        if not numbers[name]:
            raise BadInput({name: _t("More than zero.")})
    for name in ("formulation_fraction", "markup_fraction"):
        require_fraction(getattr(form, name), name, most=Decimal(10))
