"""Agreements: recorded, signed by both sides, kept as a file, withdrawn with a reason."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, require_none, require_reason
from projects.attachments import Attachment
from projects.models import Agreement, AgreementSignatory
from projects.services.agreement_reminders import settle_reminders
from projects.services.locking import locked

if TYPE_CHECKING:
    from accounts.models import User

FILE_FIELDS = ["file_name", "file_sha256", "file_media_type", "file_size_bytes"]


def _locked_agreement(code: str, agreement_id: int, actor: User) -> Agreement:
    """Locked after its project. Raises DoesNotExist for absent and foreign alike, NotAllowed, Refused for a withdrawn one."""
    project = locked(code, actor)
    require_permission("projects.record_agreement", actor, project)
    agreement = Agreement.objects.visible_to(actor).select_for_update(of=("self",)).get(project=project, pk=agreement_id)
    agreement.project = project
    require_none(withdrawn_blockers(agreement))
    return agreement


def withdrawn_blockers(agreement: Agreement) -> list[Blocker]:
    """Why nothing happens to this agreement any more."""
    if agreement.withdrawn_at is None:
        return []
    words = _t("%(number)s is withdrawn; record the agreement that stands in its place.") % {"number": agreement.number}
    return [Blocker(key="agreement.withdrawn", words=words, link=reverse("agreement-new", args=[agreement.project.code]))]


@transaction.atomic
def record_agreement(
    code: str, *, kind: str, number: str, effective_on: date, actor: User, expires_on: date | None = None, stored: Attachment | None = None
) -> Agreement:
    """Record an agreement; it binds once both sides' signatories are recorded."""
    project = locked(code, actor)
    require_permission("projects.record_agreement", actor, project)
    _check_agreement(project.pk, kind, number, effective_on, expires_on)
    agreement = Agreement.objects.create(
        project=project,
        kind=kind,
        number=number,
        effective_on=effective_on,
        expires_on=expires_on,
        recorded_by=actor,
        recorded_at=timezone.now(),
        **(_fields_of(stored) if stored else {}),
    )
    record("agreement.recorded", agreement, actor=actor, number=number, kind=agreement.get_kind_display())
    return agreement


def _fields_of(stored: Attachment) -> dict[str, Any]:
    return dict(zip(FILE_FIELDS, (stored.name, stored.sha256, stored.media_type, stored.size_bytes), strict=True))


def _check_agreement(project_id: int, kind: str, number: str, effective_on: date, expires_on: date | None) -> None:
    errors: dict[str, list[str]] = {}
    if kind not in Agreement.Kind.values:
        errors["kind"] = [_t("Choose the kind of agreement.")]
    if not number.strip():
        errors["number"] = [_t("The number finds the paper again.")]
    if expires_on is not None and expires_on <= effective_on:
        errors["expires_on"] = [_t("It would expire before it starts.")]
    if Agreement.objects.filter(project_id=project_id, kind=kind, number=number, withdrawn_at=None).exists():
        errors["number"] = [_t("This agreement is recorded already.")]
    if errors:
        raise BadInput(errors)


@transaction.atomic
def record_signatory(
    code: str, agreement_id: int, *, side: str, name: str, function: str, signed_on: date, actor: User
) -> AgreementSignatory:
    """Record who signed the agreement for one side."""
    agreement = _locked_agreement(code, agreement_id, actor)
    errors = {field: [_t("Needed.")] for field, value in {"name": name, "function": function}.items() if not value.strip()}
    if side not in AgreementSignatory.Side.values:
        errors["side"] = [_t("Choose the side.")]
    if signed_on > agreement.project.today:
        errors["signed_on"] = [_t("A signature cannot be dated in the future.")]
    if errors:
        raise BadInput(errors)
    first = agreement.signatories.filter(side=side).first()
    if first is not None:
        words = _t("%(person)s is recorded for this side, signed on %(day)s.") % {"person": first, "day": date_format(first.signed_on)}
        raise Refused([Blocker(key="agreement.signed", words=words, link=agreement.get_absolute_url())])
    signatory = AgreementSignatory.objects.create(
        agreement=agreement, side=side, name=name, function=function, signed_on=signed_on, recorded_by=actor, recorded_at=timezone.now()
    )
    record("agreement.signed", agreement, actor=actor, number=agreement.number, side=signatory.get_side_display(), name=name)
    settle_reminders(agreement)
    return signatory


@act
def keep_agreement_file(
    code: str, agreement_id: int, *, stored: Attachment, actor: User, reason: str = "", replaces: str = ""
) -> Agreement:
    """Keep the signed copy with the agreement; another one takes its place only with a reason, and the first stays in the history.

    replaces: the SHA-256 of the copy that the person was shown; Refused when there is another by now.
    """
    agreement = _locked_agreement(code, agreement_id, actor)
    before = {"file": agreement.file_name, "sha256": agreement.file_sha256}
    if replaces != agreement.file_sha256:
        words = _t("Somebody has kept another copy meanwhile: %(file)s. Look at it first.") % {"file": agreement.file_name}
        raise Refused([Blocker(key="agreement.file_changed", words=words, link=agreement.get_absolute_url())])
    if agreement.file_sha256:
        require_reason(reason)
    if stored.sha256 == agreement.file_sha256:
        raise BadInput({"file": [_t("This is the copy that is kept already.")]})
    for name, value in _fields_of(stored).items():
        setattr(agreement, name, value)
    agreement.save(update_fields=FILE_FIELDS)
    kind = "agreement.file_replaced" if before["sha256"] else "agreement.file_kept"
    after = {"file": stored.name, "sha256": stored.sha256}
    record(kind, agreement, actor=actor, reason=reason, before=before, after=after, number=agreement.number, file=stored.name)
    return agreement


@act
def withdraw_agreement(code: str, agreement_id: int, *, actor: User, reason: str) -> Agreement:
    """It binds no more, or never did: whatever rests on it is open again. The record keeps it with its signatories and its file."""
    agreement = _locked_agreement(code, agreement_id, actor)
    require_reason(reason)
    agreement.withdrawn_at, agreement.withdrawal_reason = timezone.now(), reason.strip()
    agreement.save(update_fields=["withdrawn_at", "withdrawal_reason"])
    record("agreement.withdrawn", agreement, actor=actor, reason=reason, number=agreement.number, kind=agreement.get_kind_display())
    settle_reminders(agreement)
    return agreement
