"""The rows of a phase in words: cost, duration, and of each step that was run yield and cycle time, beside what was quoted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from accounts.permissions import allowed
from catalogue.models import ExchangeRate
from charts.look import written
from process.actuals.comparing import Booked, Compared, Rates, Run, Stay, by_currency, days_of, mean_of, spent
from process.actuals.models import ActualCost, StepRun
from process.actuals.phases import Planned, planned_of, stays_of
from process.actuals.quoted import QuotedCost, quoted_costs
from process.words import can_be_rounded, grouped, money_words, plain_number, too_large
from projects.models import Phase
from projects.money import half_up

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User
    from projects.models import Project

TENTH = Decimal("0.1")
NOTHING = "–"


@dataclass(frozen=True)
class Beside:
    """A figure in words, as it was quoted and as it came; empty where there is nothing. notes: what it rests on, what is left out."""

    label: str
    quoted: str
    actual: str
    difference: str = ""
    percent: str = ""
    notes: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True)
class PhaseActuals:
    """key: of the phase. hides_money: costs are left out, for the reader may not know what the project earns."""

    key: str
    label: str
    rows: tuple[Beside, ...]
    hides_money: bool


def all_actuals(project: Project, reader: User, *only: str) -> list[PhaseActuals]:
    """Of the phases that have begun, or of one of them. At most ten queries, however much is recorded."""
    stays = stays_of(project)
    phases = [phase for phase in stays if not only or phase in only]
    if not phases:
        return []
    reads_money = allowed("projects.read_revenue", reader, project)
    money = Money(project, phases) if reads_money else None
    planned, today = planned_of(project), project.today
    runs = list(StepRun.objects.filter(project=project, phase__in=phases).select_related("step__version__route"))
    found = []
    for phase in phases:
        rows = [money.row(phase)] if money else []
        rows.append(duration(stays[phase], planned.get(phase), today))
        rows += _steps([run for run in runs if run.phase == phase])
        found.append(PhaseActuals(phase, str(Phase(phase).label), tuple(rows), hides_money=not reads_money))
    return found


@dataclass(frozen=True)
class _Signed:
    """A difference in words, with its sign."""

    difference: str = ""
    percent: str = ""


def signed(value: Decimal, step: Decimal = TENTH) -> str:
    """+8.9, −8.9, 0."""
    number = half_up(value, step)
    if not number:
        return "0"
    whole = number == number.to_integral_value()
    return _sign(number) + grouped(abs(number).quantize(Decimal(1)) if whole else abs(number))


def _sign(number: Decimal) -> str:
    return "+" if number > 0 else "−" if number < 0 else ""


def _signed(found: Compared, words: Callable[[Decimal], str]) -> _Signed:
    """words: of the difference."""
    if found.difference is None:
        return _Signed()
    return _Signed(words(found.difference), "" if found.percent is None else f"{signed(found.percent)} %")


class Money:
    """What was quoted of the phases and what was spent on them, read once."""

    def __init__(self, project: Project, phases: Sequence[str]) -> None:
        self.quoted = quoted_costs(project)
        self.booked: dict[str, list[Booked]] = {}
        for row in ActualCost.objects.filter(project=project, phase__in=phases):
            self.booked.setdefault(row.phase, []).append(Booked(row.amount, row.currency, row.booked_on))
        self.rates = self._rates()

    def _rates(self) -> dict[str, Rates]:
        """By the currency that is converted into."""
        wanted = {
            (quoted.currency, booked.on)
            for phase, quoted in self.quoted.items()
            for booked in self.booked.get(phase, ())
            if booked.currency != quoted.currency
        }
        found: dict[str, dict[tuple[str, date], Decimal]] = {}
        for (into, on), rates in ExchangeRate.objects.holding_for(wanted).items():
            found.setdefault(into, {}).update({(currency, on): row.rate for currency, row in rates.items()})
        return dict(found)

    def row(self, phase: str) -> Beside:
        quoted, booked = self.quoted.get(phase), self.booked.get(phase, [])
        if quoted is None:
            sums = (money_words(total, each) for each, total in by_currency(booked).items())
            return Beside(_t("Cost"), _t("not quoted"), " + ".join(sums) or NOTHING)
        return _cost(quoted, booked, self.rates.get(quoted.currency, {}))

    def compared(self, phase: str) -> Compared:
        """Cost beside cost, in the currency of what was quoted; neither where only a price was, where nothing is booked, or where some of
        it has no rate.
        """
        quoted, booked = self.quoted.get(phase), self.booked.get(phase, [])
        if quoted is None or quoted.with_margin or not booked:
            return Compared(None, None)
        found = spent(booked, quoted.currency, self.rates.get(quoted.currency, {}))
        return Compared(None, None) if found.left_out else Compared(quoted.amount, found.total)


def _cost(quoted: QuotedCost, booked: Sequence[Booked], rates: Rates) -> Beside:
    """Without a difference while some of it has no rate: the sum is not whole then."""
    found, promised = spent(booked, quoted.currency, rates), money_words(quoted.amount, quoted.currency)
    notes = (quoted.words, *_no_rate(found.left_out, quoted.currency))
    if not can_be_rounded(found.total):
        return Beside(_t("Cost"), promised, NOTHING, notes=(*notes, too_large()), link=quoted.link)
    told, actual = _Signed(), NOTHING
    if len(found.left_out) < len(booked):
        actual = money_words(found.total, quoted.currency)
    if booked and not found.left_out:
        told = _signed(Compared(quoted.amount, found.total), lambda number: _sign(number) + money_words(abs(number), quoted.currency))
    return Beside(_t("Cost"), promised, actual, told.difference, told.percent, notes, quoted.link)


def _no_rate(left_out: Sequence[Booked], into: str) -> Iterator[str]:
    words = _t("No rate from %(currency)s to %(into)s on or before %(day)s: %(amount)s is not in the sum.")
    for currency, total in by_currency(left_out).items():
        day = max(each.on for each in left_out if each.currency == currency)
        yield words % {"currency": currency, "into": into, "day": written(day), "amount": money_words(total, currency)}


def duration(stays: Sequence[Stay], planned: Planned | None, today: date) -> Beside:
    """Of a phase that runs, a difference only where it has taken longer already."""
    days, runs = days_of(stays, today), stays[-1].end is None
    found = Compared(None if planned is None else Decimal(planned.days), Decimal(days))
    is_told = not runs or (found.difference or 0) > 0
    told = _signed(found, _more_days) if is_told else _Signed()
    notes = []
    if planned is not None:
        notes.append(_t("Baseline: %(start)s to %(end)s") % {"start": written(planned.start), "end": written(planned.end)})
    notes.append(_t("From %(start)s; it is still running.") % {"start": written(stays[0].start)} if runs else _from_to(stays))
    quoted = _t("not planned") if planned is None else _days(planned.days)
    return Beside(_t("Duration"), quoted, _days(days), told.difference, told.percent, tuple(notes))


def _from_to(stays: Sequence[Stay]) -> str:
    dates = "; ".join(f"{written(stay.start)} – {written(stay.end)}" for stay in stays)
    return _t("In the phase: %(dates)s") % {"dates": dates}


def _more_days(number: Decimal) -> str:
    return ngettext("%(number)s day", "%(number)s days", abs(int(number))) % {"number": signed(number, Decimal(1))}


def _days(number: int) -> str:
    return ngettext("%(number)d day", "%(number)d days", number) % {"number": number}


def _steps(runs: Sequence[StepRun]) -> Iterator[Beside]:
    """Yield and cycle time of each step, in the order of routes and steps; the versions of a route together."""
    by_step: dict[tuple[int, int], list[StepRun]] = {}
    for run in sorted(runs, key=lambda run: (run.step.version.route.number, run.step.position, run.step.key, -run.step.version.number)):
        by_step.setdefault((run.step.version.route_id, run.step.key), []).append(run)
    for group in by_step.values():
        names = {"route": group[0].step.version.route.name, "step": group[0].step.name}
        yields = mean_of([Run(run.quoted_yield_pct, run.yield_pct, run.batches) for run in group])
        yield _step(_t("%(route)s: yield of %(step)s") % names, yields, "%", _points, _batches(group))
        if any(run.cycle_time_h is not None for run in group):
            yield _step(_t("%(route)s: cycle time of %(step)s") % names, _hours(group), "h", _more_hours, "")


def _hours(group: Sequence[StepRun]) -> Compared:
    """Of the runs whose time was quoted; where none was, what they took."""
    timed = [(run.quoted_cycle_time_h, run.cycle_time_h, run.batches) for run in group if run.cycle_time_h is not None]
    if both := [Run(quoted, actual, batches) for quoted, actual, batches in timed if quoted is not None]:
        return mean_of(both)
    return Compared(None, mean_of([Run(actual, actual, batches) for _none, actual, batches in timed]).actual)


def _batches(group: Sequence[StepRun]) -> str:
    number = sum(run.batches for run in group)
    said = ngettext("Mean of %(number)d batch", "Mean of %(number)d batches", number) % {"number": number}
    names = ", ".join(run.batch_numbers for run in group if run.batch_numbers)
    return f"{said}: {names}" if names else said


def _points(number: Decimal) -> str:
    """A number that is not whole is many."""
    shown = abs(half_up(number, TENTH))
    return ngettext("%(number)s point", "%(number)s points", 1 if shown == 1 else 2) % {"number": signed(number)}


def _more_hours(number: Decimal) -> str:
    return f"{signed(number)} h"


def _step(label: str, found: Compared, unit: str, words: Callable[[Decimal], str], note: str) -> Beside:
    """words: of the difference."""
    told = _signed(found, words)
    quoted, actual = (
        _t("not quoted") if value is None else f"{plain_number(half_up(value, TENTH))} {unit}" for value in (found.quoted, found.actual)
    )
    return Beside(label, quoted, actual, told.difference, told.percent, (note,) if note else ())
