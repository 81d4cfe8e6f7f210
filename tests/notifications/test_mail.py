"""Mails: one digest a day in the reader's own morning, urgent ones at once, each row sent at most once and none lost."""

from __future__ import annotations

import smtplib
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Role, User
from audit.models import Event
from notifications.models import BACK_OFF, MailMessage, Notification
from notifications.services import mail as services
from notifications.services.handing import begin_handing, claim
from projects.models import Milestone, Project
from projects.services.plan import reschedule_milestone
from projects.services.publishing import pending_moves, preview, publish_plan
from projects.services.sharing import set_visibility
from tests.notifications.conftest import told
from tests.projects import factories

pytestmark = pytest.mark.django_db


def a_reader(zone: str = "UTC", name: str = "Reader", role: str = Role.MANAGEMENT) -> User:
    person = factories.person(role, name=name)
    person.time_zone = zone
    person.save(update_fields=["time_zone"])
    return person


def news(reader: User, project: Project, at: datetime, count: int = 1, **values: Any) -> list[Notification]:
    """Messages for the digest, made at that moment."""
    taken = Notification.objects.filter(user=reader).values("event")
    events = Event.objects.filter(project_id=project.pk, client_visible=True).exclude(pk__in=taken).order_by("-pk")[:count]
    rows = [Notification(user=reader, event=event, group="project", delivery="digest", created_at=at, **values) for event in events]
    return Notification.objects.bulk_create(rows)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def send_all() -> int:
    return sum(services.send_message(pk) for pk in MailMessage.objects.due(timezone.now() + timedelta(days=1)).values_list("pk", flat=True))


def urgent(reader: User, project: Project) -> MailMessage:
    message = MailMessage.objects.create(user=reader, kind="urgent", day=timezone.localdate())
    (notification,) = news(reader, project, timezone.now())
    notification.mail, notification.delivery = message, "at_once"
    notification.save(update_fields=["mail", "delivery"])
    return message


# the digest's morning

MORNINGS = [
    ("UTC", "2026-03-12T06:59", None),
    ("UTC", "2026-03-12T07:00", date(2026, 3, 12)),
    ("Europe/Zurich", "2026-03-12T06:00", date(2026, 3, 12)),
    ("Europe/Zurich", "2026-03-29T04:59", None),  # summer time began in the night: 07:00 is 05:00 UTC
    ("Europe/Zurich", "2026-03-29T05:00", date(2026, 3, 29)),
    ("Europe/Zurich", "2026-10-25T05:59", None),  # and ended: 06:00 UTC
    ("Europe/Zurich", "2026-10-25T06:00", date(2026, 10, 25)),
    ("America/New_York", "2026-03-08T11:00", date(2026, 3, 8)),
    ("America/New_York", "2026-03-07T11:59", None),
    ("Asia/Tokyo", "2026-03-11T22:00", date(2026, 3, 12)),
    ("Pacific/Kiritimati", "2026-03-11T17:00", date(2026, 3, 12)),
    ("Asia/Kathmandu", "2026-03-12T01:15", date(2026, 3, 12)),
]


@pytest.mark.parametrize(("zone", "now", "day"), MORNINGS)
def test_digest_is_written_at_seven_on_the_reader_s_clock(project: Project, zone: str, now: str, day: date | None) -> None:
    reader = a_reader(zone)
    news(reader, project, at(now) - timedelta(hours=12) if day else at(now) - timedelta(hours=6))

    services.plan_digests(at(now))

    assert list(MailMessage.objects.filter(user=reader).values_list("kind", "day")) == ([("digest", day)] if day else [])


CHANGES = [  # two days before the clocks go forward or back there
    ("UTC", "2026-03-27T00:00"),
    ("Europe/Zurich", "2026-03-27T00:00"),
    ("Europe/Zurich", "2026-10-23T00:00"),
    ("America/New_York", "2026-03-06T00:00"),
    ("America/New_York", "2026-10-30T00:00"),
    ("Pacific/Auckland", "2026-04-03T00:00"),
    ("Pacific/Auckland", "2026-09-25T00:00"),
    ("Australia/Lord_Howe", "2026-04-03T00:00"),  # by half an hour
    ("Australia/Lord_Howe", "2026-10-02T00:00"),
]


