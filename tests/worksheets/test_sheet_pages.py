"""A worksheet without a script: the table, the form of a row, the files, the import, the table of a document."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role
from audit.events import events_of
from audit.models import Event
from catalogue.models import ExchangeRate, Material, SupplierQuote
from tests.projects import factories as make
from tests.worksheets.rows import PRICE, TOLUENE, a_material, a_price, a_supplier, buyer, change
from tests.worksheets.tables import csv_text
from worksheets.bound import bind
from worksheets.models import Import
from worksheets.printing import letters_of, printed_table, shares
from worksheets.sheet_views import OFFERED

pytestmark = pytest.mark.django_db


@pytest.fixture
def buying(client: Browser) -> Browser:
    client.force_login(buyer())
    return client


def page(browser: Browser, path: str) -> str:
    answer = browser.get(path, follow=True)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def row_form(browser: Browser, path: str) -> dict[str, Any]:
    """What a browser would send of it, untouched."""
    form = browser.get(path).context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def test_the_table_shows_choices_days_and_links_in_words(buying: Browser) -> None:
    a_price(a_material(), origin="CH", valid_until="2026-03-31")

    shown = page(buying, "/materials/TOL-99/")

    for words in (">Demo Chemicals</a>", ">Switzerland<", ">31 Mar 2026<", ">expired<", ">4.8<", "held until 31 Mar 2026"):
        assert words in shown
    assert "No price holds today." in shown


def test_prices_that_hold_stand_first_the_cheapest_on_top(buying: Browser) -> None:
    material = a_material()
    a_price(material, price_per_kg="5.20", supplier="Dear Chemicals")
    a_price(material, price_per_kg="4.80", quantity_from_kg="100")

    shown = page(buying, "/materials/TOL-99/")

    assert shown.index("4.80 EUR/kg") < shown.index("5.20 EUR/kg")


def test_a_row_is_added_by_its_form_and_a_wrong_one_keeps_what_was_typed(buying: Browser) -> None:
    address = "/worksheets/materials/rows/new/"

    wrong = buying.post(address, TOLUENE | {"cas_number": "108-88-4", "in_use": "yes"})
    right = buying.post(address, TOLUENE | {"in_use": "yes"})

    assert wrong.status_code == 400
    assert "check digit" in str(wrong.context["form"].errors["cas_number"])
    assert 'value="108-88-4"' in wrong.content.decode()
    assert right.status_code == 302
    assert Material.objects.get().name == "Toluene"


def test_the_form_of_a_row_tells_what_somebody_else_wrote_and_then_takes_what_is_chosen(buying: Browser) -> None:
    material = a_material()
    address = f"/worksheets/materials/rows/{material.pk}/"
    mine = row_form(buying, address) | {"storage": "cool"}
    change("materials", material.pk, {"storage": "dry"})

    told = buying.post(address, mine)

    assert "It now says: “dry”" in str(told.context["form"].errors["storage"])
    again = mine | {"seen": told.context["form"]["seen"].value()}
    assert json.loads(again["seen"])["storage"] == "dry"
    assert buying.post(address, again).status_code == 302
    assert Material.objects.get().storage == "cool"


def test_yes_and_no_are_changed_by_the_form_and_compared_with_what_it_showed(buying: Browser) -> None:
    material = a_material()
    address = f"/worksheets/materials/rows/{material.pk}/"
    mine = row_form(buying, address) | {"in_use": "no"}

    assert buying.post(address, mine).status_code == 302
    assert not Material.objects.get().in_use

    late = buying.post(address, mine | {"in_use": "yes", "seen": json.dumps(json.loads(mine["seen"]) | {"in_use": None})})
    assert "It now says: “no”" in str(late.context["form"].errors["in_use"])


def test_the_form_leaves_what_nobody_changed_to_whoever_did_meanwhile(buying: Browser) -> None:
    price = a_price(a_material())
    address = f"/worksheets/supplier-prices:{price.supplier_id}/rows/{price.pk}/"
    mine = row_form(buying, address) | {"note": "By telephone"}
    change(f"supplier-prices:{price.supplier_id}", price.pk, {"reference": "Q-7"})
    Material.objects.update(in_use=False)  # such a one cannot be named any more

    answer = buying.post(address, mine)

    assert answer.status_code == 302
    price = SupplierQuote.objects.get()
    assert (price.note, price.reference) == ("By telephone", "Q-7")


def test_the_form_of_a_regulated_row_asks_for_the_reason(buying: Browser) -> None:
    price = a_price(a_material())
    address = f"/worksheets/material-prices:TOL-99/rows/{price.pk}/"
    mine = row_form(buying, address) | {"price_per_kg": "6"}

    without = buying.post(address, mine)
    given = buying.post(address, mine | {"reason": "New list"})

    assert "A reason is needed" in str(without.context["form"].errors["reason"])
    assert given.status_code == 302
    assert SupplierQuote.objects.get().price_per_kg == 6


def test_the_form_tells_all_that_is_wrong_at_once_each_at_its_field(buying: Browser) -> None:
    """What cannot be read, what is missing, what the record has against a cell, what is there already: in one answer."""
    a_material()
    typed = TOLUENE | {"name": "", "kind": "poison", "cas_number": "108-88-4", "hazard_statements": "H999", "molar_mass_g_per_mol": "much"}

    errors = buying.post("/worksheets/materials/rows/new/", typed | {"in_use": "yes"}).context["form"].errors

    said = {name: " ".join(words) for name, words in errors.items()}
    assert said.keys() == {"name", "kind", "cas_number", "hazard_statements", "molar_mass_g_per_mol", "code"}
    assert "check digit" in said["cas_number"]
    assert said["code"] == "There is Toluene (99.8 %) already."
    assert not any(len(set(words)) < len(words) for words in errors.values())
    assert Material.objects.count() == 1


def test_the_form_of_a_regulated_row_tells_the_missing_reason_with_the_rest(buying: Browser) -> None:
    price = a_price(a_material())
    address = f"/worksheets/material-prices:TOL-99/rows/{price.pk}/"
    mine = row_form(buying, address)

    unread = buying.post(address, mine | {"price_per_kg": "6", "pack_kg": "much", "supplier": "Nobody"})
    unfit = buying.post(address, mine | {"price_per_kg": "0", "valid_until": "2020-01-01"})
    late = buying.post(address, mine | {"pack_kg": "much", "reason": "New list"})

    assert unread.context["form"].errors.keys() == {"pack_kg", "supplier", "reason"}
    assert unfit.context["form"].errors.keys() == {"note", "valid_until", "reason"}
    assert late.context["form"].errors.keys() == {"pack_kg"}
    assert SupplierQuote.objects.get().price_per_kg == price.price_per_kg


def test_a_supplier_is_entered_with_the_price_when_the_box_is_ticked(buying: Browser) -> None:
    a_material()
    address = "/worksheets/material-prices:TOL-99/rows/new/"

    assert buying.post(address, PRICE).status_code == 400
    assert buying.post(address, PRICE | {"create-supplier": "on"}).status_code == 302


def test_a_row_is_copied_and_taken_away(buying: Browser) -> None:
    material = a_material(storage="cool")

    copied = row_form(buying, f"/worksheets/materials/rows/new/?copy={material.pk}")
    assert (copied["name"], copied["storage"]) == ("Toluene", "cool")
    buying.post(f"/worksheets/materials/rows/{material.pk}/remove/")

    assert not Material.objects.exists()


def test_who_may_not_change_it_reads_why_and_finds_no_button(client: Browser) -> None:
    material = a_material()
    client.force_login(make.person(Role.ANALYTICAL))

    shown = page(client, "/worksheets/materials/")

    assert "Materials are kept by research, material control and production." in shown
    assert "Toluene" in shown
    assert f"/worksheets/materials/rows/{material.pk}/" not in shown
    assert client.post("/worksheets/materials/rows/new/", TOLUENE).status_code == 403


def test_the_keys_of_the_grid_stand_below_it(buying: Browser) -> None:
    shown = page(buying, "/worksheets/materials/")

    keys = {re.sub(r"<[^>]+>", "", each).strip() for each in re.findall(r"<dt>(.*?)</dt>", shown[shown.index("data-sheet-help") :])}
    assert {"Home End", "Page Up Page Down", "Ctrl C / X / V", "Ctrl Y, Ctrl Shift Z", "F8", "Ctrl ."} <= keys


def test_the_grid_gets_every_row_and_the_list_of_what_a_cell_may_name(buying: Browser) -> None:
    a_price(a_material())
    a_supplier("Chemicals of Demo")

    told = buying.get("/worksheets/material-prices:TOL-99/rows.json").json()
    names = buying.get("/worksheets/material-prices:TOL-99/lookup/supplier/?q=dem").json()["names"]

    assert told["rows"][0]["values"]["price_per_kg"] == "4.8"
    assert names == ["Demo Chemicals", "Chemicals of Demo"]
    assert buying.get("/worksheets/material-prices:TOL-99/lookup/price_per_kg/").status_code == 404


def test_the_database_finds_what_a_cell_may_name(buying: Browser) -> None:
    for number in range(30):
        a_material(f"M-{number}", name=f"Acid {number:02}", grade="" if number else "98 %")
    a_material()
    path = f"/worksheets/supplier-prices:{a_supplier().pk}/lookup/material/?q="

    with CaptureQueriesContext(connection) as asked:
        first = buying.get(f"{path}acid").json()

    assert first["names"][:2] == ["Acid 00 (98 %)", "Acid 01"]
    assert len(first["names"]) == OFFERED
    assert first["more"] == "There are more: type a part of the name."
    assert any(f"LIMIT {OFFERED + 1}" in each["sql"] for each in asked)
    assert buying.get(f"{path}99.8%20%25").json() == {"names": ["Toluene (99.8 %)"], "more": ""}


def test_pages_cost_the_same_with_one_row_and_with_many(buying: Browser) -> None:
    material = a_material()
    a_price(material)
    paths = ("/materials/", "/materials/TOL-99/", "/worksheets/materials/rows.json", "/api/v1/worksheets/materials/rows/")
    for path in paths:
        buying.get(path)  # what is asked once for all
    few = [queries_of(buying, path) for path in paths]
    for number in range(4):
        a_price(a_material(f"M-{number}"))
        a_price(material, supplier=f"Supplier {number}")

    assert [queries_of(buying, path) for path in paths] == few


def queries_of(browser: Browser, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        browser.get(path)
    return len(found)


def test_files_hold_what_the_import_reads(buying: Browser) -> None:
    a_price(a_material(), origin="CH")

    lines = b"".join(buying.get("/lists/material-prices.csv?of=TOL-99")).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]

    assert lines[0].startswith("Supplier,From quantity (kg),Price per kg,Currency,Pack (kg)")
    assert lines[1].startswith("Demo Chemicals,0.000,4.8000,EUR,")
    assert ",Switzerland,2026-03-12," in lines[1]
    assert buying.get("/lists/material-prices.csv?of=NONE").status_code == 404


def test_rates_come_in_from_a_file_all_or_none(client: Browser) -> None:
    client.force_login(make.person(Role.MANAGEMENT))
    head = ("Currency", "Into", "On", "Rate", "Source")
    rows = [("EUR", "USD", f"2026-03-{day:02d}", "1,0842", "ECB reference rate") for day in range(1, 11)]
    wrong = [
        *rows[:7],
        ("EUR", "EUR", "2026-03-08", "1", "ECB"),
        ("EUR", "USD", "03/04/2026", "1", "ECB"),
        ("EUR", "USD", "2026-03-10", "0", "ECB"),
    ]

    bad = upload(client, "exchange-rates", csv_text(head, *wrong, delimiter=";"))
    assert all(words in bad for words in ("This is the same currency.", "can be read as", "A rate is more than nothing."))
    assert "3 of 10 rows are wrong" in bad
    assert ExchangeRate.objects.count() == 0

    upload(client, "exchange-rates", csv_text(head, *rows, delimiter=";"))
    client.post(Import.objects.latest("pk").get_absolute_url() + "press/")
    assert ExchangeRate.objects.count() == 10


def upload(browser: Browser, kind: str, text: str, scope: str = "") -> str:
    file = BytesIO(text.encode())
    file.name = "rows.csv"
    path = f"/imports/{kind}/of/{scope}/" if scope else f"/imports/{kind}/"
    return re.sub(r"\s+", " ", browser.post(path, {"file": file}, follow=True).content.decode())


def test_the_prices_of_one_material_come_in_and_what_is_there_stays(buying: Browser) -> None:
    price = a_price(a_material(), quantity_from_kg="25")
    head = ("Supplier", "From quantity (kg)", "Price per kg", "Currency", "Quoted on")
    rows = [("Demo Chemicals", quantity, "4", "EUR", "2026-03-12") for quantity in ("25", "100", "500")]

    shown = upload(buying, "material-prices", csv_text(head, *rows), scope="TOL-99")
    buying.post(Import.objects.latest("pk").get_absolute_url() + "press/")

    assert "<strong>2</strong> new" in shown
    assert SupplierQuote.objects.count() == 3
    assert SupplierQuote.objects.get(pk=price.pk).price_per_kg == price.price_per_kg
    assert events_of(price.material)[0].words == "Prices: 2 rows added, 0 changed, 0 taken away."


def test_the_table_of_a_document_has_headings_units_and_words() -> None:
    a_price(a_material(), pack_kg="1800", valid_until="2026-12-31")

    table = printed_table(bind("material-prices:TOL-99", buyer()), names=("supplier", "price_per_kg", "pack_kg", "valid_until"))

    assert [column["label"] for column in table["columns"]] == ["Supplier", "Price per kg", "Pack (kg)", "Valid until"]
    assert sum(column["width"] for column in table["columns"]) == 100
    assert table["rows"] == [["Demo Chemicals", "4.8", "1,800", "31 Dec 2026"]]
    json.dumps(table)


@pytest.mark.parametrize("letters", [[10], [3, 3, 3], [40, 10, 6, 6, 6, 6, 6]])
def test_widths_add_up(letters: list[int]) -> None:
    assert sum(shares(letters)) == 100


def test_a_printed_column_is_as_wide_as_the_longest_word_of_its_heading() -> None:
    assert letters_of("Outside laboratories", 10) == len("laboratories") + 2
    assert letters_of("Note", 28) == 28
    assert letters_of("", 10) == 10


def test_headings_of_anybody_are_assigned_on_the_preview(buying: Browser) -> None:
    a_price(a_material())
    head = ("Vendor", "Price per kilo", "Currency", "Quoted on", "Remark of the buyer")
    rows = [("Demo Chemicals", price, "EUR", "2026-04-01", "x") for price in ("4", "dear", "5")]
    shown = upload(buying, "material-prices", csv_text(head, *rows[:1]), scope="TOL-99")
    address = Import.objects.latest("pk").get_absolute_url()
    assert "What are these columns?" in shown
    assert '<option value="price_per_kg" selected>' in shown  # the likeliest is proposed

    missing = buying.post(f"{address}columns/", {"heading-1": "price_per_kg"})
    taken = buying.post(f"{address}columns/", {"heading-0": "supplier", "heading-1": "price_per_kg", "heading-2": ""}, follow=True)
    buying.post(f"{address}press/")

    assert (missing.status_code, "These headings are missing: Supplier." in missing.content.decode()) == (400, True)
    assert "<strong>1</strong> new" in re.sub(r"\s+", " ", taken.content.decode())
    assert SupplierQuote.objects.order_by("pk").last().price_per_kg == 4  # type: ignore[union-attr]
    assert Import.objects.get().mapping == {"vendor": "supplier", "price per kilo": "price_per_kg", "remark of the buyer": ""}


def test_what_was_saved_cell_by_cell_is_one_line_of_a_list_with_the_rest_folded() -> None:
    facts = {"key": "test-plan", "sheet": "Test plan", "fields": "Batches", "link": "/sheet/"}
    told = {"kind": "worksheet.row_changed", "actor_name": "Ann", "object_type_id": 1, "object_id": "7", "at": timezone.now()}
    events = [Event(pk=pk, data={**facts, "row": f"Test {pk}"}, **told) for pk in (9, 8, 7)]

    line, folded = render_to_string("_activity.html", {"events": events}).split("<details", 1)

    assert "Test 9 was changed (Batches)." in line and "2 more changes in the same minute" in folded
    assert "Test 8 was changed" in folded and "Test 7 was changed" in folded and "<time" not in folded
