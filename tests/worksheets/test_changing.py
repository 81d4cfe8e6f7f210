"""The one door through which the rows of a worksheet are written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from audit.events import events_of
from audit.models import Event
from audit.refusals import BadInput, Missing, NotAllowed
from catalogue.models import ExchangeRate, Material, Supplier, SupplierQuote
from tests.projects import factories as make
from tests.worksheets.rows import PRICE, TOLUENE, a_material, a_price, a_supplier, buyer, change, enter
from worksheets.changing import ADD, CHANGE, REMOVE, Change, change_rows

pytestmark = pytest.mark.django_db


def test_a_row_is_read_cell_by_cell_as_people_type_it() -> None:
    material = a_material(density_kg_per_l="0,867")

    price = a_price(material, quantity_from_kg="500 g", pack_kg="0.18 t", currency="eur", origin="Switzerland", quoted_on="12 Mar 2026")

    assert material.density_kg_per_l == 0.867
    assert (price.quantity_from_kg, price.pack_kg, price.price_per_kg) == (Decimal("0.5"), Decimal(180), Decimal("4.8"))
    assert (price.currency, price.origin, price.quoted_on) == ("EUR", "CH", date(2026, 3, 12))


def test_a_supplier_s_telephone_number_has_digits() -> None:
    refused = enter("suppliers", {"name": "Demo Chemicals", "phone": "abc"})

    assert list(refused.errors) == ["phone"]
    assert enter("suppliers", {"name": "Demo Chemicals", "phone": "ext. 7"}).is_saved


def test_the_telephone_number_of_an_older_supplier_is_judged_only_where_it_changed() -> None:
    supplier = a_supplier()
    Supplier.objects.update(phone="abc")

    assert change("suppliers", supplier.pk, {"note": "Pays late."}).is_saved
    assert list(change("suppliers", supplier.pk, {"phone": "xyz"}).errors) == ["phone"]


def test_a_supplier_may_quote_in_any_currency() -> None:
    price = a_price(a_material(), price_per_kg="6500", currency="krw")

    assert (price.price_per_kg, price.currency) == (Decimal(6500), "KRW")


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("price_per_kg", "1,234", "can be read as"),
        ("price_per_kg", "dear", "Enter a number"),
        ("pack_kg", "3 lb", "this column is in kg"),
        ("currency", "Pound", "none of the possible values: GBP Pound sterling (British pound), EGP Egyptian pound, "),
        ("quoted_on", "03/04/2026", "can be read as"),
        ("supplier", "Nobody", "There is no “Nobody”"),
        ("valid_until", "2026-01-01", "before the day of the quote"),
        ("minimum_order_kg", "0", "More than nothing"),
    ],
)
def test_what_is_wrong_is_said_at_its_cell_and_nothing_is_written(name: str, typed: str, words: str) -> None:
    material = a_material()
    a_supplier()
    events = Event.objects.count()

    result = enter("material-prices:TOL-99", PRICE | {name: typed})

    assert words in " ".join(result.errors[name])
    assert list(result.errors) == [name]
    assert (material.quotes.count(), Event.objects.count()) == (0, events)


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("Chemical", " Near it: Demo Chemicals."),
        ("Demmo Chemical", " Near it: Demo Chemicals."),
        ("Demo Chemcals", " Near it: Demo Chemicals."),
        ("Nobody", ""),
    ],
)
def test_a_name_that_is_not_there_says_what_is_near_it(typed: str, near: str) -> None:
    a_material()
    a_supplier()

    result = enter("material-prices:TOL-99", PRICE | {"supplier": typed})

    assert result.errors["supplier"] == [f"There is no “{typed}”." + near]
    assert result.near == ({"supplier": ["Demo Chemicals"]} if near else {})


def test_of_a_pasted_block_the_right_rows_are_saved_in_one_event_and_the_wrong_one_is_told() -> None:
    a_material()
    a_supplier()
    changes = [Change(ADD, values=PRICE | {"quantity_from_kg": str(place)}) for place in range(40)]
    changes[17] = Change(ADD, values=PRICE | {"quantity_from_kg": "many"})
    events = Event.objects.count()

    outcome = change_rows("material-prices:TOL-99", changes, actor=buyer())

    assert [place for place, each in enumerate(outcome.results) if not each.is_saved] == [17]
    assert SupplierQuote.objects.count() == 39
    (event,) = Event.objects.order_by("pk")[events:]
    assert event.words == "Prices: 39 rows added, 0 changed, 0 taken away."
    assert event.object_label == "Toluene (99.8 %)"
    assert event.data["rows"][3]["after"]["price_per_kg"] == "4.8"


def test_all_or_none_takes_every_row_back() -> None:
    a_material()
    a_supplier()
    changes = [Change(ADD, values=PRICE), Change(ADD, values=PRICE | {"price_per_kg": "x", "quantity_from_kg": 1})]

    with pytest.raises(BadInput) as refused:
        change_rows("material-prices:TOL-99", changes, actor=buyer(), all_or_none=True)

    assert list(refused.value.errors) == ["1.price_per_kg"]
    assert SupplierQuote.objects.count() == 0


def test_a_regulated_value_that_is_there_changes_with_a_reason_only() -> None:
    price = a_price(a_material())

    assert change("material-prices:TOL-99", price.pk, {"note": "By telephone"}).is_saved
    with pytest.raises(BadInput, match="reason"):
        change("material-prices:TOL-99", price.pk, {"price_per_kg": "5"})
    assert change("material-prices:TOL-99", price.pk, {"price_per_kg": "5"}, reason="New list").is_saved

    event = Event.objects.latest("pk")
    assert (event.kind, event.reason) == ("worksheet.row_changed", "New list")
    assert (event.data["before"], event.data["after"]) == ({"price_per_kg": "4.8"}, {"price_per_kg": "5"})
    assert event.words == "Prices: Toluene (99.8 %): Demo Chemicals was changed (Price per kg)."
    history = list(SupplierQuote.pgh_event_model.objects.filter(pgh_obj=price).order_by("pgh_id"))  # type: ignore[attr-defined]
    assert history[-1].pgh_context.metadata["reason"] == "New list"


def test_the_same_in_other_words_is_no_change_and_needs_no_reason() -> None:
    price = a_price(a_material())
    events = Event.objects.count()

    typed = {"price_per_kg": "4,80", "currency": "eur", "supplier": "demo chemicals"}
    assert change("material-prices:TOL-99", price.pk, typed, seen={"price_per_kg": "4.8"}).is_saved

    assert Event.objects.count() == events


@pytest.mark.parametrize(("name", "value"), [("currency", "CHF"), ("into", "CHF"), ("on", "2026-03-13"), ("rate", "1.1")])
def test_what_a_rate_is_worth_between_whom_and_when_changes_with_a_reason_only(name: str, value: str) -> None:
    keeper = make.person(Role.MANAGEMENT)
    rate = {"currency": "EUR", "into": "USD", "on": "2026-03-12", "rate": "1.08", "source": "ECB"}
    change_rows("exchange-rates", [Change(ADD, values=rate)], actor=keeper)
    key = ExchangeRate.objects.get().pk

    with pytest.raises(BadInput, match="reason"):
        change("exchange-rates", key, {name: value}, actor=keeper)
    assert change("exchange-rates", key, {name: value}, actor=keeper, reason="A slip").is_saved


def test_the_currency_of_a_price_changes_with_a_reason_only() -> None:
    price = a_price(a_material())

    with pytest.raises(BadInput, match="reason"):
        change("material-prices:TOL-99", price.pk, {"currency": "USD"})


def test_a_row_that_somebody_else_changed_asks_for_no_reason_and_holds_up_no_other() -> None:
    material = a_material()
    price, other = a_price(material), a_price(material, quantity_from_kg="100")
    assert change("material-prices:TOL-99", price.pk, {"price_per_kg": "5"}, reason="New list").is_saved

    late = Change(CHANGE, price.pk, {"price_per_kg": "6"}, seen={"price_per_kg": "4.8"})
    beside = Change(CHANGE, other.pk, {"note": "By telephone"}, seen={"note": ""})
    first, second = change_rows("material-prices:TOL-99", [late, beside], actor=buyer()).results

    assert (first.now, second.is_saved) == ({"price_per_kg": "5"}, True)


def test_two_people_who_type_the_same_do_not_stand_against_each_other() -> None:
    material = a_material()
    assert change("materials", material.pk, {"kind": "Reagent", "density_kg_per_l": "0.87"}).is_saved

    typed = {"kind": "REAGENT", "density_kg_per_l": "0,870"}
    second = change("materials", material.pk, typed, seen={"kind": "solvent", "density_kg_per_l": None}, actor=make.person(Role.RESEARCH))

    assert second.is_saved, second.errors


def test_a_column_that_is_not_there_is_refused_in_a_new_row_too() -> None:
    result = enter("materials", TOLUENE | {"colour": "none"})

    assert result.errors == {"colour": ["There is no such column, or nobody types it."]}
    assert not Material.objects.exists()


def test_what_is_there_by_its_code_and_by_its_name_is_that_row() -> None:
    """So that a file which is imported once more is there already, row by row."""
    material = a_material()

    again = enter("materials", TOLUENE)

    assert (again.there, again.is_saved) == (material, False)


def test_a_supplier_entered_for_a_row_that_is_refused_is_entered_for_the_next_one() -> None:
    a_material()
    wrong, right = ({**PRICE, "price_per_kg": price} for price in ("dear", "5"))
    changes = [Change(ADD, values=values, create=frozenset({"supplier"})) for values in (wrong, right)]

    first, second = change_rows("material-prices:TOL-99", changes, actor=buyer()).results

    assert (list(first.errors), second.is_saved) == (["price_per_kg"], True)
    assert SupplierQuote.objects.get().supplier == Supplier.objects.get()


def test_of_rows_without_a_parent_each_has_what_happened_to_it() -> None:
    one, other = a_material(), a_material("M-2")

    changes = [Change(CHANGE, each.pk, {"storage": "cool"}) for each in (one, other)]
    change_rows("materials", [*changes, Change(REMOVE, other.pk)], actor=buyer())

    assert [event.kind for event in events_of(one)] == ["worksheet.row_changed", "worksheet.row_added"]
    assert [event.kind for event in events_of(other)] == ["worksheet.row_removed", "worksheet.row_changed", "worksheet.row_added"]
    assert events_of(one)[0].data["after"] == {"storage": "cool"}


def test_the_parent_is_held_before_its_rows_and_leaves_its_key_free() -> None:
    price = a_price(a_material())

    with CaptureQueriesContext(connection) as asked:
        change("material-prices:TOL-99", price.pk, {"note": "x"})

    locks = [each["sql"].rpartition(" FOR ")[2] for each in asked if "UPDATE OF" in each["sql"]]
    assert locks == ['NO KEY UPDATE OF "catalogue_material"', 'UPDATE OF "catalogue_supplierquote"']


def test_taking_a_row_with_regulated_values_away_needs_a_reason() -> None:
    price = a_price(a_material())

    with pytest.raises(BadInput, match="reason"):
        change_rows("material-prices:TOL-99", [Change(REMOVE, price.pk)], actor=buyer())
    change_rows("material-prices:TOL-99", [Change(REMOVE, price.pk)], actor=buyer(), reason="Typed twice")

    assert not SupplierQuote.objects.exists()
    assert Event.objects.latest("pk").kind == "worksheet.row_removed"


def test_of_two_people_the_second_is_told_what_the_first_one_wrote() -> None:
    material = a_material()
    assert change("materials", material.pk, {"storage": "2–8 °C"}, seen={"storage": ""}).is_saved

    second = change("materials", material.pk, {"storage": "cool"}, seen={"storage": ""}, actor=make.person(Role.RESEARCH))
    other_cell = change("materials", material.pk, {"note": "Flammable"}, seen={"note": ""}, actor=make.person(Role.RESEARCH))
    once_more = change("materials", material.pk, {"storage": "cool"}, seen={"storage": "2–8 °C"}, actor=make.person(Role.RESEARCH))

    assert second.now == {"storage": "2–8 °C"}
    assert "“2–8 °C”" in second.errors["storage"][0]
    assert other_cell.is_saved
    assert once_more.is_saved
    assert Material.objects.get().storage == "cool"


def test_a_row_that_was_taken_away_meanwhile_says_so() -> None:
    supplier = a_supplier()
    change_rows("suppliers", [Change(REMOVE, supplier.pk)], actor=buyer(), reason="A slip")

    assert "taken this row away" in change("suppliers", supplier.pk, {"note": "x"}).errors[""][0]


def test_what_is_there_already_is_refused_at_its_cell_with_a_link() -> None:
    there = a_material()

    same_code = enter("materials", TOLUENE | {"code": "TOL-99", "name": "Other"})
    same_name = enter("materials", TOLUENE | {"code": "TOL-2", "name": "TOLUENE"})

    assert same_code.links == {"code": there.get_absolute_url()}
    assert same_name.errors["name"] == ["There is Toluene (99.8 %) already."]


def test_a_supplier_that_is_not_there_is_entered_when_asked_for() -> None:
    a_material()

    asked = enter("material-prices:TOL-99", PRICE)
    entered = enter("material-prices:TOL-99", PRICE, create=frozenset({"supplier"}))

    assert (asked.is_saved, asked.unknown) == (False, ["supplier"])
    assert entered.is_saved
    assert Supplier.objects.get().status == "candidate"


def test_what_is_used_elsewhere_stays() -> None:
    material = a_material()
    a_price(material)

    (result,) = change_rows("materials", [Change(REMOVE, material.pk)], actor=buyer()).results

    where = f"suppliers' prices: {SupplierQuote.objects.get()}"
    assert result.errors == {"": [f"It is used elsewhere ({where}), so it stays."]}


def test_what_stays_stays() -> None:
    material = a_material()

    assert change("materials", material.pk, {"code": "TOL-100"}).errors == {"code": ["This stays as it was entered."]}
    assert change("materials", material.pk, {"valid_prices": 3}).errors["valid_prices"]


@pytest.mark.parametrize(
    ("role", "address", "refused"),
    [
        (Role.RESEARCH, "materials", False),
        (Role.PRODUCTION, "materials", False),
        (Role.ANALYTICAL, "materials", True),
        (Role.RESEARCH, "suppliers", True),
        (Role.MATERIAL_CONTROL, "suppliers", False),
        (Role.MATERIAL_CONTROL, "exchange-rates", True),
        (Role.MANAGEMENT, "exchange-rates", False),
        (Role.BUSINESS_DEVELOPMENT, "exchange-rates", False),
        (Role.ADMINISTRATOR, "materials", True),
    ],
)
def test_who_may(role: str, address: str, refused: bool) -> None:
    change = [Change(ADD, values={"name": "x"})]
    if refused:
        with pytest.raises(NotAllowed):
            change_rows(address, change, actor=make.person(role))
    else:
        assert not change_rows(address, change, actor=make.person(role)).results[0].errors.get("")


WRONG = ["nothing", "materials:1", "material-prices", "supplier-prices:x"]


@pytest.mark.parametrize("address", ["materials", "material-prices:TOL-99", *WRONG])
def test_to_a_client_there_is_no_worksheet_and_to_us_no_wrong_address(address: str) -> None:
    a_material()

    for actor in [make.person(Role.CLIENT_APPROVER), *([buyer()] if address in WRONG else [])]:
        with pytest.raises(Missing):
            change_rows(address, [Change(CHANGE, 1, {})], actor=actor)


def test_to_change_one_row_asks_as_much_among_one_as_among_many() -> None:
    material = a_material()

    def asked(value: str) -> int:
        with CaptureQueriesContext(connection) as found:
            change_rows("materials", [Change(CHANGE, material.pk, {"storage": value})], actor=buyer())
        return len(found)

    few = asked("cool")
    for number in range(5):
        a_material(f"M-{number}")

    assert asked("dry") == few


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_not_there_is_looked_for_once_however_many_rows_name_it(count: int) -> None:
    a_material()
    a_supplier()
    rows = [PRICE | {"supplier": name, "quantity_from_kg": str(n)} for n in range(1, count + 1) for name in ("Nobody", PRICE["supplier"])]

    with CaptureQueriesContext(connection) as asked:
        outcome = change_rows("material-prices:TOL-99", [Change(ADD, values=row) for row in rows], actor=buyer())

    assert [list(each.errors) for each in outcome.results] == [["supplier"], []] * count
    assert sum("NOBODY" in each["sql"].upper() for each in asked.captured_queries) == 2  # as its name, and as what is near it
