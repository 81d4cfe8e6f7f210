"""How much is unread, and whether a milestone is watched: what other pages show of this app."""

from __future__ import annotations

from typing import Any

from django import template

from accounts.models import User
from notifications.forms import WatchForm
from notifications.models import MilestoneWatch, Notification
from notifications.visibility import told_of_events
from projects.models import Milestone

register = template.Library()

SHOWN_UP_TO = 99
LOOKED_THROUGH = 200  # of a thousand named lines the database reads the whole record; who has more unread is shown what is found in these


@register.simple_tag
def unread_count(user: User) -> str:
    """What the bar at the top shows, "" for nothing; asked once for the request that the user belongs to.

    Mostly all is read. To see that takes a fraction of the time that it takes to ask what of it one may still read; and that is asked of
    their events by key, for the database would rather look through the whole record than guess how few they are.
    """
    if "unread_count" not in user.__dict__:
        unread = Notification.objects.filter(user=user).unread().order_by("-pk") if user.is_authenticated else Notification.objects.none()
        newest = dict(unread.values_list("event", "asked")[:LOOKED_THROUGH])
        found = told_of_events(newest, user)[: SHOWN_UP_TO + 1].count() if newest and user.is_active else 0
        user.__dict__["unread_count"] = f"{SHOWN_UP_TO}+" if found > SHOWN_UP_TO else str(found or "")
    return str(user.__dict__["unread_count"])


@register.inclusion_tag("notifications/_watch_button.html", takes_context=True)
def watch_button(context: dict[str, Any], milestone: Milestone) -> dict[str, Any]:
    """The button and its dialog on the page of a milestone."""
    user = context["user"]
    watch = MilestoneWatch.objects.visible_to(user).filter(milestone=milestone).first()
    return {
        "milestone": milestone,
        "watch": watch,
        "form": WatchForm(initial={"days": watch.days if watch else milestone.tolerance_days}),
        "csrf_token": context.get("csrf_token", ""),
    }
