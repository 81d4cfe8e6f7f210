"""The link with which somebody chooses a password who forgot the old one: asked for in a request, made and mailed by a worker.

The request only notes what was typed: it does the same, and takes as long, whether there is such a person or not. The link itself is
kept nowhere: it is made at the moment when the mail is handed over, from the person's own record and the time, and ends by itself after
`PASSWORD_RESET_TIMEOUT`, with its first use, and with every change of the password. What waits in the table of mails says to whom only.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Lower
from django.urls import reverse

from accounts.languages import speaking_to
from accounts.models import User
from audit.client_role import in_client_rows
from audit.context import Channel, acting
from audit.events import record

if TYPE_CHECKING:
    from django.core.mail import EmailMessage
    from django.http import HttpRequest

LINK_ASKED = "person.link_asked"
TEMPLATE = "account/email/password_reset_key"


def ask_for_link(request: HttpRequest, email: str) -> None:
    """Committed on its own, so that no later fault of the request loses it. Looks for no person: see above."""
    ip = get_adapter(request).get_client_ip(request)
    with acting(channel=Channel.SYSTEM), transaction.atomic(durable=not in_client_rows()):
        record(LINK_ASKED, None, actor=None, email=email[:254].lower(), ip=ip)


def people_at(emails: Collection[str]) -> list[User]:
    """Those of the addresses, in lower case, that may sign in with a password."""
    asked = User.objects.active().alias(written=Lower("email")).filter(written__in=emails)
    return list(asked.exclude(kind=User.Kind.INTEGRATION).order_by("pk"))


def letter_with_link(person: User, headers: dict[str, str]) -> EmailMessage:
    """In the language of who gets it. The link leads to SITE_URL, whatever host the request named."""
    key = {"uidb36": user_pk_to_url_str(person), "key": app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)}
    context = {
        "user": person,
        "password_reset_url": f"{settings.SITE_URL}{reverse('account_reset_password_from_key', kwargs=key)}",
        "current_site": {"domain": urlsplit(settings.SITE_URL).netloc},
    }
    with speaking_to(person):
        return get_adapter().render_mail(TEMPLATE, person.email, context, headers)
