"""Webhooks: who keeps them, what they are sent, how it is signed, and what happens when nobody answers."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from notifications.models import BACK_OFF, Webhook, WebhookDelivery
from notifications.services import deliveries, webhooks
from projects.models import Project
from projects.services.lifecycle import hold_project, resume_project
from projects.services.plan import reschedule_milestone
from projects.services.sharing import set_visibility
from tests.notifications.conftest import events_of
from tests.notifications.receiver import Receiver, listening
from tests.projects import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_LOOPBACK = True
    with listening() as receiver:
        yield receiver


@pytest.fixture
def approver(project: Project) -> User:
    return factories.person(Role.CLIENT_APPROVER, client=project.client)


@pytest.fixture
def hook(project: Project, receiver: Receiver, approver: User) -> tuple[Webhook, str]:
    webhook, secret = webhooks.create_webhook(project.client_id, url=receiver.url, actor=approver)
    Webhook.objects.update(created_at=timezone.now() - timedelta(hours=1))  # events carry the time at which this test's transaction began
    return webhook, secret


def line_up(act: Callable[[], object]) -> list[WebhookDelivery]:
    return deliveries.line_up(events_of(act))


def hold(project: Project) -> None:
    hold_project(project.code, actor=factories.manager(), reason="Our own words.")


def again(delivery: WebhookDelivery) -> WebhookDelivery:
    return WebhookDelivery.objects.get(pk=delivery.pk)


def signatures(headers: dict[str, str]) -> tuple[int, list[str]]:
    moment, *given = headers["X-Cdmo-Signature"].split(",")
    return int(moment.removeprefix("t=")), [each.removeprefix("v1=") for each in given]


def expected(secret: str, at: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


# what is sent


def test_what_the_client_may_see_is_delivered_and_signed(hook: tuple[Webhook, str], project: Project, receiver: Receiver) -> None:
    (delivery,) = line_up(lambda: hold(project))

    assert deliveries.deliver(delivery.pk)

    ((_path, headers, body),) = receiver.calls
    at, given = signatures(headers)
    assert given == [expected(hook[1], at, body)]
    assert abs(at - timezone.now().timestamp()) < 60
    told = json.loads(body)
    assert (told["delivery"], told["kind"], told["project"]) == (delivery.pk, "project.held", project.code)
    assert told["data"] == {"project": project.code, "phase": "small_scale", "status": "on_hold"}
    assert b"Our own words" not in body
    assert (again(delivery).state, again(delivery).response_status) == ("delivered", 204)


def test_internal_events_are_not_delivered(hook: tuple[Webhook, str], project: Project) -> None:
    later = timezone.localdate() + timedelta(days=400)

    lined_up = line_up(
        lambda: reschedule_milestone(project.code, "route_selected", not_before=later, actor=factories.manager(), reason="Internal.")
    )

    assert lined_up == []


def test_what_is_taken_back_before_it_is_sent_is_not_sent(hook: tuple[Webhook, str], project: Project) -> None:
    manager = factories.manager()
    set_visibility(project.code, "milestone", "route_selected", visibility="internal", actor=manager)
    events = events_of(lambda: set_visibility(project.code, "milestone", "route_selected", visibility="shared", actor=manager))
    set_visibility(project.code, "milestone", "route_selected", visibility="internal", actor=manager)

    assert deliveries.line_up(events) == []


def test_foreign_client_s_webhook_gets_nothing(hook: tuple[Webhook, str], project: Project, receiver: Receiver) -> None:
    foreign = factories.a_client("DCB")
    theirs, _secret = webhooks.create_webhook(foreign.pk, url=receiver.url, actor=factories.person(Role.CLIENT_APPROVER, client=foreign))
    Webhook.objects.update(created_at=timezone.now() - timedelta(hours=1))

    lined_up = line_up(lambda: hold(project))

    assert {delivery.webhook_id for delivery in lined_up} == {hook[0].pk} != {theirs.pk}


def test_reading_the_outbox_again_delivers_nothing_twice(hook: tuple[Webhook, str], project: Project) -> None:
    events = events_of(lambda: hold(project))

    assert len(deliveries.line_up(events)) == 1
    assert deliveries.line_up(events) == []


def test_what_happened_before_the_webhook_is_not_delivered(hook: tuple[Webhook, str], project: Project) -> None:
    Webhook.objects.update(created_at=timezone.now() + timedelta(hours=1))

    assert line_up(lambda: hold(project)) == []


def test_lining_up_costs_the_same_for_one_and_for_thirty_events(hook: tuple[Webhook, str], project: Project) -> None:
    def cost(events: list[Event]) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert deliveries.line_up(events)
        return len(captured)

    one = cost(events_of(lambda: hold(project)))

    def back_and_forth() -> None:
        for _number in range(15):
            resume_project(project.code, actor=factories.manager(), reason="Go on.")
            hold(project)

    assert cost(events_of(back_and_forth)) == one


# when nobody answers


@pytest.mark.parametrize("status", [301, 400, 404, 410, 500, 503])
def test_any_other_answer_is_tried_again_later(hook: tuple[Webhook, str], project: Project, receiver: Receiver, status: int) -> None:
    receiver.status = status
    (delivery,) = line_up(lambda: hold(project))
    before = timezone.now()

    assert not deliveries.deliver(delivery.pk)

    row = again(delivery)
    assert (row.state, row.attempts, row.response_status, row.error) == ("pending", 1, status, f"HTTP {status}")
    assert row.next_attempt_at is not None
    assert timedelta(seconds=59) < row.next_attempt_at - before < timedelta(seconds=70)
    assert not deliveries.deliver(delivery.pk)
    assert len(receiver.calls) == 1


def test_attempts_are_spread_over_hours_and_end(hook: tuple[Webhook, str], project: Project, receiver: Receiver) -> None:
    receiver.status = 500
    (delivery,) = line_up(lambda: hold(project))

    waits = []
    for _attempt in range(len(BACK_OFF) + 1):
        WebhookDelivery.objects.filter(pk=delivery.pk).update(next_attempt_at=timezone.now())
        before = timezone.now()
        deliveries.deliver(delivery.pk)
        row = again(delivery)
        waits.append(row.next_attempt_at and round((row.next_attempt_at - before).total_seconds() / 60))

    assert waits == [1, 5, 30, 120, 720, None]
    assert (row.state, row.attempts, len(receiver.calls)) == ("failed", 6, 6)


def test_a_later_attempt_delivers_the_same_body(hook: tuple[Webhook, str], project: Project, receiver: Receiver) -> None:
    receiver.status = 500
    (delivery,) = line_up(lambda: hold(project))
    deliveries.deliver(delivery.pk)
    receiver.status = 200
    WebhookDelivery.objects.filter(pk=delivery.pk).update(next_attempt_at=timezone.now())

    assert deliveries.deliver(delivery.pk)

    (_one, first), (_two, second) = ((path, body) for path, _headers, body in receiver.calls)
    assert first == second
    assert again(delivery).error == ""


def test_an_address_that_became_private_is_refused_and_logged(hook: tuple[Webhook, str], project: Project, settings: Any) -> None:
    settings.WEBHOOK_LOOPBACK = False
    Webhook.objects.update(url="https://127.0.0.1/hook")
    (delivery,) = line_up(lambda: hold(project))

    assert not deliveries.deliver(delivery.pk)

    assert "private network" in again(delivery).error
    assert again(delivery).response_status is None


def test_nobody_listening_is_an_error_and_no_crash(hook: tuple[Webhook, str], project: Project) -> None:
    Webhook.objects.update(url="http://127.0.0.1:1/")
    (delivery,) = line_up(lambda: hold(project))

    assert not deliveries.deliver(delivery.pk)
    assert "ConnectionRefusedError" in again(delivery).error


def test_a_killed_worker_s_delivery_is_taken_by_the_next(hook: tuple[Webhook, str], project: Project, receiver: Receiver) -> None:
    (delivery,) = line_up(lambda: hold(project))
    assert deliveries._claim(delivery.pk) is not None
    assert not deliveries.deliver(delivery.pk)
    WebhookDelivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert deliveries.deliver(delivery.pk)
    assert len(receiver.calls) == 1


# what people do with them


def test_the_claim_looks_at_no_events(hook: tuple[Webhook, str], project: Project, receiver: Receiver) -> None:
    """Where a few deliveries stood beside a million events, a join of the two walked through all of them for each call."""
    (delivery,) = line_up(lambda: hold(project))

    with CaptureQueriesContext(connection) as asked:
        assert deliveries.deliver(delivery.pk)

    claims = [each["sql"] for each in asked if "FOR UPDATE" in each["sql"]]
    assert claims
    assert not any('"audit_event"' in claim for claim in claims)


def test_rotation_signs_with_both_secrets_for_a_while(
    hook: tuple[Webhook, str], project: Project, receiver: Receiver, approver: User
) -> None:
    webhook, old = hook
    _webhook, new = webhooks.rotate_secret(webhook.pk, actor=approver)
    (delivery,) = line_up(lambda: hold(project))
    deliveries.deliver(delivery.pk)
    Webhook.objects.update(previous_until=timezone.now() - timedelta(seconds=1))
    webhooks.replay_delivery(webhook.pk, delivery.pk, actor=approver)
    deliveries.deliver(delivery.pk)

    (at, both), (later, one) = (signatures(headers) for _path, headers, _body in receiver.calls)
    bodies = [body for _path, _headers, body in receiver.calls]
    assert both == [expected(new, at, bodies[0]), expected(old, at, bodies[0])]
    assert one == [expected(new, later, bodies[1])]


def test_replay_sends_again_and_is_recorded(hook: tuple[Webhook, str], project: Project, receiver: Receiver, approver: User) -> None:
    (delivery,) = line_up(lambda: hold(project))
    deliveries.deliver(delivery.pk)

    webhooks.replay_delivery(hook[0].pk, delivery.pk, actor=approver)
    deliveries.deliver(delivery.pk)

    assert len(receiver.calls) == 2
    assert Event.objects.get(kind="webhook.replayed").data["number"] == delivery.event_id


def test_what_is_being_sent_is_not_replayed(hook: tuple[Webhook, str], project: Project, approver: User) -> None:
    (delivery,) = line_up(lambda: hold(project))

    with pytest.raises(Refused):
        webhooks.replay_delivery(hook[0].pk, delivery.pk, actor=approver)


def test_switched_off_nothing_is_sent_and_what_waits_is_kept(
    hook: tuple[Webhook, str], project: Project, receiver: Receiver, approver: User
) -> None:
    (delivery,) = line_up(lambda: hold(project))
    webhooks.disable_webhook(hook[0].pk, actor=approver)
    assert not deliveries.deliver(delivery.pk)
    assert line_up(lambda: resume_project(project.code, actor=factories.manager(), reason="Go on.")) == []

    webhooks.enable_webhook(hook[0].pk, actor=approver)

    assert deliveries.deliver(delivery.pk)
    assert [event.kind for event in Event.objects.filter(kind__startswith="webhook.").order_by("pk")] == [
        "webhook.created", "webhook.disabled", "webhook.enabled",
    ]  # fmt: skip


def test_secrets_are_not_readable_in_the_database(hook: tuple[Webhook, str]) -> None:
    webhook, secret = hook
    row = Webhook.objects.filter(pk=webhook.pk).values().get()

    assert secret.startswith("whsec_")
    assert secret not in str(row)
    assert secret not in str(list(Event.objects.values("data")))


@pytest.mark.parametrize("url", ["http://hooks.example.com/", "https://127.0.0.1/", "https://localhost/", "https://10.0.0.1/", "nonsense"])
def test_bad_address_is_refused_when_it_is_entered(project: Project, approver: User, url: str) -> None:
    with pytest.raises(BadInput) as refused:
        webhooks.create_webhook(project.client_id, url=url, actor=approver)

    assert list(refused.value.errors) == ["url"]


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.ADMINISTRATOR, True),
        (Role.BUSINESS_DEVELOPMENT, True),
        (Role.CLIENT_APPROVER, True),
        (Role.CLIENT_VIEWER, False),
        (Role.PROJECT_MANAGER, False),
        (Role.RESEARCH, False),
    ],
)
def test_who_may_enter_a_webhook(project: Project, receiver: Receiver, role: str, allowed: bool) -> None:
    actor = factories.person(role)

    if allowed:
        webhooks.create_webhook(project.client_id, url=receiver.url, actor=actor)
    else:
        with pytest.raises(NotAllowed):
            webhooks.create_webhook(project.client_id, url=receiver.url, actor=actor)

    assert Webhook.objects.exists() is allowed


# pages


def browser_of(person: User) -> Browser:
    browser = Browser()
    browser.force_login(person)
    return browser


def test_approver_enters_a_webhook_and_sees_its_secret_once(project: Project, approver: User, receiver: Receiver) -> None:
    browser = browser_of(approver)

    page = browser.post("/webhooks/new/", {"client": project.client_id, "url": receiver.url, "description": "ERP"})

    assert (page.status_code, "whsec_" in page.content.decode()) == (200, True)
    webhook = Webhook.objects.get()
    assert "whsec_" not in browser.get(f"/webhooks/{webhook.pk}/").content.decode()
    assert receiver.url in browser.get("/webhooks/").content.decode()


def test_refused_address_comes_back_in_the_form(project: Project, approver: User) -> None:
    page = browser_of(approver).post("/webhooks/new/", {"client": project.client_id, "url": "https://10.0.0.1/"})

    assert (page.status_code, "private network" in page.content.decode()) == (400, True)


def test_a_client_cannot_enter_a_webhook_for_another(project: Project, approver: User, receiver: Receiver) -> None:
    foreign = factories.a_client("DCB")

    assert browser_of(approver).post("/webhooks/new/", {"client": foreign.pk, "url": receiver.url}).status_code == 400
    assert not Webhook.objects.exists()


def test_log_shows_attempts_and_sends_again(hook: tuple[Webhook, str], project: Project, receiver: Receiver, approver: User) -> None:
    receiver.status = 500
    (delivery,) = line_up(lambda: hold(project))
    deliveries.deliver(delivery.pk)
    browser = browser_of(approver)
    assert "HTTP 500" in browser.get(f"/webhooks/{hook[0].pk}/").content.decode()
    receiver.status = 200
    WebhookDelivery.objects.update(next_attempt_at=timezone.now())
    deliveries.deliver(delivery.pk)

    browser.post(f"/webhooks/{hook[0].pk}/deliveries/{delivery.pk}/replay/")

    assert again(delivery).state == "pending"


@pytest.mark.parametrize("act", ["rotate", "disable", "enable"])
def test_foreign_approver_finds_no_webhook(hook: tuple[Webhook, str], act: str) -> None:
    foreign = browser_of(factories.person(Role.CLIENT_APPROVER, client=factories.a_client("DCB")))

    assert foreign.get(f"/webhooks/{hook[0].pk}/").status_code == 404
    assert foreign.post(f"/webhooks/{hook[0].pk}/{act}/").status_code == 404
