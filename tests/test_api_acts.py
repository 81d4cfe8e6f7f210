"""Acts of the API beside their pages: webhooks, gates, change orders on our side, evidence; and which headers the schema announces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from inspect import getsource
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django.utils import timezone

from accounts.models import AnsweredRequest, Role
from audit.models import Event
from notifications.models import Webhook, WebhookDelivery
from notifications.secrets import decrypt
from projects.models import ChangeOrder, Deliverable, GateReview, GateWaiver, Project, ReferencedEvidence
from projects.services.lifecycle import hold_project, resume_project
from projects.services.plan import reschedule_milestone
from tests.clients_systems import System
from tests.kept import kept_until_the_end
from tests.projects import factories

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "6d0a2f0e-52c2-4c53-8f53-0f2a4f9b7c11"}
EVIDENCE = {
    "system": "Document management system",
    "number": "DOC-77001",
    "record_state": "Effective",
    "record_date": "2026-01-15",
    "note": "",
}


@pytest.fixture(autouse=True)
def own_cache(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "api-acts"}}
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    settings.WEBHOOK_LOOPBACK = True
    cache.clear()


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    with kept_until_the_end(django_db_blocker):
        yield factories.a_project_in("small_scale").pk


@pytest.fixture
def project(made: int, db: None) -> Project:
    return Project.objects.get(pk=made)


def person(*roles: str, **values: Any) -> Browser:
    browser = Browser()
    browser.force_login(factories.person(*(roles or (Role.PROJECT_MANAGER,)), **values))
    return browser


def send(browser: Browser, method: str, path: str, body: Any = None, **headers: str) -> Any:
    return getattr(browser, method)(f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers)


def read(browser: Browser, path: str) -> Any:
    answer = browser.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.content
    return answer


# webhooks


@pytest.mark.parametrize("by", ["system", "approver"])
def test_a_client_keeps_its_webhooks(project: Project, by: str) -> None:
    own = System(project.client, "write").browser if by == "system" else person(Role.CLIENT_APPROVER, client=project.client)
    new = {"url": "http://127.0.0.1:9/hook", "description": "ERP"}

    made = send(own, "post", "webhooks/", new, **KEY)
    again = send(own, "post", "webhooks/", new, **KEY)
    webhook = Webhook.objects.get()
    address = f"webhooks/{webhook.pk}/"
    rotated = send(own, "post", f"{address}rotate/")
    off, off_again = (send(own, "post", f"{address}disable/") for _time in range(2))
    on = send(own, "post", f"{address}enable/")

    assert [each.status_code for each in (made, again, rotated, off, off_again, on)] == [201, 201, 200, 200, 409, 200]
    assert (made.json()["client"], made.json()["on"], off.json()["on"], on.json()["on"]) == (project.client.code, True, False, True)
    assert again.json() == {**made.json(), "secret": None}
    assert rotated.json()["secret"] == decrypt(Webhook.objects.get().secret) != made.json()["secret"]
    assert made.json()["secret"] not in str(list(AnsweredRequest.objects.values()))
    assert "secret" not in read(own, address).json()
    assert [row["id"] for row in read(own, "webhooks/").json()] == [webhook.pk]
    kinds = Event.objects.filter(kind__startswith="webhook.").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["webhook.created", "webhook.rotated", "webhook.disabled", "webhook.enabled"]


def test_deliveries_are_read_and_sent_again(project: Project) -> None:
    system = System(project.client, "write").browser
    pk = send(system, "post", "webhooks/", {"url": "http://127.0.0.1:9/hook"}).json()["id"]
    event = Event.objects.filter(client_visible=True, project_id=project.pk).latest("pk")
    delivery = WebhookDelivery.objects.create(
        webhook_id=pk, event=event, state="failed", attempts=6, next_attempt_at=None, error="HTTP 500"
    )
    address = f"webhooks/{pk}/deliveries/"

    failed = read(system, f"{address}?state=failed").json()["results"]
    replayed, again = (send(system, "post", f"{address}{delivery.pk}/replay/") for _time in range(2))

    assert [(row["event"], row["error"], row["attempts"]) for row in failed] == [(event.pk, "HTTP 500", 6)]
    assert [replayed.status_code, replayed.json()["state"], again.status_code] == [200, "pending", 409]
    assert read(system, f"{address}?state=failed").json()["results"] == []


def test_webhooks_of_others_are_not_there(project: Project) -> None:
    own, viewer = System(project.client, "write").browser, person(Role.CLIENT_VIEWER, client=project.client)
    foreign, reading = System(factories.a_client("DCB"), "write").browser, System(project.client).browser
    pk = send(own, "post", "webhooks/", {"url": "http://127.0.0.1:9/hook"}).json()["id"]

    assert send(foreign, "post", f"webhooks/{pk}/disable/").status_code == 404
    assert send(foreign, "post", "webhooks/", {"url": "http://127.0.0.1:9/a", "client": project.client.code}).status_code == 404
    assert send(reading, "post", f"webhooks/{pk}/disable/").status_code == 403
    assert [viewer.get("/api/v1/webhooks/").status_code, send(viewer, "post", "webhooks/").status_code] == [403, 403]
    assert send(own, "post", "webhooks/", {"url": "http://127.0.0.1:9/hook"}).status_code == 400
    assert Webhook.objects.get().disabled_at is None


def test_an_act_on_a_webhook_that_changed_is_refused(project: Project) -> None:
    own = System(project.client, "write").browser
    pk = send(own, "post", "webhooks/", {"url": "http://127.0.0.1:9/hook"}).json()["id"]
    seen = read(own, f"webhooks/{pk}/").headers["ETag"]
    send(own, "post", f"webhooks/{pk}/rotate/")

    assert send(own, "post", f"webhooks/{pk}/disable/", **{"If-Match": seen}).status_code == 412
    fresh = read(own, f"webhooks/{pk}/").headers["ETag"]
    assert send(own, "post", f"webhooks/{pk}/disable/", **{"If-Match": fresh}).status_code == 200


# gates


def test_every_round_is_read_with_what_was_decided(project: Project) -> None:
    manager = person()
    factories.finish_phase(project)
    factories.decide_with_conditions(project)

    newest, decided, first = read(manager, f"projects/{project.code}/gates/").json()

    assert [(each["gate"], each["round"], each["state"], each["decision"]) for each in (newest, decided, first)] == [
        ("G3", 1, "open", ""),
        ("G2", 1, "decided", "go_with_conditions"),
        ("G1", 1, "decided", "go"),
    ]
    assert {row["role"] for row in decided["signatures"]} == set(decided["signers"])
    assert [row["words"] for row in decided["conditions"]] == ["Qualify the second dryer."]
    assert {row["met"] for row in first["criteria"]} == {True}
    one = read(manager, f"projects/{project.code}/gates/G2/1/")
    assert (one.json(), "ETag" in one.headers) == (decided, True)


def test_rounds_cost_the_same_for_two_and_for_three(project: Project) -> None:
    manager = person()

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            read(manager, f"projects/{project.code}/gates/")
        return len(captured)

    read(manager, f"projects/{project.code}/gates/")
    two = cost()
    factories.pass_gate(project)

    assert cost() == two <= 20


def test_a_proposal_is_withdrawn(project: Project) -> None:
    manager, address = person(), f"projects/{project.code}/gate/withdrawal/"
    factories.finish_phase(project)
    early = send(manager, "post", address)
    factories.propose(project)

    other = send(person(Role.RESEARCH), "post", address)
    done, again = (send(manager, "post", address, {"reason": "A report is missing."}, **KEY) for _time in range(2))

    assert [each.status_code for each in (early, other, done, again)] == [409, 403, 200, 200]
    assert (done.json()["state"], done.json()["proposed_decision"]) == ("open", "")
    assert GateReview.objects.current().get(project=project).state == "open"
    assert Event.objects.filter(kind="gate.withdrawn", reason="A report is missing.").count() == 1


def test_a_waiver_is_asked_for(project: Project) -> None:
    manager, address = person(), f"projects/{project.code}/gate/waivers/"
    body = {"criterion": "route", "justification": "Shown on the pilot batch instead."}

    other = send(person(Role.RESEARCH), "post", address, body)
    done, again = (send(manager, "post", address, body, **KEY) for _time in range(2))
    twice = send(manager, "post", address, body)
    unknown = send(manager, "post", address, {**body, "criterion": "nothing"})

    assert [each.status_code for each in (other, done, again, twice, unknown)] == [403, 201, 201, 409, 400]
    assert (done.json()["state"], done.json()["justification"]) == ("requested", body["justification"])
    assert GateWaiver.objects.count() == 1


# change orders on our side


def a_draft(**values: Any) -> dict[str, Any]:
    return {
        "title": "A second study",
        "reason": "The first polymorph is not stable.",
        "scope": "Ten solvents.",
        "valid_until": (timezone.localdate() + timedelta(days=30)).isoformat(),
        "lines": [{"phase": "small_scale", "description": "Second study", "amount": "24000.00"}],
        "days": [{"milestone": "g2", "days": 10}],
        **values,
    }


def test_a_change_order_goes_from_draft_to_the_client(project: Project) -> None:
    business, management = person(Role.BUSINESS_DEVELOPMENT), person(Role.MANAGEMENT)
    approver = person(Role.CLIENT_APPROVER, client=project.client)
    new = a_draft(project=project.code)

    made, again = (send(business, "post", "change-orders/", new, **KEY) for _time in range(2))
    address = f"change-orders/{made.json()['number']}/"
    hidden = approver.get(f"/api/v1/{address}").status_code
    blind = send(business, "put", address, a_draft(title="A third study"))
    tag = read(business, address).headers["ETag"]
    changed = send(business, "put", address, a_draft(title="A third study"), **{"If-Match": tag})
    stale = send(business, "put", address, a_draft(), **{"If-Match": tag})
    early = send(business, "post", f"{address}send/")
    signed = [send(each, "post", f"{address}release/", {"password": factories.PASSWORD}) for each in (business, management)]
    sent = send(business, "post", f"{address}send/")

    assert [each.status_code for each in (made, again, blind, changed, stale, early, *signed, sent)] == [
        201, 201, 428, 200, 412, 409, 200, 200, 200,
    ]  # fmt: skip
    assert hidden == 404
    assert [each.json()["state"] for each in (made, *signed, sent)] == ["draft", "draft", "released", "sent"]
    assert read(approver, address).json()["title"] == "A third study"
    assert ChangeOrder.objects.count() == 1

    revised = send(business, "post", f"{address}revisions/", a_draft(days=[{"milestone": "g2", "days": 5}]))
    assert (revised.status_code, revised.json()["revision"], revised.json()["days"]) == (201, 2, [{"milestone": "g2", "days": 5}])
    assert list(ChangeOrder.objects.order_by("revision").values_list("state", flat=True)) == ["superseded", "draft"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"valid_until": "2001-01-01"}, "valid_until"),
        ({"days": [{"milestone": "no_such", "days": 3}]}, "days"),
        ({"lines": [{"phase": "moon", "description": "x", "amount": "1.00"}]}, "lines"),
    ],
)
def test_a_draft_is_refused_at_its_field(project: Project, change: dict[str, Any], field: str) -> None:
    answer = send(person(Role.BUSINESS_DEVELOPMENT), "post", "change-orders/", a_draft(project=project.code, **change))

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert not ChangeOrder.objects.exists()


def test_only_our_side_drafts_and_sends(project: Project) -> None:
    order = factories.sent_change_order(project)
    client, foreign = System(project.client, "write").browser, System(factories.a_client("DCB"), "write").browser

    for browser, expected in ((client, 403), (person(Role.RESEARCH), 403), (foreign, 404)):
        assert send(browser, "post", "change-orders/", a_draft(project=project.code)).status_code == expected
        assert send(browser, "post", f"change-orders/{order.number}/revisions/", a_draft()).status_code == expected
        assert send(browser, "post", f"change-orders/{order.number}/send/").status_code == expected
    assert ChangeOrder.objects.count() == 1


# evidence


def test_evidence_counts_once_a_second_person_confirmed_it(project: Project) -> None:
    manager, quality = person(), person(Role.QUALITY_ASSURANCE)
    address = f"projects/{project.code}/deliverables/route_selection_report/evidence/"

    entered, again = (send(manager, "post", address, EVIDENCE, **KEY) for _time in range(2))
    one = f"{address}{entered.json()['id']}/"
    own = send(manager, "post", f"{one}confirm/")
    confirmed, twice = (send(quality, "post", f"{one}confirm/") for _time in range(2))

    assert [each.status_code for each in (entered, again, own, confirmed, twice)] == [201, 201, 409, 200, 409]
    assert (confirmed.json()["state"], confirmed.json()["number"]) == ("confirmed", "DOC-77001")
    assert [row["id"] for row in read(quality, address).json()] == [entered.json()["id"]]
    assert Deliverable.objects.get(project=project, key="route_selection_report").is_done


def test_evidence_that_does_not_match_is_rejected(project: Project) -> None:
    reference = factories.a_reference(project, "route_selection_report")
    one = f"projects/{project.code}/deliverables/route_selection_report/evidence/{reference.pk}/"
    elsewhere = one.replace("route_selection_report", "sample_confirmation")
    quality = person(Role.QUALITY_ASSURANCE)

    wordless, lost = send(quality, "post", f"{one}reject/"), send(quality, "post", f"{elsewhere}reject/", {"reason": "Other."})
    done = send(quality, "post", f"{one}reject/", {"reason": "Another version is effective."})

    assert [each.status_code for each in (wordless, lost, done)] == [400, 404, 200]
    assert done.json()["rejection_reason"] == "Another version is effective."
    assert ReferencedEvidence.objects.get(pk=reference.pk).state == "rejected"


def test_evidence_is_internal(project: Project) -> None:
    address = f"projects/{project.code}/deliverables/route_selection_report/evidence/"
    client = System(project.client, "write").browser

    assert [client.get(f"/api/v1/{address}").status_code, send(client, "post", address, EVIDENCE).status_code] == [404, 404]
    assert not ReferencedEvidence.objects.filter(number="DOC-77001").exists()


def test_deliverables_that_changed_since_are_found(project: Project) -> None:
    manager = person()
    later = {"updated_since": (timezone.now() + timedelta(seconds=30)).isoformat()}
    before = {"updated_since": timezone.now().isoformat()}

    def changed(parameters: dict[str, str]) -> list[str]:
        answer = manager.get("/api/v1/deliverables/", {"project": project.code, "page_size": "200", **parameters})
        return [row["key"] for row in answer.json()["results"]]

    nothing = changed(later)
    hold_project(project.code, actor=factories.manager(), reason="A pause.")  # an event of the project, of no deliverable
    assert changed(before) == nothing == []
    resume_project(project.code, actor=factories.manager(), reason="It goes on.")
    factories.done(project, "route_selection_report")

    assert "route_selection_report" in changed(before)
    assert changed(later) == []


def test_a_plan_that_moves_brings_every_deliverable_that_may_have_moved_with_it(project: Project) -> None:
    manager, since = person(), timezone.now().isoformat()
    later = timezone.localdate() + timedelta(days=400)
    reschedule_milestone(project.code, "route_selected", not_before=later, actor=factories.manager(), reason="Late.")

    answer = manager.get("/api/v1/deliverables/", {"project": project.code, "page_size": "200", "updated_since": since})

    open_ones = set(Deliverable.objects.open().filter(project=project).values_list("key", flat=True))
    assert {row["key"] for row in answer.json()["results"]} == open_ones
    assert manager.get("/api/v1/deliverables/", {"updated_since": "yesterday"}).status_code == 400


# the schema


def test_headers_are_announced_where_they_are_heeded_and_nowhere_else() -> None:
    printed = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=printed, stderr=StringIO())
    checked = 0

    for path, operations in yaml.safe_load(printed.getvalue())["paths"].items():
        for method in set(operations) & {"post", "put", "patch", "delete"}:
            view = resolve(re.sub(r"\{(pk|round|delivery|id|revision)\}", "1", path).translate(str.maketrans("", "", "{}"))).func.view_class
            announced = {each["name"] for each in operations[method].get("parameters", ()) if each["in"] == "header"}
            bases = [base for base in view.__mro__[1:] if base.__module__ == view.__module__]
            source = getsource(getattr(view, method)) + "".join(getsource(base) for base in bases)
            assert ("If-Match" in announced) == ("representation" in source), (path, method)
            takes_a_key = any(word in source for word in ("once(", "self.run(", "self.answer("))
            assert ("Idempotency-Key" in announced) == takes_a_key, (path, method)
            assert ("412" in operations[method]["responses"]) == ("If-Match" in announced)
            checked += 1

    assert checked >= 25
