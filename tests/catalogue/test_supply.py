"""What is true of materials, prices and exchange rates; and the page of a material."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Role, User
from catalogue.hazards import STATEMENTS, HazardError, hazard_statements
from catalogue.models import Material, Supplier, SupplierQuote
from catalogue.services import create_or_find_compound
from cdmo.demo.people import STAFF
from cdmo.demo.supplies import MATERIALS, buy
from cdmo.demo.syntheses import STUFF
from tests.projects import factories as make
from tests.projects.vessels import a_vessel
from tests.worksheets.rows import PRICE, TOLUENE, a_material, a_price, a_supplier, buyer, change, enter
from worksheets.bound import bind
from worksheets.changing import ADD, Change, change_rows

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("H225 H304", "H225 H304"),
        ("h225, H304; H225", "H225 H304"),
        ("H300 + H310+H330 euh029", "H300+H310+H330 EUH029"),
        ("H360FD H350i", "H360FD H350i"),
        ("", ""),
    ],
)
def test_hazard_statements_are_read_as_they_are_written(typed: str, read: str) -> None:
    assert hazard_statements(typed) == read


@pytest.mark.parametrize("typed", ["H999", "R45", "flammable", "H225 H"])
def test_what_is_no_hazard_statement_is_refused(typed: str) -> None:
    with pytest.raises(HazardError):
        hazard_statements(typed)
    assert "hazard_statements" in enter("materials", TOLUENE | {"hazard_statements": typed}).errors


def test_the_statements_are_those_of_the_ghs() -> None:
    assert {"H200", "H225", "H300", "H317", "H361fd", "H410", "H420", "EUH208"} <= STATEMENTS
    assert not {"H100", "H318a", "H500"} & STATEMENTS


def test_a_known_compound_gives_the_molar_mass_unless_another_is_typed() -> None:
    toluene = create_or_find_compound(name="Toluene", cas_number="108-88-3", structure_text="Cc1ccccc1", actor=buyer())

    taken = a_material(cas_number="CAS No. 108 - 88 - 3")
    typed = a_material("SALT", name="Toluene, other", cas_number="108-88-3", molar_mass_g_per_mol="184,28")

    assert (taken.cas_number, taken.compound, taken.molar_mass_g_per_mol) == ("108-88-3", toluene, toluene.molar_mass_g_per_mol)
    assert (typed.compound, typed.molar_mass_g_per_mol) == (toluene, 184.28)
    assert change("materials", taken.pk, {"cas_number": ""}).is_saved
    assert Material.objects.get(pk=taken.pk).compound is None


@pytest.mark.parametrize("typed", ["1294", "UN1294", "un 1294"])
def test_a_un_number_may_come_without_its_letters(typed: str) -> None:
    assert a_material(un_number=typed).un_number == "UN1294"


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"price_per_kg": "0"}, "note"),
        ({"quantity_from_kg": "5", "minimum_order_kg": "25"}, "quantity_from_kg"),
        ({"valid_until": "2026-03-11"}, "valid_until"),
        ({"purity_pct": "101"}, "purity_pct"),
        ({"pack_kg": "-1"}, "pack_kg"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused_at_its_cell(values: dict[str, Any], column: str) -> None:
    a_material()
    a_supplier()

    assert list(enter("material-prices:TOL-99", PRICE | values).errors) == [column]


def test_a_price_is_there_once_for_a_quantity_a_day_and_a_reference() -> None:
    price = a_price(a_material(), reference="Q-1")

    again = enter("material-prices:TOL-99", PRICE | {"reference": "Q-1", "price_per_kg": "9"})
    later = enter("material-prices:TOL-99", PRICE | {"reference": "Q-2", "price_per_kg": "9"})

    assert (again.there, list(again.errors)) == (price, ["supplier"])
    assert later.is_saved


def test_the_supplier_s_view_is_of_the_same_prices() -> None:
    price = a_price(a_material())
    address = f"supplier-prices:{price.supplier_id}"

    price_of = {"currency": "EUR", "quoted_on": "2026-04-01", "price_per_kg": "3"}
    by_code = enter(address, price_of | {"material": "tol-99", "quantity_from_kg": 500})
    by_name = enter(address, price_of | {"material": "Toluene (99.8 %)"})

    assert by_code.is_saved, by_code.errors
    assert by_name.is_saved, by_name.errors
    assert price.material.quotes.count() == 3


@pytest.mark.parametrize(
    ("values", "column"), [({"into": "EUR"}, "into"), ({"rate": "0"}, "rate"), ({"rate": "-1"}, "rate"), ({"source": ""}, "source")]
)
def test_a_rate_is_between_two_currencies_more_than_nothing_and_has_a_source(values: dict[str, Any], column: str) -> None:
    rate = {"currency": "EUR", "into": "USD", "on": "2026-03-12", "rate": "1,0842", "source": "ECB"} | values

    (result,) = change_rows("exchange-rates", [Change(ADD, values=rate)], actor=make.person(Role.MANAGEMENT)).results

    assert list(result.errors) == [column]


def test_which_prices_hold_is_a_matter_of_the_day() -> None:
    today = timezone.localdate()
    material = a_material()
    held = []
    for place, (first, last) in enumerate([(-9, None), (-9, 0), (-9, -1), (1, 9)]):
        until = None if last is None else today + timedelta(last)
        held.append(a_price(material, quantity_from_kg=place, quoted_on=today + timedelta(first), valid_until=until))

    assert set(SupplierQuote.objects.valid(today)) == set(held[:2])
    assert [quote.holds_on(today) for quote in held] == [True, True, False, False]
    shown = bind("material-prices:TOL-99", buyer())
    assert [row["values"]["standing"] for row in shown.table(held)] == ["valid", "valid", "expired", "not yet valid"]
    assert [row["values"]["valid_prices"] for row in bind("materials", buyer()).table(bind("materials", buyer()).query())] == [2]


def test_the_page_of_a_material_is_nobody_s_but_ours(client: Browser) -> None:
    price = a_price(a_material())
    client.force_login(make.person(Role.CLIENT_APPROVER))

    for path in ("/materials/", "/materials/TOL-99/", f"/suppliers/{price.supplier_id}/", "/exchange-rates/"):
        assert client.get(path).status_code == 404


def test_what_the_demo_buys_passes_every_rule() -> None:
    for each in (each for each in STAFF if each.role in (Role.MATERIAL_CONTROL, Role.MANAGEMENT, Role.QUALITY_ASSURANCE)):
        User.objects.filter(pk=make.person(each.role).pk).update(email=each.email)

    for _times in range(2):
        list(buy(timezone.localdate()))

    assert Material.objects.count() == len({row[4] or row[0] for row in MATERIALS} | {each.cas or each.code for each in STUFF})
    assert SupplierQuote.objects.valid(timezone.localdate()).count() >= 12
    assert {each.status: each.name for each in Supplier.objects.all()} | {"approved": ""} == {
        "approved": "",
        "conditional": "Demo Reagents Hyderabad",
        "candidate": "Demo Intermediates Taizhou",
        "suspended": "Demo Packaging Antwerp",
    }


@pytest.mark.parametrize(
    ("make_it", "keeper", "words"),
    [
        (a_material, Role.MATERIAL_CONTROL, "Materials are kept by"),
        (a_supplier, Role.MATERIAL_CONTROL, "Suppliers are kept by"),
        (a_vessel, Role.MANAGEMENT, "Sites and their vessels are kept by"),
        (lambda: create_or_find_compound(name="Phenacetin", structure_text="", actor=buyer()), Role.RESEARCH, "Compounds are kept by"),
    ],
    ids=["material", "supplier", "vessel", "compound"],
)
def test_who_may_not_change_the_facts_reads_who_does(make_it: Callable[[], Model], keeper: str, words: str) -> None:
    page, browser = make_it().get_absolute_url(), Browser()  # type: ignore[attr-defined]
    found = {}
    for role in (keeper, Role.REGULATORY):
        browser.force_login(make.person(role))
        found[role] = browser.get(page).content.decode()

    assert 'id="blocked-change-facts"' not in found[keeper]
    assert 'id="blocked-change-facts"' in found[Role.REGULATORY]
    assert words in found[Role.REGULATORY]
