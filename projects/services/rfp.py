"""Logging and completing a request for proposal. Submitting it is in `phases/evaluation/services.py`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Client, Contact, Role
from accounts.permissions import require_permission
from accounts.services import create_client, create_contact
from accounts.services.clients import locked_client
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, require_none, require_reason
from audit.seen import require_unchanged, words_of
from catalogue.chemistry import StructureError, normalise_cas, parse_structure
from catalogue.parents import composition_of
from projects.attachments import Attachment
from projects.file_kinds import kind_by_name
from projects.limits import DECIMALS, changed_in, limits
from projects.models import Rfp, RfpFile
from projects.models.rfp_choices import Channel, FileKind
from projects.rfp_fields import GIVEN, PEOPLE, label_of
from projects.services.numbering import next_in_series
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from accounts.models import User

Created = TypeVar("Created")
DERIVED = ("smiles", "inchikey", "formula", "molar_mass_g_per_mol")
DETAILS = frozenset((*GIVEN, *PEOPLE.fields))


def locked_rfp(number: str, actor: User) -> Rfp:
    return Rfp.objects.visible_to(actor).select_for_update(of=("self",)).select_related("client", "contact").get(number=number)


@transaction.atomic
def save_rfp(
    *,
    client: Client,
    contact: Contact,
    channel: str,
    compound_name: str,
    wanted: str,
    actor: User,
    received_at: datetime | None = None,
    **details: Any,
) -> Rfp:
    """Log a request with five fields (more are welcome); it gets its RFP number at once. received_at: now, where nothing says it."""
    require_permission("projects.log_rfp", actor, client)
    _require_contact(contact, client)
    rfp = Rfp(client=client, contact=contact, channel=channel, compound_name=compound_name, wanted=wanted, created_by=actor)
    rfp.received_at = received_at or timezone.now()
    rfp.account_owner = actor if actor.is_internal else None
    rfp.number = next_in_series("RFP", timezone.localdate().year)
    apply_details(rfp, details)
    _validate(rfp)
    rfp.save()
    record("rfp.logged", rfp, actor=actor, channel=str(Channel(channel).label))
    _ask_to_complete(rfp)
    return rfp


def _require_contact(contact: Contact, client: Client) -> None:
    """Somebody of that client who still works there."""
    if contact.client_id != client.pk:
        raise BadInput({"contact": [_t("%(contact)s does not belong to %(client)s.") % {"contact": contact, "client": client}]})
    if contact.left_on is not None:
        words = _t("%(contact)s has left %(client)s. Name somebody else, or say on the client's page that they are back.")
        raise BadInput({"contact": [words % {"contact": contact, "client": client}]})


def _ask_to_complete(rfp: Rfp) -> None:
    """A draft waits for its owner; one that came from a client's system, for whoever takes it up."""
    open_wait(
        f"rfp.complete:{rfp.pk}",
        user=rfp.account_owner,
        role="" if rfp.account_owner else Role.BUSINESS_DEVELOPMENT,
        words=(
            _t("%(number)s: complete and submit, or decline")  # management reads it too when it waits too long
            if Rfp.objects.undisclosed().filter(pk=rfp.pk).exists()
            else _t("%(number)s (%(client)s, %(compound)s): complete and submit, or decline")
        )
        % {"number": rfp.number, "client": rfp.client.name, "compound": rfp.compound_name},
        link=rfp.get_absolute_url(),
        due_on=rfp.quotation_needed_on,
    )


@transaction.atomic
def log_rfp(
    *,
    client_name: str,
    contact_name: str,
    actor: User,
    client_country: str = "",
    contact_email: str = "",
    contact_phone: str = "",
    **values: Any,
) -> Rfp:
    """Log a request with client and contact as typed: a known one is taken, an unknown one entered, all in one transaction."""
    require_permission("projects.log_rfp", actor)
    if wrong := unreachable(client_name, contact_name, contact_email, contact_phone, actor=actor):
        raise BadInput(wrong)
    client = find_client(client_name, actor)
    if client is None:
        client = _renamed(
            {"name": "client", "country": "client_country"}, create_client, name=client_name, country=client_country, actor=actor
        )
    contact = find_contact(client, contact_name, contact_email) or _new_contact(client, contact_name, contact_email, contact_phone, actor)
    return save_rfp(client=client, contact=contact, actor=actor, **values)


