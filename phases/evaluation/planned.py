"""The rows of a sheet's plans with what follows from them: the cost of a test in the sheet's currency, how a vessel is filled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import BigIntegerField, F, Sum
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from catalogue.models import AnalyticalPrice, ExchangeRate
from catalogue.models.rates import no_rate
from charts.look import written
from phases.evaluation.analytical_plan import SampleCost, SamplePrice, added, cost_of
from phases.evaluation.production_plan import Utility, Work, cost_of_all
from process.costs.filling import Filling, Fit, filling_of, misfit_words

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from phases.evaluation.cost_tables import PlannedUtility, SheetCost
    from phases.evaluation.models import DepartmentAssessment
    from phases.evaluation.tables import PlannedOperation, PlannedTest


@dataclass(frozen=True)
class PricedTest:
    """cost: in the sheet's currency, None where that cannot be told. words: what stands against the price; empty where nothing does.

    rate: by which it was converted, None where there is no other currency.
    """

    row: PlannedTest
    cost: SampleCost | None
    words: str
    rate: ExchangeRate | None = None


def priced_on(sheet: DepartmentAssessment) -> date:
    """The day whose prices and rates hold: today, or that of the signature."""
    return sheet.project.day_of(sheet.signed_off_at or timezone.now())


def priced_tests(rows: Sequence[PlannedTest], sheet: DepartmentAssessment) -> list[PricedTest]:
    """One query, however many rows, and none where everything is in the sheet's currency."""
    day, foreign = priced_on(sheet), {row.price.currency for row in rows} - {sheet.currency}
    rates = rates_into(sheet, day) if foreign and sheet.currency else {}
    standing: dict[int, _Standing] = {}  # many rows share a price
    for row in rows:
        if row.price_id not in standing:
            standing[row.price_id] = _standing(row.price, sheet, day, rates)
    return [_priced(row, standing[row.price_id]) for row in rows]


def gathered_tests(rows: QuerySet[PlannedTest]) -> list[PlannedTest]:
    """Of all that are of one price, measured as often, one that has all their samples: it has the hours and the cost of all."""
    samples = Sum(Cast("batches", BigIntegerField()) * F("samples_per_batch"))
    found = rows.order_by().values("price", "replicates").annotate(samples=samples)
    groups = [(each["price"], each["replicates"], each["samples"]) for each in found.order_by("price", "replicates")]
    prices = AnalyticalPrice.objects.in_bulk([price for price, *_numbers in groups])
    return [rows.model(price=prices[price], batches=samples, samples_per_batch=1, replicates=times) for price, times, samples in groups]


def rate_words(rate: ExchangeRate) -> str:
    """CHF/EUR 1.05 (12 Mar 2026)"""
    return f"{rate.currency}/{rate.into} {rate.rate.normalize():f} ({written(rate.on)})"


def rates_into(sheet: DepartmentAssessment, day: date) -> Mapping[str, ExchangeRate]:
    """Into the currency of the sheet, by the other one; read once for each sheet that was fetched."""
    known = sheet.__dict__
    if "_rates" not in known:
        known["_rates"] = ExchangeRate.objects.into(sheet.currency, day)
    found: Mapping[str, ExchangeRate] = known["_rates"]
    return found


class _Standing(NamedTuple):
    """A price on the day, in the sheet's currency: what stands against it, and what a sample costs by it."""

    words: str
    is_own: bool
    rate: ExchangeRate | None
    sample: SamplePrice


def _standing(price: AnalyticalPrice, sheet: DepartmentAssessment, day: date, rates: Mapping[str, ExchangeRate]) -> _Standing:
    said = [_expired(price, day)]
    is_own = price.currency == sheet.currency
    rate = None if is_own else rates.get(price.currency)
    if not sheet.currency:
        said.append(_t("The sheet has no currency yet."))
    elif rate is None and not is_own:
        said.append(no_rate(price.currency, sheet.currency, day))
    return _Standing(" ".join(filter(None, said)), is_own, rate, _sample(price))


