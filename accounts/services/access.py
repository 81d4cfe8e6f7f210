"""Looking through who holds which role, and saying that it is right."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant
from accounts.permissions import require_permission
from audit.events import record
from audit.hashes import hash_of
from audit.models import Event
from audit.refusals import BadInput, Blocker, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from accounts.models import User

YEAR = timedelta(days=365)


def granted_hash(grants: Iterable[RoleGrant]) -> str:
    """One hash over who holds which role since when: what a review has seen."""
    return hash_of({"granted": sorted([grant.user_id, grant.role, grant.granted_at.isoformat()] for grant in grants)})


def reviews() -> QuerySet[Event]:
    """The last first. They are about no object; by that the index finds them, where their kind alone would read the whole record."""
    return Event.objects.filter(kind="access.reviewed", object_type=None, object_id="", project_id=None).order_by("-id")


def review_due_on() -> date | None:
    """A year after the last review, or after the first role was given; None before that."""
    reviewed = reviews().values_list("at", flat=True).first()
    since = reviewed or RoleGrant.objects.order_by("granted_at").values_list("granted_at", flat=True).first()
    return timezone.localtime(since).date() + YEAR if since else None


@transaction.atomic
def review_access(*, finding: str, seen: str, actor: User) -> Event:
    """Record that the granted roles were looked through, and with which finding. `seen` is the hash of what the page showed."""
    require_permission("accounts.review_access", actor)
    if not finding.strip():
        raise BadInput({"finding": _("Say what the review found; “nothing to change” is a finding.")})
    grants = list(RoleGrant.objects.in_force())
    if granted_hash(grants) != seen:
        raise Refused(Blocker("access.changed", _("A role was given or ended since you opened the page. Look again.")))
    people = len({grant.user_id for grant in grants})
    return record("access.reviewed", None, actor=actor, reason=finding.strip(), people=people, grants=len(grants), sha256=seen)
