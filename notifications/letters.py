"""A mail as its reader gets it: in their language and on their clock, grouped by project, every line a link to where to act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
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

from accounts.models import User
from audit.models import Event
from notifications.models import MailMessage, Notification
from notifications.reading import Item, items_of
from notifications.services.visits import last_visit
from notifications.zones import zone_of


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def letter_of(message: MailMessage, notifications: Sequence[Notification], *, more: bool) -> EmailMultiAlternatives:
    """Plain text with an HTML part that says the same. The Message-ID is the row's, so that a copy is recognised as one."""
    published = _publication(message, notifications)
    if published is not None:
        return _published(message, published)
    user = message.user
    language = user.language if user.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(zone_of(user)):
        items = items_of(notifications, user)
        context = {
            "reader": user,
            "digest": message.kind == MailMessage.Kind.DIGEST,
            "since": _since(user, items),
            "projects": _by_project(items),
            "more": more,
            "inbox": absolute(reverse("inbox")),
            "choices": absolute(reverse("notification-settings")),
            "language": language,
        }
        subject, text = _subject(message, items), render_to_string("notifications/mail.txt", context)
        return _letter(message, subject, text, render_to_string("notifications/mail.html", context))


def _letter(message: MailMessage, subject: str, text: str, html: str) -> EmailMultiAlternatives:
    number = f"<notification-{message.pk}@{urlsplit(settings.SITE_URL).hostname}>"
    headers = {"Message-ID": number, "Auto-Submitted": "auto-generated"}
    letter = EmailMultiAlternatives(subject=" ".join(subject.split()), body=text, to=[message.user.email], headers=headers)
    letter.attach_alternative(html, "text/html")
    return letter


def _publication(message: MailMessage, notifications: Sequence[Notification]) -> Event | None:
    """The one act of publishing that an urgent mail to a client is about, if it is about all of it and nothing else.

    The act is recorded after the dates that it told."""
    if message.user.is_internal or message.kind != MailMessage.Kind.URGENT:
        return None
    last, told = notifications[-1].event, {(each.event.client_data or {}).get("milestone") for each in notifications}
    acts = Event.objects.filter(kind="plan.published", transaction_id=last.transaction_id, project_id=last.project_id)
    act = (
        acts.filter(pk__gt=last.pk).order_by("pk").first()
        if all(each.event.kind == "milestone.published" for each in notifications)
        else None
    )
    return act if act is not None and told == set(act.data["keys"]) else None


def _published(message: MailMessage, act: Event) -> EmailMultiAlternatives:
    """The words that the project manager saw and published, to the letter; only the path becomes a whole address."""
    text = act.data["body"].replace(act.data["path"], absolute(act.data["path"]))
    with translation.override(act.data["language"]):
        html = render_to_string("notifications/published.html", {"body": text, "language": act.data["language"]})
    return _letter(message, act.data["subject"], text, html)


def _since(user: User, items: Sequence[Item]) -> str:
    """From when on a digest tells: the last visit, or the first of its news where that is older (seen in the portal, not yet read here)."""
    first, visit = min(item.at for item in items), last_visit(user)
    if visit and visit[1] <= first:
        return _t("since your last visit (%(day)s)") % {"day": _weekday(visit[1])}
    return _t("since %(day)s") % {"day": _weekday(first)}


def _weekday(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "D j M Y")


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
