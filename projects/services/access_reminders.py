"""Who holds which role is reviewed every year: management is asked in time, until the review is in the record."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts import services as accounts
from accounts.models import Role, RoleGrant, User
from audit.models import Event
from projects.models import WaitingFor
from projects.services.waiting import close_waits, open_wait

KEY = "access.review"
ASKED_DAYS = 30  # before it is due


@transaction.atomic
def ask_for_access_review(on: date | None = None) -> bool:
    """Every night: whether management is asked now that was not before."""
    due_on = accounts.review_due_on()
    if due_on is None or due_on > (on or timezone.localdate()) + timedelta(days=ASKED_DAYS):
        return False
    is_new = not WaitingFor.objects.open().filter(key=KEY).exists()
    words = _t("Review who holds which role (given: %(number)d)") % {"number": RoleGrant.objects.in_force().count()}
    open_wait(KEY, role=Role.MANAGEMENT, words=words, link=reverse("roles"), due_on=due_on)
    return is_new


@transaction.atomic
def review_access(*, finding: str, seen: str, actor: User) -> Event:
    """Record the review; nobody is asked for it any more until the next is due."""
    reviewed = accounts.review_access(finding=finding, seen=seen, actor=actor)
    close_waits(KEY)
    return reviewed