@pytest.mark.parametrize(("zone", "start"), CHANGES)
def test_one_digest_a_day_also_when_the_clocks_change(project: Project, zone: str, start: str) -> None:
    reader, begin = a_reader(zone), at(start)
    offsets = {(begin + timedelta(hours=hour)).astimezone(ZoneInfo(zone)).utcoffset() for hour in range(24 * 4)}
    assert len(offsets) == (1 if zone == "UTC" else 2)
    rows = news(reader, project, begin, count=16)
    for number, row in enumerate(rows):
        row.created_at = begin + timedelta(hours=6 * number)
    Notification.objects.bulk_update(rows, ["created_at"])

    for half_hour in range(2 * 24 * 4):
        services.plan_digests(begin + timedelta(minutes=30 * half_hour))

    days = list(MailMessage.objects.filter(user=reader).order_by("day").values_list("day", flat=True))
    assert len(days) == len(set(days)) in (3, 4)
    assert [after - before for before, after in pairwise(days)] == [timedelta(days=1)] * (len(days) - 1)


def test_news_of_the_day_wait_for_the_next_morning(project: Project) -> None:
    reader = a_reader()
    news(reader, project, at("2026-03-12T10:00"))

    assert services.plan_digests(at("2026-03-12T23:00")) == 0
    assert services.plan_digests(at("2026-03-13T07:00")) == 1


def test_a_late_sweep_still_sends_the_day_s_digest_once(project: Project) -> None:
    reader = a_reader()
    news(reader, project, at("2026-03-11T10:00"))

    assert [services.plan_digests(at(f"2026-03-12T{hour}:00")) for hour in (15, 16, 17)] == [1, 0, 0]


def test_travelling_west_brings_no_second_digest_for_the_same_day(project: Project) -> None:
    reader = a_reader("Pacific/Auckland")
    news(reader, project, at("2026-03-10T10:00"))
    assert services.plan_digests(at("2026-03-11T18:30")) == 1  # 12 March in Auckland
    reader.time_zone = "America/Los_Angeles"
    reader.save(update_fields=["time_zone"])
    news(reader, project, at("2026-03-11T19:00"))

    assert services.plan_digests(at("2026-03-12T15:00")) == 0  # again 12 March, in Los Angeles
    assert services.plan_digests(at("2026-03-13T15:00")) == 1


def test_what_was_read_in_the_inbox_is_not_mailed(project: Project) -> None:
    reader = a_reader()
    news(reader, project, at("2026-03-11T10:00"), read_at=at("2026-03-11T11:00"))

    assert services.plan_digests(at("2026-03-12T08:00")) == 0


# what it says


def test_digest_is_one_mail_grouped_by_project_with_absolute_links(project: Project, settings: Any) -> None:
    settings.SITE_URL = "https://tracker.example.com"
    reader, other = a_reader("Europe/Zurich"), factories.a_project()
    news(reader, project, at("2026-03-11T10:00"), count=2)
    news(reader, other, at("2026-03-11T10:00"))
    services.plan_digests(at("2026-03-12T08:00"))

    assert send_all() == 1

    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == ([reader.email], "3 pieces of news on 12 Mar 2026")
    assert sent.body.index(project.code) < sent.body.index(other.code)
    assert sent.body.count(f"https://tracker.example.com/projects/by-id/{project.pk}/") == 2
    ((html, media_type),) = sent.alternatives
    assert media_type == "text/html"
    assert f'href="https://tracker.example.com/projects/by-id/{other.pk}/"' in html
    assert "UTC+1" in sent.body or "UTC+2" in sent.body  # on the reader's clock


