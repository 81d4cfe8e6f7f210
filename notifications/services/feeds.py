"""Calendar feeds: opened by their owner, shown once, revocable at any time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import Blocker, Refused
from notifications.models import CalendarFeed
from notifications.secrets import digest, new_address
from projects.models import Project

if TYPE_CHECKING:
    from accounts.models import User

MOST_OF_A_PERSON = 20
LAST_USE_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_feed(*, actor: User, code: str = "") -> tuple[CalendarFeed, str]:
    """A feed of one project, or of everything of one's own. The second value is the secret part of its address, shown once."""
    require_permission("notifications.keep_feeds", actor)
    project = Project.objects.visible_to(actor).get(code=code) if code else None
    if CalendarFeed.objects.usable().filter(user=actor).count() >= MOST_OF_A_PERSON:
        raise Refused(Blocker("calendar_feed.many", _t("Revoke a calendar feed that you no longer use first.")))
    address = new_address()
    feed = CalendarFeed.objects.create(user=actor, project=project, digest=digest(address))
    record("calendar_feed.created", feed, actor=actor, about=str(feed))
    return feed, address


@transaction.atomic
def revoke_feed(feed_id: int, *, actor: User) -> CalendarFeed:
    feed = CalendarFeed.objects.visible_to(actor).select_for_update(of=("self",)).select_related("project").get(pk=feed_id)
    require_permission("notifications.keep_feeds", actor)
    if feed.revoked_at is not None:
        raise Refused(Blocker("calendar_feed.revoked", _t("The calendar feed was revoked already.")))
    feed.revoked_at = timezone.now()
    feed.save(update_fields=["revoked_at"])
    record("calendar_feed.revoked", feed, actor=actor, about=str(feed))
    return feed


def note_use(feed: CalendarFeed) -> None:
    """When a calendar last read along, to the minute."""
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - LAST_USE_EVERY)
    CalendarFeed.objects.filter(stale, pk=feed.pk).update(last_used_at=now)
