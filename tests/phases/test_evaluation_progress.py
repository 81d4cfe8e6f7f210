"""What the page of evaluation asks for next, and what the price rests on, with where each is kept."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from phases.evaluation import services
from process.assumptions.models import Assumption
from process.costs.services import fix_scenario
from process.purchasing.services import prepare_inquiry
from process.routes.services import fix_version
from projects.models import Project
from tests.process import factories as rows
from tests.projects import factories as make
from tests.projects.people import as_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make.a_project()


def next_words(project: Project) -> str:
    page = as_person(make.manager()).get(reverse("project-evaluation", args=[project.code]))
    return f"{page.context['next'].title}: {page.context['next'].next}"


def test_the_next_step_follows_the_record(project: Project) -> None:
    assert next_words(project).startswith("Department sheets: Fill in and sign off:")
    make.sign_off_sheets(project)
    assert next_words(project).startswith("Route and inquiries: No route yet.")
    version = rows.draft_of(rows.a_whole_route(project))
    assert next_words(project).startswith("Route and inquiries: No purchase inquiry yet.")
    prepare_inquiry(version.pk, target_kg=Decimal(10), answer_by=timezone.localdate(), with_priced=True, actor=rows.chemist())
    assert next_words(project).startswith("Cost scenario: No cost scenario yet.")
    scenario = rows.a_scenario(project, version)
    assert next_words(project) == "Cost scenario: Fix the scenario that is to be quoted."
    fix_version(version.pk, reason="For the quotation.", actor=rows.chemist())
    fix_scenario(scenario.pk, reason="For the quotation.", actor=rows.estimator())
    assert next_words(project).startswith("Recommendation")
    services.recommend(project.code, recommendation="bid", reason="Feasible.", actor=make.manager())
    assert next_words(project) == "Quotation: Draft the quotation."
    make.accepted_quotation(project)
    assert next_words(project).startswith("Agreements: Not in force: Confidentiality agreement, Cooperation agreement")
    make.signed_agreements(project)
    assert next_words(project) == "Charter and reports: Draft the charter; it makes the plan."
    make.charter(project)
    assert next_words(project).startswith("Charter and reports: Not effective yet: Inquiry Assessment Report")
    make.finish_phase(project)
    assert next_words(project).startswith("Gate G1")


def test_a_price_that_was_released_without_a_route_asks_for_none(project: Project) -> None:
    make.sign_off_sheets(project)
    services.recommend(project.code, recommendation="bid", reason="Feasible.", actor=make.manager())

    make.accepted_quotation(project)

    assert next_words(project).startswith("Agreements")
    page = as_person(make.manager()).get(reverse("project-evaluation", args=[project.code]))
    assert [step["words"] for step in page.context["steps"][1:3]] == ["priced without", "priced without"]


@pytest.mark.parametrize("page", ["project-evaluation", "sheet-detail"])
def test_what_the_price_rests_on_is_counted_and_one_click_away(project: Project, page: str) -> None:
    version = rows.draft_of(rows.a_whole_route(project))
    prepare_inquiry(version.pk, target_kg=Decimal(10), answer_by=timezone.localdate(), with_priced=True, actor=rows.chemist())
    rows.a_scenario(project, version)
    Assumption.objects.create(project=project, words="One campaign a year.")
    Assumption.objects.create(project=project, words="The client ships the starting material.", real_words="It does not.")

    shown = as_person(make.manager()).get(reverse(page, args=[project.code, "research"][: 1 if page == "project-evaluation" else 2]))

    assert [(line.words, line.missing) for line in shown.context["basis"].lines] == [
        ("1 route, 0 with a fixed version", False),
        ("none yet", True),
        ("1 inquiry, 1 without all answers", False),
        ("1 scenario, 0 fixed", False),
        ("1 of 2 assumptions are open", False),
    ]
    for line in shown.context["basis"].lines:
        assert f'href="{line.link}"' in shown.content.decode()
