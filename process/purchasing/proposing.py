"""What an inquiry over a route asks for by itself: every bought input without a price that holds, of whoever is likeliest to sell it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_UP, Decimal

from catalogue.models import Material
from process.purchasing.sellers import Seller, sellers_of
from process.routes.building import holding_quotes, material_key, plain_route
from process.routes.mass_balance import mass_balance
from process.routes.models import RouteStep
from process.routes.plain import Fault
from process.routes.unit_cost import exact
from process.words import too_large

LEAST_KG = Decimal("0.001")
TOO_MUCH_KG = 1e9 - 1  # a line has room for less
NOT_BOUGHT = (Material.Kind.WATER, Material.Kind.PACKAGING)


@dataclass(frozen=True)
class ProposedLine:
    """sellers: who is asked for it, the one that we know best first."""

    material: Material
    quantity_kg: Decimal
    sellers: tuple[Seller, ...]


def bought_kg(steps: Iterable[RouteStep], target_kg: Decimal) -> tuple[dict[int, Decimal], tuple[Fault, ...]]:
    """By material: the fresh kilograms for the target, in grams rounded up; why there is no balance, where there is none."""
    rows = list(steps)
    balance = mass_balance(plain_route(rows), float(target_kg))
    if balance.value is None:
        return {}, balance.faults
    by_key = {material_key(line.material_id): line.material_id for step in rows for line in step.inputs.all() if line.material_id}
    if any(each.fresh_kg >= TOO_MUCH_KG for each in balance.value.bought):
        return {}, (Fault("balance.too_large", too_large()),)
    return {by_key[each.substance.key]: as_asked(each.fresh_kg) for each in balance.value.bought}, ()


def as_asked(kg: float) -> Decimal:
    """A binary hair above a gram is that gram."""
    return max(exact(round(kg, 9)).quantize(LEAST_KG, rounding=ROUND_UP), LEAST_KG)


def lines_for(
    steps: Iterable[RouteStep], target_kg: Decimal, *, on: date, with_priced: bool
) -> tuple[list[ProposedLine], tuple[Fault, ...]]:
    """In the order in which the route takes them in, without those whose price holds on that day. Nobody is asked for water."""
    needed, faults = bought_kg(steps, target_kg)
    priced = set() if with_priced else set(holding_quotes(needed, on).values_list("material_id", flat=True))
    open_ones = [pk for pk in needed if pk not in priced]
    found = Material.objects.exclude(kind__in=NOT_BOUGHT).in_bulk(open_ones)
    materials = [found[pk] for pk in open_ones if pk in found]
    sellers = sellers_of(materials, on)
    return [ProposedLine(each, needed[each.pk], tuple(sellers[each.pk])) for each in materials], faults
