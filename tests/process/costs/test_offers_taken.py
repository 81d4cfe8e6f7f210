"""A supplier's price taken into a scenario by one press, what that settles in the ledger, and who is asked while it is not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.context import acting
from audit.models import Event
from audit.refusals import NotAllowed, Refused
from catalogue.models import Material, Supplier, SupplierQuote
from process.assumptions.models import Assumption
from process.assumptions.prompting import look_again, prompt, prompt_after
from process.assumptions.taking_offers import take_offer
from process.costs.services import copy_scenario
from process.models import CostAssessment, MaterialPrice
from projects.models import WaitingFor
from tests.process import factories as make
from tests.process.costs.story import change
from tests.projects import factories as projects
from worksheets.changing import ADD, CHANGE, Change, change_rows

pytestmark = pytest.mark.django_db


def test_one_press_takes_the_price_and_settles_what_the_ledger_assumed_of_it(
    client: Client, scenario: CostAssessment, assumed: MaterialPrice
) -> None:
    quote = make.a_price(assumed.material, "7.25", quantity_from_kg=Decimal(25), reference="Q-7")
    make.a_price(assumed.material, "6.50", quantity_from_kg=Decimal(500), reference="Q-7")
    told = {"unit": "EUR/kg", "figure": Decimal("9.5")}
    ours = Assumption.objects.create(project=scenario.project, words="4-aminophenol is to be had for this", **told)
    others = [
        Assumption.objects.create(project=scenario.project, words="Acetic anhydride is to be had for this", **told),
        Assumption.objects.create(project=scenario.project, words="4-Aminophenol of one lot", figure=Decimal(3), unit="kg"),
        Assumption.objects.create(project=scenario.project, words="4-Aminophenol in ten volumes", figure=Decimal(10), unit="L/kg"),
        Assumption.objects.create(project=scenario.project, words="Poly-4-aminophenol", figure=Decimal(3), unit="EUR/kg"),
    ]
    client.force_login(make.estimator())
    address = reverse("cost-offer", args=[scenario.project.code, scenario.number, quote.pk])
    assert address in client.get(scenario.get_absolute_url()).content.decode()

    page = client.post(address, follow=True).content.decode()

    row = MaterialPrice.objects.get(pk=assumed.pk)
    assert (row.quote_id, row.price_per_kg, row.source, row.currency, row.dated) == (quote.pk, None, "quote", "", None)
    ours.refresh_from_db()
    assert (ours.real_figure, ours.real_words, ours.state) == (Decimal("7.25"), "Chemical Works: 7.25 EUR/kg from 25 kg", "replaced")
    assert all(each.is_open for each in Assumption.objects.filter(pk__in=[each.pk for each in others]))
    event = Event.objects.get(kind="cost.offer_taken")
    assert event.words == (
        f"Cost scenario As asked counts {assumed.material} at the price of Chemical Works: 7.25 EUR/kg from 25 kg (before: 9.50 EUR/kg)."
    )
    assert Event.objects.filter(kind="assumption.settled").count() == 1
    assert "Suppliers offer" not in page
    assert "what the ledger assumed of it is settled" in page


def test_where_the_ledger_assumed_nothing_of_a_price_nothing_is_said_of_it(
    client: Client, scenario: CostAssessment, assumed: MaterialPrice
) -> None:
    quote = make.a_price(assumed.material, "7.25")
    client.force_login(make.estimator())

    page = client.post(reverse("cost-offer", args=[scenario.project.code, scenario.number, quote.pk]), follow=True).content.decode()

    assert "The scenario counts with the supplier&#x27;s price." in page
    assert "what the ledger assumed" not in page


def test_what_is_settled_says_the_price_that_the_scenario_counts_with(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    row = Assumption.objects.create(project=scenario.project, words="4-Aminophenol", unit="EUR/kg", figure=Decimal("9.5"))
    quote = make.a_price(assumed.material, "9.50", reference="Q-7")
    make.a_price(assumed.material, "6.00", quantity_from_kg=Decimal(100), reference="Q-7")

    assert take_offer(scenario.pk, quote.pk, actor=make.estimator()) == 1

    row.refresh_from_db()
    assert (row.real_figure, row.real_words) == (Decimal(6), "Chemical Works: 6.00 EUR/kg from 100 kg")


def test_a_list_that_begins_at_what_is_assumed_and_goes_below_it_is_asked_about(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    make.a_price(assumed.material, "9.50", reference="Q-7")
    assert not prompt(scenario)

    make.a_price(assumed.material, "6.00", quantity_from_kg=Decimal(100), reference="Q-7")

    with acting(channel="worker"):
        assert prompt(scenario)


def test_in_another_currency_the_ledger_says_the_price_in_words(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    quote = make.a_price(assumed.material, "7.25", "CHF")
    row = Assumption.objects.create(project=scenario.project, words="4-Aminophenol", unit="EUR/kg", figure=Decimal("9.5"))

    take_offer(scenario.pk, quote.pk, actor=make.estimator())

    row.refresh_from_db()
    assert (row.real_figure, row.real_words) == (None, "Chemical Works: 7.25 CHF/kg")


def test_a_price_is_taken_once_by_who_keeps_costs_and_while_it_is_offered(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    quote = make.a_price(assumed.material, "7.25")
    with pytest.raises(NotAllowed):
        take_offer(scenario.pk, quote.pk, actor=projects.person(Role.QUALITY_ASSURANCE))
    Supplier.objects.update(status=Supplier.Status.SUSPENDED)
    with pytest.raises(Refused, match="not offered for the scenario any more"):
        take_offer(scenario.pk, quote.pk, actor=make.estimator())
    Supplier.objects.update(status=Supplier.Status.APPROVED)

    take_offer(scenario.pk, quote.pk, actor=make.estimator())

    with pytest.raises(Refused, match="counts with this price already"):
        take_offer(scenario.pk, quote.pk, actor=make.estimator())


def told_of(act: Any) -> int:
    """What an act recorded is read as the outbox reads it; how many messages that made."""
    last, before = Event.objects.latest("pk").pk, Event.objects.filter(kind="cost.offered").count()
    act()
    with acting(channel="worker"):
        prompt_after(list(Event.objects.filter(pk__gt=last).order_by("pk")))
    return Event.objects.filter(kind="cost.offered").count() - before


def file_price(material: Material, price: str, supplier: str) -> None:
    values = {"supplier": supplier, "price_per_kg": price, "currency": "EUR", "quoted_on": timezone.localdate().isoformat()}
    make.one(f"material-prices:{material.code}", ADD, values=values, by=projects.person(Role.MATERIAL_CONTROL))


def test_whoever_opened_the_scenario_is_asked_once_for_all_quotes_that_differ(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    Supplier.objects.get_or_create(name="Alpha Chemicals")
    waits = WaitingFor.objects.open().filter(key=f"cost.offers:{scenario.pk}")

    as_assumed = told_of(lambda: file_price(assumed.material, "9.5", "Chemical Works"))
    assert (as_assumed, waits.exists()) == (0, False)
    first = told_of(lambda: file_price(assumed.material, "7.25", "Alpha Chemicals"))
    SupplierQuote.objects.filter(supplier__name="Chemical Works", material=assumed.material).delete()
    second = told_of(lambda: file_price(assumed.material, "6.00", "Chemical Works"))

    assert (first, second) == (1, 0)
    assert (waits.get().user, waits.get().link) == (make.estimator(), scenario.get_absolute_url())
    quote = SupplierQuote.objects.get(material=assumed.material, supplier__name="Alpha Chemicals")
    take_offer(scenario.pk, quote.pk, actor=make.estimator())
    assert not waits.exists()


def test_nobody_is_asked_any_more_when_the_offer_has_ended_or_the_supplier_is_barred(
    scenario: CostAssessment, assumed: MaterialPrice
) -> None:
    seller, _new = Supplier.objects.get_or_create(name="Alpha Chemicals")
    waits = WaitingFor.objects.open().filter(key=f"cost.offers:{scenario.pk}")
    told_of(lambda: file_price(assumed.material, "7.25", seller.name))
    assert (waits.exists(), look_again()) == (True, 0)

    yesterday = timezone.localdate() - timedelta(days=1)
    SupplierQuote.objects.filter(supplier=seller).update(quoted_on=yesterday, valid_until=yesterday)
    assert (look_again(), waits.exists()) == (1, False)

    SupplierQuote.objects.filter(supplier=seller).update(valid_until=None)
    buyer = projects.person(Role.MATERIAL_CONTROL)
    told_of(lambda: make.one("suppliers", CHANGE, seller.pk, values={"note": "By the ton"}, by=buyer))
    assert waits.exists()
    suspended = Change(CHANGE, seller.pk, {"status": "suspended"})
    told_of(lambda: change_rows("suppliers", [suspended], actor=buyer, reason="Audit"))
    assert not waits.exists()


def test_of_a_copy_somebody_is_asked_too(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    make.a_price(assumed.material, "7.25")

    assert told_of(lambda: copy_scenario(scenario.pk, "Another", actor=make.estimator())) == 1


def test_a_price_of_another_material_or_typed_over_asks_nobody(scenario: CostAssessment, assumed: MaterialPrice) -> None:
    other = scenario.prices.get(material__name="Water").material
    Supplier.objects.get_or_create(name="Alpha Chemicals")
    waits = WaitingFor.objects.open().filter(key=f"cost.offers:{scenario.pk}")

    assert told_of(lambda: file_price(other, "0.01", "Alpha Chemicals")) == 0
    assert told_of(lambda: file_price(assumed.material, "7.25", "Alpha Chemicals")) == 1
    assert told_of(lambda: change(scenario, assumed, {"price_per_kg": "7.25"})) == 0

    assert not waits.exists()
