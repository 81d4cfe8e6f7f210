"""Deciding a gate: propose, sign, refuse, withdraw. The last signature carries the decision out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.capacities import capacity, giver_of
from accounts.models import Role
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, NotAllowed, Refused, require_none
from audit.signatures import sign
from projects import gates, steps
from projects.models import PHASES, GateReview, GateSignature, Phase, Project
from projects.models.gate import PASSING, Decision
from projects.services.conditions import (
    NewCondition,
    add_conditions,
    check_conditions,
    content_of_conditions,
    drop_conditions,
)
from projects.services.decision import carry_out
from projects.services.freezing import freeze_findings
from projects.services.locking import locked, not_active, require_active
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User
    from accounts.signing import Authentication
    from projects.gates import Judged
    from projects.models import GateCondition


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


def proposal_content(review: GateReview, conditions: Sequence[GateCondition] | None = None) -> dict[str, Any]:
    """What every signer of a gate signs: the proposal and the hash of its evidence. `conditions`: its own, of a caller that has them."""
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
        content["conditions"] = content_of_conditions(review, conditions)
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
    _check_readiness(review, decision, judged, conditions)
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


def _check_readiness(review: GateReview, decision: str, judged: list[Judged], conditions: Sequence[NewCondition]) -> None:
    if decision == Decision.CONDITIONAL_GO:
        check_conditions(conditions, judged)
        unmet = gates.unmet(judged, conditional=frozenset(row.criterion for row in conditions))
        require_none([*unmet, *gates.unset_conditions(judged, [row.words for row in conditions])])
    elif conditions:
        raise BadInput({"conditions": [_t("Conditions belong to “go with conditions”.")]})
    elif decision == Decision.GO:
        require_none(go_blockers(review, judged))


def go_blockers(review: GateReview, judged: list[Judged]) -> list[Blocker]:
    """What keeps a plain *go* from being proposed: unmet criteria, and conditions that only *go with conditions* can set."""
    unset, reasons = gates.unset_conditions(judged), gates.unmet(judged)
    if unset:
        words = _t("Decide “go with conditions”: what must become a condition of the gate cannot be passed by a plain “go”.")
        reasons.append(Blocker("gate.conditional", words, reverse("gate-conditional", args=[review.project.code])))
    return [*reasons, *unset]


def _check_proposal(project: Project, decision: str, reason: str, return_to: str, renew_criteria: Sequence[str]) -> None:
    errors: dict[str, list[str]] = {}
    if decision not in Decision.values:
        errors["decision"] = [_t("Choose go, go with conditions, hold, return or stop.")]
    if decision != Decision.GO and not reason.strip():
        errors["reason"] = [_t("A reason is needed for every decision other than go.")]
    if decision == Decision.RETURN and return_to not in PHASES[: PHASES.index(Phase(project.phase))]:
        errors["return_to"] = [_t("Choose an earlier phase.")]
    elif decision == Decision.RETURN and (problem := gates.renewal_problem(project, return_to, renew_criteria)):
        errors["renew_criteria"] = [problem]
    if errors:
        raise BadInput(errors)


def _freeze(review: GateReview, judged: list[Judged]) -> None:
    """Write what was found onto the pinned criteria; the signers sign its hash."""
    freeze_findings(review, judged)
    review.evidence_hash = gates.evidence_hash(judged)


def _ask_signers(review: GateReview) -> None:
    close_waits(f"gate.meeting:{review.pk}")
    close_waits(f"gate.propose:{review.pk}")
    close_waits(f"gate.request:{review.pk}")
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
def sign_decision(
    code: str, *, role: str, actor: User, authentication: Authentication, expected_hash: str = "", comment: str = ""
) -> GateReview:
    """Sign the proposal in one role. The last signature carries the decision out in the same transaction.

    `comment` is a dissent that does not stop the decision: it stands beside the signature and in the minutes.
    Refused when the evidence is no longer what was proposed, when the role has signed, or when the person signed in another role.
    """
    project, review = _locked_review(code, actor)
    require_active(project)
    _require_state(review, GateReview.State.SUBMITTED)
    given = signatures_of_proposal(review)
    _require_may_sign(review, given, role, actor)
    require_none(evidence_blockers(review, judge_review(review)))
    giver = giver_of(capacity(actor, role))
    signature = sign(
        review,
        actor=actor,
        on_behalf_of=giver,
        meaning=f"gate_{review.proposed_decision}",
        authentication=authentication,
        reason=comment.strip(),
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
            reason=comment.strip(),
            signed_at=now,
        )
    )
    close_waits(f"gate.sign:{review.pk}:{role}")
    record(
        "gate.signed",
        review,
        actor=actor,
        on_behalf_of=giver,
        reason=comment.strip(),
        gate=review.gate,
        round=review.round,
        role=str(Role(role).label),
        decision=review.proposed_decision,
    )
    if {row.role for row in given} >= set(review.signers):
        carry_out(project, review, actor=actor)
    return review


def evidence_blockers(review: GateReview, judged: list[Judged]) -> list[Blocker]:
    """Why nobody can sign a proposal any more: it rests on evidence that has changed since."""
    if gates.evidence_hash(judged) == review.evidence_hash:
        return []
    words = _t("The evidence changed since the decision was proposed. Withdraw the proposal and propose again on what is true now.")
    return [Blocker(key="gate.evidence_changed", words=words, link=reverse("project-gate", args=[review.project.code]))]


def signing_blockers(review: GateReview, given: list[GateSignature], role: str, actor: User) -> list[Blocker]:
    """Why this person cannot sign in this role now, in person or for another; the page's disabled button shows the same."""
    reasons = []
    if role not in review.signers:
        reasons.append(_t("This gate is not signed by %(role)s.") % {"role": role})
    elif role not in actor.signing_roles:
        reasons.append(_t("Signing here takes the role %(role)s.") % {"role": Role(role).label})
    giver = giver_of(capacity(actor, role))
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
    giver = giver_of(capacity(actor, role))
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
    review.criteria.update(met=None, evidence=[], evidence_hash="", tailoring=[])
    drop_conditions(review)
    close_waits(f"gate.sign:{review.pk}")
    return review


def evidence_changes(review: GateReview, judged: list[Judged]) -> list[str]:
    """Keys of criteria whose evidence now differs from what was frozen at the proposal."""
    return [row.key for row in gates.changed_criteria(review, judged)]
