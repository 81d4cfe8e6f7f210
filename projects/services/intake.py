"""Messages and questionnaires from outside: taken in once, made into a draft of ours as soon as it is known whose request it is."""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Contact
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.files import EML, MESSAGES, XLSX, accept_upload, clean_name, open_file, store_file
from audit.refusals import BadInput, Blocker, require_none, require_reason
from projects.attachments import Attachment, take_upload
from projects.messages import Message, Part, read_message
from projects.models import Intake, Rfp
from projects.models.rfp_choices import Channel
from projects.questionnaire import Answers, read_answers, try_answers
from projects.services.rfp import attach_rfp_file, find_client, find_contact, log_rfp

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import Client, User

PARTIES = ("client_", "contact_")  # how the fields begin that say whose request it is
LONGEST_WANTED = 4000
LONGEST_NAME = 200
MOST_NAMED = 30
OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass
class Reading:
    """`facts`: fields of the intake. `values`: what of a request it says, under the names of `log_rfp`. `parts`: what is attached."""

    key: str
    facts: dict[str, Any]
    values: dict[str, Any]
    parts: list[Part] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)


def take_intake(content: BinaryIO, name: str, *, actor: User) -> tuple[Intake, bool]:
    """Keep what was dropped, and make a draft of it where it says enough; whether it is new.

    The same message, or the same file, dropped again is the first one: what became of that is the answer. Raises BadInput on `file`.
    """
    require_permission("projects.log_rfp", actor)
    media_type = _media_type_of(content, name)
    reading = _read(content.read(), media_type, actor)
    content.seek(0)
    stored = store_file(content)
    filed, refused = _take_parts(reading.parts)
    kept = {"name": clean_name(name), "media_type": media_type, "sha256": stored.sha256, "size_bytes": stored.size}
    about = {**reading.facts, **kept, "problems": reading.problems, "refused": refused, "taken_by": actor}
    with transaction.atomic():
        intake, is_new = Intake.objects.get_or_create(key=reading.key, defaults=about)
        if is_new:
            record("intake.taken", intake, actor=actor, file=intake.name, sender=intake.sender_address or intake.sender_name)
            _make_draft_of(intake, reading, filed, actor)
    return intake, is_new


def _media_type_of(content: BinaryIO, name: str) -> str:
    head = content.read(8)
    content.seek(0)
    extension = name.rpartition(".")[2].lower()
    if extension == "msg" and head == OUTLOOK:
        words = _t("This is Outlook's own format (.msg). Save the message as .eml, or drag it out of Outlook on the web.")
        raise BadInput({"file": [words]})
    if extension not in ("eml", "xlsx"):
        raise BadInput({"file": [_t("Drop a message (.eml) or our questionnaire, filled in (.xlsx).")]})
    return accept_upload(content, name, kinds={**MESSAGES, "xlsx": XLSX})


def _read(raw: bytes, media_type: str, reader: User, came_at: datetime | None = None) -> Reading:
    """came_at: of what is read again, so that it is judged as of the day on which it came."""
    return _read_message(raw, reader, came_at) if media_type == EML else _read_questionnaire(raw, came_at or timezone.now())


def _read_message(raw: bytes, reader: User, came_at: datetime | None) -> Reading:
    """A questionnaire that is attached says more than the subject does; whose request it is, a known sender says better."""
    message = read_message(raw)
    facts = {
        "kind": Intake.Kind.MESSAGE,
        "sender_name": message.sender_name,
        "sender_address": message.sender_address,
        "subject": message.subject,
        "text": message.text,
        "received_at": message.received_at,
        "received_zone": message.zone,
        "remarks": message.remarks,
    }
    known = _known_sender(message.sender_address, reader)
    reading = Reading(message.key, facts, _said_by(message, known), message.parts)
    if (answers := _attached_answers(message, timezone.localdate(came_at or message.received_at))) is not None:
        said = _filled(answers)
        if known is not None and not _is_named(known.client, said.get("client_name", known.client.name)):
            words = _t("The questionnaire names %(named)s; the sender is known as %(contact)s of %(client)s, and so is the request.")
            names = {"named": said["client_name"], "contact": known.name, "client": known.client.name}
            facts["remarks"] = [*message.remarks, words % names]
            said = {name: value for name, value in said.items() if not name.startswith(PARTIES)}
        reading.values |= said
        reading.problems = answers.problems
    return reading


def _is_named(client: Client, name: str) -> bool:
    return " ".join(name.split()).casefold() in (client.name.casefold(), client.code.casefold())


def _said_by(message: Message, known: Contact | None) -> dict[str, Any]:
    parties = {"client_name": known.client.name, "contact_name": known.name} if known else {"contact_name": message.sender_name}
    said = {"compound_name": message.title[:LONGEST_NAME], "wanted": message.text[:LONGEST_WANTED].strip()}
    return {**parties, "contact_email": message.sender_address, **said}


def _known_sender(address: str, reader: User) -> Contact | None:
    """The contact who has this address, where only one client has such a contact, and the reader may know of it."""
    known = Contact.objects.visible_to(reader).there().filter(email__iexact=address).select_related("client").order_by("pk")
    rows = list(known) if address else []
    return rows[0] if len({row.client_id for row in rows}) == 1 else None


def _attached_answers(message: Message, received_on: date) -> Answers | None:
    for part in message.parts:
        if part.name.lower().endswith(".xlsx"):
            with suppress(BadInput):
                accept_upload(io.BytesIO(part.content), part.name)
                if (answers := try_answers(io.BytesIO(part.content), received_on=received_on)) is not None:
                    return answers
    return None


