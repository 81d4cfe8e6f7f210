"""What has to be bought where a material is sold in packs, and which order of a price list with breaks costs least."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import cached_property
from typing import Protocol

HAIR = Decimal("1e-9")  # so little above a whole pack is that pack, so little below a break is that break
ENDLESS = Decimal("Infinity")


def whole_packs(kg: Decimal, pack_kg: Decimal) -> Decimal:
    """The kilograms of as many packs as hold so much; as much where no pack is known."""
    return (kg / pack_kg - HAIR).to_integral_value(ROUND_CEILING) * pack_kg if pack_kg else kg


@dataclass(frozen=True)
class Break:
    """What one line of a price list sells: from so many kilograms on, at least the smallest order, in whole packs."""

    from_kg: Decimal = Decimal(0)
    pack_kg: Decimal = Decimal(0)
    minimum_kg: Decimal = Decimal(0)

    @cached_property
    def least_kg(self) -> Decimal:
        """What has to be ordered to have its price."""
        return max(self.from_kg, self.minimum_kg)

    @cached_property
    def start_kg(self) -> Decimal:
        """The same in whole packs: the smallest order that there is by it."""
        return whole_packs(self.least_kg, self.pack_kg)

    def to_buy(self, needed_kg: Decimal) -> Decimal:
        """Nothing of what is not needed."""
        return whole_packs(max(needed_kg, self.least_kg), self.pack_kg) if needed_kg else needed_kg


@dataclass(frozen=True)
class Purchase:
    """An order by one break of a list. place: of the break; price: of a kilogram."""

    place: int
    kg: Decimal
    price: Decimal

    @property
    def total(self) -> Decimal:
        return self.kg * self.price


class Quoted(Protocol):
    """A row of a price list."""

    quantity_from_kg: Decimal
    pack_kg: Decimal | None
    minimum_order_kg: Decimal | None


def breaks_of(rows: Iterable[Quoted]) -> list[Break]:
    """rows: of one list, the smallest quantity first. A row that names no pack or smallest order has those of the row before it."""
    found, pack, minimum = [], Decimal(0), Decimal(0)
    for row in rows:
        pack = pack if row.pack_kg is None else row.pack_kg
        minimum = minimum if row.minimum_order_kg is None else row.minimum_order_kg
        found.append(Break(row.quantity_from_kg, pack, minimum))
    return found


def ends_of(breaks: Sequence[Break]) -> list[Decimal]:
    """Below how many kilograms an order by each break has its price: a later one in the same packs that is reached has its own. What comes
    in other packs is another article, and a small pack is still sold beside the drum.
    """
    return [
        min((later.start_kg for later in breaks[place + 1 :] if later.pack_kg == each.pack_kg), default=ENDLESS)
        for place, each in enumerate(breaks)
    ]


def purchases(
    needed_kg: Decimal, breaks: Sequence[Break], prices: Sequence[Decimal], ends: Sequence[Decimal] | None = None
) -> list[Purchase]:
    """By which breaks of a list one could order what is needed, up to the break where it is above that: what all who count buy by.

    ends: of the breaks, where they are known already.
    """
    found = (Purchase(place, each.to_buy(needed_kg), price) for place, (each, price) in enumerate(zip(breaks, prices, strict=True)))
    return [each for each, end in zip(found, ends or ends_of(breaks), strict=True) if each.kg < end * (1 - HAIR)]


def cheapest(ways: Iterable[Purchase]) -> Purchase:
    """In all, of equals the smaller. More that is needed is never less to pay by it, nor less to order."""
    return min(ways, key=lambda way: (way.total, way.kg))


def smallest(ways: Iterable[Purchase]) -> Purchase:
    """What would do without going up to a break, of equals the cheaper."""
    return min(ways, key=lambda way: (way.kg, way.total))
