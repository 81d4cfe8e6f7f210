"""Who is proposed for a material, and why: known sellers first, and where these are fewer than two, the likeliest."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from catalogue.models import Material, Supplier
from process.models import RouteVersion
from process.purchasing import services
from process.purchasing.sellers import sellers_of
from tests.process import factories as make
from tests.process.purchasing.steps import drawn, in_days, prepared, qualify
from worksheets.changing import CHANGE, Change, change_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def acid() -> Material:
    return make.a_material("Phosphonic acid")


def proposed(*materials: Material) -> list[list[tuple[str, str]]]:
    found = sellers_of(materials, timezone.localdate())
    return [[(each.supplier.name, each.because) for each in found[material.pk]] for material in materials]


def day(days: int) -> str:
    return date_format(in_days(days), "j M Y")


def test_who_is_qualified_is_asked_without_any_quote(acid: Material) -> None:
    for name in ("Second Works", "Chemical Works", "Third Works"):
        qualify(acid, name)

    because = f"qualified until {day(300)}"
    assert proposed(acid) == [[("Chemical Works", because), ("Second Works", because), ("Third Works", because)]]


def test_who_has_quoted_and_is_qualified_says_both_and_stands_once(acid: Material) -> None:
    make.a_price(acid, "5", supplier="Chemical Works", quoted_on=in_days(-90))
    make.a_price(acid, "4", supplier="Chemical Works", quoted_on=in_days(-30))
    qualify(acid, "Chemical Works")

    assert proposed(acid) == [[("Chemical Works", f"quoted on {day(-30)}, qualified until {day(300)}")]]


def test_approved_ones_come_first_then_of_whom_we_heard_last(acid: Material) -> None:
    for name, days in (("Chemical Works", -300), ("Second Works", -20), ("Third Works", -10)):
        make.a_price(acid, "5", supplier=name, quoted_on=in_days(days))
    Supplier.objects.filter(name="Chemical Works").update(status=Supplier.Status.APPROVED)

    assert [name for name, _because in proposed(acid)[0]] == ["Chemical Works", "Third Works", "Second Works"]


@pytest.mark.parametrize(
    "values",
    [
        {"decision": "disqualified", "conditions": "It was mixed up."},
        {"decided_on": in_days(-400), "valid_until": in_days(-1)},  # lapsed
        {"decided_on": in_days(1)},  # not yet
    ],
)
def test_a_decision_that_does_not_hold_proposes_nobody(acid: Material, values: dict[str, object]) -> None:
    qualify(acid, "Chemical Works", **values)

    assert proposed(acid) == [[]]


def test_whom_the_newest_decision_on_the_material_bars_is_not_asked_for_it(acid: Material) -> None:
    other = make.a_material("Another acid")
    qualify(acid, "Chemical Works", decision="suspended", conditions="Two lots failed.")
    for material in (acid, other):
        make.a_price(material, "5", supplier="Chemical Works")

    assert proposed(acid, other) == [[], [("Chemical Works", f"quoted on {day(-30)}")]]


def test_whom_nobody_buys_from_is_not_asked_however_well_it_is_known(acid: Material) -> None:
    make.a_price(acid, "5", supplier="Chemical Works")
    qualify(acid, "Second Works")
    Supplier.objects.update(status=Supplier.Status.SUSPENDED)

    assert proposed(acid) == [[]]


def test_where_nobody_is_known_two_are_asked_who_sell_the_same_kind(acid: Material) -> None:
    for name, days in (("Chemical Works", -90), ("Second Works", -20), ("Third Works", -10)):
        make.a_price(make.a_material("Another acid"), "5", supplier=name, quoted_on=in_days(days))
    make.a_price(make.a_material("Hexane", kind=Material.Kind.SOLVENT), "2", supplier="Solvents", quoted_on=in_days(-1))
    qualify(make.a_material("A base"), "Fourth Works", decided_on=in_days(-5))

    assert proposed(acid) == [
        [("Fourth Works", f"qualified for another reagent until {day(300)}"), ("Third Works", f"quoted another reagent on {day(-10)}")]
    ]


def test_one_that_is_known_gets_one_more_and_two_get_none(acid: Material) -> None:
    other = make.a_material("Another acid")
    for name in ("Chemical Works", "Second Works", "Third Works"):
        make.a_price(other, "5", supplier=name)
    make.a_price(acid, "5", supplier="Third Works")
    base = make.a_material("A base")
    for name in ("Fourth Works", "Fifth Works"):
        make.a_price(base, "5", supplier=name)

    for_acid, for_base = proposed(acid, base)
    assert [name for name, _because in for_acid] == ["Third Works", "Fifth Works"]  # it gets a letter anyway
    assert [name for name, _because in for_base] == ["Fifth Works", "Fourth Works"]


def test_the_last_resort_is_who_is_asked_for_other_lines(acid: Material) -> None:
    solvent = make.a_material("Hexane", kind=Material.Kind.SOLVENT)
    for name in ("Chemical Works", "Second Works", "Third Works"):
        make.a_price(solvent, "5", supplier=name)
    for name in ("Second Works", "Third Works"):
        make.a_price(make.a_material("Heptane", kind=Material.Kind.SOLVENT), "5", supplier=name)
    qualify(acid, "Second Works", decision="disqualified", conditions="It was mixed up.")

    because = "asked for other lines"
    for_acid, *_solvents = proposed(acid, solvent, make.a_material("Heptane"))
    assert for_acid == [("Third Works", because), ("Chemical Works", because)]  # the first is asked for two lines


def test_one_click_asks_two_suppliers_for_materials_that_nobody_has_quoted(version: RouteVersion) -> None:
    for line in ("4-Aminophenol", "Acetic anhydride"):
        make.a_material(line).quotes.all().delete()
    for name in ("Chemical Works", "Second Works"):
        qualify(make.a_material("Acetic anhydride"), name)

    inquiry = prepared(version)

    asks = {str(ask): ask.because for ask in inquiry.asks.select_related("line__material", "supplier")}
    assert asks == {
        "4-Aminophenol: Chemical Works": f"qualified for another reagent until {day(300)}",
        "4-Aminophenol: Second Works": f"qualified for another reagent until {day(300)}",
        "Acetic anhydride: Chemical Works": f"qualified until {day(300)}",
        "Acetic anhydride: Second Works": f"qualified until {day(300)}",
    }
    drawn(inquiry)
    assert services.send_blockers(inquiry) == []


def test_whom_a_person_puts_there_is_not_shown_as_proposed(version: RouteVersion) -> None:
    inquiry = prepared(version)
    ask = inquiry.asks.filter(line__material__name="4-Aminophenol").earliest("pk")
    assert ask.because

    change = Change(CHANGE, ask.pk, {"supplier": Supplier.objects.create(name="Third Works").name})
    (result,) = change_rows(f"inquiry-asks:{inquiry.pk}", [change], actor=make.chemist()).results

    assert result.is_saved
    assert inquiry.asks.get(pk=ask.pk).because == ""


def test_proposing_costs_the_same_for_one_and_for_three(acid: Material) -> None:
    three = [acid, make.a_material("A base"), make.a_material("Hexane", kind=Material.Kind.SOLVENT)]
    for material in three:
        make.a_price(material, "5")
        qualify(material, "Second Works")

    def queries(*materials: Material) -> int:
        with CaptureQueriesContext(connection) as asked:
            proposed(*materials)
        return len(asked)

    assert queries(acid) == queries(*three)
