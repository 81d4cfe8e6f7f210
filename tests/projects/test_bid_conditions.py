"""A bid with conditions: what was recommended under conditions passes G1 only with each of them as a condition of the gate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.refusals import BadInput, Refused
from phases.evaluation.services import recommend
from projects.models import GateCondition, Phase, Project
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
WANTED = ("The client pays the second dryer.", "Enzyme from two suppliers.")


@pytest.fixture
def project(db: None) -> Project:
    project = make.a_project_ready_for_g1()
    recommend(
        project.code,
        recommendation="bid_with_conditions",
        reason="Only so.",
        conditions="- The client pays the second dryer.\n\n• Enzyme from two suppliers.\n",
        actor=make.person(Role.BUSINESS_DEVELOPMENT),
    )
    return project


def conditions(*words: str) -> list[object]:
    return [make.a_condition(words=text, criterion="recommendation") for text in words]


def test_a_plain_go_is_refused_with_the_reason(project: Project, nothing_written: Check) -> None:
    refusal = nothing_written(lambda: make.propose(project), Refused)

    assert isinstance(refusal, Refused)
    assert [blocker.key for blocker in refusal.blockers] == ["gate.conditional", *["recommendation.condition"] * 2]
    assert "go with conditions" in str(refusal) and all(words in str(refusal) for words in WANTED)


def test_the_conditions_of_the_gate_must_cover_them(project: Project, nothing_written: Check) -> None:
    propose = partial(make.propose, project, "go_with_conditions")
    refusal = nothing_written(lambda: propose(conditions=conditions(WANTED[0])), Refused)
    assert WANTED[1] in str(refusal) and WANTED[0] not in str(refusal)

    propose(conditions=conditions(f"{WANTED[0]} Before March.", WANTED[1]))
    make.sign(project)

    assert Project.objects.get(pk=project.pk).phase == Phase.SMALL_SCALE
    assert set(GateCondition.objects.standing().values_list("criterion_key", flat=True)) == {"recommendation"}


@pytest.mark.parametrize("decision", ["hold", "stop"])
def test_they_hold_up_no_other_decision(decision: str, project: Project) -> None:
    assert make.propose(project, decision).state == "submitted"


def test_dashes_are_no_conditions(nothing_written: Check) -> None:
    project = make.a_project()
    actor = make.person(Role.BUSINESS_DEVELOPMENT)
    record = partial(recommend, project.code, recommendation="bid_with_conditions", reason="Only so.", actor=actor)

    nothing_written(lambda: record(conditions=" - \n • "), BadInput)


def test_the_pages_prefill_them(client: Client, project: Project) -> None:
    client.force_login(make.manager())
    gate = client.get(reverse("project-gate", args=[project.code])).content.decode()
    page = client.get(reverse("gate-conditional", args=[project.code]))
    form = page.context["rows"]

    assert "Must become a condition of the gate: Enzyme from two suppliers." in gate
    assert [row["words"].value() for row in form][:2] == list(WANTED)
    assert [row["criterion"].value() for row in form][:2] == ["recommendation"] * 2

    due = (timezone.localdate() + timedelta(days=20)).isoformat()
    row = {
        "criterion": "recommendation",
        "owner": make.person(Role.PRODUCTION).pk,
        "due_on": due,
        "step": "gate.request",
        "tell_client": "on",
    }
    data = {f"conditions-{place}-{name}": value for place in (0, 1) for name, value in {**row, "words": WANTED[place]}.items()}
    data |= {"conditions-TOTAL_FORMS": "4", "conditions-INITIAL_FORMS": "2", "reason": "As agreed."}
    left_out = {name: value for name, value in data.items() if not name.startswith("conditions-1-")}
    assert client.post(reverse("gate-conditional", args=[project.code]), left_out).status_code in (400, 409)
    client.post(reverse("gate-conditional", args=[project.code]), data)

    rows = GateCondition.objects.filter(review__project=project)
    assert [row.words for row in rows] == list(WANTED)
    assert all(row.tell_client and "overdue" in row.client_words for row in rows)
