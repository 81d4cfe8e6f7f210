"""What was booked of a cost that the ledger assumes.

A row is of a cost where its figure is in a currency, and its words name what was booked, or what was booked names one of the cost lines
that rest on the row; where the words name phases too, only what was booked on these counts. All of it adds up, in the currency of the row
by the rates of its days. Nothing else ties them: a row is free text, and whoever settles it reads both numbers first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import ngettext

from accounts.currencies import CODES
from catalogue.models import ExchangeRate
from process.actuals.comparing import Booked, Rates, spent
from process.actuals.models import ActualCost
from process.assumptions.models import Assumption
from process.assumptions.runs import TurnedOut, named_phases, says
from process.words import money_words
from projects.models import Project


@dataclass(frozen=True)
class Cost:
    """As it was booked on a phase."""

    label: str
    phase: str
    booked: Booked


@dataclass(frozen=True)
class Bookings:
    """rates: by the currency that is converted into."""

    costs: Sequence[Cost] = ()
    rates: Mapping[str, Rates] | None = None


def currency_of(row: Assumption) -> str:
    """Of its figure; empty where that is no sum of money (a price per hour or per kilogram is none)."""
    unit = row.unit.strip().upper()
    return unit if row.figure is not None and unit in CODES else ""


def bookings_of(project: Project, rows: Iterable[Assumption]) -> Bookings:
    """One query, another where something was booked in another currency, and none where no open row is of money."""
    currencies = {currency_of(row) for row in rows if row.is_open} - {""}
    if not currencies:
        return Bookings()
    found = ActualCost.objects.filter(project=project).order_by("booked_on", "id")
    values = found.values_list("label", "phase", "amount", "currency", "booked_on")
    costs = [Cost(label, phase, Booked(amount, currency, on)) for label, phase, amount, currency, on in values]
    wanted = {(into, each.booked.on) for into in currencies for each in costs if each.booked.currency != into}
    return Bookings(costs, _rates(wanted))


def _rates(wanted: set[tuple[str, date]]) -> dict[str, Rates]:
    found: dict[str, dict[tuple[str, date], Decimal]] = {}
    for (into, on), rates in (ExchangeRate.objects.holding_for(wanted) if wanted else {}).items():
        found.setdefault(into, {}).update({(currency, on): row.rate for currency, row in rates.items()})
    return dict(found)


def booked_for(row: Assumption, known: Bookings) -> TurnedOut | None:
    """The sum with what it was booked for; None where the row is of no cost that was booked, or some of it has no rate."""
    into, ours = currency_of(row), _ours(row, known.costs)
    if not into or not ours:
        return None
    found = spent([each.booked for each in ours], into, (known.rates or {}).get(into, {}))
    if found.left_out:
        return None
    words = ngettext("%(label)s: %(amount)s in %(number)d booking", "%(label)s: %(amount)s in %(number)d bookings", len(ours))
    label = ", ".join(dict.fromkeys(each.label for each in ours))
    return TurnedOut(found.total, words % {"label": label, "amount": money_words(found.total, into), "number": len(ours)})


def _ours(row: Assumption, costs: Iterable[Cost]) -> list[Cost]:
    phases, lines = named_phases(row.words), [line.strip() for line in row.lines.split(",") if line.strip()]
    near = [each for each in costs if not phases or each.phase in phases]
    named = {each.label for each in near if says(row.words, each.label)}
    # “Polymorph screen” names no “Screen”
    named = {label for label in named if not any(label != other and says(other, label) for other in named)}
    return [each for each in near if each.label in named or any(says(each.label, line) for line in lines)]
