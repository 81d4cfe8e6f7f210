"""A calendar feed as iCalendar (RFC 5545): milestones as whole days, and what waits for its owner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from icalendar import Calendar
from icalendar import Event as Entry

from accounts.languages import speaking_to
from accounts.models import User
from audit.spoken import spoken
from notifications.addresses import absolute
from notifications.models import CalendarFeed
from projects.models import Milestone, Project, WaitingFor
from projects.models.project import TeamMember

MEDIA_TYPE = "text/calendar; charset=utf-8"
REFRESH = timedelta(hours=4)


def calendar_of(feed: CalendarFeed) -> bytes:
    """What the feed's owner may see now: ours the internal forecasts, a client published dates only."""
    owner = feed.user
    with speaking_to(owner):
        calendar = Calendar()
        calendar.add("prodid", "-//CDMO tracker//EN")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", feed.project.code if feed.project else _t("CDMO tracker"))
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        for entry in _entries(feed, owner):
            calendar.add_component(entry)
        written: bytes = calendar.to_ical()
    return written


def _entries(feed: CalendarFeed, owner: User) -> Iterator[Entry]:
    for milestone in milestones_of(feed).select_related("project").prefetch_related("publications"):
        on = date_of(milestone, owner)
        if on:
            title = _t("%(project)s: %(words)s") % {"project": milestone.project.code, "words": spoken(milestone.title)}
            changed = milestone.updated_at if owner.is_internal else milestone.told_at or milestone.project.opened_at
            entry = _entry(f"milestone-{milestone.pk}", title, on, changed, _link(milestone, owner))
            if words := _why(milestone):
                entry.add("description", words)
            yield entry
    for wait in _waits(feed, owner):
        if wait.due_on:
            yield _entry(
                f"wait-{wait.pk}", _t("Due: %(words)s") % {"words": spoken(wait.words)}, wait.due_on, wait.since, absolute(wait.link)
            )


def milestones_of(feed: CalendarFeed) -> QuerySet[Milestone]:
    """One project's; without a project a client's everything, and of ours what the owner leads, sells or works on."""
    rows = Milestone.objects.visible_to(feed.user).order_by("id")
    if feed.project_id:
        return rows.filter(project_id=feed.project_id)
    if not feed.user.is_internal:
        return rows
    named = TeamMember.objects.filter(user=feed.user, project=OuterRef("pk"))
    mine = Project.objects.filter(Q(project_manager=feed.user) | Q(account_owner=feed.user) | Exists(named))
    return rows.filter(Q(owner=feed.user) | Q(project__in=mine))


def date_of(milestone: Milestone, owner: User) -> date | None:
    return milestone.actual_on or (milestone.forecast_on if owner.is_internal else milestone.published_on)


def _why(milestone: Milestone) -> str:
    """The reason that the client was given with the date it knows; nothing for a date told for the first time."""
    told = list(milestone.publications.all())
    if not told or told[-1].from_date is None:
        return ""
    return " · ".join(part for part in (told[-1].get_reason_class_display(), told[-1].get_side_display(), told[-1].reason) if part)


def _waits(feed: CalendarFeed, owner: User) -> Iterable[WaitingFor]:
    rows = WaitingFor.objects.open().of(owner).exclude(due_on=None)
    return rows.filter(project_id=feed.project_id) if feed.project_id else rows


def _entry(uid: str, title: str, on: date, changed: datetime, link: str) -> Entry:
    entry = Entry()
    entry.add("uid", f"{uid}@{urlsplit(settings.SITE_URL).hostname}")
    entry.add("summary", title)
    entry.add("dtstart", on)
    entry.add("dtend", on + timedelta(days=1))
    entry.add("dtstamp", timezone.now())
    entry.add("last-modified", changed)
    entry.add("url", link)
    entry.add("transp", "TRANSPARENT")
    return entry


def _link(milestone: Milestone, owner: User) -> str:
    code = milestone.project.code
    path = reverse("milestone-detail", args=[code, milestone.key]) if owner.is_internal else reverse("portal-project", args=[code])
    return absolute(path)
