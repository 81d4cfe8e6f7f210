"""Moves of a project: opened, forward, out of scope, back, held, resumed, cancelled, completed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, require_none, require_reason
from audit.signatures import sign
from projects import steps
from projects.gates import gate_of, judge, renewal_problem
from projects.models import PHASES, GateCriterion, GateReview, Phase, PhaseMove, Project, ProjectStatus, Rfp, StatusChange
from projects.models.states import CLOSED_STATUSES, phase_after
from projects.services.freezing import freeze_findings, missing_of
from projects.services.locking import locked, not_active, require_active
from projects.services.numbering import next_in_series
from projects.services.owners import ask_phase_owners, ask_to_renew
from projects.services.rounds import repeat_phases
from projects.services.waiting import close_waits, close_waits_of

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from accounts.signing import Authentication
    from audit.models import Signature
    from catalogue.models import Compound, Site
    from projects.gates import Gate


@transaction.atomic
def open_project(rfp: Rfp, *, compound: Compound, actor: User, site: Site | None = None) -> Project:
    """Open the project of a submitted request in evaluation, with its first move and its first gate review. site: the one that is asked."""
    now = timezone.now()
    project = Project.objects.create(
        code=next_in_series("API", timezone.localdate().year),
        title=rfp.compound_name,  # the catalogue may know the compound by another client's name
        rfp=rfp,
        client=rfp.client,
        compound=compound,
        site=site,
        account_owner=rfp.account_owner,
        opened_at=now,
    )
    PhaseMove.objects.create(project=project, kind=PhaseMove.Kind.OPENED, to_phase=Phase.EVALUATION, actor=actor, moved_at=now)
    record("project.opened", project, actor=actor, rfp=rfp.number)
    open_review(project, actor=actor)
    return project


def open_review(project: Project, *, actor: User) -> GateReview:
    """Open the next round of the gate that closes the project's phase, pinning its criteria and signers."""
    gate = gate_of(project.phase)
    renew, after = _renewal(project, gate)
    review = GateReview.objects.create(
        project=project,
        gate=gate.key,
        phase=gate.phase,
        round=GateReview.objects.filter(project=project, gate=gate.key).count() + 1,
        signers=list(gate.signers),
        opened_at=timezone.now(),
        renew_criteria=renew,
        evidence_after=after,
    )
    GateCriterion.objects.bulk_create(
        GateCriterion(review=review, key=c.key, version=c.version, words=str(c.words), department=c.department, order=order)
        for order, c in enumerate(gate.criteria)
    )
    record("gate.opened", review, actor=actor, gate=gate.key, round=review.round, renew=renew)
    ask_to_renew(review)
    return review


def _renewal(project: Project, gate: Gate) -> tuple[list[str], datetime | None]:
    """Criteria of this gate that the last return listed, and since when their evidence counts; nothing once the gate was passed again."""
    back = PhaseMove.objects.filter(project=project, kind=PhaseMove.Kind.RETURN).order_by("-moved_at").first()
    keys = [criterion.key for criterion in gate.criteria if back and criterion.key in back.renew_criteria]
    passed = GateReview.objects.passed().filter(project=project, gate=gate.key)
    if back is None or not keys or passed.filter(decided_at__gt=back.moved_at).exists():
        return [], None
    return keys, back.moved_at


FORWARD = {
    Phase.SMALL_SCALE: Project.enter_small_scale,
    Phase.PILOT: Project.enter_pilot,
    Phase.VALIDATION: Project.enter_validation,
    Phase.COMMERCIAL: Project.enter_commercial,
}
BACKWARD = {
    Phase.EVALUATION: Project.return_to_evaluation,
    Phase.SMALL_SCALE: Project.return_to_small_scale,
    Phase.PILOT: Project.return_to_pilot,
    Phase.VALIDATION: Project.return_to_validation,
}


def advance(
    project: Project,
    *,
    actor: User,
    kind: PhaseMove.Kind,
    review: GateReview | None = None,
    signature: Signature | None = None,
    reason: str = "",
) -> None:
    """Move a locked, active project one phase forward. Called by the gate's decision and by `pass_out_of_scope` only."""
    before = Phase(project.phase)
    after = phase_after(before)
    if after is None:
        raise Refused([Blocker(key="project.last_phase", words=_t("Commercial supply is the last phase."))])
    FORWARD[after](project)
    project.save(update_fields=["phase", "updated_at"])
    PhaseMove.objects.create(
        project=project,
        kind=kind,
        from_phase=before,
        to_phase=after,
        review=review,
        signature=signature,
        reason=reason,
        actor=actor,
        moved_at=timezone.now(),
    )
    record(
        "project.phase_entered",
        project,
        actor=actor,
        before={"phase": before},
        after={"phase": after},
        reason=reason,
        phase=str(after.label),
    )
    open_review(project, actor=actor)
    ask_phase_owners(project, after, actor=actor)


