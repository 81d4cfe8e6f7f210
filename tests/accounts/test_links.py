"""A forgotten password: the request tells nobody who has an account, and the link is kept nowhere."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Event
from notifications.models import MailMessage
from notifications.services.links import queue_links
from notifications.services.mail import send_message
from tests.accounts.factories import IntegrationFactory, UserFactory
from tests.accounts.links import work

pytestmark = pytest.mark.django_db


def ask(email: str) -> HttpResponse:
    answer: Any = Browser().post(reverse("account_reset_password"), {"email": email})
    return answer


def asked(email: str) -> tuple[int, str, list[str]]:
    """Status, page led to, and what the database was asked, without the values."""
    with CaptureQueriesContext(
        connection,
    ) as caught:
        answer = ask(email)
    return answer.status_code, answer["Location"], [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in caught.captured_queries]


def test_the_request_does_the_same_for_a_known_and_an_unknown_address() -> None:
    ask("warm@example.com")
    known, closed = UserFactory(), UserFactory(is_active=False)

    answers = [asked(email) for email in (known.email, "nobody@example.com", closed.email, IntegrationFactory().email)]

    assert answers[0][:2] == (302, reverse("account_reset_password_done"))
    assert answers == [answers[0]] * 4
    assert not any("accounts_user" in sql for sql in answers[0][2])
    assert mail.outbox == []
    assert not MailMessage.objects.exists()


def test_a_worker_sends_the_link_to_whom_it_belongs() -> None:
    person = UserFactory()

    ask(person.email.upper())
    (message,) = work()

    assert MailMessage.objects.get(pk=message.pk).state == MailMessage.State.SENT
    (sent,) = mail.outbox
    assert sent.to == [person.email]
    assert f"{django_settings.SITE_URL}/accounts/password/reset/key/" in sent.body
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    "of", [lambda: "nobody@example.com", lambda: UserFactory(is_active=False).email, lambda: IntegrationFactory().email]
)
def test_who_may_not_sign_in_gets_no_mail(of: Any) -> None:
    ask(of())

    assert work() == []
    assert mail.outbox == []


def test_the_link_stands_in_no_table() -> None:
    """Looked for in every row that the mail left, with the sent one still there."""
    person = UserFactory()
    ask(person.email)
    work()
    key = mail.outbox[0].body.split("/password/reset/key/")[1].split("/")[0].partition("-")[2]

    kept = [str(list(model.objects.values())) for model in (MailMessage, Event, User, *apps.get_app_config("sessions").get_models())]

    assert len(key) > 30
    assert not any(key in rows for rows in kept)


def test_a_mail_that_waited_longer_than_its_link_would_last_is_dropped() -> None:
    ask(UserFactory().email)
    (message,) = queue_links(list(Event.objects.filter(kind="person.link_asked")))
    waited = timedelta(seconds=django_settings.PASSWORD_RESET_TIMEOUT + 1)
    MailMessage.objects.filter(pk=message.pk).update(created_at=timezone.now() - waited)

    assert not send_message(message.pk)

    assert MailMessage.objects.get(pk=message.pk).state == MailMessage.State.DROPPED
    assert mail.outbox == []
