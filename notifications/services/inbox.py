"""The inbox: told by the outbox consumer, read by its owner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.models import Event
from notifications.audience import readers_of
from notifications.choices import Choice, Group
from notifications.doorbells import SEND_MAIL, ring
from notifications.models import MailMessage, Notification
from notifications.publications import TOLD
from notifications.wanted import wishes_of
from notifications.watching import moves_by_watcher
from notifications.zones import local_day

NEWS_FOR = timedelta(days=3)  # a feed that is read for the first time, or after a long rest, fills inboxes and floods no mailbox


@dataclass
class Note:
    """What is about to be told to one person of one event."""

    user: User
    event: Event
    group: str
    asked: bool = False
    link: str = ""
    moves: list[dict[str, Any]] = field(default_factory=list)
    choice: str = ""


def tell(events: Sequence[Event]) -> list[Notification]:
    """Tell everybody concerned of a batch of events, in the consumer's transaction; a fixed number of queries for any number of people."""
    notes = _chosen(_without_told(_notes(events)))
    notifications = [
        Notification(user=n.user, event=n.event, group=n.group, delivery=n.choice, asked=n.asked, link=n.link, moves=n.moves) for n in notes
    ]
    _gather_dates(notifications)
    _attach_urgent(notifications)
    Notification.objects.bulk_create(notifications, ignore_conflicts=True)
    return notifications


def _notes(events: Sequence[Event]) -> dict[tuple[int, int], list[Note]]:
    """What each (person, event) may be told, best first: a watched move before the event as such."""
    by_id = {event.pk: event for event in events}
    found: dict[tuple[int, int], list[Note]] = {}
    for (user_id, event_id), (watch, moves) in moves_by_watcher(events).items():
        if by_id[event_id].actor_id != user_id:
            found[(user_id, event_id)] = [Note(watch.user, by_id[event_id], Group.WATCHED, moves=moves)]
    for reader in readers_of(events):
        note = Note(reader.user, reader.event, reader.group, reader.asked, reader.link)
        found.setdefault((reader.user.pk, reader.event.pk), []).append(note)
    return found


def _without_told(notes: dict[tuple[int, int], list[Note]]) -> dict[tuple[int, int], list[Note]]:
    """A consumer that was set back reads again; nobody is told twice."""
    pairs = Notification.objects.filter(event_id__in={event for _user, event in notes}).values_list("user_id", "event_id") if notes else ()
    told = set(pairs)
    return {pair: each for pair, each in notes.items() if pair not in told}


def _chosen(notes: dict[tuple[int, int], list[Note]]) -> list[Note]:
    """One note for each, as soon as the person wants it; none where the person wants none."""
    wishes = wishes_of({user for user, _event in notes})
    chosen, too_old = [], timezone.now() - NEWS_FOR
    for candidates in notes.values():
        for note in candidates:
            note.choice = wishes.choice(note.user, note.group, note.event.project_id, asked=note.asked, kind=note.event.kind)
            if note.event.at < too_old and note.choice in (Choice.AT_ONCE, Choice.DIGEST):
                note.choice = Choice.INBOX
            if note.choice != Choice.NOTHING:
                chosen.append(note)
                break
    return chosen


def _gather_dates(notifications: Iterable[Notification]) -> None:
    """A mail about one date of a publication tells all of it: its other dates come with it and not once more in the digest."""
    told = [each for each in notifications if each.event.kind == TOLD and not each.user.is_internal]
    at_once = {(each.user_id, each.event.transaction_id) for each in told if each.delivery == Choice.AT_ONCE}
    for each in told:
        if each.delivery == Choice.DIGEST and (each.user_id, each.event.transaction_id) in at_once:
            each.delivery = Choice.AT_ONCE


def _attach_urgent(notifications: Iterable[Notification]) -> None:
    """One mail to each person for all that happened in one transaction: publishing twenty dates is one mail, not twenty."""
    mails: dict[tuple[int, int], MailMessage] = {}
    for each in notifications:
        if each.delivery == Choice.AT_ONCE:
            mail = MailMessage(user=each.user, kind=MailMessage.Kind.URGENT, day=local_day(each.user, timezone.now()))
            each.mail = mails.setdefault((each.user_id, each.event.transaction_id), mail)
    made = MailMessage.objects.bulk_create(mails.values())
    for each in notifications:
        each.mail = each.mail  # the key is known only now; assigning again carries it into `mail_id`
    if made:
        ring(SEND_MAIL, [mail.pk for mail in made])


@transaction.atomic
def mark_read(notification_id: int, *, actor: User) -> Notification:
    """Its owner has seen it; reading twice keeps the first moment."""
    notification = Notification.objects.visible_to(actor).select_for_update(of=("self",)).select_related("event").get(pk=notification_id)
    if notification.read_at is None:
        notification.read_at = timezone.now()
        notification.save(update_fields=["read_at"])
    return notification


@transaction.atomic
def mark_all_read(*, actor: User, but_newest: int = 0) -> int:
    """Everything in the own inbox but the newest lines; how many were unread."""
    own = Notification.objects.filter(user=actor)
    newest = own.order_by("-event_id").values("pk")[:but_newest]
    return own.unread().exclude(pk__in=newest).update(read_at=timezone.now())