def test_urgent_mail_says_what_is_asked_and_leads_there(project: Project, settings: Any, bells: list[Any]) -> None:
    settings.SITE_URL = "https://tracker.example.com"
    signer = factories.person(Role.RESEARCH)
    factories.finish_phase(project)
    told(lambda: factories.propose(project))

    assert services.send_message(MailMessage.objects.get(user=signer).pk)

    (sent,) = mail.outbox
    assert sent.to == [signer.email]
    assert sent.subject.startswith(f"{project.code}: Proposed “go” for G2")
    assert f"https://tracker.example.com/projects/{project.code}/gate/" in sent.body


def test_publishing_sends_the_client_exactly_the_mail_that_was_previewed(project: Project, settings: Any) -> None:
    settings.SITE_URL = "https://tracker.example.com"
    approver, manager = factories.person(Role.CLIENT_APPROVER, client=project.client), factories.manager()
    words = {"reason_class": "technical", "side": "cdmo", "reason": "A step failed."}
    later = timezone.localdate() + timedelta(days=900)
    reschedule_milestone(project.code, "route_selected", not_before=later, actor=manager, reason="Internal words.")
    keys = [move.key for move in pending_moves(project)]
    _moves, (message,), shown = preview(project, keys, **words)

    told(lambda: publish_plan(project.code, keys=keys, actor=manager, expected_hash=shown, **words))
    services.send_message(MailMessage.objects.get(user=approver).pk)

    (sent,) = mail.outbox
    assert len(keys) > 1
    assert (sent.subject, sent.body) == (message.subject, message.body.replace("/portal/", "https://tracker.example.com/portal/"))
    assert f'href="https://tracker.example.com/portal/{project.code}/"' in str(sent.alternatives[0][0])
    assert "Internal words" not in sent.body


def test_a_date_taken_back_before_the_mail_leaves_is_not_in_it(project: Project) -> None:
    approver, manager = factories.person(Role.CLIENT_APPROVER, client=project.client), factories.manager()
    later = timezone.localdate() + timedelta(days=900)
    reschedule_milestone(project.code, "route_selected", not_before=later, actor=manager, reason="Internal words.")
    keys = [move.key for move in pending_moves(project)]
    told(lambda: publish_plan(project.code, keys=keys, reason_class="technical", side="cdmo", reason="A step failed.", actor=manager))
    title = Milestone.objects.get(project=project, key="route_selected").title
    set_visibility(project.code, "milestone", "route_selected", visibility="internal", actor=manager)

    services.send_message(MailMessage.objects.get(user=approver).pk)

    (sent,) = mail.outbox
    assert f"the date of {title}" not in sent.body
    assert sent.body.count("Date told to you") == len(keys) - 1


def test_words_of_others_are_escaped_in_html_and_plain_in_text(project: Project) -> None:
    reader = a_reader()
    message = urgent(reader, project)
    Notification.objects.filter(mail=message).update(
        group="watched", moves=[{"title": "<b>Filing</b>", "from": "2026-03-01", "to": "2026-03-12", "days": 11}]
    )

    services.send_message(message.pk)

    assert "<b>Filing</b> moved by 11 days, from 1 Mar 2026 to 12 Mar 2026" in mail.outbox[0].body
    assert "&lt;b&gt;Filing&lt;/b&gt; moved by 11 days" in str(mail.outbox[0].alternatives[0][0])


def test_what_the_reader_may_no_longer_see_is_left_out(project: Project) -> None:
    customer = factories.person(Role.CLIENT_VIEWER, client=project.client)
    message = MailMessage.objects.create(user=customer, kind="digest", day=timezone.localdate())
    event = Event.objects.filter(kind="milestone.published", project_id=project.pk).latest("pk")
    Notification.objects.create(user=customer, event=event, group="dates", delivery="digest", mail=message)
    key = event.client_data["milestone"]
    set_visibility(project.code, "milestone", key, visibility="internal", actor=factories.manager())

    assert services.send_message(message.pk) is False

    message = MailMessage.objects.get(pk=message.pk)
    assert (message.state, mail.outbox) == ("dropped", [])


