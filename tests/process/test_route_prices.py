"""The price of a material of a route: the cheapest that holds for what is needed, converted by the newest rate."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue.models import ExchangeRate, Material, Supplier, SupplierQuote
from process.models import RouteVersion
from process.purchasing.comparing import offer_of
from process.purchasing.models import InquiryAnswer
from process.routes.building import Prices, known_prices
from process.routes.figures import worked_out
from projects.models import Project
from tests.process import factories as make

pytestmark = pytest.mark.django_db


def prices(material: Material, needed: float | None = None, currency: str = "EUR") -> Prices:
    needs = None if needed is None else {material.pk: needed}
    return known_prices([material.pk], currency=currency, on=timezone.localdate(), needed_kg=needs)


def test_the_cheapest_price_in_force_counts(project: Project) -> None:
    material = make.a_material()
    on = make.a_price(material, "7.00").quoted_on
    make.a_price(material, "5.00", supplier="Cheap", quantity_from_kg=Decimal(100))
    make.a_price(material, "1.00", supplier="Late", valid_until=on)
    make.a_price(material, "3.00", "USD", supplier="Overseas")

    found = [prices(material, needed).found[material.pk].price.amount_per_kg for needed in (None, 10.0, 250.0)]

    assert found == [Decimal("7.00"), Decimal("7.00"), Decimal("5.00")]


def test_what_nobody_sells_so_little_of_has_its_smallest_break(project: Project) -> None:
    material = make.a_material()
    make.a_price(material, "5.00", quantity_from_kg=Decimal(100))
    make.a_price(material, "4.00", quantity_from_kg=Decimal(1000))

    (found,) = prices(material, 2.0).found.values()

    assert (found.price.amount_per_kg, found.is_reached) == (Decimal("5.00"), False)


def test_of_suppliers_that_sell_no_so_little_the_one_of_whom_least_is_ordered_counts(project: Project) -> None:
    material = make.a_material()
    make.a_price(material, "2.21", supplier="Far away", quantity_from_kg=Decimal(290))
    make.a_price(material, "3.35", supplier="Near by", quantity_from_kg=Decimal(145))

    found = [prices(material, needed).found[material.pk].price.amount_per_kg for needed in (1.3, 150.0, 300.0)]

    assert found == [Decimal("3.35"), Decimal("3.35"), Decimal("2.21")]


def test_a_minimum_order_has_to_be_reached(project: Project) -> None:
    material = make.a_material()
    make.a_price(material, "5.00", minimum_order_kg=Decimal(50))
    make.a_price(material, "8.00", supplier="Small amounts")

    little, much = (prices(material, needed).found[material.pk] for needed in (10.0, 60.0))

    assert (little.price.amount_per_kg, little.is_reached, little.least_kg) == (Decimal("8.00"), True, 0)
    assert (much.price.amount_per_kg, much.is_reached, much.least_kg) == (Decimal("5.00"), True, 50)


def test_the_cheapest_is_that_of_what_must_be_bought_in_whole_packs(project: Project) -> None:
    material = make.a_material()
    make.a_price(material, "5.00", pack_kg=Decimal(25))
    make.a_price(material, "4.00", supplier="Large packs", pack_kg=Decimal(200))

    little, much = (prices(material, needed).found[material.pk] for needed in (30.0, 190.0))

    assert (little.quote.supplier.name, little.bought_kg, little.is_left_over) == ("Chemical Works", 50, True)
    assert little.cost == Decimal("5.00") * 50 / 30
    assert (much.quote.supplier.name, much.bought_kg) == ("Large packs", 200)


def test_a_whole_pack_reaches_the_break_of_its_size(project: Project) -> None:
    """20 kg come in one pack of 25, and from 25 kg on a kilogram costs 6."""
    material = make.a_material()
    make.a_price(material, "10.00", pack_kg=Decimal(25))
    make.a_price(material, "6.00", pack_kg=Decimal(25), quantity_from_kg=Decimal(25))
    make.a_price(material, "8.00", supplier="By the kilogram")

    found = prices(material, 20.0).found[material.pk]

    assert (found.quote.supplier.name, found.price.amount_per_kg, found.bought_kg) == ("Chemical Works", Decimal("6.00"), 25)
    assert (found.cost, found.is_reached) == (Decimal("7.5"), True)


def test_more_is_ordered_where_a_break_costs_less_in_all(project: Project) -> None:
    material = make.a_material()
    make.a_price(material, "100.00")
    make.a_price(material, "80.00", quantity_from_kg=Decimal(5))
    make.a_price(material, "60.00", quantity_from_kg=Decimal(10))

    found = [prices(material, needed).found[material.pk] for needed in (4.0, 7.4, 9.9, 10.0)]

    assert [(each.bought_kg, each.total, each.instead and each.instead.total) for each in found] == [
        (4, 400, None),
        (Decimal("7.4"), 592, None),
        (10, 600, 792),
        (10, 600, None),
    ]
    assert found[2].counted.amount_per_kg == found[2].cost == Decimal(600) / Decimal("9.9")
    assert [each.counted for each in found if each.instead is None] == [each.price for each in found if each.instead is None]


def test_packs_that_reach_a_dearer_break_have_its_price(project: Project) -> None:
    material = make.a_material()
    for price, start in (("9.00", 0), ("5.00", 10), ("8.00", 20)):
        make.a_price(material, price, quantity_from_kg=Decimal(start), pack_kg=Decimal(25))

    found = prices(material, 4.0).found[material.pk]

    assert (found.bought_kg, found.total, found.instead) == (25, 200, None)


DRUMS = (("100.00", "0", "1", None), ("60.00", "10", "25", None))
RISING = (("9.00", "0", "25", None), ("5.00", "10", "25", None), ("8.00", "20", "25", None))
ORDERED_TOGETHER = (("9.00", "0", "25", None), ("5.00", "100", None, None))
AT_LEAST = (("9.00", "0", None, None), ("5.00", "10", None, "20"))


@pytest.mark.parametrize(
    ("listed", "needed", "bought", "total"),
    [
        (DRUMS, "9", "9", 900),
        (DRUMS, "12", "12", 1200),
        (DRUMS, "16", "25", 1500),
        (RISING, "4", "25", 200),
        (ORDERED_TOGETHER, "120", "125", 625),
        (AT_LEAST, "11", "11", 99),
        (AT_LEAST, "12", "20", 100),
    ],
)
def test_a_route_and_the_offers_of_an_inquiry_order_alike(
    listed: tuple[tuple[str, ...], ...], needed: str, bought: str, total: int, project: Project
) -> None:
    """The packs and the smallest order of a break are its own; a row that names none has those of the row before it."""
    names = ("quantity_from_kg", "pack_kg", "minimum_order_kg")
    rows = [(price, {name: each and Decimal(each) for name, each in zip(names, more, strict=True)}) for price, *more in listed]
    material, today = make.a_material(), timezone.localdate()
    quotes = [make.a_price(material, price, **more) for price, more in rows]
    answers = [InquiryAnswer(price_per_kg=Decimal(price), currency="EUR", quoted_on=today, **more) for price, more in rows]

    found = prices(material, float(needed)).found[material.pk]
    offer = offer_of(Decimal(needed), quotes[0].supplier, answers, {}, "EUR", today)

    assert (found.bought_kg, found.total) == (Decimal(bought), total)
    assert (offer.bought_kg, offer.total) == (Decimal(bought), total)


def test_what_a_supplier_quotes_twice_on_a_day_is_two_lists(project: Project) -> None:
    """10 kg by the second list do not cost what the first asks from 10 kg on."""
    material = make.a_material()
    make.a_price(material, "9.00", reference="A")
    make.a_price(material, "8.00", reference="A", quantity_from_kg=Decimal(10))
    make.a_price(material, "5.00", reference="B")

    found = prices(material, 10.0).found[material.pk]

    assert (found.quote.reference, found.total) == ("B", 50)


@pytest.mark.parametrize("status", [Supplier.Status.SUSPENDED, Supplier.Status.DISQUALIFIED])
def test_nobody_buys_from_a_barred_supplier(status: str, project: Project) -> None:
    material = make.a_material()
    make.a_price(material, "1.00", supplier="Barred")
    Supplier.objects.update(status=status)
    make.a_price(material, "9.00", supplier="Other")

    assert prices(material).found[material.pk].price.amount_per_kg == Decimal("9.00")


def test_a_price_is_converted_by_the_newest_rate_before_the_day(project: Project) -> None:
    material, today = make.a_material(), timezone.localdate()
    make.a_price(material, "10.00", "USD")
    for days, rate in ((30, "0.80"), (2, "0.90"), (-1, "0.50")):
        ExchangeRate.objects.create(currency="USD", into="EUR", on=today - timedelta(days=days), rate=Decimal(rate), source="ECB")

    assert prices(material).found[material.pk].price.amount_per_kg == Decimal("9.00")


def test_a_missing_rate_is_named_and_no_price_is_said_to_be_missing(project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    material = make.a_material("Acetic anhydride")
    material.quotes.update(currency="USD")

    figures = worked_out(version)

    assert prices(material).unrated == {material.pk: ["USD"]}
    (missing,) = figures.unpriced
    assert missing.words.startswith("Acetylation: Acetic anhydride is quoted in USD, and no exchange rate to EUR is known on or before ")


def told(client: Client, version: RouteVersion, query: str = "") -> tuple[Any, Any]:
    """The cost of its only step: as the table is loaded, and as it is told when a cell was saved."""
    address, step = f"route-steps:{version.pk}", version.steps.get()
    loaded = client.get(reverse("worksheet-data", args=[address]) + query).json()["rows"]
    body = {"changes": [{"act": "change", "id": step.pk, "values": {"conditions": f"Stirred {step.conditions}"}}]}
    saved = client.post(reverse("api-worksheet-batch", args=[address]) + query, json.dumps(body), content_type="application/json")
    return loaded[0]["values"]["cost"], saved.json()["rows"][0]["values"]["cost"]


def test_tables_and_key_figures_are_priced_for_the_quantity_that_is_wanted(client: Client, project: Project) -> None:
    """At 100 kg the anhydride is ordered by the drum: 1.15 becomes 0.15."""
    version = make.draft_of(make.a_whole_route(project))
    make.a_price(Material.objects.get(name="Acetic anhydride"), "0.15", quantity_from_kg=Decimal(50))
    client.force_login(make.chemist())

    few, many = told(client, version), told(client, version, "?target=100")
    page = client.get(version.get_absolute_url(), {"target": "100", "currency": "EUR"})

    assert few[0] == few[1] and many[0] == many[1]
    assert Decimal(few[0]) - Decimal(many[0]) == pytest.approx(
        Decimal("1.1") * Decimal("102.089") / Decimal("151.165") / Decimal("0.9"), abs=Decimal("0.001")
    )
    assert f"{page.context['figures'].cost.value.cost_per_kg:.4f}" == f"{Decimal(many[0]):.4f}"
    assert "?target=100" in page.content.decode()


def test_what_is_bought_for_a_break_is_in_the_cost_of_the_route(client: Client, project: Project) -> None:
    """At 50 kg 41.27 kg of anhydride are needed for 1.15 each, or 50 kg are ordered for 0.15."""
    version = make.draft_of(make.a_whole_route(project))
    make.a_price(Material.objects.get(name="Acetic anhydride"), "0.15", quantity_from_kg=Decimal(50))
    client.force_login(make.chemist())

    few, many = told(client, version), told(client, version, "?target=50")
    page = client.get(version.get_absolute_url(), {"target": "50", "currency": "EUR"})

    per_kg = Decimal("1.1") * Decimal("102.089") / Decimal("151.165") / Decimal("0.9")
    assert Decimal(few[0]) - Decimal(many[0]) == pytest.approx(per_kg * Decimal("1.15") - Decimal("0.15"), abs=Decimal("0.001"))
    assert f"{page.context['figures'].cost.value.cost_per_kg:.4f}" == f"{Decimal(many[0]):.4f}"
    assert "50 kg are bought up to a price break: 7.50 instead of 47.46 for" in page.content.decode()


def test_a_saved_row_is_priced_on_the_day_of_whoever_saved_it(client: Client, project: Project) -> None:
    """Half the day some place has another day than UTC, where the price has come, or has not gone yet."""
    version, now = make.draft_of(make.a_whole_route(project)), timezone.now()
    chemist, zone = make.chemist(), "Pacific/Kiritimati" if now.hour >= 10 else "Etc/GMT+12"
    chemist.time_zone = zone
    chemist.save()
    theirs = datetime.now(ZoneInfo(zone)).date()
    SupplierQuote.objects.update(quoted_on=theirs, valid_until=theirs)
    client.force_login(chemist)

    loaded, saved = told(client, version)

    assert theirs != now.date()
    assert saved == loaded and loaded is not None
