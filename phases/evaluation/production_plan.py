"""What a production plan asks of its vessels: for how many days they are taken, what that costs. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

ZERO = Decimal(0)
HOURS_OF_A_SHIFT = Decimal(8)


@dataclass(frozen=True)
class Work:
    """Of one operation; hours of one batch, money in one currency."""

    batch_kg: Decimal
    batches: int
    hours: Decimal
    cleaning_hours: Decimal = ZERO
    shifts_per_day: int = 3
    vessel_rate: Decimal = ZERO
    operators: Decimal = ZERO
    operator_rate: Decimal = ZERO
    utilities_per_kg: Decimal = ZERO
    waste_kg_per_kg: Decimal = ZERO
    waste_price_per_kg: Decimal = ZERO
    modification_cost: Decimal = ZERO

    @property
    def occupied_hours(self) -> Decimal:
        """Cleaning included: nobody else has the vessel then."""
        return (self.hours + self.cleaning_hours) * self.batches

    @property
    def days(self) -> int:
        """Working days on which the vessel is taken, the last one begun counted whole."""
        return int((self.occupied_hours / (HOURS_OF_A_SHIFT * self.shifts_per_day)).to_integral_value(ROUND_CEILING))

    @property
    def made_kg(self) -> Decimal:
        return self.batch_kg * self.batches

    @property
    def waste_kg(self) -> Decimal:
        return self.made_kg * self.waste_kg_per_kg

    @property
    def cost(self) -> Decimal:
        """Vessel and operators for its hours, utilities and waste for its kilograms, the change of its equipment once; not rounded."""
        hourly = self.vessel_rate + self.operators * self.operator_rate
        by_kg = self.made_kg * self.utilities_per_kg + self.waste_kg * self.waste_price_per_kg
        return self.occupied_hours * hourly + by_kg + self.modification_cost


@dataclass(frozen=True)
class Utility:
    """Of one operation. amount: of each batch, or with `is_per_kg` of each kilogram of the batch; rate: of one unit."""

    amount: Decimal
    rate: Decimal
    batch_kg: Decimal
    batches: int
    is_per_kg: bool = False

    @property
    def times(self) -> Decimal:
        """How often the amount is taken in all."""
        return (self.batch_kg if self.is_per_kg else Decimal(1)) * self.batches

    @property
    def of_batch(self) -> Decimal:
        """In its unit."""
        return self.amount * self.batch_kg if self.is_per_kg else self.amount

    @property
    def amount_in_all(self) -> Decimal:
        return self.of_batch * self.batches

    @property
    def cost(self) -> Decimal:
        return self.amount_in_all * self.rate


def cost_of_all(works: Iterable[Work | Utility]) -> Decimal:
    return sum((each.cost for each in works), ZERO)
