"""What a test plan costs: samples × replicates × (hours × rate, or a price, + consumables). Pure; nothing is rounded: rows may be split."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class SamplePrice:
    """Of one sample, in one currency. price: all the work at once, in place of hours × rate; outside: another laboratory asks for it."""

    price: Decimal | None = None
    hours: Decimal = ZERO
    rate_per_hour: Decimal = ZERO
    consumables: Decimal = ZERO
    outside: bool = False


@dataclass(frozen=True)
class SampleCost:
    """Samples, hours of our analysts, and money: `work` of our own, `consumables`, `outside` laboratories."""

    samples: int = 0
    hours: Decimal = ZERO
    work: Decimal = ZERO
    consumables: Decimal = ZERO
    outside: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.work + self.consumables + self.outside

    def times(self, factor: Decimal) -> SampleCost:
        """In another currency, of which one of this one is worth `factor`."""
        return SampleCost(self.samples, self.hours, self.work * factor, self.consumables * factor, self.outside * factor)


def cost_of(price: SamplePrice, *, batches: int, samples_per_batch: int, replicates: int = 1) -> SampleCost:
    """In the currency of the price, which holds for each of the replicates of a sample."""
    samples = batches * samples_per_batch
    runs = samples * replicates
    paid = price.hours * price.rate_per_hour if price.price is None else price.price
    return SampleCost(
        samples=samples,
        hours=runs * price.hours,
        work=ZERO if price.outside else runs * paid,
        consumables=runs * price.consumables,
        outside=runs * paid if price.outside else ZERO,
    )


def added(costs: Iterable[SampleCost]) -> SampleCost:
    """Of costs in one currency."""
    total = SampleCost()
    for each in costs:
        total = SampleCost(
            total.samples + each.samples,
            total.hours + each.hours,
            total.work + each.work,
            total.consumables + each.consumables,
            total.outside + each.outside,
        )
    return total
