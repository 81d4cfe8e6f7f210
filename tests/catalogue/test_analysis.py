"""The price book of the analytical department: one way of pricing a test, one price for a day, and nothing changed behind a plan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Role
from audit.refusals import NotAllowed
from catalogue.models import AnalyticalPrice
from tests.phases.sheets import ANALYST, OURS, a_test_price, changed, enter
from tests.projects import factories as make
from tests.worksheets.rows import a_supplier
from worksheets.bound import bind

pytestmark = pytest.mark.django_db
ADDRESS = "analytical-prices"
SINCE = {"valid_from": "2026-01-01"}


def test_a_price_counts_hours_or_stands_for_them() -> None:
    ours = a_test_price(consumables_per_sample="18")
    a_supplier("Demo Analytics Lab")
    theirs = a_test_price(supplier="Demo Analytics Lab", price_per_sample="185", hours_per_sample="", hourly_rate="")

    assert (ours.cost_per_sample, theirs.cost_per_sample) == (Decimal("160.50"), Decimal(185))
    assert str(theirs).startswith("Assay · HPLC · AM-012 · Demo Analytics Lab · ")


def test_half_a_cent_is_rounded_up() -> None:
    a_test_price(hours_per_sample="0.05", hourly_rate="0.10")

    bound = bind(ADDRESS, make.person(ANALYST))
    (row,) = bound.table(list(bound.query()))

    assert row["values"]["cost_per_sample"] == "0.01"


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"hourly_rate": ""}, "hourly_rate"),
        ({"hours_per_sample": "", "hourly_rate": ""}, "price_per_sample"),
        ({"price_per_sample": "60"}, "hours_per_sample"),
        ({"supplier": "Demo Chemicals"}, "price_per_sample"),
        ({"valid_until": "2025-12-31"}, "valid_until"),
        ({"test": ""}, "test"),
    ],
)
def test_what_is_wrong_stands_at_its_cell(values: dict[str, Any], column: str) -> None:
    a_supplier()

    assert column in enter(ADDRESS, OURS | SINCE | values, ANALYST).errors
    assert not AnalyticalPrice.objects.exists()


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        (("2026-01-01", ""), ("2027-01-01", ""), True),
        (("2026-01-01", "2026-12-31"), ("2026-12-31", ""), True),
        (("2026-01-01", "2026-12-31"), ("2027-01-01", ""), False),
        (("2027-01-01", ""), ("2026-01-01", "2026-12-31"), False),
    ],
)
def test_of_a_test_there_is_one_price_on_a_day(first: tuple[str, str], second: tuple[str, str], refused: bool) -> None:
    a_test_price(valid_from=first[0], valid_until=first[1])

    result = enter(ADDRESS, OURS | {"valid_from": second[0], "valid_until": second[1]}, ANALYST)

    assert (list(result.errors) == ["valid_from"], result.is_saved) == (refused, not refused)


def test_a_price_stays_and_is_ended() -> None:
    price = a_test_price()

    assert changed(ADDRESS, price.pk, {"hourly_rate": "120"}, ANALYST).errors == {"hourly_rate": ["This stays as it was entered."]}
    assert changed(ADDRESS, price.pk, {"valid_until": price.valid_from}, ANALYST).is_saved
    assert [each.holds_on(price.valid_from) for each in AnalyticalPrice.objects.all()] == [True]
    assert not AnalyticalPrice.objects.valid(date(price.valid_from.year, 1, 2)).exists()


@pytest.mark.parametrize("role", [Role.PROJECT_MANAGER, Role.MATERIAL_CONTROL])
def test_only_the_analytical_department_keeps_it(role: str) -> None:
    with pytest.raises(NotAllowed):
        enter(ADDRESS, OURS | SINCE, role)


def test_a_client_finds_no_price() -> None:
    a_test_price()

    assert not AnalyticalPrice.objects.visible_to(make.person(Role.CLIENT_APPROVER)).exists()