def test_a_closed_account_gets_no_mail(project: Project) -> None:
    reader = a_reader()
    message = urgent(reader, project)
    User.objects.filter(pk=reader.pk).update(is_active=False)

    assert services.send_message(message.pk) is False
    assert mail.outbox == []


# at most once, and none lost


def test_a_mail_is_sent_once_however_often_it_is_called(project: Project) -> None:
    message = urgent(a_reader(), project)

    assert [services.send_message(message.pk) for _again in range(3)] == [True, False, False]
    assert len(mail.outbox) == 1


def test_a_refusing_server_is_tried_again_later_and_given_up_at_last(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    message = urgent(a_reader(), project)
    monkeypatch.setattr(
        "django.core.mail.message.EmailMessage.send", lambda self: (_ for _ in ()).throw(smtplib.SMTPResponseException(451, b"later"))
    )

    waits = []
    for _attempt in range(len(BACK_OFF) + 1):
        MailMessage.objects.filter(pk=message.pk).update(next_attempt_at=timezone.now())
        before = timezone.now()
        services.send_message(message.pk)
        row = MailMessage.objects.get(pk=message.pk)
        waits.append(row.next_attempt_at and round((row.next_attempt_at - before).total_seconds() / 60))

    assert waits == [1, 5, 30, 120, 720, None]
    assert (row.state, row.attempts) == ("failed", 6)
    assert "451" in row.error


def test_a_server_out_of_reach_is_tried_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    message = urgent(a_reader(), project)
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.open", lambda self: (_ for _ in ()).throw(OSError("no route")))
        assert services.send_message(message.pk) is False
    assert MailMessage.objects.get(pk=message.pk).state == "queued"
    MailMessage.objects.filter(pk=message.pk).update(next_attempt_at=timezone.now())

    assert services.send_message(message.pk) is True


def test_a_worker_killed_before_handing_over_loses_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    message = urgent(a_reader(), project)
    assert claim(MailMessage.objects.all(), message.pk) is not None  # and then it died

    assert services.send_message(message.pk) is False  # its lease still holds
    MailMessage.objects.filter(pk=message.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    services.sweep()

    assert services.send_message(message.pk) is True
    assert len(mail.outbox) == 1


def test_a_worker_killed_while_handing_over_is_not_followed_by_a_second_mail(project: Project) -> None:
    message = urgent(a_reader(), project)
    claimed = claim(MailMessage.objects.all(), message.pk)
    assert claimed is not None
    assert begin_handing(claimed)
    MailMessage.objects.filter(pk=message.pk).update(lease_until=timezone.now() - timedelta(seconds=1))

    assert services.send_message(message.pk) is False

    assert (MailMessage.objects.get(pk=message.pk).state, mail.outbox) == ("unknown", [])


def test_a_connection_lost_in_the_middle_is_not_sent_twice(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    message = urgent(a_reader(), project)
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.message.EmailMessage.send", lambda self: (_ for _ in ()).throw(TimeoutError("timed out")))
        services.send_message(message.pk)

    assert MailMessage.objects.get(pk=message.pk).state == "unknown"
    assert services.send_message(message.pk) is False


def test_a_worker_that_lost_its_lease_leaves_the_mail_to_the_next(project: Project) -> None:
    message = urgent(a_reader(), project)
    slow = claim(MailMessage.objects.all(), message.pk)
    assert slow is not None
    MailMessage.objects.filter(pk=message.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert services.send_message(message.pk) is True

    assert begin_handing(slow) is False
    assert len(mail.outbox) == 1


def test_the_sweep_calls_for_what_is_due(project: Project, bells: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    message = urgent(a_reader(), project)
    monkeypatch.setattr(services, "call", lambda task, ids: bells.append((task, tuple(ids))))

    services.sweep()

    assert ("notifications.tasks.send_mail_message", (message.pk,)) in bells or message.pk in bells[-1][1]
