"""What makes a deliverable done: an effective document, or referenced evidence that a second person confirmed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import User
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, require_none
from audit.signatures import content_hash
from projects import steps
from projects.attachments import Attachment
from projects.models import Deliverable, Phase, Project, ReferencedEvidence
from projects.plans import phase_plan, step_started_by
from projects.services.locking import locked, not_active
from projects.services.owners import ask_owner
from projects.services.plan import set_actual_from
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from datetime import datetime


def _locked_deliverable(code: str, key: str, actor: User) -> Deliverable:
    project = locked(code, actor)
    deliverable = Deliverable.objects.select_for_update(of=("self",)).select_related("department", "owner").get(project=project, key=key)
    deliverable.project = project
    return deliverable


@transaction.atomic
def enter_reference(
    code: str,
    key: str,
    *,
    system: str,
    number: str,
    record_state: str,
    record_date: date,
    actor: User,
    note: str = "",
    stored: Attachment | None = None,
) -> ReferencedEvidence:
    """Point a deliverable at its record in another validated system; it counts once a second person confirmed it."""
    deliverable = _locked_deliverable(code, key, actor)
    require_permission("projects.enter_evidence", actor, deliverable.project)
    require_none(entry_blockers(deliverable))
    _check_reference(system, number, record_state, record_date)
    reference = ReferencedEvidence(
        deliverable=deliverable,
        system=system,
        number=number,
        record_state=record_state,
        record_date=record_date,
        note=note,
        entered_by=actor,
        entered_at=timezone.now(),
    )
    if stored is not None:
        reference.file_name, reference.file_sha256 = stored.name, stored.sha256
        reference.file_media_type, reference.file_size_bytes = stored.media_type, stored.size_bytes
    reference.save()
    record("evidence.entered", reference, actor=actor, deliverable=deliverable.title, system=system, number=number)
    open_wait(
        f"evidence.confirm:{reference.pk}",
        project=deliverable.project,
        role="quality_assurance",
        words=_t("%(code)s: confirm the evidence for %(title)s") % {"code": code, "title": deliverable.title},
        link=reverse("deliverable-detail", args=[code, key]),
        due_on=deliverable.due_on,
    )
    return reference


def entry_blockers(deliverable: Deliverable) -> list[Blocker]:
    """Why no evidence can be entered now: the project rests, or the step that its record starts is locked."""
    return [*not_active(deliverable.project), *start_locks(deliverable)]


def start_locks(deliverable: Deliverable) -> list[Blocker]:
    """What locks the step (a validation batch, a shipment) of which this deliverable is the record; a finished one starts nothing."""
    step = step_started_by(deliverable.key)
    return steps.blockers(step, steps.Start(deliverable.project)) if step and not deliverable.is_done else []


def _check_reference(system: str, number: str, record_state: str, record_date: date) -> None:
    needed = {"system": system, "number": number, "record_state": record_state}
    errors = {name: [_t("This is needed so that others can find the record.")] for name, value in needed.items() if not value.strip()}
    if record_date > timezone.localdate():
        errors["record_date"] = [_t("The record cannot be dated in the future.")]
    if errors:
        raise BadInput(errors)


def confirmation_blockers(reference: ReferencedEvidence, actor: User) -> list[Blocker]:
    """Why this person cannot confirm; the page shows the same."""
    reasons = []
    if reference.state != ReferencedEvidence.State.ENTERED:
        reasons.append(_t("This evidence is already %(state)s.") % {"state": reference.get_state_display().lower()})
    if reference.entered_by_id == actor.pk:
        reasons.append(_t("You entered it; a second person confirms."))
    return [Blocker(key="evidence.confirm", words=words) for words in reasons]


def _locked_reference(code: str, key: str, reference_id: int, actor: User) -> ReferencedEvidence:
    deliverable = _locked_deliverable(code, key, actor)
    require_permission("projects.confirm_evidence", actor, deliverable.project)
    reference = ReferencedEvidence.objects.select_for_update(of=("self",)).get(deliverable=deliverable, pk=reference_id)
    reference.deliverable = deliverable
    reasons = confirmation_blockers(reference, actor)
    if reasons:
        raise Refused(reasons)
    return reference


@transaction.atomic
def confirm_reference(code: str, key: str, reference_id: int, *, actor: User) -> ReferencedEvidence:
    """The second person saw the record in the other system: the deliverable is done."""
    reference = _locked_reference(code, key, reference_id, actor)
    for earlier in ReferencedEvidence.objects.select_for_update().filter(
        deliverable=reference.deliverable, state=ReferencedEvidence.State.CONFIRMED
    ):
        earlier.supersede()
        earlier.save(update_fields=["state"])
    reference.confirm(by=actor, at=timezone.now())
    reference.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    record(
        "evidence.confirmed",
        reference,
        actor=actor,
        deliverable=reference.deliverable.title,
        system=reference.system,
        number=reference.number,
    )
    close_waits(f"evidence.confirm:{reference.pk}")
    mark_done(
        reference.deliverable,
        kind=Deliverable.EvidenceKind.REFERENCED,
        label=f"{reference.system} {reference.number} ({reference.record_state})",
        link=reverse("deliverable-detail", args=[code, key]),
        content=content_hash(reference),
        at=reference.confirmed_at or timezone.now(),
        on=reference.record_date,
        actor=actor,
    )
    return reference


@act
def reject_reference(code: str, key: str, reference_id: int, *, actor: User, reason: str) -> ReferencedEvidence:
    reference = _locked_reference(code, key, reference_id, actor)
    if not reason.strip():
        raise BadInput({"reason": [_t("Say what does not match; it stays in the record.")]})
    reference.reject(reason)
    reference.save(update_fields=["state", "rejection_reason"])
    record("evidence.rejected", reference, actor=actor, reason=reason, deliverable=reference.deliverable.title)
    close_waits(f"evidence.confirm:{reference.pk}")
    return reference


def mark_done(
    deliverable: Deliverable, *, kind: str, label: str, link: str, content: str, at: datetime, actor: User, on: date | None = None
) -> None:
    """Write the evidence onto a locked deliverable, close its wait, and feed its milestone. Called by the services of the evidence."""
    deliverable.evidence_kind, deliverable.evidence_label, deliverable.evidence_link = kind, label[:300], link
    deliverable.evidence_hash, deliverable.done_at, deliverable.outdated_since = content, at, None
    deliverable.save(update_fields=["evidence_kind", "evidence_label", "evidence_link", "evidence_hash", "done_at", "outdated_since"])
    record("deliverable.done", deliverable, actor=actor, evidence=label, title=deliverable.title)
    close_waits(f"deliverable:{deliverable.pk}")
    set_actual_from(deliverable.project, f"deliverable:{deliverable.key}", on=on or deliverable.project.day_of(at), actor=actor)
    planned = next((item for item in phase_plan(deliverable.phase).deliverables if item.key == deliverable.key), None)
    if planned is not None and planned.on_done is not None:
        planned.on_done(deliverable, actor)


@transaction.atomic
def mark_documented(deliverable_id: int, *, label: str, link: str, content: str, at: datetime, actor: User) -> None:
    """A document of this deliverable became effective. Called by the documents app with plain data."""
    deliverable = Deliverable.objects.select_for_update(of=("self",)).select_related("project").get(pk=deliverable_id)
    mark_done(deliverable, kind=Deliverable.EvidenceKind.DOCUMENT, label=label, link=link, content=content, at=at, actor=actor)


@transaction.atomic
def assign_deliverable(code: str, key: str, *, actor: User, owner: User | None, due_on: date | None) -> Deliverable:
    """Name the owner and the due date."""
    deliverable = _locked_deliverable(code, key, actor)
    require_permission("projects.plan", actor, deliverable.project)
    if deliverable.is_done:
        raise Refused(
            [Blocker(key="deliverable.done", words=_t("It is done; owner and date are history."), link=deliverable.get_absolute_url())]
        )
    if owner is not None and not owner.is_internal:
        raise BadInput({"owner": [_t("The owner is one of us.")]})
    before = {"owner": deliverable.owner and deliverable.owner.full_name, "due_on": deliverable.due_on}
    deliverable.owner, deliverable.due_on = owner, due_on
    deliverable.save(update_fields=["owner", "due_on"])
    record(
        "deliverable.assigned",
        deliverable,
        actor=actor,
        before=before,
        after={"owner": owner and owner.full_name, "due_on": due_on},
        title=deliverable.title,
    )
    ask_owner(deliverable)
    return deliverable


def renew_yearly_evidence(project: Project, *, actor: User) -> None:
    """After a passed commercial review the year's deliverables are owed again, a year later; what was done stays in the record."""
    for deliverable in (
        Deliverable.objects.filter(project=project, phase=Phase.COMMERCIAL).exclude(done_at=None).select_related("department", "owner")
    ):
        deliverable.project = project
        record(
            "deliverable.renewed",
            deliverable,
            actor=actor,
            title=deliverable.title,
            before={"evidence": deliverable.evidence_label, "done_at": deliverable.done_at},
        )
        deliverable.evidence_kind = deliverable.evidence_label = deliverable.evidence_link = deliverable.evidence_hash = ""
        deliverable.done_at = deliverable.outdated_since = None
        deliverable.due_on = deliverable.due_on and deliverable.due_on + relativedelta(years=1)
        deliverable.save(
            update_fields=["evidence_kind", "evidence_label", "evidence_link", "evidence_hash", "done_at", "outdated_since", "due_on"]
        )
        ask_owner(deliverable)
