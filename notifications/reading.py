"""A notification as its reader sees it: words in the reader's language, what changed, and where to act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from accounts.models import User
from audit.models import Event
from notifications.choices import Group
from notifications.models import Notification
from projects.models import Project, Publication
from projects.publication import sides_in_words

TOLD_DATES = frozenset({"milestone.published", "milestone.explained"})


@dataclass(frozen=True)
class Item:
    """One line of the inbox or of a mail. `link` is a path within the product; `about` the project's code, or nothing."""

    pk: int
    at: datetime
    about: str
    project: str
    words: str
    detail: str
    who: str
    link: str
    asked: bool
    unread: bool


def items_of(notifications: Iterable[Notification], reader: User) -> list[Item]:
    """Lines in the order given; one query more for the names of the projects."""
    rows = list(notifications)
    projects = Project.objects.in_bulk({row.event.project_id for row in rows if row.event.project_id})
    return [_item(row, reader, projects.get(row.event.project_id or 0)) for row in rows]


def _item(row: Notification, reader: User, project: Project | None) -> Item:
    event = row.event
    return Item(
        pk=row.pk,
        at=event.at,
        about=project.code if project else "",
        project=str(project or ""),
        words=_words(row, event),
        detail=_detail(row, event, reader),
        who=event.actor_name if reader.is_internal else "",
        link=row.link or (event.link if reader.is_internal else link_for_client(event, project)),
        asked=row.asked,
        unread=row.read_at is None,
    )


def _words(row: Notification, event: Event) -> str:
    if row.group != Group.WATCHED or not row.moves:
        words = event.words
        return words[:1].upper() + words[1:]
    first, *others = (_moved(move) for move in row.moves)
    return "; ".join([first, *others])


def _moved(move: dict[str, Any]) -> str:
    days, to = move["days"], day(move["to"])
    if days is None:
        return _t("%(title)s has the date %(to)s") % {"title": move["title"], "to": to}
    words = ngettext(
        "%(title)s moved by %(days)d day, from %(from)s to %(to)s", "%(title)s moved by %(days)d days, from %(from)s to %(to)s", abs(days)
    )
    return words % {"title": move["title"], "days": days, "from": day(move["from"]), "to": to}


def _detail(row: Notification, event: Event, reader: User) -> str:
    """The new date and its reason, as the client is told them; for our own people the reason of any event."""
    if event.kind in TOLD_DATES:
        return _published(event)
    if reader.is_internal and event.reason:
        return _t("Reason: %(reason)s") % {"reason": event.reason}
    return ""


def _published(event: Event) -> str:
    told = event.client_data or event.data
    after = event.data.get("after") or {}
    on = told.get("published_on") or after.get("published_on")
    classes = dict(Publication.ReasonClass.choices)
    side = sides_in_words(told.get("side", ""), told.get("shares"))
    why = [str(classes.get(told.get("reason_class", ""), "")), side, event.reason]
    words = _t("Date told to the client: %(day)s.") % {"day": day(on)} if on else ""
    return " ".join([words, " · ".join(part for part in why if part)]).strip()


def link_for_client(event: Event, project: Project | None) -> str:
    """Documents have a page that a client may open; everything else is told on the client's page of the project."""
    if event.kind.startswith("document."):
        return event.link
    return reverse("portal-project", args=[project.code]) if project else reverse("portal")


def day(text: str) -> str:
    return date_format(date.fromisoformat(text), "j M Y")
