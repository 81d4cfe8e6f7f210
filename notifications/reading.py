"""A notification as its reader sees it: words in the reader's language, what changed, and where to act."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import TextChoices
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from accounts.models import Client, User
from accounts.names import actor_for_client
from audit.models import Event
from audit.spoken import spoken
from notifications.choices import Group
from notifications.models import Notification
from projects.cost_of_waiting import with_costs
from projects.models import Project, Publication, WaitingFor
from projects.publication import sides_in_words

TOLD_DATES = frozenset({"milestone.published", "milestone.explained"})

PUBLISHED = "milestone.published"


@dataclass(frozen=True)
class Told:
    """One act as a client's person reads it. Dates that were told in one act stand together: title, date before (or nothing), date now."""

    at: datetime
    code: str
    words: str
    dates: list[tuple[str, str, str]]
    reason: str
    who: str


@dataclass(frozen=True)
class Item:
    """One line of the inbox or of a mail. `link` is a path within the product; `about` the code of the project or request, or nothing."""

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


def told_to(client: Client, events: Iterable[Event]) -> list[Told]:
    """Events that the client may read, in the order given. No query."""
    return [_told(list(together), client) for _act, together in groupby(events, _act)]


def _act(event: Event) -> tuple[int, int]:
    """Dates of one project that are told in one transaction belong together; everything else stands alone."""
    return (event.transaction_id, event.project_id or 0) if event.kind == PUBLISHED else (0, event.pk)


def _told(events: list[Event], client: Client) -> Told:
    event, shown = events[0], events[0].client_data or {}
    dates = [_dates(each) for each in sorted(events, key=lambda each: each.pk)] if event.kind == PUBLISHED else []
    why = [_label(Publication.ReasonClass, shown.get("reason_class")), _label(Publication.Side, shown.get("side")), event.reason]
    return Told(
        at=event.at,
        code=shown.get("project", ""),
        words=_t("Dates told to you") if dates else _capital(event.words_for_client),
        dates=dates,
        reason=" · ".join(part for part in why if part) if any(before for _title, before, _now in dates) else "",
        who=actor_for_client(event, client),
    )


def _dates(event: Event) -> tuple[str, str, str]:
    shown, before = event.client_data or {}, (event.data.get("before") or {}).get("published_on")
    on = shown.get("published_on")
    return shown.get("title", ""), day(before) if before else "", day(on) if on else ""


def _label(choices: type[TextChoices], value: str | None) -> str:
    return str(dict(choices.choices).get(value or "", ""))


def items_of(notifications: Iterable[Notification], reader: User) -> list[Item]:
    """Lines in the order given; a few queries more for the projects and, for a client, for what an answer costs."""
    rows = list(notifications)
    projects = Project.objects.in_bulk({row.event.project_id for row in rows if row.event.project_id})
    costs = {} if reader.is_internal else _costs([row.link for row in rows if row.asked and row.link], reader)
    return [_item(row, reader, projects.get(row.event.project_id or 0), costs) for row in rows]


def _costs(links: Collection[str], reader: User) -> dict[str, str]:
    """By the page that is asked about: until when an answer is free and what it moves then."""
    if not links:
        return {}
    waits = with_costs(WaitingFor.objects.open().of(reader).filter(link__in=links))
    return {wait.link: wait.cost.words for wait in waits if wait.cost}


def _item(row: Notification, reader: User, project: Project | None, costs: Mapping[str, str]) -> Item:
    event = row.event
    return Item(
        pk=row.pk,
        at=event.at,
        about=project.code if project else _request_of(event),
        project=str(project or ""),
        words=_words(row, event, reader),
        detail=_detail(row, event, reader) or _capital(costs.get(row.link, "")),
        who=event.actor_name if reader.client is None else actor_for_client(event, reader.client),
        link=row.link or (event.link if reader.is_internal else link_for_client(event, project)),
        asked=row.asked,
        unread=row.read_at is None,
    )


def _request_of(event: Event) -> str:
    """By its number, never by its compound: a list of messages and a mail are read by more than those who may know it."""
    return event.object_code if event.kind.startswith("rfp.") else ""


def _words(row: Notification, event: Event, reader: User) -> str:
    if row.group != Group.WATCHED or not row.moves:
        return _capital(event.words if reader.is_internal else event.words_for_client)
    first, *others = (_moved(move) for move in row.moves)
    return "; ".join([first, *others])


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _moved(move: dict[str, Any]) -> str:
    title, days, to = spoken(move["title"]), move["days"], day(move["to"])
    if days is None:
        return _t("%(title)s has the date %(to)s") % {"title": title, "to": to}
    words = ngettext(
        "%(title)s moved by %(days)d day, from %(from)s to %(to)s", "%(title)s moved by %(days)d days, from %(from)s to %(to)s", abs(days)
    )
    return words % {"title": title, "days": days, "from": day(move["from"]), "to": to}


def _detail(row: Notification, event: Event, reader: User) -> str:
    """The new date and its reason, as the client is told them; for our own people the reason of any event."""
    if event.kind in TOLD_DATES:
        return _published(event, reader)
    if event.kind == "approval.asked":
        due = event.data.get("due_on")
        return " ".join(part for part in (event.data["words"], _t("Answer by %(day)s.") % {"day": day(due)} if due else "") if part)
    if event.kind == "document.sent":
        return str(event.data["message"])
    due = _due_of(event) if row.asked else ""
    why = _t("Reason: %(reason)s") % {"reason": event.reason} if reader.is_internal and event.reason else ""
    return "\n".join(part for part in (due, why) if part)


def _due_of(event: Event) -> str:
    """By when what the event asks for is owed, where the event says it."""
    after = event.data.get("after")
    due = event.data.get("due_on") or (after.get("due_on") if isinstance(after, dict) else None)
    return _t("Due on %(day)s.") % {"day": day(str(due))} if due else ""


def _published(event: Event, reader: User) -> str:
    told = event.client_data or event.data
    after = event.data.get("after") or {}
    on = told.get("published_on") or after.get("published_on")
    classes = dict(Publication.ReasonClass.choices)
    side = sides_in_words(told.get("side", ""), told.get("shares"))
    why = [str(classes.get(told.get("reason_class", ""), "")), side, event.reason]
    words = _date_told(event, day(on), reader) if on else ""
    return " ".join([words, " · ".join(part for part in why if part)]).strip()


def _date_told(event: Event, on: str, reader: User) -> str:
    """To the client with the date before, so that it reads which way the date went."""
    if reader.is_internal:
        return _t("Date told to the client: %(day)s.") % {"day": on}
    before, days = (event.data.get("before") or {}).get("published_on"), event.data.get("days") or 0
    if not before:
        return _t("Date told to you: %(day)s.") % {"day": on}
    words = ngettext(
        "Date told to you: %(day)s, before %(before)s (%(days)+d working day).",
        "Date told to you: %(day)s, before %(before)s (%(days)+d working days).",
        abs(days),
    )
    return words % {"day": on, "before": day(before), "days": days}


def link_for_client(event: Event, project: Project | None) -> str:
    """Documents and approvals have a page that a client may open; everything else is told on the client's page of the project."""
    if event.kind.startswith("document."):
        return event.link
    if event.kind.startswith("approval."):
        return reverse("portal-approval", args=[event.object_id])
    return reverse("portal-project", args=[project.code]) if project else reverse("portal")


def day(text: str) -> str:
    return date_format(date.fromisoformat(text))
