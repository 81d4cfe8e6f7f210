"""What the page of a quotation says before the price goes out, and nothing of it once the client has it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from phases.evaluation.models import DepartmentAssessment
from phases.evaluation.price_doubts import doubts_of
from phases.evaluation.services import recommend
from projects.models import Project, Quotation
from projects.price_sources import Doubt
from tests.projects import factories as make
from tests.projects.people import as_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make.a_project()


def test_what_is_missing_and_a_price_below_the_cost_are_said_until_it_is_sent(project: Project) -> None:
    quotation = make.a_quotation(project)
    evaluation = reverse("project-evaluation", args=[project.code])
    assert doubts_of(quotation) == [
        Doubt("5 departments' sheets are not signed off.", f"{evaluation}#sheets"),
        Doubt("No recommendation is recorded.", f"{evaluation}#recommendation"),
    ]

    make.sign_off_sheets(project)
    recommend(project.code, recommendation="bid", reason="Feasible.", actor=make.manager())
    assert doubts_of(quotation) == []
    DepartmentAssessment.objects.filter(project=project).update(cost_base=Decimal("100000.00"), cost_high=Decimal("110000.00"))
    assert [each.words for each in doubts_of(quotation)] == ["The price is below what the departments expect it to cost."]

    def page() -> str:
        return as_person(make.manager()).get(reverse("quotation-detail", args=[project.code, 1])).content.decode()

    assert "The price is below what the departments expect" in page()
    make.release(quotation)
    assert "The price is below what the departments expect" in page()
    make.send(Quotation.objects.get(pk=quotation.pk))
    assert "The price is below what the departments expect" not in page()
