"""The pages and routes of sharing: many items in one act, the log, and the client's answer in portal and API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from audit.models import Event
from projects.models import ApprovalAnswer, ApprovalRequest, Milestone, Phase, Project, VisibilityChange
from projects.services.sharing import ask_for_approval, share_items
from tests.clients_systems import System
from tests.kept import kept_until_the_end
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
JSON = "application/json"
KEYS = [f"milestone:{key}" for key in ("methods_ready", "g3", "sample_shipped")]


@pytest.fixture(autouse=True)
def own_cache(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "sharing"}}
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    cache.clear()


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    with kept_until_the_end(django_db_blocker):
        yield make.a_project_in(Phase.SMALL_SCALE).pk


@pytest.fixture
def project(made: int, db: None) -> Project:
    return Project.objects.get(pk=made)


def browser_of(person: User) -> Browser:
    browser = Browser()
    browser.force_login(person)
    return browser


@pytest.fixture
def ours(project: Project) -> Browser:
    return browser_of(make.manager())


@pytest.fixture
def theirs(project: Project) -> Browser:
    return browser_of(make.person(Role.CLIENT_APPROVER))


@pytest.fixture
def asked(project: Project) -> ApprovalRequest:
    due = timezone.localdate() + timedelta(days=10)
    ask_for_approval(project.code, "milestone", "g2", words="Is this date right?", due_on=due, actor=make.manager())
    return ApprovalRequest.objects.get()


def visibility_of(project: Project, *keys: str) -> list[str]:
    return [Milestone.objects.get(project=project, key=key).visibility for key in keys]


# the page


def test_what_the_preview_shows_is_what_happens(project: Project, ours: Browser) -> None:
    address = reverse("project-sharing", args=[project.code])
    before = visibility_of(project, "methods_ready", "g3")

    preview = ours.post(address, {"items": KEYS, "visibility": "shared", "reason": "Agreed.", "due_on": "", "words": ""})

    assert visibility_of(project, "methods_ready", "g3") == before == ["internal", "shared"]
    found = preview.context["preview"]
    assert ([item.key for item in found.newly], len(found.unchanged)) == (["methods_ready"], 2)
    shown = {"confirmed": "1", "items": KEYS, "expected_hash": found.expected_hash, **preview.context["words"]}
    answer = ours.post(address, shown, follow=True)
    assert "Done for 1 item. 2 stay as they were." in answer.content.decode()
    assert visibility_of(project, "methods_ready") == ["shared"]
    assert VisibilityChange.objects.get(key="methods_ready").reason == "Agreed."


def test_nothing_is_done_without_the_preview_or_after_it_is_old(project: Project, ours: Browser) -> None:
    address = reverse("project-sharing", args=[project.code])
    values = {"items": KEYS, "visibility": "internal", "reason": "", "due_on": "", "words": ""}
    old = ours.post(address, values).context["preview"].expected_hash
    share_items(project.code, [("milestone", "methods_ready")], visibility="shared", actor=make.manager())
    before = VisibilityChange.objects.count()

    answers = [ours.post(address, {"confirmed": "1", **values, "expected_hash": shown}).status_code for shown in ("", old)]

    assert (answers, VisibilityChange.objects.count()) == ([409, 409], before)


def test_reasons_stand_at_the_item_and_what_was_typed_stays(project: Project, ours: Browser) -> None:
    values = {"items": ["milestone:methods_ready", "deliverable:sample_confirmation"], "visibility": "for_approval"}
    page = ours.post(reverse("project-sharing", args=[project.code]), {**values, "words": "Please look.", "due_on": "", "reason": ""})

    text = page.content.decode()
    assert [blocker.key for blocker in page.context["preview"].blockers] == ["approval.no_date", "approval.not_done"]
    assert "has no published date" in text
    assert "Please look." in text
    assert 'value="milestone:methods_ready" aria-label="Choose Analytical methods at the needed level" checked' in text


@pytest.mark.parametrize(
    ("values", "field"),
    [({"visibility": "shared"}, "items"), ({"items": KEYS}, "visibility"), ({"items": KEYS, "visibility": "for_approval"}, "due_on")],
)
def test_what_is_missing_is_said_at_its_field(project: Project, ours: Browser, values: dict[str, Any], field: str) -> None:
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()

    page = ours.post(reverse("project-sharing", args=[project.code]), {"due_on": yesterday if field == "due_on" else "", **values})

    assert (page.status_code, list(page.context["form"].errors)) == (400, [field])


def test_who_may_not_share_reads_who_may(project: Project) -> None:
    page = browser_of(make.person(Role.RESEARCH)).get(reverse("project-sharing", args=[project.code])).content.decode()

    assert "Sharing is for project managers and business development." in page


@pytest.mark.parametrize("name", ["project-sharing", "project-sharing-log"])
def test_the_pages_cost_the_same_for_one_and_for_three(project: Project, ours: Browser, name: str) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert ours.get(reverse(name, args=[project.code])).status_code == 200
        return len(captured)

    ask_for_approval(project.code, "milestone", "g2", actor=make.manager())
    cost()
    before = cost()
    for key in ("g3", "sample_shipped"):
        ask_for_approval(project.code, "milestone", key, actor=make.manager())

    assert cost() == before <= 20


def test_the_log_of_a_day_and_the_whole_as_a_file(project: Project, ours: Browser) -> None:
    share_items(project.code, [("milestone", "g2")], visibility="internal", actor=make.manager(), reason="=1+1")

    today = ours.get(reverse("project-sharing-log", args=[project.code]))
    wrong = [ours.get(reverse("project-sharing-log", args=[project.code]), {"on": on}).status_code for on in ("soon", "2999-01-01")]
    before = ours.get(reverse("project-sharing-log", args=[project.code]), {"on": "2000-01-01"})
    lines = b"".join(ours.get(reverse("project-sharing-csv", args=[project.code]))).decode().splitlines()  # type: ignore[arg-type]

    assert "planned for" in today.content.decode()
    assert wrong == [400, 400]
    assert "The client saw nothing of this project on that day." in before.content.decode()
    assert len(lines) == len(today.context["spells"]) + 1
    assert any("'=1+1" in line for line in lines)


@pytest.mark.parametrize("name", ["milestone-detail", "deliverable-detail"])
def test_single_items_lead_to_asking(project: Project, ours: Browser, name: str) -> None:
    key = {"milestone-detail": "g2", "deliverable-detail": "route_selection_report"}[name]
    text = ours.get(reverse(name, args=[project.code, key])).content.decode()

    kind = name.partition("-")[0]
    assert f"{reverse('project-sharing', args=[project.code])}?item={kind}:{key}&amp;visibility=for_approval" in text


# the portal


def test_the_approver_reads_and_approves(project: Project, theirs: Browser, asked: ApprovalRequest) -> None:
    address = reverse("portal-approval", args=[asked.pk])
    page = theirs.get(address)
    listed = theirs.get(reverse("portal-project", args=[project.code])).content.decode()

    assert address in listed
    assert "Is this date right?" in page.content.decode()
    values = {"password": make.PASSWORD, "expected_hash": page.context["hash"], "words": "With pleasure."}
    assert theirs.post(reverse("portal-approval-accept", args=[asked.pk]), values).status_code == 302
    answered = theirs.get(address).content.decode()
    assert ApprovalAnswer.objects.get().kind == "accepted_with_comment"
    assert "With pleasure." in answered
    assert 'data-dialog="accept"' not in answered


@pytest.mark.parametrize(
    ("act", "values", "field"),
    [
        ("accept", {"password": "wrong", "words": "Kept words."}, "password"),
        ("reject", {"password": make.PASSWORD, "words": ""}, "words"),
        ("reject", {"password": "wrong", "words": "Kept words."}, "password"),
    ],
)
def test_a_mistake_keeps_what_was_typed(theirs: Browser, asked: ApprovalRequest, act: str, values: dict[str, str], field: str) -> None:
    page = theirs.post(reverse(f"portal-approval-{act}", args=[asked.pk]), values)

    shown = page.context["errors"] or page.context[f"{act}_form"].errors
    assert (page.status_code, list(shown), ApprovalAnswer.objects.count()) == (400, [field], 0)
    assert values["words"] in page.content.decode()


def test_a_viewer_reads_and_does_not_answer(project: Project, asked: ApprovalRequest) -> None:
    viewer = browser_of(make.person(Role.CLIENT_VIEWER))

    assert "An approver of your organisation answers this." in viewer.get(reverse("portal-approval", args=[asked.pk])).content.decode()
    answer = viewer.post(reverse("portal-approval-accept", args=[asked.pk]), {"password": make.PASSWORD, "words": ""})
    assert (answer.status_code, ApprovalAnswer.objects.count()) == (403, 0)


# the API


def test_many_items_by_the_api_in_one_act(project: Project, ours: Browser) -> None:
    body = {"visibility": "shared", "reason": "Agreed.", "items": [{"kind": "milestone", "key": key} for key in ("methods_ready", "g3")]}
    address = f"/api/v1/projects/{project.code}/sharing/"
    headers = {"Idempotency-Key": "share-1"}

    first, again = (ours.post(address, body, content_type=JSON, headers=headers) for _time in range(2))
    stale = ours.post(address, body, content_type=JSON, headers={"If-Match": '"old"'})
    refused = ours.post(address, {**body, "visibility": "for_approval"}, content_type=JSON)
    missing = ours.post(address, {**body, "items": [{"kind": "document", "key": "nothing"}]}, content_type=JSON)

    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    row = next(row for row in ours.get(address).json() if row["key"] == "methods_ready")
    assert (row["visibility"], row["by"], row["approval"]) == ("shared", make.manager().full_name, None)
    assert Event.objects.filter(kind="milestone.shared", project_id=project.pk, reason="Agreed.").count() == 1
    assert (stale.status_code, missing.status_code) == (412, 404)
    assert (refused.status_code, [blocker["key"] for blocker in refused.json()["blockers"]]) == (409, ["approval.no_date"])


def test_the_log_by_the_api(project: Project, ours: Browser) -> None:
    today = ours.get(f"/api/v1/projects/{project.code}/sharing/log/", {"on": timezone.localdate().isoformat()})
    wrong = ours.get(f"/api/v1/projects/{project.code}/sharing/log/", {"on": "2999-01-01"})

    assert {row["key"] for row in today.json() if row["kind"] == "milestone"} == set(
        Milestone.objects.visible_to(make.person(Role.CLIENT_VIEWER)).filter(project=project).values_list("key", flat=True)
    )
    assert wrong.status_code == 400


def test_a_clients_system_reads_and_cannot_sign(project: Project, asked: ApprovalRequest) -> None:
    system = System(project.client, "write").browser

    found = system.get(f"/api/v1/approvals/{asked.pk}/").json()
    listed = system.get("/api/v1/approvals/", {"open": "true"}).json()["results"]
    answers = [
        system.post(f"/api/v1/approvals/{asked.pk}/{act}/", {"password": make.PASSWORD, "reason": "No."}, content_type=JSON)
        for act in ("accept", "decline")
    ]

    assert (found["state"], found["approval"]["words"], found["approval"]["answer"]) == ("waiting", "Is this date right?", None)
    assert [row["id"] for row in listed] == [asked.pk]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert not ApprovalAnswer.objects.exists()


def test_the_approver_answers_by_the_api(theirs: Browser, asked: ApprovalRequest) -> None:
    address = f"/api/v1/approvals/{asked.pk}/"
    shown = theirs.get(address).json()["hash"]
    body = {"password": make.PASSWORD, "reason": "Too late."}

    changed = theirs.post(f"{address}decline/", {**body, "expected_hash": "0" * 64}, content_type=JSON)
    done = theirs.post(f"{address}decline/", {**body, "expected_hash": shown}, content_type=JSON)
    twice = theirs.post(f"{address}accept/", body, content_type=JSON)

    assert (changed.status_code, done.status_code, twice.status_code) == (409, 200, 409)
    assert (done.json()["state"], done.json()["approval"]["answer"]["words"]) == ("rejected", "Too late.")
