"""A publication in a mail: the words that the project manager saw and published, to the letter, whatever mail they come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.languages import language_of
from accounts.models import User
from audit.models import Event
from notifications.addresses import absolute
from notifications.models import Notification
from notifications.visibility import readable_events

TOLD, ACT = "milestone.published", "plan.published"


@dataclass(frozen=True)
class Published:
    """One act in the language of its reader; in the body the path has become a whole address."""

    act: int
    subject: str
    body: str


def publications_in(notifications: Sequence[Notification], reader: User) -> dict[int, Published]:
    """Event of a date → the act that told it. Only for a client's reader, and only while they may read every date that the act told.

    Two queries for any number of acts.
    """
    dates = [each.event for each in notifications if each.event.kind == TOLD]
    if reader.is_internal or not dates:
        return {}
    together = Event.objects.filter(transaction_id__in={event.transaction_id for event in dates})
    acts = list(together.filter(kind=ACT).order_by("pk"))
    known = readable_events(reader).filter(kind=TOLD, pk__in=together.values("pk"))
    readable = {(event.transaction_id, event.project_id, (event.client_data or {}).get("milestone")) for event in known}
    found = {}
    for event in dates:
        act = next((act for act in acts if _told_by(act, event)), None)
        if act is not None and all((act.transaction_id, act.project_id, key) in readable for key in act.data["keys"]):
            found[event.pk] = _published(act, reader)
    return found


def _told_by(act: Event, date: Event) -> bool:
    """The act is recorded after the dates that it told. One that kept no words, or belongs elsewhere, is none."""
    same = (act.transaction_id, act.project_id) == (date.transaction_id, date.project_id)
    return same and act.pk > date.pk and bool(act.data.get("messages")) and (date.client_data or {}).get("milestone") in act.data["keys"]


def _published(act: Event, reader: User) -> Published:
    """In the reader's language, or in that of the organisation for somebody who changed theirs since."""
    mails = act.data["messages"]
    mail = next((mail for mail in mails if mail["language"] == language_of(reader)), mails[0])
    return Published(act.pk, mail["subject"], mail["body"].replace(mail["path"], absolute(mail["path"])))
