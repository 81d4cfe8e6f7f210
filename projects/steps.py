"""Named steps and the guards that may lock them.

A guard is registered for a step by whoever owns the rule (`AppConfig.ready`); page, API and refusal ask
`blockers(step, obj)` and so give the same reasons. A condition of a gate locks one of the steps that are offered here by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocker, require_none

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Guard = Callable[[Any], Iterable[Blocker]]
_guards: dict[str, list[Guard]] = defaultdict(list)

GATE_REQUEST = "gate.request"
VALIDATION_BATCH = "validation_batch.start"
PILOT_BATCH = "pilot_batch.start"
SHIP_SAMPLE = "sample.ship"
MAKE_EFFECTIVE = "document.make_effective"
WRITE_MINUTES = "gate.write_minutes"  # of one review; not offered to conditions


@dataclass(frozen=True)
class Step:
    """A step that a condition may guard; a counted one may be guarded from a number on (validation batch 2)."""

    key: str
    words: str | _StrPromise
    counted: bool = False


@dataclass(frozen=True)
class Start:
    """A step of a project that is about to be taken, before it has a record of its own; 0 where the number is not known."""

    project: Any
    number: int = 0


_steps: dict[str, Step] = {
    step.key: step
    for step in (
        Step(GATE_REQUEST, _("Proposing “go” at the next gate")),
        Step(VALIDATION_BATCH, _("Starting a validation batch"), counted=True),
        Step(PILOT_BATCH, _("Starting a pilot batch"), counted=True),
        Step(SHIP_SAMPLE, _("Shipping a sample")),
        Step(MAKE_EFFECTIVE, _("Making a document effective")),
    )
}


def register_step(step: Step) -> None:
    """Offer a further step to conditions."""
    _steps[step.key] = step


def named_steps() -> list[Step]:
    return list(_steps.values())


def find_step(key: str) -> Step | None:
    return _steps.get(key)


def step_words(key: str, number: int = 0) -> str:
    """The step in words; the bare key for one that a later release has dropped."""
    step = _steps.get(key)
    words = str(step.words) if step else key
    return _t("%(step)s, from number %(number)s on") % {"step": words, "number": number} if number else words


def register_guard(step: str, guard: Guard) -> None:
    """Let `guard(obj)` name what still locks `step`; registering it twice has no effect."""
    if guard not in _guards[step]:
        _guards[step].append(guard)


def blockers(step: str, obj: Any) -> list[Blocker]:
    """Everything that every guard of `step` says about `obj`; empty when the step is open."""
    return [blocker for guard in _guards[step] for blocker in guard(obj)]


def require_open(step: str, obj: Any) -> None:
    """Raises Refused with all reasons when the step is locked."""
    require_none(blockers(step, obj))
