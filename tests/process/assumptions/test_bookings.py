"""What was booked says what the ledger only assumed of a cost, to those who may read what was spent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.context import acting
from audit.models import Event
from audit.refusals import NotAllowed
from catalogue.models import ExchangeRate
from process.actuals.comparing import Booked
from process.assumptions import ledger, settling
from process.assumptions.bookings import Bookings, Cost, booked_for
from process.assumptions.models import Assumption
from process.assumptions.runs import TurnedOut
from projects.models import Project, WaitingFor
from tests.process.actuals.story import a_quoted_project, spend
from tests.process.assumptions.story import seller, whole
from tests.projects import factories as projects
from worksheets.changing import REMOVE, Change, change_rows

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 2)


def cost(label: str, amount: str, phase: str = "small_scale", currency: str = "EUR") -> Cost:
    return Cost(label, phase, Booked(Decimal(amount), currency, DAY))


COSTS = (
    cost("Time of the laboratory", "9000"),
    cost("Time of the laboratory", "3000", "pilot"),
    cost("Screen", "500"),
    cost("Polymorph screen", "1200"),
    cost("Chemists, second month", "7000"),
    cost("Freight", "100", currency="USD"),
    cost("Customs", "40", currency="GBP"),
)
KNOWN = Bookings(COSTS, {"EUR": {("USD", DAY): Decimal("0.9")}})


@pytest.fixture
def quoted(db: None) -> Project:
    return a_quoted_project()


def assumed(project: Project, words: str = "The time of the laboratory costs 10,000", unit: str = "EUR", **more: Any) -> Assumption:
    return Assumption.objects.create(project=project, words=words, figure=Decimal(10000), unit=unit, **{"owner": seller(), **more})


def look_after_bookings() -> None:
    with acting(channel="worker"):
        settling.prompt_after(list(Event.objects.filter(kind__startswith="worksheet.")))


@pytest.mark.parametrize(
    ("words", "unit", "lines", "told"),
    [
        ("Time of the laboratory", "EUR", "", (12000, "Time of the laboratory: 12,000.00 EUR in 2 bookings")),
        ("Time of the laboratory in pilot", "eur", "", (3000, "Time of the laboratory: 3,000.00 EUR in 1 booking")),
        ("The polymorph screen", "EUR", "", (1200, "Polymorph screen: 1,200.00 EUR in 1 booking")),  # and not the other screen
        ("Two people", "EUR", "Operators, Chemists", (7000, "Chemists, second month: 7,000.00 EUR in 1 booking")),
        ("Freight", "EUR", "", (90, "Freight: 90.00 EUR in 1 booking")),  # by the rate of the day
        ("Customs", "EUR", "", None),  # no rate: the sum would not be whole
        ("Time of the laboratory", "EUR/h", "", None),  # a price, no sum
        ("Time of the laboratory in validation", "EUR", "", None),
        ("Time of the laboratories", "EUR", "", None),
    ],
)
def test_a_row_of_a_cost_is_told_the_sum_of_what_was_booked(words: str, unit: str, lines: str, told: Any) -> None:
    row = Assumption(words=words, figure=Decimal(10000), unit=unit, lines=lines)

    assert booked_for(row, KNOWN) == (told and TurnedOut(Decimal(told[0]), told[1]))


def test_a_booking_asks_who_confirms_and_no_longer_when_it_is_taken_away(quoted: Project) -> None:
    row = assumed(quoted)
    first = spend(quoted, "12500")

    look_after_bookings()

    (found,) = ledger.arrivals(whole(quoted))
    assert found.told == "12,500 EUR instead of 10,000 EUR"
    assert WaitingFor.objects.open().get(key=f"assumption.arrived:{row.pk}").user == row.owner
    event = Event.objects.get(kind="assumption.arrived")
    assert (event.data["was"], "12,500" in str(event.data)) == ("10,000 EUR", False)  # the record is read by more than costs are
    gone = change_rows(f"actual-costs:{quoted.code}", [Change(REMOVE, first.pk)], actor=projects.manager(), reason="Of another project.")
    assert gone.results[0].is_saved
    look_after_bookings()
    assert not WaitingFor.objects.open().filter(key=f"assumption.arrived:{row.pk}").exists()


def test_only_who_may_read_what_was_spent_reads_and_takes_it(client: Client, quoted: Project) -> None:
    row = assumed(quoted, owner=projects.person(Role.ANALYTICAL))
    spend(quoted, "12500")
    look_after_bookings()
    address = reverse("project-assumptions", args=[quoted.code])
    shown = {}
    for person in (seller(), projects.person(Role.ANALYTICAL)):
        client.force_login(person)
        shown[person] = "12,500 EUR instead of 10,000 EUR" in client.get(address).content.decode()

    with pytest.raises(NotAllowed):
        settling.take_arrived(quoted.code, row.pk, actor=projects.person(Role.ANALYTICAL))
    wait = WaitingFor.objects.open().get(key=f"assumption.arrived:{row.pk}")
    taken = settling.take_arrived(quoted.code, row.pk, actor=seller())

    assert list(shown.values()) == [True, False]
    assert (wait.user, wait.role) == (None, Role.BUSINESS_DEVELOPMENT)
    assert (taken.real_figure, taken.real_words) == (Decimal(12500), "Time of the laboratory: 12,500.00 EUR in 1 booking")
    assert taken.state == Assumption.State.REPLACED  # so that a change order may begin with both numbers


def test_bookings_are_read_once_and_only_for_a_row_of_money(quoted: Project, django_assert_num_queries: Any) -> None:
    spend(quoted, "12500")
    spend(quoted, "100", "USD", label="Freight")
    ExchangeRate.objects.create(currency="USD", into="EUR", rate=Decimal("0.9"), on=timezone.localdate(), source="ECB")
    project = whole(quoted)
    with django_assert_num_queries(0):
        ledger.arrivals(project, [Assumption(words="The pilot makes 20 kg", figure=Decimal(20), unit="kg")])
    for number in (1, 3):
        rows = [Assumption(words="Freight", figure=Decimal(80), unit="EUR") for _ in range(number)]
        with django_assert_num_queries(2):
            assert [found.figure for found in ledger.arrivals(project, rows)] == [Decimal("90.00")] * number
