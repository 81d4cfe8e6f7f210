"""What was done again on a project, and why: loops and returns in one list, the newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from projects.gates import all_gates
from projects.models import Deliverable, PhaseMove, StepLoop

if TYPE_CHECKING:
    from decimal import Decimal

    from accounts.models import User
    from projects.models import Project


@dataclass(frozen=True)
class Repeat:
    """A loop or a return: what began again, why, what it costs, and what has to be renewed."""

    title: str
    reason: str
    actor: User
    at: datetime
    side: str = ""
    cost_effect: str = ""
    cost_amount: Decimal | None = None
    cost_currency: str = ""
    renew: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Repeats:
    """`counted`: the deliverables that are in a later round than their first, those of the yearly review aside."""

    counted: list[Deliverable]
    returns: int
    rows: list[Repeat]

    def __bool__(self) -> bool:
        return bool(self.rows or self.counted)


def repeats_of(project: Project, *, returned: bool = True, repeated: bool = True) -> Repeats:
    """At most five queries; none where the caller knows that no gate was passed again (`returned`) and no work was (`repeated`)."""
    counted = list(Deliverable.objects.filter(project=project, round__gt=1, rounds__review=None).distinct()) if repeated else []
    back = PhaseMove.objects.filter(project=project, kind=PhaseMove.Kind.RETURN).select_related("actor")
    moves = list(back) if returned else []
    rows = [_return(number, move) for number, move in enumerate(moves, 1)]
    if counted:  # a loop leaves its step in a later round
        loops = StepLoop.objects.filter(project=project).select_related("deliverable", "actor")
        rows += [_loop(row) for row in loops.prefetch_related("deliverablerounds__deliverable")]
    return Repeats(counted, len(moves), sorted(rows, key=lambda row: row.at, reverse=True))


def _loop(row: StepLoop) -> Repeat:
    return Repeat(
        title=str(row),
        reason=row.reason,
        actor=row.actor,
        at=row.opened_at,
        side=row.get_side_display(),
        cost_effect=row.cost_effect,
        cost_amount=row.cost_amount,
        cost_currency=row.cost_currency,
        renew=[each.deliverable.title for each in row.deliverablerounds.all() if each.deliverable_id != row.deliverable_id],
    )


def _return(number: int, move: PhaseMove) -> Repeat:
    names = {"number": number, "before": move.get_from_phase_display(), "after": move.get_to_phase_display()}
    return Repeat(
        title=_t("Return %(number)s: %(before)s to %(after)s") % names,
        reason=move.reason,
        actor=move.actor,
        at=move.moved_at,
        cost_effect=move.cost_effect,
        renew=criteria_words(move.renew_criteria),
    )


def criteria_words(keys: Iterable[str]) -> list[str]:
    """The criteria in words, in the order of their gates; the bare key for one that a later release has dropped."""
    words = {criterion.key: str(criterion.words) for gate in all_gates() for criterion in gate.criteria}
    wanted = set(keys)
    return [text for key, text in words.items() if key in wanted] + sorted(wanted - set(words))