def unreachable(
    client_name: str | None, contact_name: str | None, email: str | None, phone: str | None, *, actor: User
) -> dict[str, list[str]]:
    """What is wrong with a contact whom nobody knows and nobody could answer. None: what was typed cannot be read, which is said there."""
    if email is None or phone is None or not client_name or not contact_name:
        return {}
    client = find_client(client_name, actor)
    if email.strip() or phone.strip() or (client is not None and find_contact(client, contact_name) is not None):
        return {}
    return {"contact_email": [_t("A new contact needs an e-mail address or a telephone number.")]}


def find_client(name: str, actor: User) -> Client | None:
    """The visible client of this name or code, however the capitals are typed."""
    typed = " ".join(name.split())
    return Client.objects.visible_to(actor).filter(Q(name__iexact=typed) | Q(code__iexact=typed)).first() if typed else None


def find_contact(client: Client, name: str, email: str = "") -> Contact | None:
    """The client's contact of this name, one who is there before one who left; where an e-mail is given, the one who has it."""
    rows = Contact.objects.filter(client=client, name__iexact=" ".join(name.split())).order_by(F("left_on").desc(nulls_first=True), "pk")
    return (rows.filter(email__iexact=email.strip()) if email.strip() else rows).first()


def _renamed(fields: dict[str, str], service: Callable[..., Created], *args: Any, **values: Any) -> Created:
    """Call a service of people; what it has against a field is said at the field of this form."""
    try:
        return service(*args, **values)
    except BadInput as bad:
        raise BadInput({fields.get(name, name): words for name, words in bad.errors.items()}) from bad


@transaction.atomic
def log_rfp_from_system(
    *, client: Client, contact_name: str, actor: User, contact_email: str = "", contact_phone: str = "", channel: str = "", **values: Any
) -> Rfp:
    """Log a request that arrived through the API; the contact is the client's known one of that name (and e-mail, if given), else new.

    Of a client's own people it is the portal, of a client's system the API, whatever it says; one of ours may say how it came.
    """
    require_permission("projects.log_rfp", actor, client)
    names = {"name": "contact_name", "email": "contact_email", "phone": "contact_phone"}
    locked_client(client.code, actor)  # two requests that name the same new person wait for one another
    contact = find_contact(client, contact_name, contact_email) or _renamed(
        names, create_contact, client.pk, name=contact_name, email=contact_email, phone=contact_phone, actor=actor, reachable=False
    )
    if not (actor.is_internal and channel):
        channel = Channel.PORTAL if actor.is_client else Channel.API
    return _renamed({"contact": "contact_name"}, save_rfp, client=client, contact=contact, channel=channel, actor=actor, **values)


@act
def update_rfp(number: str, *, changes: dict[str, Any], actor: User, reason: str = "", version: str = "") -> Rfp:
    """Write changed fields (autosave and form alike). After submission a change needs a reason. version: as shown (`audit.seen`). Raises
    BadInput with all that is wrong."""
    rfp = locked_rfp(number, actor)
    require_permission("projects.edit_rfp", actor, rfp)
    _require_open(rfp)
    needs_reason = rfp.state != Rfp.State.DRAFT and not reason.strip()
    errors = {"reason": [_t("The request is submitted; a change needs a reason.")]} if needs_reason else {}
    before = {name: getattr(rfp, name) for name in changes}
    if changes.get("contact", rfp.contact) != rfp.contact:
        _require_contact(changes["contact"], rfp.client)
    require_unchanged(version, now=rfp_values(rfp), wanted=changes, words=partial(words_of, rfp))
    try:
        apply_details(rfp, changes)
    except BadInput as bad:
        raise BadInput(bad.errors | errors) from bad
    if errors:
        raise BadInput(errors)
    changed = [name for name in changes if getattr(rfp, name) != before[name]]
    if not changed:
        return rfp
    _validate(rfp)
    rfp.save()
    record(
        "rfp.changed",
        rfp,
        actor=actor,
        reason=reason,
        before={name: _plain(before[name]) for name in changed},
        after={name: _plain(getattr(rfp, name)) for name in changed},
        fields=", ".join(label_of(name) for name in changed),
    )
    if rfp.state == Rfp.State.DRAFT and set(changed) & {"account_owner", "quotation_needed_on", "compound_name"}:
        _ask_to_complete(rfp)
    return rfp


