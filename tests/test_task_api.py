"""Tasks through the API: the same services and reasons, for internal accounts only."""

from __future__ import annotations

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Role
from projects.models import Phase, Project, Task
from tests.clients_systems import System
from tests.projects import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(db: None) -> Project:
    return make.a_project_in(Phase.SMALL_SCALE)


@pytest.fixture
def ours(project: Project) -> APIClient:
    client = APIClient()
    client.force_authenticate(make.manager())
    return client


def test_given_out_read_changed_and_done(project: Project, ours: APIClient) -> None:
    tasks = f"/api/v1/projects/{project.code}/tasks/"
    draft = {"title": "Buy", "milestone": "route_selected", "department": "research", "duration_days": 4, "after": "g1"}

    added = ours.post(tasks, draft, format="json", headers={"Idempotency-Key": "one"})
    again = ours.post(tasks, draft, format="json", headers={"Idempotency-Key": "one"})
    one = f"{tasks}{added.json()['id']}/"
    read = ours.get(one)
    blind = ours.put(one, draft | {"reason": "More."}, format="json")
    stale = ours.put(one, draft | {"reason": "More."}, format="json", headers={"If-Match": '"other"'})
    changed = ours.put(one, draft | {"title": "Buy two", "reason": "More."}, format="json", headers={"If-Match": read["ETag"]})
    started = ours.post(f"{one}start/", {"on": timezone.localdate()}, format="json")
    done = ours.post(f"{one}done/", {"on": timezone.localdate()}, format="json")
    twice = ours.post(f"{one}done/", {"on": timezone.localdate()}, format="json")

    answers = (added, again, read, blind, stale, changed, started, done, twice)
    assert [answer.status_code for answer in answers] == [201, 201, 200, 428, 412, 200, 200, 200, 409]
    assert added.json() == again.json() == read.json()
    assert Task.objects.filter(project=project, title__startswith="Buy").count() == 1
    assert (changed.json()["title"], changed.json()["after"], done.json()["done_on"]) == ("Buy two", "g1", timezone.localdate().isoformat())
    assert added.json()["due_on"] >= timezone.localdate().isoformat()


def test_refused_with_the_field_and_the_right(project: Project, ours: APIClient) -> None:
    tasks = f"/api/v1/projects/{project.code}/tasks/"
    draft = {"title": "Buy", "milestone": "g1"}
    chemist = APIClient()
    chemist.force_authenticate(make.person(Role.RESEARCH))

    wrong = ours.post(tasks, draft, format="json")
    forbidden = chemist.post(tasks, draft | {"milestone": "g2", "department": "research"}, format="json")

    assert (wrong.status_code, set(wrong.json()["errors"])) == (400, {"milestone", "owner"})
    assert forbidden.status_code == 403
    assert not Task.objects.filter(project=project, title="Buy").exists()


def test_a_client_finds_none(project: Project) -> None:
    task = Task.objects.filter(project=project).first()
    assert task is not None
    system = System(project.client)

    for address in ("", f"{task.pk}/"):
        assert system.get(f"projects/{project.code}/tasks/{address}").status_code == 404
