"""What a decided gate orders: on, held, back, stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _t

from audit.events import record
from projects.gates import gate_of
from projects.models import GateReview, PhaseMove, Project, ProjectStatus
from projects.models.gate import PASSING, Decision
from projects.services.conditions import put_conditions_in_force
from projects.services.lifecycle import advance, carry_out_return, change_status, open_review
from projects.services.waiting import close_waits

if TYPE_CHECKING:
    from accounts.models import User


def carry_out(project: Project, review: GateReview, *, actor: User) -> None:
    """Inside the last signature's transaction: decided, then what the decision orders."""
    decision = Decision(review.proposed_decision)
    review.decide(timezone.now())
    review.save(update_fields=["state", "decided_at"])
    close_waits(f"gate.renew:{review.pk}")
    record(
        "gate.decided",
        review,
        actor=actor,
        reason=review.proposal_reason,
        gate=review.gate,
        round=review.round,
        decision=decision,
        decision_label=str(decision.label),
    )
    if decision in PASSING:
        put_conditions_in_force(review, actor=actor)
    moves = {Decision.GO: _go, Decision.CONDITIONAL_GO: _go, Decision.HOLD: _hold, Decision.RETURN: _return, Decision.STOP: _stop}
    moves[decision](project, review, actor)


def _go(project: Project, review: GateReview, actor: User) -> None:
    gate = gate_of(review.phase)
    if gate.on_go is not None:
        gate.on_go(project, review, actor=actor)
    if not gate.terminal:
        open_review(project, actor=actor)
    elif review.phase == project.last_phase:
        change_status(
            project,
            ProjectStatus.COMPLETED,
            actor=actor,
            reason=_t("%(gate)s of the last contracted phase passed.") % {"gate": review.gate},
        )
    else:
        advance(project, actor=actor, kind=PhaseMove.Kind.GATE, review=review)


def _hold(project: Project, review: GateReview, actor: User) -> None:
    change_status(project, ProjectStatus.ON_HOLD, actor=actor, reason=review.proposal_reason)
    open_review(project, actor=actor)


def _return(project: Project, review: GateReview, actor: User) -> None:
    carry_out_return(project, review, actor=actor)


def _stop(project: Project, review: GateReview, actor: User) -> None:
    change_status(project, ProjectStatus.CANCELLED, actor=actor, reason=review.proposal_reason, cancel_class="stopped")
