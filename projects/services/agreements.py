"""Agreements: recorded, signed by both sides, kept as a file; changed and corrected, withdrawn with a reason.

Each is found by the code of its project and its id; one of a client for all its projects by its id alone (`code` is None).
"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict, Unpack

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from accounts.models import Client
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, require_none, require_reason
from audit.seen import require_unchanged, words_of
from projects.attachments import Attachment
from projects.models import Agreement, AgreementSignatory
from projects.services.agreement_reminders import settle_reminders
from projects.services.locking import locked
from projects.services.waiting import close_waits

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

PAPER = ("kind", "number", "effective_on", "expires_on")
SIGNED_BY = ("name", "function", "signed_on")
FILE_FIELDS = ["file_name", "file_sha256", "file_media_type", "file_size_bytes"]


class Paper(TypedDict):
    """What is recorded of an agreement."""

    kind: str
    number: str
    effective_on: date
    expires_on: NotRequired[date | None]
    stored: NotRequired[Attachment | None]


def _locked_agreement(code: str | None, agreement_id: int, actor: User) -> Agreement:
    """Locked after its project or client. Raises DoesNotExist for absent and foreign alike, NotAllowed, Refused for a withdrawn one."""
    rows = Agreement.objects.visible_to(actor).select_for_update(of=("self",))
    if code is None:
        client = _locked_clients(actor).get(agreements__pk=agreement_id, agreements__project=None)
        require_permission("projects.record_agreement", actor, client)
        agreement = rows.of_whole_client().get(pk=agreement_id)
        agreement.client = client
    else:
        project = locked(code, actor)
        require_permission("projects.record_agreement", actor, project)
        agreement = rows.get(project=project, pk=agreement_id)
        agreement.project, agreement.client = project, project.client
    require_none(withdrawn_blockers(agreement))
    return agreement


def _locked_clients(actor: User) -> QuerySet[Client]:
    return Client.objects.visible_to(actor).select_for_update(of=("self",))


def withdrawn_blockers(agreement: Agreement) -> list[Blocker]:
    """Why nothing happens to this agreement any more."""
    if agreement.withdrawn_at is None:
        return []
    words = _t("%(number)s is withdrawn; record the agreement that stands in its place.") % {"number": agreement.number}
    return [Blocker(key="agreement.withdrawn", words=words, link=_page_for_another(agreement))]


def _page_for_another(agreement: Agreement) -> str:
    """Where one more is recorded for the same project or client."""
    if agreement.project is None:
        return reverse("client-agreement-new", args=[agreement.client.code])
    return reverse("agreement-new", args=[agreement.project.code])


@transaction.atomic
def record_agreement(code: str, *, actor: User, **paper: Unpack[Paper]) -> Agreement:
    """Record an agreement of a project; it binds once both sides' signatories are recorded."""
    project = locked(code, actor)
    require_permission("projects.record_agreement", actor, project)
    return _record(Agreement(client=project.client, project=project), actor=actor, **paper)


@transaction.atomic
def record_client_agreement(client_code: str, *, actor: User, **paper: Unpack[Paper]) -> Agreement:
    """The same of a client, for all its projects and requests, those to come included."""
    client = _locked_clients(actor).get(code=client_code)
    require_permission("projects.record_agreement", actor, client)
    return _record(Agreement(client=client), actor=actor, **paper)


def _record(agreement: Agreement, *, actor: User, stored: Attachment | None = None, **paper: Any) -> Agreement:
    for name, value in (paper | (_fields_of(stored) if stored else {})).items():
        setattr(agreement, name, value)
    _check_agreement(agreement, **{name: getattr(agreement, name) for name in PAPER})
    agreement.recorded_by, agreement.recorded_at = actor, timezone.now()
    agreement.save(force_insert=True)
    record("agreement.recorded", agreement, actor=actor, number=agreement.number, kind=agreement.get_kind_display())
    return agreement


def _fields_of(stored: Attachment) -> dict[str, Any]:
    return dict(zip(FILE_FIELDS, (stored.name, stored.sha256, stored.media_type, stored.size_bytes), strict=True))


def _check_agreement(agreement: Agreement, *, kind: str, number: str, effective_on: date, expires_on: date | None) -> None:
    """What is to stand on its paper."""
    errors: dict[str, list[str]] = {}
    if kind not in Agreement.Kind.values:
        errors["kind"] = [_t("Choose the kind of agreement.")]
    if not number.strip():
        errors["number"] = [_t("The number finds the paper again.")]
    if expires_on is not None and expires_on <= effective_on:
        errors["expires_on"] = [_t("It would expire before it starts.")]
    others = Agreement.objects.filter(client=agreement.client_id, project=agreement.project_id, withdrawn_at=None).exclude(pk=agreement.pk)
    if others.filter(kind=kind, number=number).exists():
        errors["number"] = [_t("This agreement is recorded already.")]
    if errors:
        raise BadInput(errors)


