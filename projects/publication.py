"""What a client is told when dates move: which, by how many working days, and the words of the mail. Pure.

The preview of a publication shows what `publication_messages` gives; the act keeps it, and every mail about the act repeats it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from accounts.names import shown_to_client
from audit.spoken import spoken
from projects.models import Publication

if TYPE_CHECKING:
    from projects.models import Project


@dataclass(frozen=True)
class Move:
    """A date that the client would be told. from_date is None for the first time; days are working days, later is positive."""

    key: str
    title: str
    from_date: date | None
    to_date: date
    days: int
    provisional: bool = False


@dataclass(frozen=True)
class Message:
    """A mail in plain text, in one language. `path` is the page that it leads to; the sender puts the site before it."""

    subject: str
    body: str
    path: str
    language: str


Shares = Mapping[str, int] | None


def publication_messages(
    project: Project,
    moves: Sequence[Move],
    languages: Iterable[str],
    *,
    reason_class: str,
    side: str,
    reason: str,
    shares: Shares = None,
) -> list[Message]:
    """The mail about one publication in each language, exactly as its readers get it. The reason stays as it was written."""
    return [_message(project, moves, language, reason, (reason_class, side, shares)) for language in languages]


def _message(project: Project, moves: Sequence[Move], language: str, reason: str, why: tuple[str, str, Shares]) -> Message:
    with translation.override(language):
        said = [replace(move, title=spoken(move.title)) for move in moves]
        return Message(_subject(project, said), _body(project, said, _why(said, *why), reason), _path(project), language)


def _subject(project: Project, moves: Sequence[Move]) -> str:
    name = f"{project.code} {project.title}"
    if len(moves) == 1:
        words = _t("%(name)s: %(title)s is expected on %(day)s")
        return words % {"name": name, "title": moves[0].title, "day": _day(moves[0].to_date)}
    words = ngettext("%(name)s: %(number)d date", "%(name)s: %(number)d dates", len(moves))
    return words % {"name": name, "number": len(moves)}


def _body(project: Project, moves: Sequence[Move], why: str, reason: str) -> str:
    manager = project.project_manager
    parts = [
        _t("To %(client)s") % {"client": project.client.name},
        _t("The dates of %(code)s %(title)s as we expect them now:") % {"code": project.code, "title": project.title},
        "\n".join(_line(move) for move in moves),
        why,
        reason.strip(),
        _t("A date marked with * lies in a year whose public holidays are not announced yet; it may still move by days.")
        if any(move.provisional for move in moves)
        else "",
        _t("All dates, with every reason given so far: %(path)s") % {"path": _path(project)},
        shown_to_client(project.client, name=manager.full_name, function=_t("Project manager")) if manager else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _line(move: Move) -> str:
    mark = "*" if move.provisional else ""
    if move.from_date is None:
        return _t("- %(title)s: %(to)s%(mark)s") % {"title": move.title, "to": _day(move.to_date), "mark": mark}
    words = ngettext(
        "- %(title)s: %(from)s → %(to)s%(mark)s (%(days)+d working day)",
        "- %(title)s: %(from)s → %(to)s%(mark)s (%(days)+d working days)",
        abs(move.days),
    )
    return words % {"title": move.title, "from": _day(move.from_date), "to": _day(move.to_date), "mark": mark, "days": move.days}


def _why(moves: Sequence[Move], reason_class: str, side: str, shares: Shares) -> str:
    if not any(move.from_date for move in moves) or not (reason_class and (side or shares)):
        return ""
    values = {"reason": Publication.ReasonClass(reason_class).label, "side": sides_in_words(side, shares)}
    return _t("Reason: %(reason)s. On the side of: %(side)s.") % values


def sides_in_words(side: str, shares: Shares = None) -> str:
    """The side, or each of several with its working days; a side that has none of its own takes the rest."""
    known, shared = dict(Publication.Side.choices), shares or {}
    parts = [f"{known[name]} {days:+d}" for name, days in shared.items()]
    if side and side not in shared:
        parts.append(_t("%(side)s the rest") % {"side": known[side]} if shared else str(known.get(side, side)))
    return ", ".join(parts)


def _path(project: Project) -> str:
    return reverse("portal-project", args=[project.code])


def _day(day: date) -> str:
    return date_format(day)


def shown_hash(moves: Iterable[Move], messages: Iterable[Message], *, keys: Iterable[str], **words: Any) -> str:
    """What somebody was shown, as SHA-256.

    Every date that would move and by how much, the chosen ones, the words as given, and the mail in each of its languages.
    """
    dates = [[move.key, move.from_date and move.from_date.isoformat(), move.to_date.isoformat(), move.days] for move in moves]
    mails = [[message.language, message.subject, message.body] for message in messages]
    shown = [dates, sorted(keys), {name: value or "" for name, value in words.items()}, mails]
    return hashlib.sha256(json.dumps(shown, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