def out_of_scope_blockers(project: Project) -> list[Blocker]:
    """Why the present phase cannot be passed as "not in scope"."""
    if not project.in_scope(project.phase):
        return not_active(project)
    words = _t("%(phase)s is in the contracted scope; it is left through its gate.") % {"phase": project.get_phase_display()}
    return [*not_active(project), Blocker(key="phase.in_scope", words=words, link=reverse("project-gate", args=[project.code]))]


@act
def pass_out_of_scope(code: str, *, actor: User, authentication: Authentication, reason: str) -> Project:
    """Pass a phase that the charter did not contract, by a signed “not in scope”."""
    project = locked(code, actor)
    require_permission("projects.pass_out_of_scope", actor, project)
    require_none(out_of_scope_blockers(project))
    signature = sign(
        project,
        actor=actor,
        meaning="not_in_scope",
        authentication=authentication,
        reason=reason,
        content={"phase": project.phase, "code": project.code},
    )
    _close_review_without_decision(project, actor=actor, reason=reason)
    advance(project, actor=actor, kind=PhaseMove.Kind.OUT_OF_SCOPE, signature=signature, reason=reason)
    return project


def _close_review_without_decision(project: Project, *, actor: User, reason: str) -> None:
    """A return or a pass ends the review of the phase that is left; its history stays, its waits end."""
    for review in GateReview.objects.current().filter(project=project).select_for_update():
        judged = judge([project], {project.pk: review})[project.pk]
        freeze_findings(review, judged)
        if review.state == GateReview.State.SUBMITTED:
            review.reopen()  # takes the proposal with it: a review that was left must never read as decided "go"
        review.submit()
        review.save()
        review.decide(timezone.now())
        review.save(update_fields=["state", "decided_at"])
        for kind in ("gate.sign", "gate.meeting", "gate.request", "gate.renew", "gate.propose"):
            close_waits(f"{kind}:{review.pk}")
        record("gate.left", review, actor=actor, reason=reason, gate=review.gate, round=review.round, missing=missing_of(judged))


@act
def return_project(
    code: str,
    *,
    to_phase: str,
    actor: User,
    reason: str,
    cost_effect: str = "",
    renew_criteria: Sequence[str] = (),
    client_words: str = "",
) -> Project:
    """Send an active project back to an earlier phase with a reason; listed criteria then need newer evidence.

    client_words: why, as the client reads it beside each shared milestone that is open again; empty tells no more than that it is.
    """
    project = locked(code, actor)
    require_permission("projects.move", actor, project)
    require_none(return_blockers(project))
    require_reason(reason)
    require_none(_not_earlier(project, to_phase))
    problem = renewal_problem(project, to_phase, renew_criteria)
    if problem:
        raise BadInput({"renew_criteria": [problem]})
    _close_review_without_decision(project, actor=actor, reason=reason)
    return _move_back(
        project, to_phase, actor=actor, reason=reason, cost_effect=cost_effect, client_words=client_words, renew_criteria=renew_criteria
    )


def earlier_phases(project: Project) -> list[Phase]:
    """Contracted phases before the present one, in their order."""
    return [phase for phase in PHASES[: PHASES.index(Phase(project.phase))] if project.in_scope(phase)]


def return_blockers(project: Project) -> list[Blocker]:
    """Why the project cannot go back at all."""
    if earlier_phases(project):
        return not_active(project)
    return [*not_active(project), Blocker(key="phase.first", words=_t("There is no earlier phase to return to."))]


def _not_earlier(project: Project, to_phase: str) -> list[Blocker]:
    earlier = earlier_phases(project)
    if to_phase in earlier:
        return []
    words = _t("A project returns to an earlier contracted phase: %(phases)s.") % {
        "phases": ", ".join(str(p.label) for p in earlier) or "–"
    }
    return [Blocker(key="phase.not_earlier", words=words)]


def _move_back(
    project: Project,
    to_phase: str,
    *,
    actor: User,
    reason: str,
    cost_effect: str = "",
    client_words: str = "",
    renew_criteria: Sequence[str] = (),
    review: GateReview | None = None,
) -> Project:
    before = project.phase
    BACKWARD[Phase(to_phase)](project)
    project.save(update_fields=["phase", "updated_at"])
    move = PhaseMove.objects.create(
        project=project,
        kind=PhaseMove.Kind.RETURN,
        from_phase=before,
        to_phase=to_phase,
        review=review,
        reason=reason,
        cost_effect=cost_effect,
        renew_criteria=list(renew_criteria),
        actor=actor,
        moved_at=timezone.now(),
    )
    record(
        "project.returned",
        project,
        actor=actor,
        before={"phase": before},
        after={"phase": to_phase},
        reason=reason,
        cost_effect=cost_effect,
        phase=str(Phase(to_phase).label),
    )
    open_review(project, actor=actor)
    repeat_phases(project, move, client_words=client_words, actor=actor)
    ask_phase_owners(project, to_phase, actor=actor)
    return project