@act
def change_client(
    number: str, *, client_name: str, contact_name: str, reason: str, actor: User, contact_email: str = "", contact_phone: str = ""
) -> Rfp:
    """Another client for a draft of ours that was logged under the wrong one; its contact is found or entered as in `log_rfp`."""
    rfp = locked_rfp(number, actor)
    require_permission("projects.edit_rfp", actor, rfp)
    require_none(client_blockers(rfp))
    require_reason(reason)
    client = find_client(client_name, actor)
    if client is None:
        raise BadInput({"client": [_t("There is no client of this name or code.")]})
    if client.pk == rfp.client_id:
        raise BadInput({"client": [_t("It is the client of this request already.")]})
    if wrong := unreachable(client_name, contact_name, contact_email, contact_phone, actor=actor):
        raise BadInput(wrong)
    contact = find_contact(client, contact_name, contact_email) or _new_contact(client, contact_name, contact_email, contact_phone, actor)
    _require_contact(contact, client)
    before = {"client": rfp.client.name, "contact": rfp.contact.name}
    rfp.client, rfp.contact = client, contact
    rfp.save(update_fields=["client", "contact", "updated_at"])
    after = {"client": client.name, "contact": contact.name}
    record("rfp.client_changed", rfp, actor=actor, reason=reason.strip(), before=before, after=after, name=client.name)
    _ask_to_complete(rfp)
    return rfp


def client_blockers(rfp: Rfp) -> list[Blocker]:
    """Why the client stays; the page shows the same."""
    words = ""
    if rfp.state != Rfp.State.DRAFT:
        words = _t("The client of a request is corrected only while it is a draft.")
    elif not rfp.created_by.is_internal:
        words = _t("The client's own system sent this request.")
    return [Blocker(key="rfp.client", words=words, link=rfp.get_absolute_url())] if words else []


def _new_contact(client: Client, name: str, email: str, phone: str, actor: User) -> Contact:
    names = {"name": "contact", "email": "contact_email", "phone": "contact_phone"}
    return _renamed(names, create_contact, client.pk, name=name, email=email, phone=phone, actor=actor)


def _require_open(rfp: Rfp) -> None:
    if rfp.state == Rfp.State.DECLINED:
        raise Refused([Blocker(key="rfp.declined", words=_t("This request was declined."), link=rfp.get_absolute_url())])


def rfp_values(rfp: Rfp) -> dict[str, Any]:
    """What the form of the request shows."""
    return {name: getattr(rfp, name) for name in sorted(DETAILS)}


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool, list, type(None))) else str(value)


def apply_details(rfp: Rfp, details: dict[str, Any]) -> None:
    """Set fields on the unsaved request and derive what follows from the structure. Raises BadInput at every field that is wrong."""
    unknown = set(details) - DETAILS
    if unknown:
        raise BadInput({name: [_t("This field cannot be set.")] for name in sorted(unknown)})
    beside, changed = {name: getattr(rfp, name) for name in DECIMALS}, changed_in(rfp, details)
    for name, value in details.items():
        setattr(rfp, name, value)
    errors = limits(changed, received_on=timezone.localdate(rfp.received_at), beside=beside)
    if details.get("cas_number"):
        try:
            rfp.cas_number = normalise_cas(details["cas_number"])
        except ValueError as error:
            errors["cas_number"] = [str(error)]
    if "structure_text" in details:
        try:
            _derive_structure(rfp)
        except StructureError as error:
            errors["structure_text"] = [str(error)]
    if errors:
        raise BadInput(errors)


