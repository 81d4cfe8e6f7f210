"""An e-mail message as a request reads it: who sent it, when it came, its text, what is attached. Nothing is written here.

A message comes from outside, and whoever wrote it may want to do harm: what is read has a bound before it is read. The bounds of
`_require_bounded` are on the raw bytes, because the parser of `email` does for every line as much as parts are open at that line.
"""

from __future__ import annotations

import codecs
import hashlib
import html
import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy, default
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _t

from audit.refusals import BadInput

MOST_PARTS = 60
MOST_LINES = 1_000_000  # 70 MB of an attachment
MOST_LINES_TIMES_PARTS = 12_000_000  # what the parser has to look at: a second or two
MOST_DELIMITERS = 2000
LONGEST_HEADER = 1000  # parsing takes the square of it
LONGEST_TEXT = 200_000
LONGEST_HTML = 1_000_000
OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
PYTHONS_OWN = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7", "mbcs", "oem"})
REPLIES = re.compile(r"^\s*((re|fwd?|aw|wg|tr|rv|sv|vs|antw|回复|答复|转发)\s*(\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE)
BREAKING = frozenset({"br", "/p", "/div", "/tr", "/li", "/table", "/blockquote", *(f"/h{level}" for level in range(1, 7))})
UNSEEN = frozenset({"script", "style", "title"})
TAG = re.compile(r"</?[a-z][a-z0-9]{0,15}|<!--|<[!?]", re.IGNORECASE)
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ud800-\udfff]")
EMPTY_LINES = re.compile(r"\n[ \t\xa0]*(?:\n[ \t\xa0]*){2,}")


class _Bounded(EmailPolicy):
    """Reads of a header only so much as one has that a person wrote, and of a Message-ID the bare words: many programs write one that
    the parser cannot take apart.
    """

    def header_fetch_parse(self, name: str, value: Any) -> Any:
        if name.lower() == "message-id":
            return str(value)[:LONGEST_HEADER]
        return _parsed(name, str(value)[:LONGEST_HEADER])


@lru_cache(maxsize=256)
def _parsed(name: str, value: str) -> Any:
    """Each part is asked for its type again and again."""
    return default.header_fetch_parse(name, value)  # type: ignore[no-untyped-call]


POLICY = _Bounded(utf8=True, refold_source="none")  # an attached message is written as it came, and none of its headers is parsed


@dataclass(frozen=True)
class Part:
    """Something attached, under the name that it came with; content: as it unfolds from the message."""

    name: str
    content: bytes


@dataclass
class Message:
    """zone: of `received_at` as the message writes it (+09:00). remarks: what a reader should know of the reading."""

    key: str
    sender_name: str
    sender_address: str
    subject: str
    received_at: datetime
    zone: str
    text: str = ""
    parts: list[Part] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The subject without what replying and passing on have put before it."""
        return REPLIES.sub("", self.subject).strip()


def read_message(raw: bytes) -> Message:
    """Raises BadInput on `file` for what is no message or one that no mail program writes."""
    _require_bounded(raw)
    try:
        return _read(raw)
    except BadInput:
        raise
    except (Exception, RecursionError) as fault:  # the parser of headers fails in as many ways as there are broken headers
        raise _bad(_t("The message cannot be read; it is damaged.")) from fault


def _bad(words: str) -> BadInput:
    return BadInput({"file": [words]})


def _too_many_parts() -> BadInput:
    return _bad(_t("The message has more than %(count)d parts inside; no message has.") % {"count": MOST_PARTS})


def _require_bounded(raw: bytes) -> None:
    """Every nested part needs a header Content-Type and every part a delimiter; both can be counted before anything is taken apart."""
    folded = raw.lower()
    parts, lines = folded.count(b"content-type"), raw.count(b"\n") + raw.count(b"\r") + 1
    delimiters = folded.count(b"\n--") + folded.count(b"\r--")
    if parts > MOST_PARTS or delimiters > MOST_DELIMITERS:
        raise _too_many_parts()
    if lines > MOST_LINES or lines * (parts + 1) > MOST_LINES_TIMES_PARTS:
        raise _bad(_t("The message has more lines and parts than can be read. Save its attachments and log the request by hand."))


def _read(raw: bytes) -> Message:
    mail = message_from_bytes(raw, policy=POLICY)
    if not isinstance(mail, EmailMessage) or not any(
        mail[name] for name in ("From", "Sender", "Date", "Received", "Subject", "Message-ID")
    ):
        raise _bad(_t("This is no e-mail message: it says neither who sent it nor when."))
    name, address = _sender(mail)
    received_at, zone, remarks = _received(mail)
    found = Message(_key(mail, raw), name, address, _header(mail, "Subject", 500), received_at, zone, remarks=remarks)
    _read_body(mail, found)
    return found


def _key(mail: EmailMessage, raw: bytes) -> str:
    """The same for every copy of a message: of its Message-ID, and where there is none (or an empty one), of its bytes."""
    name = "".join(_header(mail, "Message-ID", LONGEST_HEADER).split())
    name = "" if name == "<>" else name
    return hashlib.sha256(f"message-id:{name}".encode() if name else b"message:" + raw).hexdigest()


def clean(text: str) -> str:
    """Without what no database and no page can show."""
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _header(mail: EmailMessage, name: str, longest: int) -> str:
    return " ".join(clean(str(mail[name] or "")).split())[:longest]


def _sender(mail: EmailMessage) -> tuple[str, str]:
    """Name and address of the first author; nothing in place of an address that is none."""
    header = mail["From"] or mail["Sender"]
    addresses = getattr(header, "addresses", ())
    if not addresses:
        return _header(mail, "From", 200), ""
    first = addresses[0]
    address = clean(first.addr_spec).strip().lower()[:254]
    try:
        validate_email(address)
    except ValidationError:
        address = ""
    return " ".join(clean(first.display_name).split())[:200], address


def _received(mail: EmailMessage) -> tuple[datetime, str, list[str]]:
    """When it came to us: what the last server wrote, else what the sender's program wrote, else now."""
    last = str((mail.get_all("Received") or [""])[0]).rpartition(";")[2]
    for written in (last, str(mail["Date"] or "")):
        moment = _moment(written)
        if moment is not None:
            return moment, moment.isoformat()[-6:], []
    return timezone.now(), "", [_t("The message does not say when it came; the time at which it was dropped stands in its place.")]


