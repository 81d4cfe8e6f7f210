"""Milestones and deliverables as things that a client is shown: what it reads of them, what it signs, what it could read when."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.models import Event
from audit.refusals import Blocker, Words
from audit.signatures import register_content
from projects.models import Deliverable, Milestone, Project, Publication, Visibility
from projects.shareable import Fact, Shareable, register_shareable

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

Moment = tuple[int, datetime]
EVENTS_OF_DELIVERABLES = ("deliverable.assigned", "deliverable.done", "deliverable.renewed")


def day(value: date | datetime | str | None) -> str:
    """12 Mar 2026; ISO text, as events and signed content keep days, is read."""
    if isinstance(value, str):
        value = date.fromisoformat(value) if value else None
    elif isinstance(value, datetime):
        value = timezone.localdate(value)
    return date_format(value, "j M Y") if value else "–"


class MilestoneSharing(Shareable):
    kind, words, words_many = "milestone", _("Milestone"), _("Milestones")
    model, key, permission = Milestone, "key", "projects.share"
    fields: Mapping[str, Words] = {
        "title": _("Title"),
        "agreed_on": _("Agreed"),
        "published_on": _("Forecast"),
        "actual_on": _("Actual"),
    }

    def of_project(self, project: Project) -> QuerySet[Milestone]:
        return Milestone.objects.filter(project=project).select_related("project__client", "project__site")

    def link(self, item: Milestone) -> str:
        return reverse("milestone-detail", args=[item.project.code, item.key])

    def blockers(self, item: Milestone, visibility: str) -> list[Blocker]:
        """The client approves a date that it was told, or one that was reached."""
        if visibility != Visibility.FOR_APPROVAL or item.published_on or item.actual_on:
            return []
        words = _t("“%(title)s” has no published date, so there is nothing to approve: share it, publish its date, then ask.")
        return [Blocker("approval.no_date", words % {"title": item.title}, self.link(item))]

    def put(self, item: Milestone, visibility: str, *, actor: User, at: datetime) -> list[str]:
        item.visibility, item.told_at, item.share_at_launch = Visibility(visibility), at, False
        return ["visibility", "told_at", "share_at_launch", "updated_at"]

    def data(self, item: Milestone) -> dict[str, Any]:
        return {"title": item.title}

    def facts(self, item: Milestone, target: Any) -> list[Fact]:
        """Dates as the client may read them: of the internal forecast nothing is said."""
        rows = [
            Fact(_("Phase"), str(item.get_phase_display())),
            Fact(_("Agreed"), day(item.agreed_on)),
            Fact(_("Forecast"), day(item.published_on)),
        ]
        return [*rows, Fact(_("Actual"), day(item.actual_on))] if item.actual_on else rows

    def told(self, moments: Collection[Moment]) -> dict[Moment, str]:
        """The last date published by then; once it was achieved, that date."""
        ids = {pk for pk, _at in moments}
        published = Publication.objects.filter(milestone_id__in=ids).order_by("published_at", "id")
        dates = _by_id((row.milestone_id, (row.published_at, row.to_date)) for row in published)
        achieved = _by_id((int(event.object_id), event) for event in _events(Milestone, ids, ("milestone.achieved",)))
        return {(pk, at): _told_of_milestone(dates.get(pk, []), achieved.get(pk, []), at) for pk, at in moments}


def _told_of_milestone(dates: Sequence[tuple[datetime, date]], achieved: Sequence[Event], at: datetime) -> str:
    reached = next((event for event in reversed(achieved) if event.at <= at), None)
    if reached is not None:
        return _t("achieved %(day)s") % {"day": day(reached.data.get("actual_on"))}
    last = next((to for when, to in reversed(dates) if when <= at), None)
    return _t("planned for %(day)s") % {"day": day(last)} if last else _t("no date told")


class DeliverableSharing(Shareable):
    kind, words, words_many = "deliverable", _("Deliverable"), _("Deliverables")
    model, key, permission = Deliverable, "key", "projects.share"
    fields: Mapping[str, Words] = {"title": _("Title"), "due_on": _("Due"), "done_on": _("Done"), "evidence": _("Evidence")}

    def of_project(self, project: Project) -> QuerySet[Deliverable]:
        return Deliverable.objects.filter(project=project).select_related("project__client", "project__site")

    def link(self, item: Deliverable) -> str:
        return item.get_absolute_url()

    def blockers(self, item: Deliverable, visibility: str) -> list[Blocker]:
        """What is approved is the record that made it done."""
        if visibility != Visibility.FOR_APPROVAL or item.is_done:
            return []
        words = _t("“%(title)s” is not done, so there is nothing to approve yet.") % {"title": item.title}
        return [Blocker("approval.not_done", words, self.link(item), expected=item.due_on)]

    def put(self, item: Deliverable, visibility: str, *, actor: User, at: datetime) -> list[str]:
        item.visibility = Visibility(visibility)
        return ["visibility"]

    def data(self, item: Deliverable) -> dict[str, Any]:
        return {"title": item.title}

    def facts(self, item: Deliverable, target: Any) -> list[Fact]:
        """Where it is proven is ours to know; a document is read where it was shared too."""
        done = Fact(_("Done"), day(item.project.day_of(item.done_at)) if item.done_at else "–")
        return [Fact(_("Phase"), str(item.get_phase_display())), Fact(_("Due"), day(item.due_on)), done]

    def told(self, moments: Collection[Moment]) -> dict[Moment, str]:
        """Done or due, as the record of its acts says for that moment."""
        rows = Deliverable.objects.in_bulk({pk for pk, _at in moments})
        events = _by_id((int(event.object_id), event) for event in _events(Deliverable, set(rows), EVENTS_OF_DELIVERABLES))
        return {(pk, at): _told_of_deliverable(rows.get(pk), events.get(pk, []), at) for pk, at in moments}


def _told_of_deliverable(row: Deliverable | None, events: Sequence[Event], at: datetime) -> str:
    before, later = [each for each in events if each.at <= at], [each for each in events if each.at > at]
    last = next((each for each in reversed(before) if each.kind != "deliverable.assigned"), None)
    if last is not None and last.kind == "deliverable.done":
        return _t("done %(day)s") % {"day": day(last.at)}
    assigned = next((each.data["after"] for each in reversed(before) if each.kind == "deliverable.assigned"), None)
    if assigned is None:
        assigned = next((each.data["before"] for each in later if each.kind == "deliverable.assigned"), None)
    due = assigned["due_on"] if assigned is not None else row and row.due_on
    return _t("due %(day)s") % {"day": day(due)} if due else _t("no date told")


def _events(model: Any, ids: Collection[int], kinds: Collection[str]) -> QuerySet[Event]:
    about = {"object_type": ContentType.objects.get_for_model(model), "object_id__in": [str(pk) for pk in ids]}
    return Event.objects.filter(kind__in=kinds, **about).order_by("pk")


def _by_id(pairs: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for pk, value in pairs:
        found.setdefault(pk, []).append(value)
    return found


def milestone_content(milestone: Milestone) -> dict[str, Any]:
    """What an approval signs: everything that the client reads of it, and nothing of our own forecast."""
    return {
        "project": milestone.project.code,
        "key": milestone.key,
        "title": milestone.title,
        "phase": milestone.phase,
        "kind": milestone.kind,
        "agreed_on": milestone.agreed_on,
        "published_on": milestone.published_on,
        "actual_on": milestone.actual_on,
    }


def deliverable_content(deliverable: Deliverable) -> dict[str, Any]:
    """What an approval signs: what the client reads of it, and the hash of the record that made it done."""
    return {
        "project": deliverable.project.code,
        "key": deliverable.key,
        "title": deliverable.title,
        "phase": deliverable.phase,
        "due_on": deliverable.due_on,
        "done_on": deliverable.done_at and deliverable.project.day_of(deliverable.done_at),
        "evidence": deliverable.evidence_hash,
    }


CONTENTS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "projects.Milestone": milestone_content,
    "projects.Deliverable": deliverable_content,
}


def register_all() -> None:
    register_shareable(MilestoneSharing())
    register_shareable(DeliverableSharing())
    for label, content in CONTENTS.items():
        register_content(label, content)
