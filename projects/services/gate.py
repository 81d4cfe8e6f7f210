"""Deciding a gate: propose, sign, refuse, withdraw. The last signature carries the decision out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Role
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, NotAllowed, Refused, require_none
from audit.signatures import sign
from projects import gates, steps
from projects.models import PHASES, GateReview, GateSignature, Phase, PhaseMove, Project, ProjectStatus
from projects.models.gate import PASSING, Decision
from projects.services.conditions import (
    NewCondition,
    add_conditions,
    check_conditions,
    content_of_conditions,
    drop_conditions,
    put_conditions_in_force,
)
from projects.services.lifecycle import advance, carry_out_return, change_status, locked, not_active, open_review, require_active
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User
    from accounts.signing import Authentication
    from projects.gates import Judged


def current_review(project: Project, *, lock: bool = False) -> GateReview | None:
    """The open or submitted review of a project, with its criteria; None once the project is over."""
    rows = GateReview.objects.current().filter(project=project).prefetch_related("criteria")
    if lock:
        rows = rows.select_for_update(of=("self",))
    review = rows.first()
    if review is not None:
        review.project = project
    return review


def judge_review(review: GateReview) -> list[Judged]:
    """The live findings of one review."""
    return gates.judge([review.project], {review.project_id: review})[review.project_id]


def proposal_content(review: GateReview) -> dict[str, Any]:
    """What every signer of a gate signs: the proposal and the hash of its evidence."""
    content = {
        "project": review.project.code,
        "gate": review.gate,
        "round": review.round,
        "proposal": review.proposal_number,
        "decision": review.proposed_decision,
        "return_to": review.proposed_return_to,
        "reason": review.proposal_reason,
        "evidence": review.evidence_hash,
    }
    if review.proposed_decision == Decision.RETURN:
        content |= {"cost_effect": review.proposed_cost_effect, "renew": review.proposed_renewals}
    if review.proposed_decision == Decision.CONDITIONAL_GO:
        content["conditions"] = content_of_conditions(review)
    return content


def _locked_review(code: str, actor: User) -> tuple[Project, GateReview]:
    """Project first, then review: every gate service locks in this order."""
    project = locked(code, actor)
    review = current_review(project, lock=True)
    if review is None:
        raise Refused([Blocker(key="gate.none", words=_t("No gate is open on this project."), link=reverse("project-detail", args=[code]))])
    return project, review


def _require_state(review: GateReview, state: GateReview.State) -> None:
    if review.state == state:
        return
    words = {
        GateReview.State.OPEN: _t("No decision is proposed yet."),
        GateReview.State.SUBMITTED: _t("A decision is already proposed and waits for signatures."),
        GateReview.State.DECIDED: _t("This review is decided."),
    }[GateReview.State(review.state)]
    raise Refused([Blocker(key="gate.state", words=words, link=reverse("project-gate", args=[review.project.code]))])


@act
def propose_decision(
    code: str,
    *,
    decision: str,
    actor: User,
    reason: str = "",
    return_to: str = "",
    cost_effect: str = "",
    renew_criteria: Sequence[str] = (),
    conditions: Sequence[NewCondition] = (),
) -> GateReview:
    """Propose one decision on the live evidence, freeze that evidence, and ask every signer.

    Raises NotAllowed, BadInput (reason, phase or condition missing) or Refused with the unmet criteria when *go* is proposed too early;
    *go with conditions* passes an unmet criterion that a condition names.
    """
    project, review = _locked_review(code, actor)
    require_permission("projects.propose_gate", actor, project)
    require_active(project)
    _require_state(review, GateReview.State.OPEN)
    require_none(proposal_blockers(review, decision))
    _check_proposal(project, decision, reason, return_to, renew_criteria)
    judged = judge_review(review)
    _check_readiness(decision, judged, conditions)
    _freeze(review, judged)
    review.proposed_decision, review.proposal_reason, review.proposed_return_to = decision, reason, return_to
    if decision == Decision.RETURN:
        review.proposed_cost_effect, review.proposed_renewals = cost_effect, list(renew_criteria)
    review.proposed_by, review.proposed_at = actor, timezone.now()
    review.proposal_number += 1
    add_conditions(review, conditions)
    review.submit()
    review.save()
    record(
        "gate.proposed",
        review,
        actor=actor,
        reason=reason,
        gate=review.gate,
        round=review.round,
        decision=decision,
        evidence=review.evidence_hash,
        conditions=[row.words for row in conditions],
    )
    _ask_signers(review)
    return review


def proposal_blockers(review: GateReview, decision: str) -> list[Blocker]:
    """What locks a proposal whatever its evidence: an overdue condition locks only the way forward, never hold, return or stop."""
    return steps.blockers(steps.GATE_REQUEST, review) if decision in PASSING else not_active(review.project)


def _check_readiness(decision: str, judged: list[Judged], conditions: Sequence[NewCondition]) -> None:
    if decision == Decision.CONDITIONAL_GO:
        check_conditions(conditions, judged)
        require_none(gates.unmet(judged, conditional=frozenset(row.criterion for row in conditions)))
    elif conditions:
        raise BadInput({"conditions": [_t("Conditions belong to “go with conditions”.")]})
    elif decision == Decision.GO:
        require_none(gates.unmet(judged))


def _check_proposal(project: Project, decision: str, reason: str, return_to: str, renew_criteria: Sequence[str]) -> None:
    errors: dict[str, list[str]] = {}
    if decision not in Decision.values:
        errors["decision"] = [_t("Choose go, go with conditions, hold, return or stop.")]
    if decision != Decision.GO and not reason.strip():
        errors["reason"] = [_t("A reason is needed for every decision other than go.")]
    if decision == Decision.RETURN and return_to not in PHASES[: PHASES.index(Phase(project.phase))]:
        errors["return_to"] = [_t("Choose an earlier phase.")]
    elif decision == Decision.RETURN and not set(renew_criteria) <= _renewable(project, return_to):
        errors["renew_criteria"] = [_t("Choose criteria of the gates that are passed again.")]
    if errors:
        raise BadInput(errors)


def _renewable(project: Project, return_to: str) -> set[str]:
    """Criteria of the gates from the phase returned to up to the present one."""
    phases = PHASES[PHASES.index(Phase(return_to)) : PHASES.index(Phase(project.phase)) + 1]
    return {criterion.key for phase in phases if project.in_scope(phase) for criterion in gates.gate_of(phase).criteria}


def _freeze(review: GateReview, judged: list[Judged]) -> None:
    """Write what was found onto the pinned criteria; the signers sign its hash."""
    pinned = {criterion.key: criterion for criterion in review.criteria.all()}
    for item in judged:
        row = pinned[item.key]
        row.met, row.evidence, row.evidence_hash = item.finding.met, [e.as_dict() for e in item.finding.evidence], item.finding.content_hash
    type(next(iter(pinned.values()))).objects.bulk_update(pinned.values(), ["met", "evidence", "evidence_hash"])
    review.evidence_hash = gates.evidence_hash(judged)


def _ask_signers(review: GateReview) -> None:
    close_waits(f"gate.meeting:{review.pk}")
    for role in review.signers:
        open_wait(
            f"gate.sign:{review.pk}:{role}",
            project=review.project,
            role=role,
            words=_t("%(code)s: sign the decision on %(gate)s (%(decision)s)")
            % {"code": review.project.code, "gate": review.gate, "decision": review.get_proposed_decision_display()},
            link=reverse("project-gate", args=[review.project.code]),
        )


def signatures_of_proposal(review: GateReview) -> list[GateSignature]:
    """Signatures and refusals of the proposal that stands."""
    return list(review.gate_signatures.filter(proposal_number=review.proposal_number).select_related("signer", "on_behalf_of", "signature"))


@transaction.atomic
def sign_decision(code: str, *, role: str, actor: User, authentication: Authentication, expected_hash: str = "") -> GateReview:
    """Sign the proposal in one role. The last signature carries the decision out in the same transaction.

    Refused when the evidence is no longer what was proposed, when the role has signed, or when the person signed in another role.
    """
    project, review = _locked_review(code, actor)
    require_active(project)
    _require_state(review, GateReview.State.SUBMITTED)
    given = signatures_of_proposal(review)
    _require_may_sign(review, given, role, actor)
    require_none(evidence_blockers(review, judge_review(review)))
    giver = principal(actor, role)
    signature = sign(
        review,
        actor=actor,
        on_behalf_of=giver,
        meaning=f"gate_{review.proposed_decision}",
        authentication=authentication,
        content=proposal_content(review),
        expected_hash=expected_hash,
    )
    now = timezone.now()
    given.append(
        GateSignature.objects.create(
            review=review,
            proposal_number=review.proposal_number,
            role=role,
            signer=actor,
            on_behalf_of=giver,
            signature=signature,
            signed_at=now,
        )
    )
    close_waits(f"gate.sign:{review.pk}:{role}")
    record(
        "gate.signed",
        review,
        actor=actor,
        on_behalf_of=giver,
        gate=review.gate,
        round=review.round,
        role=str(Role(role).label),
        decision=review.proposed_decision,
    )
    if {row.role for row in given} >= set(review.signers):
        _carry_out(project, review, actor=actor)
    return review


def evidence_blockers(review: GateReview, judged: list[Judged]) -> list[Blocker]:
    """Why nobody can sign a proposal any more: it rests on evidence that has changed since."""
    if gates.evidence_hash(judged) == review.evidence_hash:
        return []
    words = _t("The evidence changed since the decision was proposed. Withdraw the proposal and propose again on what is true now.")
    return [Blocker(key="gate.evidence_changed", words=words, link=reverse("project-gate", args=[review.project.code]))]


def principal(actor: User, role: str) -> User | None:
    """For whom this person signs in this role: nobody where the role is the own one, else who handed it over."""
    return None if role in actor.roles else actor.stands_in_for.get(role)


def signing_blockers(review: GateReview, given: list[GateSignature], role: str, actor: User) -> list[Blocker]:
    """Why this person cannot sign in this role now, in person or for another; the page's disabled button shows the same."""
    reasons = []
    if role not in review.signers:
        reasons.append(_t("This gate is not signed by %(role)s.") % {"role": role})
    elif role not in actor.signing_roles:
        reasons.append(_t("Signing here takes the role %(role)s.") % {"role": Role(role).label})
    giver = principal(actor, role)
    for row in given:
        if row.role == role:
            reasons.append(_t("%(name)s has signed for this role.") % {"name": row.signer.full_name})
        elif actor.pk in row.people:
            reasons.append(_t("You have signed as %(role)s; nobody signs in two roles.") % {"role": Role(row.role).label})
        elif giver is not None and giver.pk in row.people:
            names = {"name": giver.full_name, "role": Role(row.role).label}
            reasons.append(_t("%(name)s has signed as %(role)s; nobody signs in two roles, also not through another person.") % names)
    return [Blocker(key="gate.signer", words=words) for words in reasons]


