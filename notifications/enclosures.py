"""Documents that go with a mail to a client: of an event that hands one over, the very file that its reader would open in the portal.

A mail is made for one person and says what that person may read when it is sent; so does what is enclosed. Two things stay behind the
sign-in, and the mail has their link alone: what is larger than mail servers take, and what belongs to a project of which nothing is
disclosed yet, because no confidentiality agreement with the client is in force: a mail passes servers that nobody has bound to secrecy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from accounts.models import User
from audit.files import open_file
from audit.models import Event
from documents.models import DocumentVersion, Rendition
from notifications.doorbells import SEND_MAIL, ring
from notifications.models import Mailing, MailMessage, Notification
from projects.models import Rfp

MADE = "document.rendered"
MOST_BYTES = 7 * 1024 * 1024  # as text in a mail it becomes ten megabytes, which most servers take
Finder = Callable[[Sequence[Event]], Mapping[int, DocumentVersion]]
_finders: dict[str, Finder] = {}


@dataclass(frozen=True)
class Enclosed:
    """A file that goes with the mail; not attached, it is behind its link alone, because it `is_kept` or else is too large."""

    rendition: Rendition
    is_attached: bool
    is_kept: bool

    @property
    def link(self) -> str:
        return self.rendition.get_absolute_url()

    def read(self) -> bytes:
        with open_file(self.rendition.sha256) as file:
            return file.read()


def enclose_with(kind: str, finder: Finder) -> None:
    """finder: by event of that kind the version that it handed to the client, whether its PDF is made yet or not."""
    _finders[kind] = finder


def enclosed_for(reader: User, notifications: Iterable[Notification]) -> list[Enclosed]:
    """What goes with a mail of these; nothing for our own people, who have it in the product, and nothing that the reader may not open."""
    versions = [] if reader.is_internal else _versions(each.event for each in notifications)
    if not versions:
        return []
    signed = Rendition.objects.visible_to(reader).filter(version__in=versions, kind=Rendition.Kind.EFFECTIVE)
    rows = list(signed.select_related("version__document").order_by("pk"))
    projects = {row.version.document.project_id for row in rows}
    kept = set(Rfp.objects.undisclosed().filter(project__in=projects).values_list("project", flat=True)) if rows else set()
    found, room = [], MOST_BYTES
    for row in rows:
        is_kept = row.version.document.project_id in kept
        is_attached = not is_kept and row.size_bytes <= room
        room -= row.size_bytes if is_attached else 0
        found.append(Enclosed(row, is_attached, is_kept))
    return found


def is_awaited(message_id: int) -> bool:
    """Whether a worker still owes the PDF that goes with the mail. One that could not be made is not waited for: the mail goes without."""
    rows = Notification.objects.filter(mail=message_id, user__kind=User.Kind.CLIENT, event__kind__in=list(_finders))
    return any(version.is_being_made for version in _versions(row.event for row in rows.select_related("event")))


def post_after(events: Sequence[Event]) -> None:
    """A mail whose PDF is made leaves at once; the sweep finds what this misses."""
    made = {event.project_id for event in events if event.kind == MADE and event.data["kind"] == Rendition.Kind.EFFECTIVE}
    if made:
        waiting = MailMessage.objects.filter(state=Mailing.State.QUEUED, notifications__event__kind__in=list(_finders))
        ring(SEND_MAIL, list(waiting.filter(notifications__event__project_id__in=made).values_list("pk", flat=True).distinct()))


def _versions(events: Iterable[Event]) -> list[DocumentVersion]:
    by_kind: dict[str, list[Event]] = {}
    for event in events:
        if event.kind in _finders:
            by_kind.setdefault(event.kind, []).append(event)
    return [version for kind, rows in by_kind.items() for version in _finders[kind](rows).values()]