def _priced(row: PlannedTest, standing: _Standing) -> PricedTest:
    words, is_own, rate, sample = standing
    own = cost_of(sample, batches=row.batches, samples_per_batch=row.samples_per_batch, replicates=row.replicates or 1)
    cost = own if is_own else own.times(rate.rate) if rate is not None else None
    return PricedTest(row, cost, words, rate)


def _expired(price: AnalyticalPrice, day: date) -> str:
    if price.holds_on(day):
        return ""
    if price.valid_until and price.has_expired(day):
        return _t("Expired on %(day)s.") % {"day": date_format(price.valid_until, "j M Y")}
    return _t("Valid only from %(day)s.") % {"day": date_format(price.valid_from, "j M Y")}


def _sample(price: AnalyticalPrice) -> SamplePrice:
    return SamplePrice(
        price.price_per_sample, price.hours_per_sample, price.hourly_rate, price.consumables_per_sample, price.supplier_id is not None
    )


def sum_of_tests(tests: Iterable[PricedTest]) -> SampleCost | None:
    """None where one of them has no cost: a sum without it would be too low."""
    costs = [each.cost for each in tests]
    return None if None in costs else added(cost for cost in costs if cost is not None)


def filling(row: PlannedOperation) -> Filling:
    return filling_of(row.batch_kg, row.litres_per_kg, row.vessel.volume_min_litres, row.vessel.volume_max_litres)


def fit_words(row: PlannedOperation) -> str:
    """Whether the batch suits the vessel; where not, which limit it misses, and by how much."""
    found, vessel = filling(row), row.vessel
    words = misfit_words(found, vessel.volume_min_litres, vessel.volume_max_litres)
    if found.fit == Fit.FITS:
        words = _t("fits")
    elif found.fit == Fit.UNKNOWN:
        words = _t("no volume is planned") if row.litres_per_kg is None else _t("the vessel has no working volume on record")
    return words if vessel.in_service else _t("%(words)s; the vessel is out of service") % {"words": words}


def overfilled(rows: Iterable[PlannedOperation]) -> dict[int, str]:
    """Why the plan cannot be carried out, by the key of the row: which operation needs more than its vessel may hold, and by how much."""
    return {row.pk: f"{row}, {row.vessel.tag}: {fit_words(row)}" for row in rows if filling(row).fit == Fit.TOO_MUCH}


def work_of(row: PlannedOperation) -> Work:
    return Work(
        batch_kg=row.batch_kg,
        batches=row.batches,
        hours=row.hours,
        cleaning_hours=row.cleaning_hours,
        shifts_per_day=row.shifts_per_day,
        vessel_rate=row.vessel_rate,
        operators=row.operators,
        operator_rate=row.operator_rate,
        utilities_per_kg=row.utilities_per_kg,
        waste_kg_per_kg=row.waste_kg_per_kg,
        waste_price_per_kg=row.waste_price_per_kg,
        modification_cost=row.modification_cost or Decimal(0),
    )


def utility_of(row: PlannedUtility) -> Utility:
    """As its operation is planned."""
    planned = row.operation
    return Utility(row.amount, row.rate, planned.batch_kg, planned.batches, is_per_kg=row.basis == row.Basis.KG)


def sum_of_utilities(rows: Iterable[PlannedUtility]) -> Decimal:
    return cost_of_all(utility_of(row) for row in rows)


def sum_of_costs(rows: Iterable[SheetCost]) -> Decimal:
    return sum((row.cost for row in rows), Decimal(0))


def sum_of_operations(rows: Iterable[PlannedOperation]) -> Decimal:
    return cost_of_all(work_of(row) for row in rows)


def band_words(required: int | None, capability: int | None) -> str:
    """Whether the site can contain it. Bands are 1 (least) to 5."""
    if required is None:
        return _t("no band is named")
    if capability is None:
        return _t("nobody has said what the site can contain")
    if required <= capability:
        return _t("within")
    return _t("%(bands)d above what the site can contain (%(capability)d)") % {"bands": required - capability, "capability": capability}
