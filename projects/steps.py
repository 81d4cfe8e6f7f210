"""Named steps and the guards that may lock them.

A guard is registered for a step by whoever owns the rule (`AppConfig.ready`); page, API and refusal ask
`blockers(step, obj)` and so give the same reasons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from audit.refusals import Blocker, require_none

Guard = Callable[[Any], Iterable[Blocker]]
_guards: dict[str, list[Guard]] = defaultdict(list)


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
