"""What was quoted beside what came: sums at dated rates, means over batches, days of a phase, the error over projects. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from projects.money import rounded

ZERO, HUNDRED = Decimal(0), Decimal(100)
Rates = Mapping[tuple[str, date], Decimal]  # by the other currency and the day: what one unit of it was worth


@dataclass(frozen=True)
class Compared:
    """A figure twice, in one unit. None where it was not quoted, or has not come yet."""

    quoted: Decimal | None
    actual: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """Above zero: more than was quoted."""
        return None if self.quoted is None or self.actual is None else self.actual - self.quoted

    @property
    def percent(self) -> Decimal | None:
        """The difference, of what was quoted; None also where that was nothing."""
        return HUNDRED * self.difference / self.quoted if self.difference is not None and self.quoted else None


@dataclass(frozen=True)
class Booked:
    amount: Decimal
    currency: str
    on: date


def by_currency(bookings: Iterable[Booked]) -> dict[str, Decimal]:
    """What was spent in each, by its code."""
    sums: dict[str, Decimal] = {}
    for booked in sorted(bookings, key=lambda each: each.currency):
        sums[booked.currency] = sums.get(booked.currency, ZERO) + booked.amount
    return sums


@dataclass(frozen=True)
class Spent:
    """total: in one currency, each booking converted by the rate of its day and rounded. left_out: those without a rate."""

    total: Decimal
    left_out: tuple[Booked, ...]


def spent(bookings: Iterable[Booked], into: str, rates: Rates) -> Spent:
    total, left_out = ZERO, []
    for booked in bookings:
        rate = Decimal(1) if booked.currency == into else rates.get((booked.currency, booked.on))
        if rate is None:
            left_out.append(booked)
        else:
            total += rounded(booked.amount * rate, into)
    return Spent(total, tuple(left_out))


@dataclass(frozen=True)
class Run:
    """What a step was to give (or take) and what it did, on so many batches."""

    quoted: Decimal
    actual: Decimal
    batches: int


def mean_of(runs: Sequence[Run]) -> Compared:
    """Each batch counts once."""
    batches = sum(run.batches for run in runs)
    if not batches:
        return Compared(None, None)
    return Compared(
        sum((run.quoted * run.batches for run in runs), ZERO) / batches, sum((run.actual * run.batches for run in runs), ZERO) / batches
    )


@dataclass(frozen=True)
class Stay:
    """A project in a phase; it has not left it where there is no end."""

    start: date
    end: date | None


def days_of(stays: Iterable[Stay], until: date) -> int:
    """Calendar days, of all stays of a phase that a project was returned to."""
    return sum(((stay.end or until) - stay.start).days for stay in stays)


@dataclass(frozen=True)
class Error:
    """How far what came lay from what was quoted, in percent of that: the mean over projects, the lowest and the highest of them."""

    projects: int
    mean: Decimal
    low: Decimal
    high: Decimal


def error_over(projects: Iterable[Compared]) -> Error | None:
    """One for each project, so that one with many batches speaks once."""
    percents = [each.percent for each in projects if each.percent is not None]
    if not percents:
        return None
    return Error(len(percents), sum(percents, ZERO) / len(percents), min(percents), max(percents))
