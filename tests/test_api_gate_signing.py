"""The gate through the API: signed and refused by a person with the password, its meeting called, its minutes written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import AnsweredRequest, Role
from projects.models import GateReview, GateSignature, Project
from tests.clients_systems import System, own_cache, problem
from tests.kept import kept_until_the_end
from tests.projects import factories

pytestmark = pytest.mark.django_db
__all__ = ["own_cache"]
KEY = {"Idempotency-Key": "0a52-8d3e"}
STALE = {"If-Match": '"other"'}


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """A project whose first gate waits for its signatures."""
    with kept_until_the_end(django_db_blocker):
        project = factories.a_project_ready_for_g1()
        factories.propose(project)
        yield project.pk


@pytest.fixture
def project(made: int, db: None) -> Project:
    return Project.objects.get(pk=made)


def signed_in(*roles: str) -> Browser:
    browser = Browser()
    browser.force_login(factories.person(*roles))
    return browser


def send(browser: Browser, method: str, path: str, body: Any = None, **headers: str) -> Any:
    return getattr(browser, method)(f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers)


def as_role(role: str, **more: Any) -> dict[str, Any]:
    return {"role": role, "password": factories.PASSWORD, **more}


def test_a_person_signs_once_and_the_last_signature_decides(project: Project) -> None:
    address, gate = f"projects/{project.code}/gate/signature/", f"/api/v1/projects/{project.code}/gate/"
    director = signed_in(Role.MANAGEMENT)
    read = director.get(gate)

    other = send(director, "post", address, as_role(Role.MANAGEMENT, expected_hash="0" * 64))
    stale = send(director, "post", address, as_role(Role.MANAGEMENT), **STALE)
    first, again = (
        send(
            director,
            "post",
            address,
            as_role(Role.MANAGEMENT, comment="The price is low.", expected_hash=read.json()["proposal_hash"]),
            **{**KEY, "If-Match": read["ETag"]},
        )
        for _time in range(2)
    )
    twice = send(director, "post", address, as_role(Role.MANAGEMENT))
    for role in (Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER):
        last = send(signed_in(role), "post", address, as_role(role))

    assert [each.status_code for each in (other, stale, first, again, twice, last)] == [409, 412, 200, 200, 409, 200]
    assert [(row["role"], row["reason"]) for row in first.json()["signatures"]] == [("management", "The price is low.")]
    assert first.json() == again.json() and again.headers["Idempotency-Replayed"] == "true"
    assert (last.json()["state"], last.json()["decision"]) == ("decided", "go")
    assert Project.objects.get(pk=project.pk).phase == "small_scale"
    assert factories.PASSWORD not in str(AnsweredRequest.objects.values())


def test_who_may_not_sign_signs_nothing(project: Project) -> None:
    address = f"projects/{project.code}/gate/signature/"
    director, chemist = signed_in(Role.MANAGEMENT), signed_in(Role.RESEARCH)

    wrong = send(director, "post", address, as_role(Role.MANAGEMENT, password="not this one"))
    silent = send(director, "post", address, {"role": "management"})
    nobody = send(director, "post", address, as_role("king"))
    not_hers, not_of_the_gate = (
        send(chemist, "post", address, as_role(Role.MANAGEMENT)),
        send(chemist, "post", address, as_role(Role.RESEARCH)),
    )
    token = System(project.client, "write").post(address, as_role(Role.MANAGEMENT))
    client = send(signed_in(Role.CLIENT_APPROVER), "post", address, as_role(Role.MANAGEMENT))

    assert [list(problem(each, 400)["errors"]) for each in (wrong, silent, nobody)] == [["password"], ["password"], ["role"]]
    assert [each.status_code for each in (not_hers, not_of_the_gate, token, client)] == [403, 409, 404, 404]
    assert not GateSignature.objects.filter(review__project=project).exists()


def test_the_last_signature_of_a_stop_is_answered_too(project: Project) -> None:
    review = GateReview.objects.current().get(project=project)
    send(signed_in(Role.PROJECT_MANAGER), "post", f"projects/{project.code}/gate/withdrawal/")
    factories.propose(project, "stop", reason="The client withdrew.")
    factories.sign(project, *(role for role in review.signers if role != Role.MANAGEMENT))

    last = send(signed_in(Role.MANAGEMENT), "post", f"projects/{project.code}/gate/signature/", as_role(Role.MANAGEMENT))

    assert (last.status_code, last.json()["state"], last.json()["decision"]) == (200, "decided", "stop")


def test_a_refusal_needs_its_reason_and_opens_the_review_again(project: Project) -> None:
    address, director = f"projects/{project.code}/gate/refusal/", signed_in(Role.MANAGEMENT)

    silent = send(director, "post", address, {"role": "management", "reason": " "})
    stale = send(director, "post", address, {"role": "management", "reason": "Too cheap."}, **STALE)
    not_hers = send(signed_in(Role.RESEARCH), "post", address, {"role": "management", "reason": "Too cheap."})
    token = System(project.client, "write").post(address, {"role": "management", "reason": "Too cheap."})
    done = send(director, "post", address, {"role": "management", "reason": "Too cheap."})
    late = send(director, "post", address, {"role": "management", "reason": "Too cheap."})

    assert [each.status_code for each in (silent, stale, not_hers, token, done, late)] == [400, 412, 403, 404, 200, 409]
    assert list(silent.json()["errors"]) == ["reason"]
    assert done.json()["state"] == "open"
    assert [(row["role"], row["refused"], row["reason"]) for row in done.json()["signatures"]] == [("management", True, "Too cheap.")]


def test_the_meeting_is_called_with_its_agenda(project: Project) -> None:
    address, manager = f"projects/{project.code}/gate/meeting/", signed_in(Role.PROJECT_MANAGER)
    day = (timezone.localdate() + timedelta(days=3)).isoformat()
    body = {"meeting_on": day, "agenda": "The route."}
    read = manager.get(f"/api/v1/{address}")
    match = {"If-Match": read["ETag"]}

    blind, stale = send(manager, "put", address, body), send(manager, "put", address, body, **STALE)
    past = send(manager, "put", address, {"meeting_on": "2020-01-01", "agenda": "x"}, **match)
    not_hers = send(signed_in(Role.RESEARCH), "put", address, body, **match)
    called = send(manager, "put", address, body, **match)
    late = send(manager, "put", address, body, **match)

    assert [each.status_code for each in (blind, stale, past, not_hers, called, late)] == [428, 412, 400, 403, 200, 412]
    assert list(past.json()["errors"]) == ["meeting_on"]
    assert called.json() == {"project": project.code, "gate": "G1", "round": 1, **body, "minutes": ""}
    assert manager.get(f"/api/v1/{address}").json() == called.json()
    assert System(project.client, "write").get(address).status_code == 404


def test_minutes_are_written_for_their_round_also_after_its_decision(project: Project) -> None:
    factories.sign(project)
    address, manager = f"projects/{project.code}/gates/G1/1/minutes/", signed_in(Role.PROJECT_MANAGER)
    read, body = manager.get(f"/api/v1/{address}"), {"minutes": "The price was discussed."}
    match = {"If-Match": read["ETag"]}

    blind, stale = send(manager, "put", address, body), send(manager, "put", address, body, **STALE)
    not_hers = send(signed_in(Role.RESEARCH), "put", address, body, **match)
    missing = send(manager, "put", f"projects/{project.code}/gates/G1/7/minutes/", body, **match)
    empty = send(manager, "put", address, {}, **match)
    written = send(manager, "put", address, body, **match)

    assert [each.status_code for each in (blind, stale, not_hers, missing, empty, written)] == [428, 412, 403, 404, 400, 200]
    assert (written.json()["round"], written.json()["minutes"]) == (1, "The price was discussed.")
    assert manager.get(f"/api/v1/projects/{project.code}/gates/G1/1/").json()["minutes"] == "The price was discussed."
