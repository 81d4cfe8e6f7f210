"""The meeting of a gate: its agenda before the decision, its minutes until they are signed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Role
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, require_none
from projects import steps
from projects.models import GateReview, WaitingFor
from projects.services.locking import locked, not_active, require_active
from projects.services.waiting import open_wait

if TYPE_CHECKING:
    from accounts.models import User


def _locked_review(code: str, actor: User, permission: str = "projects.propose_gate") -> GateReview:
    project = locked(code, actor)
    require_permission(permission, actor, project)
    review = GateReview.objects.current().filter(project=project).select_for_update(of=("self",)).first()
    if review is None:
        raise Refused([Blocker("gate.none", _t("No gate is open on this project."), project.get_absolute_url())])
    review.project = project
    return review


def request_blockers(review: GateReview, asked: WaitingFor | None) -> list[Blocker]:
    """Why the decision cannot be asked for now; `asked`: the open request, if there is one."""
    link, reasons = reverse("project-gate", args=[review.project.code]), list(not_active(review.project))
    if review.state != GateReview.State.OPEN:
        reasons.append(Blocker("gate.proposed", _t("A decision is proposed already; it waits for signatures."), link))
    if asked is not None:
        reasons.append(Blocker("gate.requested", _t("The decision is asked for already: %(words)s") % {"words": asked.words}, link))
    return reasons


def open_request(review: GateReview) -> WaitingFor | None:
    """The request for a decision that nobody has answered by a proposal yet."""
    if review.state != GateReview.State.OPEN:
        return None  # its proposal answered it
    return WaitingFor.objects.open().filter(key=f"gate.request:{review.pk}").first()


@act
def request_decision(code: str, *, reason: str, actor: User) -> GateReview:
    """Anybody who works on the project asks the project manager to bring the gate to its decision."""
    review = _locked_review(code, actor, "projects.request_decision")
    require_none(request_blockers(review, open_request(review)))
    if not reason.strip():
        raise BadInput({"reason": [_t("Say why the decision is needed now.")]})
    project = review.project
    names = {"code": code, "name": actor.full_name, "gate": review.gate, "reason": reason.strip()}
    open_wait(
        f"gate.request:{review.pk}",
        project=project,
        user=project.project_manager,
        role="" if project.project_manager else Role.PROJECT_MANAGER,
        words=_t("%(code)s: %(name)s asks for the decision on %(gate)s: %(reason)s") % names,
        link=reverse("project-gate", args=[code]),
    )
    record("gate.decision_requested", review, actor=actor, reason=reason.strip(), gate=review.gate, round=review.round)
    return review


@transaction.atomic
def call_meeting(code: str, *, meeting_on: date, agenda: str, actor: User) -> GateReview:
    """Ask for the decision: a day and an agenda; everybody who will sign is told to prepare."""
    review = _locked_review(code, actor)
    require_active(review.project)
    errors: dict[str, list[str]] = {}
    if meeting_on < timezone.localdate():
        errors["meeting_on"] = [_t("The day lies in the past.")]
    if not agenda.strip():
        errors["agenda"] = [_t("Write what is decided on.")]
    if errors:
        raise BadInput(errors)
    review.meeting_on, review.agenda = meeting_on, agenda.strip()
    review.save(update_fields=["meeting_on", "agenda"])
    record("gate.meeting_called", review, actor=actor, gate=review.gate, round=review.round, meeting_on=meeting_on, agenda=review.agenda)
    for role in review.signers:
        open_wait(
            f"gate.meeting:{review.pk}:{role}",
            project=review.project,
            role=role,
            words=_t("%(code)s: prepare the decision on %(gate)s") % {"code": code, "gate": review.gate},
            link=reverse("project-gate", args=[code]),
            due_on=meeting_on,
        )
    return review


def minutes_blockers(review: GateReview) -> list[Blocker]:
    """Why the minutes of this round stand as they are."""
    return steps.blockers(steps.WRITE_MINUTES, review)


@transaction.atomic
def write_minutes(code: str, gate: str, number: int, *, minutes: str, actor: User) -> GateReview:
    """What was said at the meeting of one round, also after its decision: until its Gate Minutes are in review, then it stands."""
    project = locked(code, actor)
    require_permission("projects.propose_gate", actor, project)
    review = GateReview.objects.select_for_update(of=("self",)).get(project=project, gate=gate, round=number)
    review.project = project
    require_none(minutes_blockers(review))
    before = review.minutes
    review.minutes = minutes.strip()
    review.save(update_fields=["minutes"])
    record("gate.minutes_written", review, actor=actor, gate=review.gate, round=review.round, before=before, after=review.minutes)
    return review