@transaction.atomic
def record_signatory(
    code: str | None, agreement_id: int, *, side: str, name: str, function: str, signed_on: date, actor: User
) -> AgreementSignatory:
    """Record who signed the agreement for one side."""
    agreement = _locked_agreement(code, agreement_id, actor)
    _check_signatory(agreement, side, name=name, function=function, signed_on=signed_on)
    first = agreement.signatories.filter(side=side).first()
    if first is not None:
        words = _t("%(person)s is recorded for this side, signed on %(day)s.") % {"person": first, "day": date_format(first.signed_on)}
        raise Refused([Blocker(key="agreement.signed", words=words, link=agreement.get_absolute_url())])
    signatory = AgreementSignatory.objects.create(
        agreement=agreement, side=side, name=name, function=function, signed_on=signed_on, recorded_by=actor, recorded_at=timezone.now()
    )
    record("agreement.signed", agreement, actor=actor, number=agreement.number, side=_party(side), name=name)
    settle_reminders(agreement)
    return signatory


def _party(side: str) -> str:
    """In the record, which more people read than those who may know the client by name."""
    return str(settings.ORGANISATION_NAME) if side == AgreementSignatory.Side.CDMO else _t("the client")


def _check_signatory(agreement: Agreement, side: str, *, name: str, function: str, signed_on: date) -> None:
    errors = {field: [_t("Needed.")] for field, value in {"name": name, "function": function}.items() if not value.strip()}
    if side not in AgreementSignatory.Side.values:
        errors["side"] = [_t("Choose the side.")]
    if signed_on > agreement.today:
        errors["signed_on"] = [_t("A signature cannot be dated in the future.")]
    if errors:
        raise BadInput(errors)


def paper_values(agreement: Agreement) -> dict[str, Any]:
    """What stands on the paper, as its form shows it. The kind of one that both sides signed is no part of it."""
    return {name: getattr(agreement, name) for name in PAPER if name != "kind" or not agreement.is_signed}


def signatory_values(signatory: AgreementSignatory) -> dict[str, Any]:
    return {name: getattr(signatory, name) for name in SIGNED_BY}


@act
def change_agreement(
    code: str | None, agreement_id: int, *, changes: dict[str, Any], actor: User, reason: str, version: str = ""
) -> Agreement:
    """Mend what was typed of the paper: a change until both sides have signed it, a correction afterwards; the record keeps both readings.

    version: what the person was shown (`audit.seen`). Raises BadInput where nothing is changed.
    """
    agreement = _locked_agreement(code, agreement_id, actor)
    require_reason(reason)
    event, present = "agreement.corrected" if agreement.is_signed else "agreement.changed", paper_values(agreement)
    wanted = present | {name: value for name, value in changes.items() if name in present}
    require_unchanged(version, now=present, wanted=wanted, words=partial(words_of, agreement))
    _check_agreement(agreement, **{"kind": agreement.kind} | wanted)
    said = _write(agreement, wanted, "number")
    record(event, agreement, actor=actor, reason=reason, kind=agreement.get_kind_display(), number=agreement.number, **said)
    close_waits(f"agreement.expiring:{agreement.pk}")  # the night asks again for the day that it has now
    settle_reminders(agreement)
    return agreement


@act
def correct_signatory(
    code: str | None, agreement_id: int, *, side: str, changes: dict[str, Any], actor: User, reason: str, version: str = ""
) -> AgreementSignatory:
    """Mend what was typed of who signed for one side. Raises AgreementSignatory.DoesNotExist while nobody has."""
    agreement = _locked_agreement(code, agreement_id, actor)
    signatory = agreement.signatories.get(side=side)
    require_reason(reason)
    present = signatory_values(signatory)
    wanted = present | {name: value for name, value in changes.items() if name in present}
    require_unchanged(version, now=present, wanted=wanted, words=partial(words_of, signatory))
    _check_signatory(agreement, side, **wanted)
    said = _write(signatory, wanted, "name")
    record("agreement.signatory_corrected", agreement, actor=actor, reason=reason, number=agreement.number, side=_party(side), **said)
    return signatory


def _write(row: Agreement | AgreementSignatory, wanted: dict[str, Any], said_at: str) -> dict[str, Any]:
    """What the record says of what has changed. Raises BadInput at the field `said_at` when that is nothing."""
    before = {name: getattr(row, name) for name, value in wanted.items() if getattr(row, name) != value}
    if not before:
        raise BadInput({said_at: [_t("Nothing is changed.")]})
    then = {name: words_of(row, name) for name in before}
    for name in before:
        setattr(row, name, wanted[name])
    row.save(update_fields=list(before))
    fields = ", ".join(f"{row._meta.get_field(name).verbose_name} {then[name]} → {words_of(row, name)}" for name in before)  # type: ignore[union-attr]
    return {"before": before, "after": {name: wanted[name] for name in before}, "fields": fields}


@act
def keep_agreement_file(
    code: str | None, agreement_id: int, *, stored: Attachment, actor: User, reason: str = "", replaces: str = ""
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
def withdraw_agreement(code: str | None, agreement_id: int, *, actor: User, reason: str) -> Agreement:
    """It binds no more, or never did: whatever rests on it is open again. The record keeps it with its signatories and its file."""
    agreement = _locked_agreement(code, agreement_id, actor)
    require_reason(reason)
    agreement.withdrawn_at, agreement.withdrawal_reason = timezone.now(), reason.strip()
    agreement.save(update_fields=["withdrawn_at", "withdrawal_reason"])
    record("agreement.withdrawn", agreement, actor=actor, reason=reason, number=agreement.number, kind=agreement.get_kind_display())
    settle_reminders(agreement)
    return agreement
