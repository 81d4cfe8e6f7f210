"""Waivers: an unmet criterion that quality assurance accepts by a signature of its own. They stay on the gate for ever."""

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
from audit.refusals import BadInput, Blocker, Refused, require_none
from audit.signatures import content_hash, sign
from projects import gates
from projects.models import GateReview, GateWaiver, Project
from projects.services.locking import locked, not_active, require_active
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.signing import Authentication
    from projects.gates import Judged


def waiver_content(waiver: GateWaiver) -> dict[str, Any]:
    """What quality assurance signs: the criterion, what was found, and why it is accepted."""
    return {
        "project": waiver.review.project.code,
        "gate": waiver.review.gate,
        "round": waiver.review.round,
        "criterion": {"key": waiver.criterion_key, "version": waiver.criterion_version, "words": waiver.criterion_words},
        "finding": waiver.finding,
        "justification": waiver.justification,
    }


def waiver_hash(waiver: GateWaiver) -> str:
    return content_hash(waiver, waiver_content(waiver))


def _link(code: str) -> str:
    return reverse("project-gate", args=[code]) + "#waivers"


def request_blockers(review: GateReview, item: Judged) -> list[Blocker]:
    """Why no waiver of this criterion can be asked for now; the page shows the same."""
    link, reasons = _link(review.project.code), list(not_active(review.project))
    if review.state != GateReview.State.OPEN:
        reasons.append(Blocker("waiver.proposed", _t("A decision is proposed; withdraw it first."), link))
    if item.tailored:
        reasons.append(Blocker("waiver.not_applicable", _t("The criterion does not apply; nothing has to be accepted."), link))
    if item.finding.met:
        reasons.append(Blocker("waiver.met", _t("The criterion is met; nothing has to be accepted."), link))
    if not item.waivable:
        reasons.append(Blocker("waiver.never", _t("This criterion is passed only by its evidence; it cannot be waived."), link))
    return reasons


def _locked_review(code: str, actor: User) -> GateReview:
    project = locked(code, actor)
    review = GateReview.objects.current().filter(project=project).select_for_update(of=("self",)).prefetch_related("criteria").first()
    if review is None:
        raise Refused([Blocker("gate.none", _t("No gate is open on this project."), project.get_absolute_url())])
    review.project = project
    return review


@transaction.atomic
def request_waiver(code: str, criterion: str, *, actor: User, justification: str) -> GateWaiver:
    """Ask quality assurance to accept an unmet criterion, with the written justification. Pins what is found now."""
    review = _locked_review(code, actor)
    require_permission("projects.request_waiver", actor, review.project)
    judged = gates.judge([review.project], {review.project_id: review})[review.project_id]
    item = next((item for item in judged if item.key == criterion), None)
    if item is None:
        raise BadInput({"criterion": [_t("This gate has no such criterion.")]})
    require_none(request_blockers(review, item))
    if not justification.strip():
        raise BadInput({"justification": [_t("Write why it can be accepted; it stays in the record.")]})
    _require_none_open(review, criterion, replaceable=not item.waived)
    waiver = GateWaiver.objects.create(
        review=review,
        criterion_key=item.key,
        criterion_version=item.version,
        criterion_words=item.words,
        justification=justification.strip(),
        finding=_finding(item),
        requested_by=actor,
        requested_at=timezone.now(),
    )
    record("waiver.requested", waiver, actor=actor, criterion=item.words, gate=review.gate, round=review.round)
    open_wait(
        f"waiver:{waiver.pk}",
        project=review.project,
        role=Role.QUALITY_ASSURANCE,
        words=_t("%(code)s: decide on the waiver of “%(words)s”") % {"code": code, "words": item.words},
        link=_link(code),
    )
    return waiver


def _finding(item: Judged) -> dict[str, Any]:
    """Without dates of expectation: they move while nothing of what is missing changes."""
    return {
        "met": item.finding.met,
        "evidence": [evidence.as_dict() for evidence in item.finding.evidence],
        "blockers": [{"key": blocker.key, "words": str(blocker.words)} for blocker in item.finding.blockers],
    }