def _read_questionnaire(raw: bytes, came_at: datetime) -> Reading:
    answers = read_answers(io.BytesIO(raw), received_on=timezone.localdate(came_at))
    values = _filled(answers)
    facts = {
        "kind": Intake.Kind.QUESTIONNAIRE,
        "sender_name": values.get("contact_name", ""),
        "sender_address": values.get("contact_email", ""),
        "subject": values.get("compound_name", ""),
        "received_at": came_at,
    }
    return Reading(hashlib.sha256(b"questionnaire:" + raw).hexdigest(), facts, values, [], answers.problems)


def _filled(answers: Answers) -> dict[str, Any]:
    return {name: value for name, value in answers.values.items() if value not in ("", None, [])}


def _take_parts(parts: list[Part]) -> tuple[list[Attachment], list[dict[str, str]]]:
    """Each attachment by the rules for files; one that is refused is named, and the others stay."""
    filed, refused = [], []
    for part in parts:
        try:
            filed.append(_taken(part))
        except BadInput as bad:
            refused.append({"name": clean_name(part.name), "words": str(bad)})
    return filed, refused[:MOST_NAMED]


def _taken(part: Part) -> Attachment:
    """A message that is attached to the message is kept as one."""
    content = io.BytesIO(part.content)
    if not part.name.lower().endswith(".eml"):
        return take_upload(content, part.name)
    media_type = accept_upload(content, part.name, kinds=MESSAGES)
    stored = store_file(content)
    return Attachment(clean_name(part.name), media_type, stored.sha256, stored.size)


def _make_draft_of(intake: Intake, reading: Reading, filed: list[Attachment], actor: User) -> None:
    """Of what names a client and a contact whom we know: nobody new is entered because a file says so.

    Everything else is for a person to say on the page of the intake.
    """
    said = {name: reading.values.get(name, "") for name in ("client_name", "contact_name", "contact_email", "compound_name", "wanted")}
    client = find_client(said["client_name"], actor) if all(said.values()) else None
    contact = find_contact(client, said["contact_name"], said["contact_email"]) if client else None
    if contact is None or contact.left_on is not None:
        return
    try:
        with transaction.atomic():
            _log(intake, reading.values, filed, actor)
    except BadInput as bad:
        intake.problems = [*intake.problems, *_problems(bad, reading.values)]
        intake.save(update_fields=["problems"])


def _problems(bad: BadInput, values: dict[str, Any]) -> list[dict[str, str]]:
    named = {"client": "client_name", "contact": "contact_name"}
    return [
        {"field": named.get(name, name), "label": "", "address": "", "typed": str(values.get(name, ""))[:500], "words": " ".join(words)}
        for name, words in bad.errors.items()
    ]


def _log(intake: Intake, values: dict[str, Any], filed: list[Attachment], actor: User) -> Rfp:
    """The draft with everything that came: the message or questionnaire itself first."""
    rfp = log_rfp(actor=actor, received_at=intake.received_at, **{"channel": Channel.EMAIL, **values})
    itself = Attachment(intake.name, intake.media_type, intake.sha256, intake.size_bytes)
    for stored in (itself, *filed):
        attach_rfp_file(rfp.number, stored=stored, actor=actor)
    intake.rfp = rfp
    intake.save(update_fields=["rfp"])
    record("intake.made", intake, actor=actor, file=intake.name, number=rfp.number)
    return rfp


def said_by(intake: Intake, reader: User) -> Reading:
    """What the kept file says, read again, as far as this reader may know whose it is."""
    with open_file(intake.sha256) as content:
        return _read(content.read(), intake.media_type, reader, intake.received_at)


def draft_from_intake(pk: int, *, actor: User, **typed: Any) -> Rfp:
    """Make the draft once a person has said whose request it is; what was typed goes before what was read."""
    with transaction.atomic():
        intake = _locked(pk, actor)
        reading = said_by(intake, actor)
        filed, _refused = _take_parts(reading.parts)
        shown = set(typed)
        read = {name: value for name, value in reading.values.items() if name not in shown}
        return _log(intake, {**read, **typed}, filed, actor)


@act
def set_aside_intake(pk: int, *, reason: str, actor: User) -> Intake:
    """It is no request; it stays in the record, and the same message is not taken in again."""
    intake = _locked(pk, actor)
    require_reason(reason)
    intake.set_aside_at, intake.set_aside_reason = timezone.now(), reason.strip()
    intake.save(update_fields=["set_aside_at", "set_aside_reason"])
    record("intake.set_aside", intake, actor=actor, reason=reason, file=intake.name)
    return intake


def _locked(pk: int, actor: User) -> Intake:
    intake = Intake.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=pk)
    require_permission("projects.log_rfp", actor)
    require_none(intake_blockers(intake))
    return intake


def intake_blockers(intake: Intake) -> list[Blocker]:
    """Why nothing is made of it any more; the page shows the same."""
    if intake.rfp is not None:
        words = _t("It is the request %(number)s already.") % {"number": intake.rfp.number}
        return [Blocker(key="intake.made", words=words, link=intake.rfp.get_absolute_url())]
    if intake.set_aside_at is not None:
        return [Blocker(key="intake.set_aside", words=_t("It was set aside: %(reason)s") % {"reason": intake.set_aside_reason})]
    return []
