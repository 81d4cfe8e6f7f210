"""The test plan's total as the base cost of the analytical sheet: with its rates in the history, and what keeps it from being taken."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Role
from audit.models import Event
from audit.refusals import NotAllowed, Refused
from catalogue.models import ExchangeRate
from phases.evaluation import services
from phases.evaluation.base_cost import take_plan_total
from phases.evaluation.models import DepartmentAssessment
from projects.models import Project
from tests.phases.sheets import a_test_price, add_row, sheet_of
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
BUTTON = "Take the total as base cost"


@pytest.fixture
def project() -> Project:
    return make.a_project()


def say(project: Project, **changes: Any) -> None:
    services.save_sheet(project.code, "analytical", changes=changes, actor=make.person(Role.ANALYTICAL))


def plan(project: Project, **price: Any) -> None:
    """Six samples of 142.50 in the currency of the price."""
    test = a_test_price(**price)
    add_row(project, "analytical", "test-plan", price=str(test), stage="release", batches="3", samples_per_batch="2")


def take(project: Project, role: str = Role.ANALYTICAL) -> DepartmentAssessment:
    return take_plan_total(project.code, "analytical", actor=make.person(role))


def test_the_total_is_taken_with_each_rate_and_its_day(project: Project) -> None:
    today = timezone.localdate()
    for days, rate in ((30, "1.02"), (3, "1.10")):
        ExchangeRate.objects.create(currency="EUR", into="USD", on=today - timedelta(days=days), rate=Decimal(rate), source="ECB")
    say(project, currency="USD", cost_base=Decimal(700))
    plan(project)

    with CaptureQueriesContext(connection) as asked:
        assert take(project).cost_base == Decimal("940.50")

    assert sum('FROM "catalogue_exchangerate"' in each["sql"] for each in asked) == 1
    event = Event.objects.filter(kind="sheet.plan_total_taken").get()
    assert event.reason == (
        f"The plan's total of 1 test, priced on {date_format(today, 'j M Y')}; "
        f"EUR/USD 1.1 ({date_format(today - timedelta(days=3), 'j M Y')})."
    )
    assert sheet_of(project, "analytical").cost_base == Decimal("940.50")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "The sheet has no currency yet"),
        ({"currency": "USD"}, "No exchange rate from EUR to USD"),
        ({"currency": "EUR", "cost_base": Decimal(855)}, "The base cost is the total already"),
        ({"currency": "EUR", "cost_high": Decimal(800)}, "above the high cost"),
        ({"currency": "EUR", "cost_low": Decimal(900)}, "below the low cost"),
    ],
)
def test_what_keeps_the_total_from_being_taken_is_said_at_the_button(
    client: Client, project: Project, said: dict[str, Any], words: str
) -> None:
    say(project, **said)
    plan(project)
    client.force_login(make.person(Role.ANALYTICAL))

    page = client.get(sheet_of(project, "analytical").get_absolute_url()).content.decode()

    with pytest.raises(Refused, match=words):
        take(project)
    assert words.replace("'", "&#x27;") in page.split('id="plan-total"')[1]
    assert reverse("sheet-plan-total", args=[project.code, "analytical"]) not in page


def test_an_empty_plan_a_signed_sheet_and_other_departments_take_nothing(project: Project) -> None:
    with pytest.raises(Refused, match="no test in the plan"):
        take(project)
    with pytest.raises(NotAllowed):
        take(project, Role.PRODUCTION)

    plan(project)
    make.sign_off_sheets(project)

    with pytest.raises(Refused, match="reopen it"):
        take(project)


def test_the_button_takes_it(client: Client, project: Project) -> None:
    say(project, currency="EUR")
    plan(project)
    client.force_login(make.person(Role.ANALYTICAL))
    sheet = sheet_of(project, "analytical")
    assert BUTTON in client.get(sheet.get_absolute_url()).content.decode()

    answer = client.post(reverse("sheet-plan-total", args=[project.code, "analytical"]), follow=True).content.decode()

    assert sheet_of(project, "analytical").cost_base == Decimal("855.00")
    assert "took the total of the tables as base cost" in answer
    other = client.get(reverse("sheet-detail", args=[project.code, "research"])).content.decode()
    assert "There is no cost in the table." in other