def _require_none_open(review: GateReview, criterion: str, *, replaceable: bool) -> None:
    """One waiver at a time; a granted one that no longer covers what is missing cannot be replaced either: a new round asks anew."""
    found = GateWaiver.objects.filter(review=review, criterion_key=criterion, state__in=["requested", "granted"]).first()
    if found is None:
        return
    words = (
        _t("Its waiver was signed on another finding; decide “hold” to open a new round.")
        if found.state == GateWaiver.State.GRANTED and replaceable
        else _t("A waiver of this criterion is already %(state)s.") % {"state": found.get_state_display().lower()}
    )
    raise Refused([Blocker("waiver.once", words, _link(review.project.code))])


def _giver(actor: User) -> User | None:
    return giver_of(capacity(actor, Role.QUALITY_ASSURANCE))


def decision_blockers(waiver: GateWaiver, actor: User) -> list[Blocker]:
    """Why this person cannot decide on the waiver now."""
    reasons = []
    if waiver.state != GateWaiver.State.REQUESTED:
        reasons.append(_t("This waiver is already %(state)s.") % {"state": waiver.get_state_display().lower()})
    if waiver.requested_by_id in {actor.pk, getattr(_giver(actor), "pk", None)}:
        reasons.append(_t("You, or the person for whom you sign, asked for it; another person decides."))
    if waiver.review.state == GateReview.State.DECIDED:
        reasons.append(_t("The round that it belongs to is over."))
    return [Blocker("waiver.decide", words, _link(waiver.review.project.code)) for words in reasons]


def _locked_waiver(code: str, pk: int, actor: User) -> tuple[Project, GateWaiver]:
    project = locked(code, actor)
    waiver = (
        GateWaiver.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("review", "requested_by")
        .get(pk=pk, review__project=project)
    )
    waiver.review.project = project
    return project, waiver


@transaction.atomic
def grant_waiver(code: str, pk: int, *, actor: User, authentication: Authentication, expected_hash: str = "") -> GateWaiver:
    """Quality assurance signs the criterion, the finding and the justification; the criterion no longer holds the gate shut."""
    project, waiver = _locked_waiver(code, pk, actor)
    require_permission("projects.decide_waiver", actor, project)
    require_active(project)
    require_none(decision_blockers(waiver, actor))
    waiver.signature = sign(
        waiver,
        actor=actor,
        on_behalf_of=_giver(actor),
        meaning="waiver",
        authentication=authentication,
        reason=waiver.justification,
        content=waiver_content(waiver),
        expected_hash=expected_hash,
    )
    waiver.grant(actor, timezone.now())
    waiver.save(update_fields=["state", "signature", "decided_by", "decided_at"])
    record(
        "waiver.granted",
        waiver,
        actor=actor,
        on_behalf_of=_giver(actor),
        reason=waiver.justification,
        criterion=waiver.criterion_words,
        gate=waiver.review.gate,
    )
    close_waits(f"waiver:{waiver.pk}")
    return waiver


@act
def refuse_waiver(code: str, pk: int, *, actor: User, reason: str) -> GateWaiver:
    """Quality assurance does not accept it, and says why."""
    project, waiver = _locked_waiver(code, pk, actor)
    require_permission("projects.decide_waiver", actor, project)
    require_none(decision_blockers(waiver, actor))
    if not reason.strip():
        raise BadInput({"reason": [_t("Say why; it stays in the record.")]})
    waiver.refuse(actor, timezone.now(), reason.strip())
    waiver.save(update_fields=["state", "decided_by", "decided_at", "refusal_reason"])
    names = {"criterion": waiver.criterion_words, "gate": waiver.review.gate}
    record("waiver.refused", waiver, actor=actor, on_behalf_of=_giver(actor), reason=reason, **names)
    close_waits(f"waiver:{waiver.pk}")
    return waiver


@transaction.atomic
def withdraw_waiver(code: str, pk: int, *, actor: User) -> GateWaiver:
    """The request is taken back before anybody decided."""
    project, waiver = _locked_waiver(code, pk, actor)
    require_permission("projects.request_waiver", actor, project)
    if waiver.state != GateWaiver.State.REQUESTED:
        raise Refused(decision_blockers(waiver, actor))
    waiver.withdraw(timezone.now())
    waiver.save(update_fields=["state", "decided_at"])
    record("waiver.withdrawn", waiver, actor=actor, criterion=waiver.criterion_words, gate=waiver.review.gate)
    close_waits(f"waiver:{waiver.pk}")
    return waiver
