"""The payments of an accepted quotation in the plan: what makes them due, and in whose words that is said."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from projects.models import Milestone, Phase, Project, WaitingFor
from projects.services.quotation_parts import Parts, Payment
from projects.services.quoted_payments import agreed_words
from tests.projects import factories as make
from tests.projects.people import as_person
from tests.projects.test_quotation_offers import accept, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make.a_project()


def test_the_payments_enter_the_plan_with_the_charter(project: Project) -> None:
    accept(sent(project), 2)
    assert not Milestone.objects.filter(project=project, kind="payment").exists()
    page = as_person(make.manager()).get(reverse("project-payments", args=[project.code])).content.decode()
    assert "come into the plan with the charter." in page

    make.charter(project)
    make.charter(project)

    rows = {row.title: row for row in Milestone.objects.filter(project=project, kind="payment")}
    assert sum(row.amount or 0 for row in rows.values()) == Decimal("170000.01")
    assert {title: (row.source, row.actual_on is not None, row.share_at_launch) for title, row in rows.items()} == {
        "Down payment": ("quotation:accepted", True, True),
        "Release to pilot": ("gate:G2", False, True),
        "On the sample": (Milestone.objects.get(project=project, key="sample_shipped").source, False, True),
    }
    assert WaitingFor.objects.open().filter(key=f"payment.invoice:{rows['Down payment'].pk}").exists()
    said = agreed_words(project)
    assert {title: said[row.pk] for title, row in rows.items()} == {
        "Down payment": "The quotation is accepted",
        "Release to pilot": "Gate G2, Release to pilot, is passed",
        "On the sample": "Milestone “Sample shipped”",
    }


def test_a_payment_of_a_gate_that_is_not_contracted_waits_for_a_person(project: Project) -> None:
    accept(sent(project, parts=Parts(payments=[Payment("At the very end", Decimal(100), "gate:G5")])))

    make.charter(project, last=Phase.PILOT)

    (payment,) = Milestone.objects.filter(project=project, kind="payment")
    assert (payment.source, payment.phase, payment.amount) == ("", Phase.PILOT, Decimal("150000.00"))
    assert agreed_words(project) == {payment.pk: "Gate G5, Commercial review, is passed"}


def test_a_quoted_payment_that_a_change_order_took_out_is_due_no_more(project: Project) -> None:
    accept(sent(project), 2)
    make.charter(project)
    dropped = Milestone.objects.get(project=project, title="On the sample")
    order = make.a_change_order(make.a_project_in(Phase.SMALL_SCALE))  # of whichever project: the row alone is asked
    Milestone.objects.filter(pk=dropped.pk).update(dropped_by=order, source="gate:G9")

    assert dropped.pk not in agreed_words(project) and len(agreed_words(project)) == 2
    assert as_person(make.manager()).get(reverse("project-payments", args=[project.code])).status_code == 200