def carry_out_return(project: Project, review: GateReview, *, actor: User) -> None:
    """The return that a signed gate decision orders."""
    _move_back(
        project,
        review.proposed_return_to,
        actor=actor,
        reason=review.proposal_reason,
        cost_effect=review.proposed_cost_effect,
        renew_criteria=review.proposed_renewals,
        review=review,
    )


@act
def hold_project(code: str, *, actor: User, reason: str) -> Project:
    project = locked(code, actor)
    require_permission("projects.move", actor, project)
    require_reason(reason)
    require_active(project)
    return change_status(project, ProjectStatus.ON_HOLD, actor=actor, reason=reason)


def resume_blockers(project: Project) -> list[Blocker]:
    """Why the project cannot be resumed."""
    if project.status == ProjectStatus.ON_HOLD:
        return []
    words = _t("Only a project on hold can be resumed; this one is %(status)s.") % {"status": project.get_status_display().lower()}
    return [Blocker(key="project.not_held", words=words)]


@act
def resume_project(code: str, *, actor: User, reason: str) -> Project:
    project = locked(code, actor)
    require_permission("projects.move", actor, project)
    require_reason(reason)
    require_none(resume_blockers(project))
    return change_status(project, ProjectStatus.ACTIVE, actor=actor, reason=reason)


def cancel_blockers(project: Project) -> list[Blocker]:
    """Why the project cannot be cancelled: it is over."""
    return not_active(project) if project.status in CLOSED_STATUSES else []


@act
def cancel_project(code: str, *, actor: User, reason: str, cancel_class: str) -> Project:
    """Cancel with its class (declined, lost, stopped) and reason; nothing of the record goes away."""
    project = locked(code, actor)
    require_permission("projects.cancel", actor, project)
    require_reason(reason)
    if cancel_class not in StatusChange.CancelClass.values[1:]:
        raise BadInput({"cancel_class": [_t("Say whether the project was declined, lost or stopped.")]})
    require_none(cancel_blockers(project))
    _close_review_without_decision(project, actor=actor, reason=reason)
    return change_status(project, ProjectStatus.CANCELLED, actor=actor, reason=reason, cancel_class=cancel_class)


@act
def complete_project(code: str, *, actor: User, reason: str) -> Project:
    """End the supply of a commercial project whose review (G5) was passed at least once; earlier phases complete by their gate."""
    project = locked(code, actor)
    require_permission("projects.move", actor, project)
    require_reason(reason)
    require_none(completion_blockers(project))
    _close_review_without_decision(project, actor=actor, reason=reason)
    return change_status(project, ProjectStatus.COMPLETED, actor=actor, reason=reason)


def completion_blockers(project: Project) -> list[Blocker]:
    """Why supply cannot be ended now."""
    if not project.is_active:
        return not_active(project)
    link = reverse("project-gate", args=[project.code])
    if project.phase != Phase.COMMERCIAL:
        return [Blocker(key="project.not_commercial", words=_t("A project completes by the gate of its last contracted phase."), link=link)]
    if not GateReview.objects.passed().filter(project=project, phase=Phase.COMMERCIAL).exists():
        return [Blocker(key="project.no_review", words=_t("No commercial review (G5) has been passed yet."), link=link)]
    return []


def change_status(project: Project, status: ProjectStatus, *, actor: User, reason: str, cancel_class: str = "") -> Project:
    """Carry out an allowed move of `status` on a locked project and write its row and event."""
    moves = {
        ProjectStatus.ON_HOLD: project.hold,
        ProjectStatus.ACTIVE: project.resume,
        ProjectStatus.CANCELLED: project.cancel,
        ProjectStatus.COMPLETED: project.complete,
    }
    kinds = {
        ProjectStatus.ON_HOLD: "project.held",
        ProjectStatus.ACTIVE: "project.resumed",
        ProjectStatus.CANCELLED: "project.cancelled",
        ProjectStatus.COMPLETED: "project.completed",
    }
    before = project.status
    moves[status](reason)
    project.save(update_fields=["status", "status_reason", "updated_at"])
    StatusChange.objects.create(
        project=project,
        from_status=before,
        to_status=status,
        cancel_class=cancel_class,
        reason=reason,
        actor=actor,
        changed_at=timezone.now(),
    )
    record(kinds[status], project, actor=actor, before={"status": before}, after={"status": status}, reason=reason)
    if status in CLOSED_STATUSES:
        close_waits_of(project)
    return project


def register_guards() -> None:
    steps.register_guard(steps.GATE_REQUEST, lambda review: not_active(review.project))
