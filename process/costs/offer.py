"""What an offer adds to the price: quantity breaks, the raw-material clause, change-order rates, the course of treatment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise

from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from process.costs.answers import Answer
from process.costs.case import Basis, Case, Inclusion, Terms
from process.costs.demand import base_value
from process.costs.estimate import estimate
from process.costs.figures import Figure, require_fraction
from process.costs.materials import ZERO
from process.costs.roll_up import expected_risk, leaves, load_factor
from projects.money import rounded

BREAKS = "quantity_breaks/1"
CLAUSE = "price_clause/1"


@dataclass(frozen=True)
class Break:
    """price per kg = fixed ÷ quantity + variable per kg, in equal batches no larger than the phase's. total is what the client pays."""

    quantity_kg: Decimal
    batches: int
    batch_kg: Decimal
    fixed: Decimal
    variable_per_kg: Decimal
    price_per_kg: Decimal
    total: Decimal


def quantity_breaks(case: Case, phase: str, quantities_kg: Sequence[Decimal]) -> Answer[tuple[Break, ...]]:
    """The price of one phase at other quantities, smallest first; the batch size of the case is the largest that fits.

    A price per kg that rises with the quantity, because another batch begins, is warned of; `require_falling` refuses it.
    """
    scale = next(each for each in case.scales if each.phase == phase)
    if not scale.batch_kg or any(quantity <= 0 for quantity in quantities_kg):
        reason = _t("Quantity breaks need a batch size and quantities above zero.")
        return Answer(value=None, unit=f"{case.currency}/kg", inputs=(case, phase, tuple(quantities_kg)), algorithm=BREAKS, reason=reason)
    found = tuple(_break(case, phase, quantity, scale.batch_kg) for quantity in sorted(quantities_kg))
    warnings = tuple(
        _t("From %(less)s to %(more)s kg the price per kilogram rises.") % {"less": before.quantity_kg, "more": after.quantity_kg}
        for before, after in rising(found)
    )
    inputs = (case, phase, tuple(quantities_kg))
    return Answer(value=found, unit=f"{case.currency}/kg", inputs=inputs, algorithm=BREAKS, warnings=warnings)


def rising(breaks: Sequence[Break]) -> list[tuple[Break, Break]]:
    """Neighbours of which the larger quantity costs more per kilogram."""
    return [(before, after) for before, after in pairwise(breaks) if after.price_per_kg > before.price_per_kg]


def require_falling(breaks: Sequence[Break], *, confirmed: bool) -> None:
    """Refuse price breaks that rise, unless somebody confirmed that they are meant."""
    for before, after in [] if confirmed else rising(breaks):
        values = {"less": before.quantity_kg, "more": after.quantity_kg}
        raise BadInput({"confirmed": _t("From %(less)s to %(more)s kg the price per kilogram rises: confirm it, or change it.") % values})


@dataclass(frozen=True)
class Clause:
    """dead_band_fraction: a change of a material's price no larger than this share of its base price changes nothing.

    only_excess: outside the band only what lies beyond it counts, else the whole change.
    """

    dead_band_fraction: Decimal
    only_excess: bool = False


def price_change(
    usage_kg_per_kg: Mapping[str, Decimal], base: Mapping[str, Decimal], new: Mapping[str, Decimal], clause: Clause
) -> Answer[Decimal]:
    """Σ usage × (new − base) per kg of API over the materials whose price left the dead band. All prices in one currency, per kg."""
    require_fraction(clause.dead_band_fraction, "dead_band_fraction")
    inputs, unit = (dict(usage_kg_per_kg), dict(base), dict(new), clause), "1/kg"
    missing = sorted(set(usage_kg_per_kg) - (set(base) & set(new)))
    if missing:
        reason = _t("These materials have no price to compare: %(materials)s.") % {"materials": ", ".join(missing)}
        return Answer(value=None, unit=unit, inputs=inputs, algorithm=CLAUSE, reason=reason)
    changes = {key: used * _counted(new[key] - base[key], base[key], clause) for key, used in usage_kg_per_kg.items()}
    return Answer(value=sum(changes.values(), ZERO), unit=unit, inputs=inputs, algorithm=CLAUSE)


@dataclass(frozen=True)
class CardRate:
    """A rate of the change-order card. per: "h", "test". cost: to us; rate: to the client, rounded."""

    label: str
    per: str
    cost: Decimal
    rate: Decimal
    currency: str


def rate_card(rates: Mapping[str, Figure], terms: Terms) -> list[CardRate]:
    """What an hour or a test costs the client in a change order: built up as the price is, risks aside."""
    factor = load_factor(terms)
    return [
        CardRate(label, each.unit, each.base, rounded(each.base * factor, each.currency), each.currency) for label, each in rates.items()
    ]


def course_price(
    dose_g_per_day: Decimal,
    days: int,
    price_per_kg: Decimal,
    *,
    formulation_factor: Decimal = Decimal("1.40"),
    packaging: Decimal = ZERO,
    markup_fraction: Decimal = Decimal("0.50"),
) -> Decimal:
    """What a course of treatment costs at a price of the API, as public cost studies reckon it: a check of the order of magnitude.

    packaging: for the whole course. The defaults are those of the studies: 40 % for formulation, 50 % markup on cost.
    """
    api = dose_g_per_day * days / 1000 * price_per_kg
    return (api * formulation_factor + packaging) * (1 + markup_fraction)


def _break(case: Case, phase: str, quantity: Decimal, largest: Decimal) -> Break:
    batches = int((quantity / largest).to_integral_value(ROUND_CEILING))
    batch = quantity / batches
    asked = case.at(phase, batch_kg=batch, batches=batches)
    total = next(each for each in estimate(asked).known.phases if each.phase == phase).built.price
    once = {line.key for line in case.lines if line.basis == Basis.ONCE}
    loads = load_factor(case.terms)
    found = (
        leaf for leaf in leaves(asked, base_value) if leaf.phase == phase and leaf.key in once and leaf.inclusion == Inclusion.INCLUDED
    )
    lines = sum((leaf.amount * (1 if leaf.at_cost else loads) for leaf in found), ZERO)
    risk = expected_risk(case, phase) / (1 - case.terms.margin_fraction) if case.terms.risk_in_price else ZERO
    fixed = rounded(lines + risk, case.currency)
    per_kg = rounded(total / quantity, case.currency)
    return Break(quantity, batches, batch, fixed, (total - fixed) / quantity, per_kg, total)


def _counted(change: Decimal, base: Decimal, clause: Clause) -> Decimal:
    band = base * clause.dead_band_fraction
    if abs(change) <= band:
        return ZERO
    return change - band.copy_sign(change) if clause.only_excess else change
