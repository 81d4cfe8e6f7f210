"""A mail as its reader gets it: in their language and on their clock, grouped by project, every line a link to where to act."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from notifications.models import MailMessage, Notification
from notifications.reading import Item, items_of
from notifications.zones import zone_of


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def letter_of(message: MailMessage, notifications: Sequence[Notification], *, more: bool) -> EmailMultiAlternatives:
    """Plain text with an HTML part that says the same. The Message-ID is the row's, so that a copy is recognised as one."""
    user = message.user
    language = user.language if user.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(zone_of(user)):
        items = items_of(notifications, user)
        context = {
            "reader": user,
            "digest": message.kind == MailMessage.Kind.DIGEST,
            "projects": _by_project(items),
            "more": more,
            "inbox": absolute(reverse("inbox")),
            "choices": absolute(reverse("notification-settings")),
            "language": language,
        }
        letter = EmailMultiAlternatives(
            subject=" ".join(_subject(message, items).split()),
            body=render_to_string("notifications/mail.txt", context),
            to=[user.email],
            headers={
                "Message-ID": f"<notification-{message.pk}@{urlsplit(settings.SITE_URL).hostname}>",
                "Auto-Submitted": "auto-generated",
            },
        )
        letter.attach_alternative(render_to_string("notifications/mail.html", context), "text/html")
    return letter


def _by_project(items: Sequence[Item]) -> list[tuple[str, list[tuple[Item, str]]]]:
    """(project, lines with their absolute links), projects in order; what belongs to none comes last."""
    ordered = sorted(items, key=lambda item: (not item.about, item.about))
    return [
        (name, [(item, absolute(item.link or reverse("inbox"))) for item in group]) for name, group in groupby(ordered, lambda i: i.project)
    ]


def _subject(message: MailMessage, items: Sequence[Item]) -> str:
    if message.kind == MailMessage.Kind.DIGEST:
        words = ngettext("%(count)d piece of news on %(day)s", "%(count)d pieces of news on %(day)s", len(items))
        return words % {"count": len(items), "day": date_format(message.day, "j M Y")}
    first = items[0]
    words = f"{first.about}: {first.words}" if first.about else first.words
    return words if len(items) == 1 else _t("%(words)s (and %(more)d more)") % {"words": words, "more": len(items) - 1}
