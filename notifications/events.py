"""What the record says about webhooks, calendar feeds, watches and preferences."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.events import Event, EventKind, register


def _webhook(event: Event) -> str:
    return reverse("webhook-detail", args=[event.object_id])


def _settings(event: Event) -> str:
    return reverse("notification-settings")


def register_all() -> None:
    for key, words in {
        "webhook.created": _("entered the webhook %(url)s"),
        "webhook.rotated": _("changed the secret of the webhook %(url)s"),
        "webhook.disabled": _("switched off the webhook %(url)s"),
        "webhook.enabled": _("switched on the webhook %(url)s"),
        "webhook.replayed": _("sent event %(number)s again to the webhook %(url)s"),
    }.items():
        register(EventKind(key, words, link=_webhook))
    for key, words in {
        "calendar_feed.created": _("opened a calendar feed: %(about)s"),
        "calendar_feed.revoked": _("revoked a calendar feed: %(about)s"),
        "watch.set": _("watches %(title)s for moves of more than %(days)s days"),
        "watch.ended": _("no longer watches %(title)s"),
        "preferences.changed": _("chose how to be told"),
    }.items():
        register(EventKind(key, words, link=_settings))