def _moment(written: str) -> datetime | None:
    """None for what is no moment between 1990 and tomorrow."""
    try:
        moment = parsedate_to_datetime(written.strip())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    offset = moment.utcoffset() or timedelta()
    if abs(offset) > timedelta(hours=15) or offset.seconds % 60:
        return None
    return moment if OLDEST <= moment <= timezone.now() + timedelta(days=1) else None


def _read_body(mail: EmailMessage, found: Message) -> None:
    """The plain text, or the HTML made plain, and every part that is neither."""
    plain: list[str] = []
    rich: list[str] = []
    for part in _leaves(mail):
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html") and not part.get_filename() and part.get_content_disposition() != "attachment":
            text, is_sure = _decoded(part)
            (plain if kind == "text/plain" else rich).append(text)
            if not is_sure:
                found.remarks.append(_t("The message does not say rightly how it is written; some letters may be wrong."))
        else:
            if len(found.parts) == MOST_PARTS:
                raise _too_many_parts()
            found.parts.append(Part(_name_of(part, len(found.parts) + 1), _content(part)))
    written = "\n\n".join(each.strip() for each in plain if each.strip())
    text = written or "\n\n".join(made_plain(each) for each in rich)
    found.text = text.strip()[:LONGEST_TEXT]
    if len(text) > LONGEST_TEXT:
        found.remarks.append(_t("The text is longer than is kept here; the message itself has all of it."))
    if not found.text:
        found.remarks.append(_t("The message has no text that can be read; it may be encrypted."))


def _leaves(part: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that hold something; a message inside the message is one of them and stays whole."""
    waiting = [part]
    while waiting:
        first = waiting.pop(0)
        inside = first.get_payload()
        if first.get_content_maintype() == "multipart" and isinstance(inside, list):
            waiting[:0] = [each for each in inside if isinstance(each, EmailMessage)]
        else:
            yield first


def _content(part: EmailMessage) -> bytes:
    if part.get_content_maintype() == "message":
        inner = _inside(part)
        return inner.as_bytes() if inner else str(part.get_payload() or "").encode(errors="replace")
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _inside(part: EmailMessage) -> EmailMessage | None:
    """The message that this part holds."""
    inside = part.get_payload()
    return next((each for each in inside if isinstance(each, EmailMessage)), None) if isinstance(inside, list) else None


def _name_of(part: EmailMessage, number: int) -> str:
    name = " ".join(clean(part.get_filename() or "").split())
    if part.get_content_type() == "message/rfc822":
        inner = _inside(part)
        subject = _header(inner, "Subject", 80) if inner else ""
        return name if name.lower().endswith(".eml") else f"{name or subject or f'message {number}'}.eml"
    if "." in name:
        return name
    return f"{name or _t('attachment %(number)d') % {'number': number}}{mimetypes.guess_extension(part.get_content_type()) or ''}"


def _decoded(part: EmailMessage) -> tuple[str, bool]:
    """The text, and whether the message says rightly how it is written: what it names first, then UTF-8, then as well as it goes."""
    raw, named = _content(part), str(part.get_content_charset("utf-8"))
    known = _codec(named)
    for codec in filter(None, (known, "utf-8")):
        try:
            return clean(raw.decode(codec)), known is not None and codec == known
        except (UnicodeError, ValueError):
            continue
    return clean(raw.decode(known or "utf-8", errors="replace")), False


def _codec(name: str) -> str | None:
    """None for what is no encoding of text: Python knows some of its own, which take their time."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    is_text = getattr(found, "_is_text_encoding", True)
    return found.name if is_text and found.name.replace("_", "-") not in PYTHONS_OWN else None


def made_plain(rich: str) -> str:
    """HTML as text: lines where it breaks them, nothing of scripts and styles. Text it stays: nobody shows it as HTML again."""
    text = html.unescape("".join(_seen(rich[:LONGEST_HTML])))
    lines = (line.strip() for line in clean(text).replace("\xa0", " ").splitlines())
    return EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _seen(rich: str) -> Iterator[str]:
    """What stands between the tags. Each letter is looked at once or twice, however the tags are nested or left open."""
    at, folded = 0, rich.lower()
    while at < len(rich):
        opened = rich.find("<", at)
        yield rich[at:] if opened < 0 else rich[at:opened]
        if opened < 0:
            return
        tag = TAG.match(rich, opened)
        if tag is None:
            yield "<"
            at = opened + 1
            continue
        name = tag.group().lower().removeprefix("<")
        yield "\n" if name in BREAKING else ""
        closing = "-->" if name == "!--" else f"</{name}" if name in UNSEEN else ">"
        found = folded.find(closing, tag.end())
        if found < 0:
            return
        at = found + len(closing) if closing.endswith(">") else found
