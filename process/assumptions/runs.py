"""What the runs of steps say of a yield or a duration that the ledger assumes.

A row is of a step where its words name it, and of a yield in percent or a duration in hours or days by its unit and its words; where they
name phases too, only runs of these count. Nothing else ties them: a row is free text, and whoever settles it reads both numbers first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import ngettext

from process.actuals.comparing import Run, mean_of
from process.actuals.models import StepRun
from process.assumptions.models import Assumption
from process.words import plain_number
from projects.models import Phase, Project
from projects.money import half_up

HUNDREDTH = Decimal("0.01")
HOURS = {"h": 1, "hour": 1, "hours": 1, "小时": 1, "d": 24, "day": 24, "days": 24, "天": 24}
YIELD = re.compile(r"\byields?\b|收率", re.IGNORECASE)
DURATION = re.compile(r"\b(?:tak(?:es?|ing)|cycle|duration|lasts?|time)\b|周期|时长|耗时|需时", re.IGNORECASE)


class Kind(StrEnum):
    YIELD = "yield"
    DURATION = "duration"


@dataclass(frozen=True)
class Seen:
    """What a step gave and took on so many batches of a phase. cycle_time_h: None where nobody wrote it down."""

    step: str
    phase: str
    batches: int
    yield_pct: Decimal
    cycle_time_h: Decimal | None = None


@dataclass(frozen=True)
class TurnedOut:
    """figure: the mean over batches, in the unit of the row. words: of which step and how many batches."""

    figure: Decimal
    words: str


def runs_of(project: Project, rows: Iterable[Assumption]) -> list[Seen]:
    """One query, and none where no open row is of a step."""
    if not any(row.is_open and kind_of(row) for row in rows):
        return []
    found = StepRun.objects.filter(project=project).order_by("seen_on", "id")
    return [Seen(*each) for each in found.values_list("step__name", "phase", "batches", "yield_pct", "cycle_time_h")]


def kind_of(row: Assumption) -> Kind | None:
    if row.figure is None:
        return None
    unit = row.unit.strip().casefold()
    if unit == "%" and YIELD.search(row.words):
        return Kind.YIELD
    return Kind.DURATION if unit in HOURS and DURATION.search(row.words) else None


def turned_out(row: Assumption, runs: Sequence[Seen]) -> TurnedOut | None:
    """None where the row is of no step, or that step has not run."""
    kind = kind_of(row)
    step = _named(row.words, {run.step for run in runs})
    phases = {phase.value for phase in Phase if _says(row.words, str(phase.label))}
    ours = [run for run in runs if run.step == step and (not phases or run.phase in phases)]
    if kind is None or not ours:
        return None
    values = [(run, run.yield_pct if kind == Kind.YIELD else run.cycle_time_h) for run in ours]
    mean = mean_of([Run(Decimal(0), value, run.batches) for run, value in values if value is not None]).actual
    if mean is None:
        return None
    unit = "%" if kind == Kind.YIELD else row.unit.strip()
    figure = half_up(mean / HOURS.get(unit.casefold(), 1), HUNDREDTH)
    number = sum(run.batches for run, value in values if value is not None)
    said = ngettext("%(step)s: %(figure)s %(unit)s on %(number)d batch", "%(step)s: %(figure)s %(unit)s on %(number)d batches", number)
    return TurnedOut(figure, said % {"step": step, "figure": plain_number(figure), "unit": unit, "number": number})


def _named(words: str, steps: Iterable[str]) -> str:
    """The one step that the words name; empty where they name none, or several of which none holds the others in its name."""
    found = sorted((step for step in steps if _says(words, step)), key=len, reverse=True)
    return found[0] if found and all(_says(found[0], each) for each in found) else ""


def _says(words: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words, re.IGNORECASE) is not None