def _derive_structure(rfp: Rfp) -> None:
    if not rfp.structure_text.strip():
        rfp.structure_text = rfp.smiles = rfp.inchikey = rfp.parent_inchikey = rfp.formula = ""
        rfp.molar_mass_g_per_mol = None
        return
    structure = parse_structure(rfp.structure_text)
    for name in DERIVED:
        setattr(rfp, name, getattr(structure, name))
    rfp.parent_inchikey = composition_of(structure.smiles).parent_inchikey


def _validate(rfp: Rfp) -> None:
    try:
        rfp.full_clean(exclude=["number", "state"])
    except ValidationError as error:
        raise BadInput(error.message_dict) from error


@act
def decline_rfp(number: str, *, actor: User, reason: str) -> Rfp:
    rfp = locked_rfp(number, actor)
    require_permission("projects.edit_rfp", actor, rfp)
    require_reason(reason)
    if rfp.state != Rfp.State.DRAFT:
        raise Refused(
            [
                Blocker(
                    key="rfp.not_draft",
                    words=_t("Only a request that was not submitted can be declined; cancel the project instead."),
                    link=rfp.get_absolute_url(),
                )
            ]
        )
    rfp.decline(reason)
    rfp.save(update_fields=["state", "decline_reason", "updated_at"])
    for asked in ("complete", "question"):
        close_waits(f"rfp.{asked}:{rfp.pk}")
    record("rfp.declined", rfp, actor=actor, reason=reason)
    return rfp


@transaction.atomic
def attach_rfp_file(number: str, *, stored: Attachment, actor: User) -> RfpFile:
    """Attach a stored file; the same content under the same name twice is one file. A client attaches to its own drafts."""
    rfp = locked_rfp(number, actor)
    require_permission("projects.attach_to_rfp", actor, rfp)
    _require_open(rfp)
    existing = RfpFile.objects.filter(rfp=rfp, sha256=stored.sha256, name=stored.name).first()
    if existing is not None:
        return existing
    attached = RfpFile.objects.create(
        rfp=rfp,
        name=stored.name,
        kind=kind_by_name(stored.name),
        media_type=stored.media_type,
        sha256=stored.sha256,
        size_bytes=stored.size_bytes,
        uploaded_by=actor,
    )
    record("rfp.file_attached", rfp, actor=actor, file=stored.name, sha256=stored.sha256)
    return attached


@act
def say_kind_of_file(number: str, file_id: int, *, kind: str, actor: User) -> RfpFile:
    """What a file is, where its name did not say or said it wrongly."""
    rfp = locked_rfp(number, actor)
    require_permission("projects.edit_rfp", actor, rfp)
    _require_open(rfp)
    attached = RfpFile.objects.select_for_update().get(rfp=rfp, pk=file_id)
    if kind not in FileKind.values:
        raise BadInput({"kind": [_t("Choose one of the kinds.")]})
    if kind == attached.kind:
        return attached
    attached.kind = kind
    attached.save(update_fields=["kind"])
    record("rfp.file_kind_said", rfp, actor=actor, file=attached.name, said=str(FileKind(kind).label))
    return attached


@act
def remove_rfp_file(number: str, file_id: int, *, actor: User, reason: str) -> Rfp:
    """Take a file away that does not belong to the request; the record keeps its name and hash."""
    rfp = locked_rfp(number, actor)
    require_permission("projects.edit_rfp", actor, rfp)
    _require_open(rfp)
    require_reason(reason)
    attached = RfpFile.objects.select_for_update().get(rfp=rfp, pk=file_id)
    record("rfp.file_removed", rfp, actor=actor, reason=reason.strip(), file=attached.name, sha256=attached.sha256)
    attached.delete()
    return rfp
