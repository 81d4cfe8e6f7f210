"""Writes of the API that are safe to repeat and safe beside others: Idempotency-Key, ETag and If-Match, and the acts of the plan."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from inspect import getsource
from threading import Barrier
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from accounts.api_writes import forget_answers
from accounts.models import AnsweredRequest, Role, User
from audit.models import Event
from cdmo.api_urls import urlpatterns
from projects.models import ChangeOrder, Deliverable, Milestone, Phase, Project, Publication, Rfp
from projects.plan_api import PublicationPreview
from projects.services.plan import reschedule_milestone
from projects.services.publishing import pending_moves
from tests.clients_systems import NEW_RFP, System
from tests.projects import factories

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "0b9c7f7e-3f1c-4a63-9a55-0c8f3f6f2f11"}


@pytest.fixture(autouse=True)
def own_cache(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "api-writes"}}
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    cache.clear()


@pytest.fixture
def project() -> Project:
    return factories.a_project_in(Phase.SMALL_SCALE)


def person(user: User | None = None) -> Browser:
    browser = Browser()
    browser.force_login(user or factories.manager())
    return browser


def send(browser: Browser, method: str, path: str, body: Any = None, **headers: str) -> Any:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return getattr(browser, method)(f"/api/v1/{path}", body or {}, content_type="application/json", headers=names)


def system_of(project: Project) -> Browser:
    return System(project.client, "write").browser


# Idempotency-Key


def test_the_same_request_with_the_same_key_is_done_once() -> None:
    system = System(factories.a_client(), "write").browser

    first, again = (send(system, "post", "rfps/", NEW_RFP, **KEY) for _time in range(2))

    assert (first.status_code, again.status_code, Rfp.objects.count()) == (201, 201, 1)
    assert first.json() == again.json()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"


def test_without_a_key_each_request_is_done() -> None:
    system = System(factories.a_client(), "write").browser

    answers = [send(system, "post", "rfps/", NEW_RFP) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert Rfp.objects.count() == 2
    assert not AnsweredRequest.objects.exists()


def test_a_key_belongs_to_one_request_and_one_caller() -> None:
    system, other = (System(factories.a_client(code), "write").browser for code in ("DCA", "DCB"))
    send(system, "post", "rfps/", NEW_RFP, **KEY)

    changed = send(system, "post", "rfps/", {**NEW_RFP, "wanted": "50 kg"}, **KEY)
    foreign = send(other, "post", "rfps/", NEW_RFP, **KEY)

    assert (changed.status_code, changed.json()["title"]) == (422, changed.json()["title"])
    assert "another request" in changed.json()["detail"]
    assert foreign.status_code == 201
    assert Rfp.objects.count() == 2


def test_a_refused_attempt_leaves_nothing_that_blocks_the_next(project: Project) -> None:
    browser, address = person(), f"projects/{project.code}/gate/proposal/"
    refused = send(browser, "post", address, {"decision": "go"}, **KEY)
    factories.finish_phase(project)

    done = send(browser, "post", address, {"decision": "go"}, **KEY)

    assert (refused.status_code, done.status_code) == (409, 201)


def test_a_key_that_makes_no_sense_is_named() -> None:
    system = System(factories.a_client(), "write").browser

    answer = send(system, "post", "rfps/", NEW_RFP, Idempotency_Key="x" * 201)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["Idempotency-Key"])


def test_answers_are_forgotten_after_a_day() -> None:
    system = System(factories.a_client(), "write").browser
    send(system, "post", "rfps/", NEW_RFP, **KEY)
    AnsweredRequest.objects.update(answered_at=timezone.now() - timedelta(hours=25))

    later = send(system, "post", "rfps/", NEW_RFP, **KEY)
    AnsweredRequest.objects.update(answered_at=timezone.now() - timedelta(hours=25))

    assert "Idempotency-Replayed" not in later.headers
    assert (Rfp.objects.count(), forget_answers(), AnsweredRequest.objects.count()) == (2, 1, 0)


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Run them side by side, each on a connection of its own."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=30)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, act) for act in acts]]


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_two_that_arrive_at_once_are_one_act() -> None:
    system = System(factories.a_client(), "write")
    token = system.browser.defaults["HTTP_AUTHORIZATION"]

    answers = at_once([lambda: send(Browser(HTTP_AUTHORIZATION=token), "post", "rfps/", NEW_RFP, **KEY)] * 3)

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert Rfp.objects.count() == 1


# ETag and If-Match


@pytest.mark.parametrize("path", ["projects/{code}/", "projects/{code}/gate/", "projects/{code}/milestones/g2/", "rfps/{rfp}/"])
def test_what_is_read_again_unchanged_is_not_sent_again(project: Project, path: str) -> None:
    browser, address = person(), path.format(code=project.code, rfp=project.rfp.number)
    tag = send(browser, "get", address).headers["ETag"]

    again = browser.get(f"/api/v1/{address}", headers={"If-None-Match": tag})

    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)


def test_a_stale_reader_changes_nothing(project: Project) -> None:
    browser, address = person(), f"projects/{project.code}/deliverables/sample_confirmation/"
    stale = browser.get(f"/api/v1/{address}").headers["ETag"]
    body = {"owner": factories.person(Role.ANALYTICAL).email, "due_on": "2031-01-07"}
    assert send(browser, "patch", address, body, If_Match=stale).status_code == 200
    events = Event.objects.count()

    answer = send(browser, "patch", address, {**body, "due_on": "2032-01-07"}, If_Match=stale)

    assert answer.status_code == 412
    assert (Deliverable.objects.get(project=project, key="sample_confirmation").due_on.year, Event.objects.count()) == (2031, events)


def test_replacing_needs_the_tag_of_what_was_read(project: Project) -> None:
    browser, address = person(), f"projects/{project.code}/sharing/milestone/methods_ready/"

    without = send(browser, "put", address, {"visibility": "shared"})
    tag = browser.get(f"/api/v1/{address}").headers["ETag"]
    done = send(browser, "put", address, {"visibility": "shared"}, If_Match=tag)

    assert (without.status_code, done.status_code, done.json()) == (428, 200, {"visibility": "shared"})
    assert Milestone.objects.get(project=project, key="methods_ready").visibility == "shared"
    assert Event.objects.filter(kind="milestone.shared", project_id=project.pk).exists()


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_of_two_writers_with_one_tag_exactly_one_wins() -> None:
    project = factories.a_project_in(Phase.SMALL_SCALE)
    address = f"projects/{project.code}/deliverables/sample_confirmation/"
    browsers = [person(), person()]
    tag = browsers[0].get(f"/api/v1/{address}").headers["ETag"]

    def writer(browser: Browser, day: str) -> Callable[[], Any]:
        return lambda: send(browser, "patch", address, {"owner": None, "due_on": day}, If_Match=tag)

    answers = at_once([writer(browsers[0], "2031-01-07"), writer(browsers[1], "2032-01-07")])

    assert sorted(answer.status_code for answer in answers) == [200, 412]
    (winner,) = [answer.json()["due_on"] for answer in answers if answer.status_code == 200]
    assert str(Deliverable.objects.get(project=project, key="sample_confirmation").due_on) == winner


def test_every_write_takes_a_key() -> None:
    """A module whose view writes uses `once`, so that whatever it does can be repeated without harm. A preview writes nothing."""
    views = {pattern.callback.view_class for pattern in urlpatterns if hasattr(pattern.callback, "view_class")}
    changing = {view for view in views if {"post", "put", "patch", "delete"} & set(vars(view))} - {PublicationPreview}

    assert len(changing) >= 10
    for view in changing:
        written = "".join(getsource(each) for each in view.__mro__ if each.__module__ == view.__module__)
        assert "once(request" in written, view.__name__


# the plan


def move(project: Project) -> None:
    later = timezone.localdate() + timedelta(days=400)
    reschedule_milestone(project.code, "route_selected", not_before=later, actor=factories.manager(), reason="Internal words.")


def test_a_milestone_tells_its_history_and_clients_only_what_they_were_told(project: Project) -> None:
    browser = person()
    body = {"not_before": str(timezone.localdate() + timedelta(days=400)), "reason": "Internal words."}

    moved = send(browser, "post", f"projects/{project.code}/milestones/sample_shipped/reschedule/", body)
    inside = browser.get(f"/api/v1/projects/{project.code}/milestones/sample_shipped/")
    outside = system_of(project).get(f"/api/v1/projects/{project.code}/milestones/sample_shipped/")

    assert (moved.status_code, inside.json()["moves"][0]["reason"]) == (200, "Internal words.")
    assert "Internal words" not in outside.content.decode()
    assert set(outside.json()) == {"milestone", "publications", "rounds"}
    assert "internal_forecast" not in outside.json()["milestone"]


def test_what_the_preview_showed_is_published(project: Project) -> None:
    move(project)
    acts = Event.objects.filter(kind="plan.published", project_id=project.pk)
    before, browser, keys = acts.count(), person(), [each.key for each in pending_moves(project)]
    words = {"keys": keys, "reason_class": "technical", "side": "cdmo", "reason": "A step failed."}

    shown = send(browser, "post", f"projects/{project.code}/publication/preview/", words).json()
    blind = send(browser, "post", f"projects/{project.code}/publication/", words)
    wrong = send(browser, "post", f"projects/{project.code}/publication/", {**words, "expected_hash": "0" * 64})
    done = send(browser, "post", f"projects/{project.code}/publication/", {**words, "expected_hash": shown["expected_hash"]}, **KEY)
    again = send(browser, "post", f"projects/{project.code}/publication/", {**words, "expected_hash": shown["expected_hash"]}, **KEY)

    assert [each.status_code for each in (blind, wrong, done, again)] == [400, 409, 201, 201]
    assert "A step failed." in shown["messages"][0]["body"]
    assert [row["to_date"] for row in done.json()] == [row["to_date"] for row in again.json()]
    assert acts.count() == before + 1
    assert Publication.objects.filter(milestone__project=project, reason="A step failed.").count() == len(keys)


def test_the_plan_is_moved_by_who_may_move_it(project: Project) -> None:
    body = {"not_before": "2031-01-07", "reason": "Because."}
    address = f"projects/{project.code}/milestones/sample_shipped/reschedule/"

    assert send(person(factories.person(Role.RESEARCH)), "post", address, body).status_code == 403
    assert send(system_of(project), "post", address, body).status_code == 404


def test_the_client_accepts_a_change_order_by_signature(project: Project) -> None:
    order = factories.sent_change_order(project)
    approver = factories.person(Role.CLIENT_APPROVER, client=project.client)
    address = f"change-orders/{order.number}/accept/"

    wrong = send(person(approver), "post", address, {"password": "not this one"})
    token = send(system_of(project), "post", address, {"password": factories.PASSWORD})
    viewer = send(person(factories.person(Role.CLIENT_VIEWER)), "post", address, {"password": factories.PASSWORD})
    done = send(person(approver), "post", address, {"password": factories.PASSWORD}, **KEY)
    again = send(person(approver), "post", address, {"password": factories.PASSWORD}, **KEY)

    assert [each.status_code for each in (wrong, token, viewer, done, again)] == [400, 403, 403, 200, 200]
    assert list(wrong.json()["errors"]) == ["password"]
    assert ChangeOrder.objects.get(pk=order.pk).state == "accepted"
    assert again.headers["Idempotency-Replayed"] == "true"
    assert factories.PASSWORD not in str(AnsweredRequest.objects.values())


def test_the_client_declines_a_change_order_with_a_reason(project: Project) -> None:
    order = factories.sent_change_order(project)
    approver = factories.person(Role.CLIENT_APPROVER, client=project.client)

    answer = send(person(approver), "post", f"change-orders/{order.number}/decline/", {"reason": "Too expensive."})

    assert (answer.status_code, ChangeOrder.objects.get(pk=order.pk).answer_reason) == (200, "Too expensive.")
