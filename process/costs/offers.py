"""What a fixed scenario offers in the currency of a quotation: the price of each phase, its options, what a kilogram costs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _t

from process.costs.case import Inclusion, Terms
from process.costs.estimate import GRAM, Estimate, LineCost, PhaseCost
from process.costs.roll_up import load_factor
from process.words import plain_number
from projects.models import Phase
from projects.money import first_rise, half_up, rounded
from projects.services.quotation_parts import Break

ZERO = Decimal(0)


@dataclass(frozen=True)
class Offer:
    """A line of the quotation: what a phase costs, or an option beside it. words: as the client reads it."""

    phase: str
    words: str
    amount: Decimal
    is_optional: bool = False


def offers_of(found: Estimate, terms: Terms, rate: Decimal, currency: str) -> Iterator[Offer]:
    """rate: from the currency of the scenario into that of the quotation."""
    for phase in found.phases:
        if phase.built.price:
            yield Offer(phase.phase, _words(phase), rounded(phase.built.price * rate, currency))
        for label, amount in options_of(found.lines, phase.phase, terms).items():
            if amount := rounded(amount * rate, currency):
                yield Offer(phase.phase, label, amount, is_optional=True)


def options_of(lines: Iterable[LineCost], phase: str, terms: Terms) -> dict[str, Decimal]:
    """By its words the price of each option of the phase, with overhead, contingency and margin unless it is passed on."""
    found: dict[str, Decimal] = {}
    for line in lines:
        if (line.phase, line.inclusion) == (phase, Inclusion.OPTIONAL):
            found[line.label] = found.get(line.label, ZERO) + line.amount * (1 if line.at_cost else load_factor(terms))
    return found


def _words(phase: PhaseCost) -> str:
    """Nothing of the scenario but how much is made."""
    label = str(Phase(phase.phase).label)
    if not phase.batches:
        return label
    kg = plain_number(half_up(phase.output_kg / phase.batches, GRAM))
    return _t("%(phase)s: %(batches)d × %(kg)s kg") % {"phase": label, "batches": phase.batches, "kg": kg}


def breaks_of(phases: Iterable[PhaseCost], rate: Decimal, currency: str) -> list[Break]:
    """What a kilogram costs by how much is made; none where no two amounts stand beside each other."""
    priced = ((half_up(each.output_kg, GRAM), each.per_kg) for each in phases if each.built.price)
    found = {kg: rounded(per_kg * rate, currency) for kg, per_kg in priced if per_kg is not None}
    rows = [Break(kg, price) for kg, price in sorted(found.items()) if kg and price]
    return rows if len(rows) > 1 else []


def rises(breaks: Sequence[Break]) -> bool:
    """Where more is dearer: the studies of a phase make its kilograms dear, which is no price by quantity."""
    return first_rise([(each.from_kg, each.price_per_kg) for each in breaks]) is not None
