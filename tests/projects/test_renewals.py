"""A return asks only for evidence that can be given again, and each such criterion has a way to newer evidence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts.models import Role
from audit.refusals import BadInput
from phases.evaluation.services import recommend, reopen_sheet, sign_off_sheet
from projects.forms.gate import criteria_of
from projects.gates import all_gates, renewable
from projects.models import PHASES, Charter, Deliverable, GateReview, Phase, Project
from projects.services.gate import current_review, judge_review
from projects.services.lifecycle import return_project
from tests.projects import factories as make
from tests.projects.agreed import signed_agreement

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
NEVER = {"rfp", "quotation"}


def offered(project: Project, *phases: str) -> list[str]:
    return [criterion.key for _gate, criteria in renewable(project, phases or PHASES) for criterion in criteria]


def unmet(project: Project) -> set[str]:
    review = current_review(Project.objects.get(pk=project.pk))
    assert review is not None
    return {item.key for item in judge_review(review) if not item.passes}


def sheets_again(project: Project) -> None:
    actor = make.person(Role.RESEARCH)
    reopen_sheet(project.code, "research", actor=actor, reason="After the return.")
    sign_off_sheet(project.code, "research", actor=actor, authentication=make.fake_authentication(actor))


def agreement_again(project: Project, kind: str) -> None:
    signed_agreement(project, kind, f"{kind[:3]}-2")


WAYS: dict[str, Callable[[Project], object]] = {
    "sheets": sheets_again,
    "recommendation": lambda project: recommend(
        project.code, recommendation="bid", reason="Still feasible.", actor=make.person(Role.BUSINESS_DEVELOPMENT)
    ),
    "cooperation": partial(agreement_again, kind="cooperation"),
    "confidentiality": partial(agreement_again, kind="confidentiality"),
}


def test_what_cannot_be_given_again_is_not_offered(nothing_written: Check) -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)

    assert set(offered(project)) == {c.key for gate in all_gates() for c in gate.criteria} - NEVER
    assert NEVER.isdisjoint(key for _gate, rows in criteria_of(project, list(PHASES)) for key, _words in rows)
    for key in NEVER:
        back = partial(return_project, project.code, to_phase="evaluation", actor=make.manager(), reason="Anew.", renew_criteria=[key])
        nothing_written(back, BadInput)
        propose = partial(make.propose, project, "return", return_to=Phase.EVALUATION, renew_criteria=[key])
        nothing_written(propose, BadInput)


def test_every_criterion_of_g1_that_is_offered_is_met_again() -> None:
    """All at once: the gate passes only when each has newer evidence, the issued charter included."""
    project = make.a_project_in(Phase.SMALL_SCALE)
    keys = offered(project, Phase.EVALUATION)
    return_project(project.code, to_phase=Phase.EVALUATION, actor=make.manager(), reason="Anew.", renew_criteria=keys)
    assert unmet(project) == set(keys)

    for key in keys:
        assert key in unmet(project)
        if key in WAYS:
            WAYS[key](project)
        else:
            make.done(project, *deliverables_of(key, Phase.EVALUATION))
        assert key not in unmet(project)

    assert Charter.objects.get(project=project).state == "issued"
    assert make.decide(project).phase == Phase.SMALL_SCALE


def deliverables_of(key: str, phase: str) -> tuple[str, ...]:
    gate = next(gate for gate in all_gates() if gate.phase == phase)
    return next(criterion.deliverables for criterion in gate.criteria if criterion.key == key)


@pytest.mark.parametrize("phase", [Phase.SMALL_SCALE, Phase.PILOT, Phase.VALIDATION])
def test_every_later_criterion_that_is_offered_is_met_again(phase: str) -> None:
    project = make.pass_gate(make.a_project_in(phase))
    keys = offered(project, phase)
    return_project(project.code, to_phase=phase, actor=make.manager(), reason="Not reproduced.", renew_criteria=keys)
    assert unmet(project) == set(keys)

    for key in sorted(keys, key=lambda key: "hazop_report" not in deliverables_of(key, phase)):  # no batch starts before it
        make.done(project, *deliverables_of(key, phase))

    assert unmet(project) == set()


def test_a_renewal_that_an_earlier_release_asked_for_holds_no_gate_shut() -> None:
    project = make.a_project_ready_for_g1()
    review = GateReview.objects.get(project=project)
    review.renew_criteria, review.evidence_after = ["quotation"], timezone.now() + timedelta(seconds=1)

    assert {item.key for item in judge_review(review) if not item.passes} == set()
    assert Deliverable.objects.open().filter(project=project, phase=Phase.EVALUATION).count() == 0
