"""The API shapes what pages shape: milestones and what they wait for, tailoring, judged evidence, the account, saved views."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Role
from projects.models import AccountAnswer, EvidenceAssessment, Milestone, MilestoneLink, Phase, Project, SavedView, Tailoring
from projects.services import evidence
from projects.services.plan import reschedule_milestone
from projects.services.publishing import publish_milestone
from tests.clients_systems import System
from tests.kept import kept_until_the_end
from tests.projects import factories

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "1b1d5c52-5c0a-4a52-8d3e-7a9a3a1f2f10"}
STALE = {"If-Match": '"other"'}


@pytest.fixture(autouse=True)
def own_cache(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "api-shape"}}
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    cache.clear()


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    with kept_until_the_end(django_db_blocker):
        yield factories.a_project_in(Phase.SMALL_SCALE).pk


@pytest.fixture
def project(made: int, db: None) -> Project:
    return Project.objects.get(pk=made)


def person(*roles: str, **values: Any) -> Browser:
    browser = Browser()
    browser.force_login(factories.person(*(roles or (Role.PROJECT_MANAGER,)), **values))
    return browser


def send(browser: Browser, method: str, path: str, body: Any = None, **headers: str) -> Any:
    return getattr(browser, method)(f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers)


def statuses(*answers: Any) -> list[int]:
    return [answer.status_code for answer in answers]


# milestones and what they wait for

NEW = {"title": "Salt chosen", "kind": "internal", "phase": "small_scale", "after": "g1", "lag_days": 5, "reason": "The client asked."}


def test_a_milestone_is_added_once_changed_and_removed(project: Project) -> None:
    manager, plan = person(), f"projects/{project.code}/milestones/"

    added, again = (send(manager, "post", plan, NEW, **KEY) for _time in range(2))
    one = f"{plan}salt-chosen/"
    read = manager.get(f"/api/v1/{one}")
    said = {name: read.json()["milestone"][name] for name in ("kind", "finish_by", "tolerance_days")}
    change = {**said, "owner": None, "client_sees": False, "title": "Salt fixed", "tolerance_days": 2, "reason": "Named better."}
    blind, stale = send(manager, "put", one, change), send(manager, "put", one, change, **STALE)
    changed = send(manager, "put", one, change, **{"If-Match": read["ETag"]})
    unsaid, late = send(manager, "post", f"{one}remove/"), send(manager, "post", f"{one}remove/", {"reason": "Not needed."}, **STALE)
    removed = send(manager, "post", f"{one}remove/", {"reason": "Not needed."})

    assert statuses(added, again, blind, stale, changed, unsaid, late, removed) == [201, 201, 428, 412, 200, 400, 412, 204]
    assert added.json() == again.json()
    assert (changed.json()["milestone"]["title"], changed.json()["moves"][0]["reason"]) == ("Salt fixed", "Named better.")
    assert not Milestone.objects.filter(project=project, key="salt-chosen").exists()


def test_a_change_that_leaves_something_out_is_refused_and_all_of_it_can_be_read(project: Project) -> None:
    manager, one = person(), f"projects/{project.code}/milestones/g2/"
    chemist = factories.person(Role.RESEARCH)
    Milestone.objects.filter(project=project, key="g2").update(owner=chemist, tolerance_days=9)
    read = manager.get(f"/api/v1/{one}")
    g2 = read.json()["milestone"]
    said = {"title": "G2", "kind": "gate", "reason": "Shorter."}
    rest = {"owner": g2["owner_email"], "tolerance_days": g2["tolerance_days"], "finish_by": g2["finish_by"]}

    partly = send(manager, "put", one, said, **{"If-Match": read["ETag"]})
    whole = send(manager, "put", one, said | rest | {"client_sees": True}, **{"If-Match": read["ETag"]})

    assert statuses(partly, whole) == [400, 200]
    assert set(partly.json()["errors"]) == {"owner", "tolerance_days", "finish_by", "client_sees"}
    changed = Milestone.objects.get(project=project, key="g2")
    assert (changed.owner, changed.tolerance_days, changed.is_shared, g2["share_at_launch"]) == (chemist, 9, True, False)


def test_no_work_is_longer_than_a_plan_counts(project: Project) -> None:
    moved = {"not_before": None, "duration_days": 2001, "reason": "Long."}

    answer = send(person(), "post", f"projects/{project.code}/milestones/g2/reschedule/", moved)

    assert answer.status_code == 400 and set(answer.json()["errors"]) == {"duration_days"}


def test_a_refused_shape_says_why_at_its_field(project: Project) -> None:
    manager, plan = person(), f"projects/{project.code}/milestones/"

    wrong = send(manager, "post", plan, NEW | {"after": "nowhere", "title": " x"})
    gate = send(manager, "post", f"{plan}g2/remove/", {"reason": "No gate."})
    chemist = send(person(Role.RESEARCH), "post", plan, NEW)
    client = send(System(project.client, "write").browser, "post", plan, NEW)

    assert statuses(wrong, gate, chemist, client) == [400, 409, 403, 404]
    assert set(wrong.json()["errors"]) == {"after"}
    assert wrong["Content-Type"] == gate["Content-Type"] == "application/problem+json"
    assert not Milestone.objects.filter(project=project, title="Salt chosen").exists()


def test_what_a_milestone_waits_for_is_added_changed_and_removed(project: Project) -> None:
    manager, plan = person(), f"projects/{project.code}/milestones/"
    send(manager, "post", plan, NEW)
    links = f"{plan}g2/dependencies/"
    new = {"predecessor": "salt-chosen", "kind": "FS", "lag_days": 3, "reason": "It needs the salt."}

    added, again = (send(manager, "post", links, new, **KEY) for _time in range(2))
    double, circle = (
        send(manager, "post", links, new),
        send(manager, "post", f"{plan}salt-chosen/dependencies/", new | {"predecessor": "g2"}),
    )
    one = f"{links}{added.json()['id']}/"
    read, change = manager.get(f"/api/v1/{one}"), {"kind": "FF", "lag_days": 1, "reason": "Together."}
    blind, stale = send(manager, "put", one, change), send(manager, "put", one, change, **STALE)
    changed = send(manager, "put", one, change, **{"If-Match": read["ETag"]})
    listed = manager.get(f"/api/v1/{links}").json()
    removed = send(manager, "post", f"{one}remove/", {"reason": "Free again."})

    assert statuses(added, again, double, circle, blind, stale, changed, removed) == [201, 201, 400, 400, 428, 412, 200, 204]
    assert set(double.json()["errors"]) == set(circle.json()["errors"]) == {"predecessor"}
    assert changed.json() in listed and changed.json()["kind"] == "FF"
    assert not MilestoneLink.objects.filter(pk=added.json()["id"]).exists()


# what does not apply


def test_what_does_not_apply_is_proposed_and_withdrawn_until_the_charter_is_issued(project: Project) -> None:
    drafted = factories.a_planned_project()
    manager, address = person(), f"projects/{drafted.code}/tailoring/"
    offer = next(row for row in manager.get(f"/api/v1/{address}").json()["offers"] if row["kind"] == "deliverable")
    new = {"kind": offer["kind"], "key": offer["key"], "justification": "A non-GMP intermediate."}

    stale = send(manager, "post", address, new, **STALE)
    proposed, again = (send(manager, "post", address, new, **KEY) for _time in range(2))
    twice, unknown = send(manager, "post", address, new), send(manager, "post", address, new | {"key": "project_charter"})
    chemist = send(person(Role.RESEARCH), "post", address, new)
    listed = manager.get(f"/api/v1/{address}").json()
    withdrawn = send(manager, "delete", f"{address}{proposed.json()['id']}/")
    late = send(manager, "post", f"projects/{project.code}/tailoring/", new)

    assert statuses(stale, proposed, again, twice, unknown, chemist, withdrawn, late) == [412, 201, 201, 400, 400, 403, 204, 409]
    assert set(twice.json()["errors"]) == {"item"}
    assert listed["chosen"] == [proposed.json()] and offer not in listed["offers"]
    assert not Tailoring.objects.filter(project=drafted).exists()


# evidence that changed after its decision


def test_changed_evidence_is_judged_once(project: Project) -> None:
    address = f"projects/{project.code}/gates/G1/1/assessments/"
    quality = person(Role.QUALITY_ASSURANCE)
    before = quality.get(f"/api/v1/{address}").json()
    reference = factories.a_reference(project, "project_charter", record_state="Superseded twice")
    evidence.confirm_reference(project.code, "project_charter", reference.pk, actor=factories.person(Role.QUALITY_ASSURANCE))
    judged = {"criterion": "charter", "verdict": EvidenceAssessment.Verdict.values[0], "reason": "Only the layout."}

    waiting = quality.get(f"/api/v1/{address}").json()["unjudged"]
    wordless, stale = send(quality, "post", address, judged | {"reason": ""}), send(quality, "post", address, judged, **STALE)
    chemist = send(person(Role.RESEARCH), "post", address, judged)
    done, again = (send(quality, "post", address, judged, **KEY) for _time in range(2))
    twice = send(quality, "post", address, judged)

    assert before == {"unjudged": [], "assessments": []}
    assert [row["criterion"] for row in waiting] == ["charter"]
    assert statuses(wordless, stale, chemist, done, again, twice) == [400, 412, 403, 201, 201, 409]
    assert (done.json()["verdict"], done.json()["evidence_hash"]) == (judged["verdict"], waiting[0]["evidence_hash"])
    assert EvidenceAssessment.objects.filter(review__project=project).count() == 1


# the account of the delay


@pytest.fixture
def late(project: Project) -> Project:
    """One shared date was told later than the contract says, on our side."""
    manager = factories.manager()
    later = timezone.localdate() + timedelta(days=900)
    reschedule_milestone(project.code, "g2", not_before=later, reason="Late material.", actor=manager)
    publish_milestone(project.code, "g2", reason_class="material", side="cdmo", reason="The material is late.", actor=manager)
    return project


def test_the_client_s_approver_acknowledges_or_objects_to_what_was_read(late: Project) -> None:
    approver, viewer = person(Role.CLIENT_APPROVER), person(Role.CLIENT_VIEWER)
    address = f"projects/{late.code}/account/"
    read = approver.get(f"/api/v1/{address}")
    shown = {"expected_hash": read.json()["hash"]}

    forbidden = send(viewer, "post", f"{address}acknowledge/", shown)
    other = send(approver, "post", f"{address}acknowledge/", {"expected_hash": "0" * 64})
    stale = send(approver, "post", f"{address}acknowledge/", shown, **STALE)
    agreed, again = (send(approver, "post", f"{address}acknowledge/", shown, **{**KEY, "If-Match": read["ETag"]}) for _time in range(2))
    twice, wordless = send(approver, "post", f"{address}acknowledge/"), send(approver, "post", f"{address}object/")
    objected = send(approver, "post", f"{address}object/", {"words": "Five days are yours."})
    theirs = send(approver, "post", f"{address}reply/", {"words": "No."})
    replied = send(person(), "post", f"{address}reply/", {"words": "We looked again."})
    foreign = send(person(Role.CLIENT_APPROVER, client=factories.a_client("DCB")), "post", f"{address}object/", {"words": "No."})

    assert [row["key"] for row in read.json()["rows"]] == ["g2"]
    assert statuses(forbidden, other, stale, agreed, again, twice, wordless) == [403, 409, 412, 201, 201, 409, 400]
    assert statuses(objected, theirs, replied, foreign) == [201, 404, 201, 404]
    assert [row["kind"] for row in replied.json()["answers"]] == ["replied", "objected", "acknowledged"]
    assert AccountAnswer.objects.filter(project=late).count() == 3


def test_an_account_names_our_people_only_where_that_was_agreed(late: Project) -> None:
    approver = factories.person(Role.CLIENT_APPROVER)
    address = f"projects/{late.code}/account/"
    send(person(Role.CLIENT_APPROVER), "post", f"{address}object/", {"words": "No."})
    send(person(), "post", f"{address}reply/", {"words": "We looked again."})
    client = approver.client
    assert client is not None
    client.sees_names = False
    client.save(update_fields=["sees_names"])

    read = person(Role.CLIENT_APPROVER).get(f"/api/v1/{address}").content.decode()

    assert factories.manager().full_name not in read
    assert approver.full_name in read


# saved views


def test_a_view_is_kept_changed_used_and_deleted_by_its_owner(project: Project) -> None:
    manager, other = person(), person(Role.MANAGEMENT)
    new = {"page": "rfps", "name": "Drafts", "query": "state=draft", "shared": True}

    saved, again = (send(manager, "post", "views/", new, **KEY) for _time in range(2))
    double, unknown = send(manager, "post", "views/", new), send(manager, "post", "views/", new | {"name": "Odd", "query": "colour=red"})
    one = f"views/{saved.json()['id']}/"
    read, change = manager.get(f"/api/v1/{one}"), {"name": "All drafts", "shared": True}
    blind, stale = send(manager, "put", one, change), send(manager, "put", one, change, **STALE)
    not_hers = send(other, "put", one, change, **{"If-Match": "*"})
    changed = send(manager, "put", one, change, **{"If-Match": read["ETag"]})
    used, tile = send(other, "post", f"{one}default/", {"on": True}), send(other, "post", f"{one}tile/", {"on": True})
    shown = other.get("/api/v1/views/").json()
    client = send(System(project.client, "write").browser, "post", "views/", new)
    deleted, gone = send(manager, "delete", one), manager.get(f"/api/v1/{one}")

    assert statuses(saved, again, double, unknown, blind, stale, not_hers, changed) == [201, 201, 400, 400, 428, 412, 403, 200]
    assert statuses(used, tile, client, deleted, gone) == [200, 200, 404, 204, 404]
    assert (changed.json()["name"], changed.json()["is_default"]) == ("All drafts", False)
    assert [(row["name"], row["is_default"], row["is_tile"]) for row in shown] == [("All drafts", True, True)]
    assert not SavedView.objects.exists()
