"""A mail as its reader gets it: in their language and on their clock, grouped by project, every line a link to where to act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from accounts.languages import language_of, speaking_to
from accounts.models import User
from documents.models import Document
from notifications.addresses import absolute
from notifications.enclosures import enclosed_for
from notifications.models import MailMessage, Notification
from notifications.publications import Published, publications_in
from notifications.reading import Item, items_of
from notifications.services.visits import last_visit
from projects.models import Rfp


def letter_of(message: MailMessage, notifications: Sequence[Notification], *, more: bool) -> EmailMultiAlternatives:
    """Plain text with an HTML part that says the same. The Message-ID is the row's, so that a copy is recognised as one."""
    with speaking_to(message.user):
        told = publications_in(notifications, message.user)
        published = list({each.act: each for each in told.values()}.values())
        items = _without_secrets([each for each in notifications if each.event_id not in told], message.user)
        if len(published) == 1 and not items:
            return _published(message, published[0])
        return _news(message, notifications, items, published, more=more)


def _published(message: MailMessage, published: Published) -> EmailMultiAlternatives:
    """About one publication and nothing else: its words are the whole mail."""
    context = {"body": published.body, "language": language_of(message.user)}
    return _letter(message, published.subject, published.body, render_to_string("notifications/published.html", context))


def _news(
    message: MailMessage,
    notifications: Sequence[Notification],
    items: Sequence[Item],
    published: Sequence[Published],
    *,
    more: bool,
) -> EmailMultiAlternatives:
    enclosed = enclosed_for(message.user, notifications)
    context = {
        "reader": message.user,
        "digest": message.kind == MailMessage.Kind.DIGEST,
        "published": published,
        "since": _since(message.user, [each.event.at for each in notifications]),
        "projects": _by_project(items),
        "enclosed": [(each, absolute(each.link)) for each in enclosed],
        "more": more,
        "inbox": absolute(reverse("inbox")),
        "choices": absolute(reverse("notification-settings")),
        "language": language_of(message.user),
    }
    text = render_to_string("notifications/mail.txt", context)
    letter = _letter(message, _subject(message, items, published), text, render_to_string("notifications/mail.html", context))
    for each in enclosed:
        if each.is_attached:
            letter.attach(each.rendition.name, each.read(), each.rendition.media_type)
    return letter


def _letter(message: MailMessage, subject: str, text: str, html: str) -> EmailMultiAlternatives:
    one_line, to = " ".join(subject.split()), [message.user.email]
    letter = EmailMultiAlternatives(subject=one_line, body=text, to=to, headers=headers_of(message))
    letter.attach_alternative(html, "text/html")
    return letter


def headers_of(message: MailMessage) -> dict[str, str]:
    number = f"<notification-{message.pk}@{urlsplit(settings.SITE_URL).hostname}>"
    return {"Message-ID": number, "Auto-Submitted": "auto-generated"}


def _since(user: User, moments: Sequence[datetime]) -> str:
    """From when on a digest tells: the last visit, or the first of its news where that is older (seen in the portal, not yet read here)."""
    first, visit = min(moments), last_visit(user)
    if visit and visit[1] <= first:
        return _t("since your last visit (%(day)s)") % {"day": _weekday(visit[1])}
    return _t("since %(day)s") % {"day": _weekday(first)}


def _weekday(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), _t("D j M Y"))


def _without_secrets(notifications: Sequence[Notification], reader: User) -> list[Item]:
    """Of what is kept to named people one of ours is mailed the code alone, and where it is read: a mail passes servers that nobody has
    bound to secrecy, and what happened may name the client, its people or its materials. The client reads of its own as before."""
    items = items_of(notifications, reader)
    about = {item.about for item in items if item.about}
    documents = {each.event.object_id for each in notifications if _is_document(each)}
    kept = Rfp.objects.undisclosed().filter(Q(number__in=about) | Q(project__code__in=about) | Q(documents__in=documents))
    names = {name for row in kept.values_list("number", "project__code") for name in row if name}
    papers = set(map(str, Document.objects.filter(pk__in=documents, rfp__in=kept.values("pk")).values_list("pk", flat=True)))
    return [
        _without_secret(item, reader) if item.about in names or (_is_document(each) and each.event.object_id in papers) else item
        for each, item in zip(notifications, items, strict=True)
    ]


def _is_document(notification: Notification) -> bool:
    """Of a request without a project: its line says no number by which the request were found."""
    event = notification.event
    return not event.project_id and event.object_type_id == ContentType.objects.get_for_model(Document).pk


def _without_secret(item: Item, reader: User) -> Item:
    if not reader.is_internal:
        return replace(item, project="")
    words = _t("There is something new, which is kept to named people until the confidentiality agreement is in force. Sign in to read it.")
    return replace(item, project="", words=words, detail="", who="")


def _by_project(items: Sequence[Item]) -> list[tuple[str, list[tuple[Item, str]]]]:
    """(project or number of the request, lines with their absolute links), in order; what belongs to none comes last.

    What asks for something stands before what tells, and its project before the others.
    """
    asking = {item.about for item in items if item.asked}
    ordered = sorted(items, key=lambda item: (not item.about, item.about not in asking, item.about, not item.asked))
    groups = groupby(ordered, lambda item: item.project or item.about)
    return [(words, [(item, absolute(item.link or reverse("inbox"))) for item in group]) for words, group in groups]


def _subject(message: MailMessage, items: Sequence[Item], published: Sequence[Published]) -> str:
    number = len(items) + len(published)
    if message.kind == MailMessage.Kind.DIGEST:
        words = ngettext("%(count)d piece of news on %(day)s", "%(count)d pieces of news on %(day)s", number)
        return words % {"count": number, "day": date_format(message.day)}
    lines = [each.subject for each in published]
    lines += [_t("%(project)s: %(words)s") % {"project": item.about, "words": item.words} if item.about else item.words for item in items]
    return lines[0] if number == 1 else _t("%(words)s (and %(more)d more)") % {"words": lines[0], "more": number - 1}
