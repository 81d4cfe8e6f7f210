"""Gate Minutes: the meeting of a gate, and the document of its decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from documents.models import Document
from documents.services import refuse_version, submit_for_review
from phases.minutes import gate_minutes, no_decision
from projects.models import GateReview, Phase, Project, WaitingFor
from projects.services import gate, meeting
from projects.services.lifecycle import resume_project
from tests.finished import drafted, finished, text_of
from tests.projects import factories as make

pytestmark = pytest.mark.django_db


def call(project: Project, **values: Any) -> object:
    given = {"meeting_on": timezone.localdate() + timedelta(days=3), "agenda": "The route and its yield.", **values}
    return meeting.call_meeting(project.code, actor=values.pop("actor", make.manager()), **{k: v for k, v in given.items() if k != "actor"})


def test_the_signers_are_asked_to_prepare_until_a_decision_is_proposed() -> None:
    project = make.a_project_ready_for_g1()
    call(project)
    waits = WaitingFor.objects.open().filter(key__startswith="gate.meeting:")
    assert {wait.role for wait in waits} == set(make.signers_of(Phase.EVALUATION))

    make.propose(project)

    assert not waits.all().exists()


def test_anybody_on_the_team_asks_for_the_decision_until_it_is_proposed(client: Client) -> None:
    project = make.a_project_ready_for_g1()
    client.force_login(make.person(Role.RESEARCH))
    page, ask = reverse("project-gate", args=[project.code]), reverse("gate-request", args=[project.code])
    assert "Ask for the decision" in client.get(page).content.decode()

    assert client.post(ask, {"reason": " "}).status_code == 400
    client.post(ask, {"reason": "The enzyme is reserved until Friday."})

    wait = WaitingFor.objects.open().get(key__startswith="gate.request:")
    assert (wait.user, wait.role) == (make.manager(), "")
    assert "Research asks for the decision on G1: The enzyme is reserved until Friday." in client.get(page).content.decode()
    assert client.post(ask, {"reason": "Again."}).status_code == 409
    make.propose(project)
    assert not WaitingFor.objects.open().filter(key__startswith="gate.request:").exists()


def test_a_proposed_decision_is_asked_for_no_more() -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)

    with pytest.raises(Refused, match="proposed already"):
        meeting.request_decision(project.code, reason="Now.", actor=make.person(Role.RESEARCH))


def test_who_does_not_work_on_the_project_asks_for_nothing() -> None:
    project = make.a_project_ready_for_g1()

    with pytest.raises(Project.DoesNotExist):
        meeting.request_decision(project.code, reason="Now.", actor=make.person(Role.REGULATORY, name="Somebody else"))
    with pytest.raises(Project.DoesNotExist):
        meeting.request_decision(project.code, reason="Now.", actor=make.person(Role.CLIENT_APPROVER, client=make.a_client("DCB")))


def test_a_signature_with_a_dissent_stands_in_the_minutes(client: Client) -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project)
    client.force_login(make.person(Role.MANAGEMENT))
    sign = reverse("gate-sign", args=[project.code, Role.MANAGEMENT])
    client.post(sign, {"password": make.PASSWORD, "comment": "I sign, but the price is too low."})
    assert "the price is too low" in client.get(reverse("project-gate", args=[project.code])).content.decode()
    make.sign(project)

    votes = gate_minutes(Project.objects.get(pk=project.pk), "G1-1")["votes"]["rows"]

    assert {row[1]: row[3] for row in votes} == {
        "Management": "Signed, with dissent: I sign, but the price is too low.",
        "Business development": "Signed",
        "Project manager": "Signed",
    }


@pytest.mark.parametrize("values", [{"meeting_on": date(2020, 1, 1)}, {"agenda": " "}])
def test_a_meeting_has_a_day_to_come_and_an_agenda(values: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        call(make.a_project(), **values)


def test_a_project_manager_calls_the_meeting() -> None:
    with pytest.raises(NotAllowed):
        call(make.a_project(), actor=make.person(Role.MANAGEMENT))


def write(project: Project, minutes: str, number: int = 1) -> GateReview:
    return meeting.write_minutes(project.code, "G1", number, minutes=minutes, actor=make.manager())


def test_minutes_are_written_before_and_after_the_last_signature_for_their_own_round() -> None:
    project = make.a_project_ready_for_g1()
    make.propose(project, "hold", reason="The price is open.")
    write(project, "The price was discussed.")
    make.sign(project)

    write(project, "The price was discussed, and the route.")

    assert gate_minutes(Project.objects.get(pk=project.pk), "G1-1")["minutes"] == "The price was discussed, and the route."
    assert list(GateReview.objects.filter(project=project).order_by("round").values_list("round", "minutes")) == [
        (1, "The price was discussed, and the route."),
        (2, ""),
    ]
    written = Event.objects.filter(kind="gate.minutes_written", project_id=project.pk).latest("pk")
    assert (written.data["round"], written.data["before"]) == (1, "The price was discussed.")


@pytest.mark.usefixtures("unlaid")
def test_minutes_stand_once_the_document_that_prints_them_is_before_its_signers() -> None:
    project = make.decide(make.a_project_ready_for_g1())
    write(project, "The price was discussed.")
    version = drafted("gate_minutes", project, author=make.manager(), about="G1-1")
    submit_for_review(version.document.number, 1, actor=make.manager())

    with pytest.raises(Refused, match="are in review"):
        write(project, "Something else.")
    refuse_version(version.document.number, 1, actor=make.person(Role.QUALITY_ASSURANCE), reason="Name the price.")
    write(project, "The price was discussed: 12 %.")
    finished("gate_minutes", project, author=make.manager(), about="G1-1", reason="The price is named.")

    with pytest.raises(Refused, match="are effective"):
        write(project, "Something else.")


def test_a_project_that_is_over_has_no_meeting_and_its_last_one_gets_its_minutes() -> None:
    project = make.decide(make.a_project(), "stop")

    with pytest.raises(Refused):
        call(project)
    assert write(project, "The client withdrew.").minutes == "The client withdrew."


def test_a_round_that_never_was_has_no_minutes() -> None:
    with pytest.raises(GateReview.DoesNotExist):
        write(make.a_project(), "Nothing.", 7)


@pytest.mark.usefixtures("unlaid")
def test_minutes_of_an_earlier_round_are_written_on_its_page(client: Client) -> None:
    project = make.decide(make.a_project_ready_for_g1())
    client.force_login(make.manager())
    page, address = reverse("gate-review", args=[project.code, "G1", 1]), reverse("gate-minutes", args=[project.code, "G1", 1])
    assert address in client.get(page).content.decode()

    too_long = client.post(address, {"minutes": "x" * 20001})
    assert too_long.status_code == 400 and "x" * 20001 in too_long.content.decode()
    assert client.post(address, {"minutes": "Nobody objected."}).headers["Location"] == page

    assert "Nobody objected." in client.get(page).content.decode()
    version = drafted("gate_minutes", project, author=make.manager(), about="G1-1")
    submit_for_review(version.document.number, 1, actor=make.manager())
    shown = client.get(page).content.decode()
    assert address not in shown and f"The Gate Minutes {version.document.number} are in review." in shown
    assert client.post(address, {"minutes": "Late."}).status_code == 409
    client.force_login(make.person(Role.QUALITY_ASSURANCE))
    assert "The minutes are written by a project manager." in client.get(page).content.decode()
    assert client.post(address, {"minutes": "Mine."}).status_code == 403


def test_agenda_and_minutes_are_written_on_the_gate_page(client: Client) -> None:
    project = make.a_project()
    client.force_login(make.manager())
    day = (timezone.localdate() + timedelta(days=3)).isoformat()

    client.post(reverse("gate-meeting", args=[project.code]), {"meeting_on": day, "agenda": "The route and its yield."})
    client.post(reverse("gate-minutes", args=[project.code, "G1", 1]), {"minutes": "Nobody objected."})

    shown = client.get(reverse("project-gate", args=[project.code])).content.decode()
    assert "The route and its yield." in shown and "Nobody objected." in shown


def test_without_a_decision_there_are_no_minutes() -> None:
    assert [blocker.key for blocker in no_decision(make.a_project())] == ["gate.decided"]


def test_the_minutes_say_what_was_decided_on_what_and_by_whom() -> None:
    project = make.a_finished_project(Phase.SMALL_SCALE)
    conditions = [make.a_condition(words="Qualify the second dryer.")]
    make.propose(project, "go_with_conditions", conditions=conditions)
    refuse: Callable[..., object] = partial(gate.refuse_decision, project.code, role=Role.RESEARCH, actor=make.person(Role.RESEARCH))
    refuse(reason="The yield is not shown.")
    make.decide(project, "go_with_conditions", conditions=conditions)

    version = finished("gate_minutes", Project.objects.get(pk=project.pk), author=make.manager(), about="G2-1")

    said = text_of(version)
    for words in ("G2 Release to pilot", "Go with conditions", "Qualify the second dryer.", "from number 2 on", "The yield is not shown."):
        assert words in said
    assert [slot.role for slot in version.document.type.slots] == [Role.QUALITY_ASSURANCE, Role.PROJECT_MANAGER]  # type: ignore[union-attr]


@pytest.mark.usefixtures("unlaid")
def test_each_round_keeps_minutes_of_its_own() -> None:
    project = make.a_project_ready_for_g1()
    make.decide(project, "hold", reason="The price is open.")
    resume_project(project.code, actor=make.manager(), reason="The price is agreed.")
    project = make.decide(Project.objects.get(pk=project.pk))

    first, second = (finished("gate_minutes", project, author=make.manager(), about=about) for about in ("G1-1", "G1-2"))

    assert [each.document.about_words for each in (first, second)] == ["G1 round 1", "G1 round 2"]
    assert {each.state for each in (first, second)} == {"effective"}
    assert "Hold" in text_of(first) and "Hold" not in text_of(second)


@pytest.mark.usefixtures("unlaid")
def test_minutes_from_before_are_named_after_the_round_that_they_tell() -> None:
    project = make.decide(make.a_project_ready_for_g1())
    number = finished("gate_minutes", project, author=make.manager(), about="G1-1").document.number
    Document.objects.filter(number=number).update(about_kind="", about_reference="", title="Gate Minutes")

    import_module("documents.migrations.0003_name_what_documents_are_about").name_them(apps, SimpleNamespace(connection=connection))

    document = Document.objects.get(number=number)
    assert (document.about_words, document.title) == ("G1 round 1", "Gate Minutes · G1 round 1")
