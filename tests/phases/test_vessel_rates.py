"""The rate of a vessel as the default of the production plan: converted by a dated rate, and named where the row says another one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Role
from catalogue.models import ExchangeRate
from phases.evaluation import services
from phases.evaluation.tables import PlannedOperation
from phases.evaluation.vessel_rates import rates_beside
from projects.models import Project
from tests.phases.sheets import OPERATION, add_row, changed, sheet_of
from tests.projects import factories as make
from tests.projects.vessels import a_vessel

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
FIRST = TODAY - timedelta(days=60)


@pytest.fixture
def project() -> Project:
    a_vessel(hourly_rate=Decimal("380"), rate_currency="CHF", rate_from=FIRST)
    a_vessel("R-303", hourly_rate=Decimal("500"), rate_currency="EUR", rate_from=FIRST)
    a_vessel("R-304", hourly_rate=Decimal("500"), rate_currency="EUR", rate_from=TODAY + timedelta(days=1))
    a_vessel("R-305")
    project = make.a_project()
    services.save_sheet(project.code, "production", changes={"currency": "EUR"}, actor=make.person(Role.PRODUCTION))
    return project


def planned(project: Project, **values: Any) -> PlannedOperation:
    pk = add_row(project, "production", "production-plan", **OPERATION | {"vessel": "R-302"} | values)
    return PlannedOperation.objects.select_related("vessel").get(pk=pk)


def change(project: Project, row: PlannedOperation, **values: str) -> PlannedOperation:
    assert changed(f"production-plan:{sheet_of(project, 'production').pk}", row.pk, values, Role.PRODUCTION).is_saved
    return PlannedOperation.objects.select_related("vessel").get(pk=row.pk)


def says(project: Project, row: PlannedOperation) -> str:
    return str(rates_beside([row], sheet_of(project, "production"))[row.pk]["vessel_rate_says"])


def test_the_plan_takes_the_vessel_s_rate_by_the_rate_of_the_day_and_names_both_days(project: Project) -> None:
    day = TODAY - timedelta(days=3)
    ExchangeRate.objects.create(currency="CHF", into="EUR", on=day, rate=Decimal("1.05"), source="ECB")

    row = planned(project)

    assert row.vessel_rate == 399
    origin = f"380.00 CHF/h from {date_format(FIRST)}, CHF/EUR 1.05 ({date_format(day)})"
    assert says(project, row) == f"the vessel's ({origin})"
    row = change(project, row, vessel_rate="410")
    assert says(project, row) == f"differs from the vessel's: 399.00 EUR ({origin})"


def test_another_vessel_brings_its_own_rate_unless_one_is_typed(project: Project) -> None:
    row = planned(project, vessel_rate="410")
    assert (row.vessel_rate, says(project, row).startswith("No exchange rate from CHF to EUR")) == (410, True)

    assert change(project, row, vessel="R-303").vessel_rate == 500
    assert change(project, row, vessel="R-302", vessel_rate="300").vessel_rate == 300


@pytest.mark.parametrize(("tag", "words"), [("R-304", "holds only from"), ("R-305", "has no rate on record")])
def test_without_a_rate_that_holds_the_row_s_own_stays(project: Project, tag: str, words: str) -> None:
    row = planned(project, vessel=tag)

    assert (row.vessel_rate, words in says(project, row)) == (0, True)
    row = change(project, row, vessel_rate="410")
    assert change(project, row, vessel="R-304" if tag == "R-305" else "R-305").vessel_rate == 410


def test_an_emptied_rate_is_the_vessel_s_and_nothing_may_be_charged(project: Project) -> None:
    row = planned(project, vessel="R-303", vessel_rate="0")
    assert row.vessel_rate == 0, "nothing was typed on purpose"

    assert change(project, row, vessel_rate="410").vessel_rate == 410
    assert change(project, row, vessel_rate="").vessel_rate == 500
    assert change(project, row, vessel="R-303", vessel_rate="").vessel_rate == 500
