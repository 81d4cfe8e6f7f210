"""What makes a deliverable done: an effective document, or referenced evidence that a second person confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from accounts.capacities import Capacity, capacity, giver_of
from accounts.models import Role, User
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, require_none
from audit.signatures import content_hash
from projects import steps
from projects.attachments import Attachment
from projects.models import Deliverable, ReferencedEvidence
from projects.models.evidence import EVIDENCE_FIELDS
from projects.permissions import CONFIRMERS_OF_EVIDENCE
from projects.plans import needed_before, planned_deliverable, step_started_by
from projects.services.confidentiality import require_not_kept
from projects.services.locking import locked, not_active
from projects.services.owners import ask_owner
from projects.services.plan import set_actual_from
from projects.services.tailoring import pending
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
    _check_reference(system, number, record_state, record_date, today=deliverable.project.today)
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
    """Why no evidence can be entered now: it does not apply, the project rests, or the step that its record starts is locked."""
    return [*_not_applicable(deliverable), *not_active(deliverable.project), *start_locks(deliverable)]


def _not_applicable(deliverable: Deliverable) -> list[Blocker]:
    if not deliverable.not_applicable:
        return []
    words = _t("By the charter it does not apply to this project: %(reason)s") % {"reason": deliverable.not_applicable}
    return [Blocker("deliverable.not_applicable", words, reverse("project-charter", args=[deliverable.project.code]))]


def start_locks(deliverable: Deliverable, number: int = 0) -> list[Blocker]:
    """What locks the step (a validation batch, a shipment) of which this deliverable is the record; a finished one starts nothing.

    number: which batch it is; 0 for a record of all of them.
    """
    step = step_started_by(deliverable.key)
    return steps.blockers(step, steps.Start(deliverable.project, number)) if step and not deliverable.is_done else []


def not_ready_to_start(step: str, start: Any) -> list[Blocker]:
    """Guard of a step: the deliverables that must be done before it. One that is not planned here, or does not apply, holds nothing up."""
    needed = needed_before(step)
    open_rows = Deliverable.objects.open().filter(project=start.project, key__in=needed).select_related("department", "owner")
    words = _t("Before it starts, this must be done: %(title)s.")
    return [
        Blocker(
            key=f"start.{row.key}",
            words=words % {"title": row.title},
            link=reverse("deliverable-detail", args=[start.project.code, row.key]),
            owner=str(row.owner or row.department),
            expected=row.due_on,
        )
        for row in open_rows
    ]


def register_start_guards(*named: str) -> None:
    """Called by the slices for the steps that their plans name."""
    for step in named:
        steps.register_guard(step, partial(not_ready_to_start, step))


def _check_reference(system: str, number: str, record_state: str, record_date: date, *, today: date) -> None:
    needed = {"system": system, "number": number, "record_state": record_state}
    errors = {name: [_t("This is needed so that others can find the record.")] for name, value in needed.items() if not value.strip()}
    if record_date > today:
        errors["record_date"] = [_t("The record cannot be dated in the future.")]
    if errors:
        raise BadInput(errors)


def confirmation_blockers(reference: ReferencedEvidence, actor: User) -> list[Blocker]:
    """Why this person cannot confirm; the page shows the same."""
    reasons = []
    acts_as = confirming_as(reference, actor)
    if reference.state != ReferencedEvidence.State.ENTERED:
        reasons.append(_t("This evidence is already %(state)s.") % {"state": reference.get_state_display().lower()})
    if reference.entered_by_id == actor.pk:
        reasons.append(_t("You entered it; a second person confirms."))
    elif acts_as is not None and reference.entered_by_id in acts_as.people:
        reasons.append(_t("The person for whom you act entered it; a second person confirms."))
    if acts_as is None:
        reasons.append(_t("Quality assurance confirms it: with this charter, what does not apply to the project takes force."))
    return [Blocker(key="evidence.confirm", words=words) for words in reasons]


def confirming_as(reference: ReferencedEvidence, actor: User) -> Capacity | None:
    """In which capacity this person would confirm: what takes something out of the project is confirmed by quality assurance alone."""
    roles = [Role.QUALITY_ASSURANCE] if approves_scope(reference.deliverable) else CONFIRMERS_OF_EVIDENCE
    return capacity(actor, *roles, apart_from=[reference.entered_by_id])


def approves_scope(deliverable: Deliverable) -> bool:
    """Whether its evidence is the charter that puts in force what does not apply."""
    planned = planned_deliverable(deliverable.key)
    return planned is not None and planned.approves_scope and bool(pending(deliverable.project))


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
    giver = giver_of(confirming_as(reference, actor))
    reference.confirm(by=actor, at=timezone.now(), giver=giver)
    reference.save(update_fields=["state", "confirmed_by", "confirmed_for", "confirmed_at"])
    record(
        "evidence.confirmed",
        reference,
        actor=actor,
        on_behalf_of=giver,
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
        facts=_facts_of(reference),
        actor=actor,
    )
    return reference


def _facts_of(reference: ReferencedEvidence) -> dict[str, str]:
    return {
        _t("System"): reference.system,
        _t("Number"): reference.number,
        _t("State there"): reference.record_state,
        _t("Date of the record"): date_format(reference.record_date, "j M Y"),
        _t("What it shows"): reference.note,
        _t("File"): reference.file_name and f"{reference.file_name} ({reference.file_sha256[:8]})",
    }


@act
def reject_reference(code: str, key: str, reference_id: int, *, actor: User, reason: str) -> ReferencedEvidence:
    reference = _locked_reference(code, key, reference_id, actor)
    if not reason.strip():
        raise BadInput({"reason": [_t("Say what does not match; it stays in the record.")]})
    reference.reject(reason)
    reference.save(update_fields=["state", "rejection_reason"])
    giver = giver_of(confirming_as(reference, actor))
    record("evidence.rejected", reference, actor=actor, on_behalf_of=giver, reason=reason, deliverable=reference.deliverable.title)
    close_waits(f"evidence.confirm:{reference.pk}")
    return reference


def mark_done(
    deliverable: Deliverable,
    *,
    kind: str,
    label: str,
    link: str,
    content: str,
    at: datetime,
    actor: User,
    on: date | None = None,
    facts: Mapping[str, str] | None = None,
) -> None:
    """Write the evidence onto a locked deliverable, close its wait, and feed its milestone. Called by the services of the evidence."""
    day = on or deliverable.project.day_of(at)
    unbroken = deliverable.evidence_since if deliverable.is_done else None
    deliverable.evidence_on, deliverable.evidence_since = day, min(unbroken or day, day)
    deliverable.evidence_kind, deliverable.evidence_label, deliverable.evidence_link = kind, label[:300], link
    deliverable.evidence_hash, deliverable.done_at, deliverable.outdated_since = content, at, None
    deliverable.evidence_facts = {name: value for name, value in (facts or {}).items() if value}
    deliverable.save(update_fields=EVIDENCE_FIELDS)
    record("deliverable.done", deliverable, actor=actor, evidence=label, title=deliverable.title)
    close_waits(f"deliverable:{deliverable.pk}")
    set_actual_from(deliverable.project, f"deliverable:{deliverable.key}", on=day, actor=actor)
    planned = planned_deliverable(deliverable.key)
    if planned is not None and planned.on_done is not None:
        planned.on_done(deliverable, actor)


@transaction.atomic
def mark_documented(
    deliverable_id: int, *, label: str, link: str, content: str, at: datetime, actor: User, facts: Mapping[str, str] | None = None
) -> None:
    """A document of this deliverable became effective: it is done, unless it does not apply. Called with plain data."""
    deliverable = Deliverable.objects.select_for_update(of=("self",)).select_related("project").get(pk=deliverable_id)
    if not deliverable.not_applicable:
        kind = Deliverable.EvidenceKind.DOCUMENT
        mark_done(deliverable, kind=kind, label=label, link=link, content=content, at=at, actor=actor, facts=facts)


@transaction.atomic
def assign_deliverable(code: str, key: str, *, actor: User, owner: User | None, due_on: date | None) -> Deliverable:
    """Name the owner and the due date."""
    deliverable = _locked_deliverable(code, key, actor)
    require_permission("projects.plan", actor, deliverable.project)
    require_none(_not_applicable(deliverable))
    if deliverable.is_done:
        raise Refused(
            [Blocker(key="deliverable.done", words=_t("It is done; owner and date are history."), link=deliverable.get_absolute_url())]
        )
    if owner is not None and not owner.is_internal:
        raise BadInput({"owner": [_t("The owner is one of us.")]})
    require_not_kept(deliverable.project, owner, field="owner")
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
