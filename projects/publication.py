"""What a client is told when dates move: which, by how many working days, and the words of the mail. Pure.

The preview of a publication and the mail that goes out call the same `publication_message`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

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
    """A mail in plain text, in the client's language. `path` is the page that it leads to; the sender puts the site before it."""

    subject: str
    body: str
    path: str
    language: str


def publication_message(project: Project, moves: Sequence[Move], *, reason_class: str, side: str, reason: str) -> Message:
    """The mail about one publication, exactly as the client gets it."""
    language = project.client.language or "en"
    with translation.override(language):
        return Message(_subject(project, moves), _body(project, moves, reason_class, side, reason), _path(project), language)


def _subject(project: Project, moves: Sequence[Move]) -> str:
    name = f"{project.code} {project.title}"
    if len(moves) == 1:
        words = _t("%(name)s: %(title)s is expected on %(day)s")
        return words % {"name": name, "title": moves[0].title, "day": _day(moves[0].to_date)}
    words = ngettext("%(name)s: %(number)d date", "%(name)s: %(number)d dates", len(moves))
    return words % {"name": name, "number": len(moves)}


def _body(project: Project, moves: Sequence[Move], reason_class: str, side: str, reason: str) -> str:
    manager = project.project_manager
    parts = [
        _t("To %(client)s") % {"client": project.client.name},
        _t("The dates of %(code)s %(title)s as we expect them now:") % {"code": project.code, "title": project.title},
        "\n".join(_line(move) for move in moves),
        _why(moves, reason_class, side),
        reason.strip(),
        _t("A date marked with * lies in a year whose public holidays are not announced yet; it may still move by days.")
        if any(move.provisional for move in moves)
        else "",
        _t("All dates, with every reason given so far: %(path)s") % {"path": _path(project)},
        manager.full_name if manager else "",
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


def _why(moves: Sequence[Move], reason_class: str, side: str) -> str:
    if not any(move.from_date for move in moves) or not (reason_class and side):
        return ""
    values = {"reason": Publication.ReasonClass(reason_class).label, "side": Publication.Side(side).label}
    return _t("Reason: %(reason)s. On the side of: %(side)s.") % values


def _path(project: Project) -> str:
    return reverse("portal-project", args=[project.code])


def _day(day: date) -> str:
    return date_format(day, "j M Y")


def shown_hash(moves: Iterable[Move], message: Message, *, keys: Iterable[str], **words: str) -> str:
    """What somebody was shown, as SHA-256: every date that would move and by how much, the chosen ones, the words as given, and the mail."""
    dates = [[move.key, move.from_date and move.from_date.isoformat(), move.to_date.isoformat(), move.days] for move in moves]
    shown = [dates, sorted(keys), sorted(words.items()), message.subject, message.body]
    return hashlib.sha256(json.dumps(shown, ensure_ascii=False).encode()).hexdigest()
