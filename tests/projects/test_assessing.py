"""Evidence that changed after its decision: which values, who is asked to judge it, and what rests until it changes again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from audit.context import acting
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from phases.evaluation.services import recommend
from projects.models import EvidenceAssessment, Phase, Project, ReadinessSummary, WaitingFor
from projects.services import assessing
from projects.services.lifecycle import return_project
from projects.services.readiness import refresh_readiness
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
Events = Callable[[Callable[[], object]], list[str]]


@pytest.fixture
def changed(db: None) -> Project:
    """In pilot; the route report, on which G2 was decided, has another record since."""
    project = make.a_project_in(Phase.PILOT)
    change(project)
    refresh(project)
    return project


def change(project: Project) -> None:
    reference = make.a_reference(project, "route_selection_report", record_state="Superseded twice")
    make.evidence.confirm_reference(project.code, "route_selection_report", reference.pk, actor=make.person(Role.QUALITY_ASSURANCE))


def refresh(project: Project) -> None:
    with acting(channel="worker"):
        refresh_readiness([project.pk])


def assess(project: Project, **values: Any) -> EvidenceAssessment:
    given = {"verdict": "stands", "reason": "The same route.", "actor": make.person(Role.QUALITY_ASSURANCE), **values}
    return assessing.assess_change(project.code, "G2", 1, given.pop("criterion", "route"), **given)


def waits(project: Project) -> list[str]:
    return list(WaitingFor.objects.open().filter(project=project, key__startswith="gate.evidence_changed").values_list("role", flat=True))


def warnings(project: Project) -> list[str]:
    return [item["gate"] for item in ReadinessSummary.objects.get(project=project).changed]


def test_a_change_opens_a_wait_once_and_says_so(changed: Project, events_of: Events) -> None:
    assert (waits(changed), warnings(changed)) == ([Role.QUALITY_ASSURANCE], ["G2"])
    assert Event.objects.filter(kind="gate.evidence_changed", project_id=changed.pk).count() == 1

    assert events_of(partial(refresh, changed)) == []


def test_judged_it_rests_until_it_changes_again(changed: Project, events_of: Events) -> None:
    assert events_of(partial(assess, changed)) == ["gate.evidence_assessed"]
    refresh(changed)
    assert (waits(changed), warnings(changed)) == ([], [])

    change(changed)
    refresh(changed)

    assert (waits(changed), warnings(changed)) == ([Role.QUALITY_ASSURANCE], ["G2"])
    assert Event.objects.filter(kind="gate.evidence_changed").count() == 2


def test_what_reads_as_before_again_asks_nobody() -> None:
    """A recommendation that was changed and changed back by hand is another one; a wait of a decision that was taken again goes."""
    project = make.a_project_in(Phase.PILOT)
    change(project)
    refresh(project)
    make.decide(project, "return", return_to=Phase.SMALL_SCALE)
    make.decide(project)

    refresh(project)

    assert (waits(project), warnings(project)) == ([], [])


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"actor": "research"}, NotAllowed),
        ({"criterion": "methods"}, Refused),
        ({"verdict": "perhaps"}, BadInput),
        ({"reason": " "}, BadInput),
    ],
)
def test_what_is_no_judgement(values: dict[str, Any], refusal: type[Exception], changed: Project, nothing_written: Check) -> None:
    if "actor" in values:
        values = {"actor": make.person(values["actor"])}

    nothing_written(lambda: assess(changed, **values), refusal)


def test_a_decision_that_passed_nothing_is_not_compared(nothing_written: Check) -> None:
    project = make.decide(make.a_project_ready_for_g1(), "hold")
    act = partial(assessing.assess_change, project.code, "G1", 1, "charter", verdict="stands", reason="So.", actor=make.manager())

    assert "passed decision" in str(nothing_written(act, Refused))


def test_a_deputy_judges_under_both_names(changed: Project) -> None:
    make.a_delegation(make.person(Role.QUALITY_ASSURANCE), make.person(Role.REGULATORY), Role.QUALITY_ASSURANCE)

    row = assess(changed, actor=make.person(Role.REGULATORY))

    assert row.on_behalf_of == make.person(Role.QUALITY_ASSURANCE)
    assert Event.objects.get(kind="gate.evidence_assessed").on_behalf_of_name == "Quality assurance"


def test_the_page_shows_the_values_and_takes_the_judgement(client: Client, changed: Project) -> None:
    client.force_login(make.person(Role.QUALITY_ASSURANCE))
    page, act = reverse("gate-review", args=[changed.code, "G2", 1]), reverse("gate-assess", args=[changed.code, "G2", 1, "route"])

    before = client.get(page).content.decode()
    refused = client.post(act, {"verdict": "stands", "reason": ""})
    client.post(act, {"verdict": "new_decision", "reason": "Another route."})
    after = client.get(page).content.decode()

    assert "What happened to it since" in before and "entered evidence for" in before
    assert "<del>Effective</del>" in before and "<ins>Superseded twice</ins>" in before and "Judge the change" in before
    assert refused.status_code == 400
    assert "a new decision is needed, assessed on" in after and "by Quality assurance" in after and "Another route." in after
    assert "Judge the change" not in after and "Assessed" in after


def test_what_changes_next_is_named_where_it_waits_already(changed: Project) -> None:
    row = WaitingFor.objects.open().filter(key__startswith="gate.evidence_changed", project=changed)
    row.update(words="Only the first.")

    refresh(changed)

    assert row.get().words != "Only the first."
    assert Event.objects.filter(kind="gate.evidence_changed", project_id=changed.pk).count() == 1


def test_a_round_that_was_left_says_when_and_what_was_missing(client: Client) -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    return_project(project.code, to_phase=Phase.EVALUATION, actor=make.manager(), reason="Another route.")
    client.force_login(make.manager())

    page = client.get(reverse("gate-review", args=[project.code, "G2", 1])).content.decode()

    assert "Criteria as they stood when the phase was left" in page and "<dt>Left</dt>" in page
    assert "decided on" not in page and "<dt>Decided</dt>" not in page
    assert Event.objects.get(kind="gate.left").data["missing"]["route"][0] in unescape(page)


def test_others_read_who_judges(client: Client, changed: Project) -> None:
    client.force_login(make.person(Role.MANAGEMENT))

    assert (
        "Quality assurance or a project manager judges" in client.get(reverse("gate-review", args=[changed.code, "G2", 1])).content.decode()
    )


def test_a_changed_recommendation_shows_its_words(client: Client) -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    actor = make.person(Role.BUSINESS_DEVELOPMENT)
    recommend(project.code, recommendation="bid", reason="Only with a second dryer.", actor=actor)
    client.force_login(make.manager())

    shown = client.get(reverse("gate-review", args=[project.code, "G1", 1])).content.decode()

    assert "<del>Feasible in our equipment.</del>" in shown and "<ins>Only with a second dryer.</ins>" in shown
