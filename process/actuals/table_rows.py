"""What is true of a row that says what really happened."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from accounts.currencies import is_too_fine, too_fine_words
from audit.refusals import BadInput
from process.actuals.phases import not_begun
from process.actuals.quoted import Promises
from worksheets.rows import Rows

if TYPE_CHECKING:
    from process.actuals.models import ActualCost, StepRun
    from projects.models import Project


class ActualRows(Rows):
    """Of a phase that has begun, and of no day to come. Whoever wrote a row last has entered it."""

    parent: Project

    def wrong(self, row: Any, day: str) -> dict[str, list[str]]:
        """day: the name of its date."""
        row.entered_by, found = self.actor, {}
        if words := self._not_begun(row.phase):
            found["phase"] = [words]
        on: date = getattr(row, day)
        if on > self.parent.today:
            found[day] = [_t("This day has not come yet.")]
        return found

    def _not_begun(self, phase: str) -> str:
        if phase not in self._known:
            self._known[phase] = not_begun(self.parent, phase)
        return self._known[phase]

    @cached_property
    def _known(self) -> dict[str, str]:
        return {}


class CostRows(ActualRows):
    def clean(self, row: ActualCost, changed: Collection[str]) -> None:
        errors = self.wrong(row, "booked_on")
        if is_too_fine(row.amount, row.currency):
            errors["amount"] = [too_fine_words(row.currency)]
        if errors:
            raise BadInput(errors)


class RunRows(ActualRows):
    def clean(self, row: StepRun, changed: Collection[str]) -> None:
        errors = self.wrong(row, "seen_on")
        if row.yield_pct > 100:
            errors["yield_pct"] = [_t("At most 100 % of what the equation gives.")]
        if errors:
            raise BadInput(errors)
        if {"step", "phase"} & set(changed):
            promise = self._promises.of(row.step, row.phase)
            row.quoted_yield_pct, row.quoted_cycle_time_h = promise.yield_pct, promise.cycle_time_h

    @cached_property
    def _promises(self) -> Promises:
        return Promises(self.parent)
