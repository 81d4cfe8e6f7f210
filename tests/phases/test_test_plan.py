"""The test plan of the analytical sheet: what it costs by the price book, and what it reads for that."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models.signals import post_init
from django.utils import timezone

from accounts.models import Role
from catalogue.models import AnalyticalPrice, ExchangeRate
from phases.evaluation.tables import PlannedTest
from projects.models import Project
from tests.phases.sheets import a_test_price, add_row, changed, enter, plan_of, sheet_of, table, totals
from tests.projects import factories as make
from worksheets.bound import bind
from worksheets.changing import CHANGE, REMOVE, Change, change_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make.a_project()


def test_a_test_plan_is_priced_from_the_price_book(project: Project) -> None:
    plan_of(project)
    a_test_price(consumables_per_sample="18")
    add_row(project, "analytical", "test-plan", price="Assay", stage="release", batches="3", samples_per_batch="2")

    (row,) = table(project, "analytical", "test-plan")

    told = {name: row[name] for name in ("samples", "hours", "consumables", "outside", "cost", "standing")}
    assert told == {"samples": 6, "hours": "9", "consumables": "108", "outside": "0", "cost": "963", "standing": "valid"}
    assert totals(project, "analytical", "test-plan") == {"samples": 6, "hours": "9", "consumables": "108", "outside": "0", "cost": "963"}


def test_an_edit_answers_its_own_row_and_the_totals_of_all(project: Project) -> None:
    """A plan may be long, and a row of it costs what it costs whatever the others say."""
    plan_of(project)
    a_test_price(consumables_per_sample="18")
    row = {"price": "Assay", "stage": "release", "batches": "3", "samples_per_batch": "2"}
    first, _other = (add_row(project, "analytical", "test-plan", **row) for _ in range(2))
    address = f"test-plan:{sheet_of(project, 'analytical').pk}"

    outcome = change_rows(address, [Change(CHANGE, first, {"batches": "6"})], actor=make.person(Role.ANALYTICAL))
    rows, told = outcome.bound.after([first])

    assert [(each["id"], each["values"]["cost"]) for each in rows] == [(first, "1926")]
    assert told["cost"] == "2889"


def test_what_a_long_plan_comes_to_is_added_by_the_database_and_is_the_sum_of_its_rows(project: Project) -> None:
    plan_of(project)
    a_test_price(consumables_per_sample="18")
    a_test_price(test="Water", hours_per_sample="0.3", currency="CHF")
    ExchangeRate.objects.create(currency="CHF", into="EUR", rate=Decimal("1.05"), on=timezone.localdate(), source="ECB")
    row = {"price": "Assay", "stage": "release", "batches": "3", "samples_per_batch": "2"}
    for changes in (
        {},
        {"batches": "7"},
        {"replicates": "3"},
        {"price": "Water"},
        {"price": "Water", "replicates": "3"},
        {"replicates": "1"},
    ):
        add_row(project, "analytical", "test-plan", **row | changes)
    bound = bind(f"test-plan:{sheet_of(project, 'analytical').pk}", make.person("analytical"))

    _rows, of_all = bound.whole(list(bound.query()))

    assert totals(project, "analytical", "test-plan") == of_all
    assert of_all["samples"] == 44


def test_an_edit_of_a_long_plan_reads_its_own_row_alone(project: Project) -> None:
    plan_of(project)
    a_test_price()
    row = {"price": "Assay", "stage": "release", "batches": "3", "samples_per_batch": "2"}
    first, *_others = [add_row(project, "analytical", "test-plan", **row) for _ in range(6)]
    bound, read = bind(f"test-plan:{sheet_of(project, 'analytical').pk}", make.person("analytical")), list[int]()
    post_init.connect(seen := lambda instance, **_more: read.append(instance.pk), sender=PlannedTest, weak=False)

    bound.after([first])

    post_init.disconnect(seen, sender=PlannedTest)
    assert [pk for pk in read if pk is not None] == [first]


def test_an_expired_price_is_refused_and_where_it_stands_it_is_named(project: Project) -> None:
    plan_of(project)
    price, today = a_test_price(), timezone.localdate()
    address = f"test-plan:{sheet_of(project, 'analytical').pk}"
    row = {"price": "Assay", "stage": "release", "batches": "1", "samples_per_batch": "1"}
    pk = add_row(project, "analytical", "test-plan", **row)
    AnalyticalPrice.objects.filter(pk=price.pk).update(valid_from=today - timedelta(days=9), valid_until=today - timedelta(days=1))

    assert table(project, "analytical", "test-plan")[0]["standing"].startswith("Expired on ")
    assert "This price is expired." in enter(address, row, Role.ANALYTICAL).errors["price"]
    assert changed(address, pk, {"batches": "2"}, Role.ANALYTICAL).is_saved


def test_another_currency_is_converted_by_the_rate_of_the_day(project: Project) -> None:
    plan_of(project, currency="USD")
    a_test_price()
    add_row(project, "analytical", "test-plan", price="Assay", stage="release", batches="1", samples_per_batch="1")

    (row,) = table(project, "analytical", "test-plan")
    assert row["cost"] is None and row["standing"].startswith("No exchange rate from EUR to USD")
    assert totals(project, "analytical", "test-plan") == {}

    today = timezone.localdate()
    for days, rate in ((3, "1.05"), (1, "1.10"), (-1, "9")):
        ExchangeRate.objects.create(currency="EUR", into="USD", on=today - timedelta(days=days), rate=Decimal(rate), source="ECB")
    assert table(project, "analytical", "test-plan")[0]["cost"] == "156.75"


def test_without_a_currency_there_is_no_sum(project: Project) -> None:
    a_test_price()
    add_row(project, "analytical", "test-plan", price="Assay", stage="release", batches="1", samples_per_batch="1")

    assert "no currency yet" in table(project, "analytical", "test-plan")[0]["standing"]


def test_a_price_that_a_plan_uses_stays(project: Project) -> None:
    price = a_test_price()
    add_row(project, "analytical", "test-plan", price="Assay", stage="release", batches="1", samples_per_batch="1")

    (result,) = change_rows("analytical-prices", [Change(REMOVE, price.pk)], actor=make.person(Role.ANALYTICAL)).results

    assert "used elsewhere" in result.errors[""][0]