def _require_may_sign(review: GateReview, given: list[GateSignature], role: str, actor: User) -> None:
    if role in review.signers and role not in actor.signing_roles:
        raise NotAllowed(_t("Signing here takes the role %(role)s.") % {"role": Role(role).label})
    require_none(signing_blockers(review, given, role, actor))


@act
def refuse_decision(code: str, *, role: str, actor: User, reason: str) -> GateReview:
    """Refuse to sign, with a reason: the review is open again and every signature of this proposal is spent."""
    _project, review = _locked_review(code, actor)
    _require_state(review, GateReview.State.SUBMITTED)
    if not reason.strip():
        raise BadInput({"reason": [_t("Say why you refuse; it stays in the record.")]})
    _require_may_sign(review, signatures_of_proposal(review), role, actor)
    giver = principal(actor, role)
    GateSignature.objects.create(
        review=review,
        proposal_number=review.proposal_number,
        role=role,
        signer=actor,
        on_behalf_of=giver,
        refused=True,
        reason=reason,
        signed_at=timezone.now(),
    )
    record(
        "gate.refused",
        review,
        actor=actor,
        on_behalf_of=giver,
        reason=reason,
        gate=review.gate,
        round=review.round,
        role=str(Role(role).label),
    )
    return _reopen(review)


@act
def withdraw_proposal(code: str, *, actor: User, reason: str = "") -> GateReview:
    """Take a proposal back before it is decided."""
    project, review = _locked_review(code, actor)
    require_permission("projects.propose_gate", actor, project)
    _require_state(review, GateReview.State.SUBMITTED)
    record("gate.withdrawn", review, actor=actor, reason=reason, gate=review.gate, round=review.round)
    return _reopen(review)


def _reopen(review: GateReview) -> GateReview:
    review.reopen()
    review.save()
    review.criteria.update(met=None, evidence=[], evidence_hash="")
    drop_conditions(review)
    close_waits(f"gate.sign:{review.pk}")
    return review


def _carry_out(project: Project, review: GateReview, *, actor: User) -> None:
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
    gate = gates.gate_of(review.phase)
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


def evidence_changes(review: GateReview, judged: list[Judged]) -> list[str]:
    """Keys of criteria whose evidence now differs from what was frozen at the proposal."""
    return [row.key for row in gates.changed_criteria(review, judged)]
