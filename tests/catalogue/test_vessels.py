"""Vessels: the worksheet of their site, kept by those who keep the sites."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import INTERNAL_ROLES, Role, User
from audit.models import Event
from audit.refusals import BadInput, NotAllowed
from catalogue.models import Site, Vessel
from catalogue.services import VesselFacts, add_vessel, take_out_of_service
from tests.accounts.factories import UserFactory
from tests.catalogue.test_sites import kinds, signed_in
from worksheets.changing import CHANGE, Change, Result, add_row, change_rows

pytestmark = pytest.mark.django_db

REACTOR = {"name": "Reactor of line 3", "kind": "reactor", "material": "glass_lined"}
TODAY = timezone.localdate()
VOLUMES = {"volume_min_litres": Decimal(630), "volume_max_litres": Decimal(6300)}


@pytest.fixture
def keeper() -> User:
    return UserFactory(roles=[Role.MANAGEMENT])


@pytest.fixture
def site() -> Site:
    return Site.objects.create(key="basel", name="Basel", country="CH", time_zone="Europe/Zurich")


def facts(**values: Any) -> VesselFacts:
    return VesselFacts(**{**REACTOR, **VOLUMES, **values})


@pytest.fixture
def vessel(site: Site, keeper: User) -> Vessel:
    return add_vessel("basel", "R-302", facts(), actor=keeper)


def test_a_vessel_is_entered_with_its_history(vessel: Vessel) -> None:
    assert (vessel.volume_words, vessel.in_service) == ("630 – 6300 L", True)
    event = Event.objects.get()
    assert (event.words, event.link) == ("Vessels: R-302 was added.", "/sites/basel/vessels/")
    assert vessel.events.count() == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"kind": "boat"}, "kind"),
        ({"material": "wood"}, "material"),
        ({"volume_min_litres": None}, "volume_max_litres"),
        ({"volume_min_litres": Decimal(0)}, "volume_max_litres"),
        ({"volume_max_litres": Decimal(600)}, "volume_max_litres"),
        ({"hourly_rate": Decimal(0), "rate_currency": "EUR", "rate_from": TODAY}, "hourly_rate"),
        ({"hourly_rate": Decimal(410), "rate_from": TODAY}, "rate_currency"),
        ({"hourly_rate": Decimal(410), "rate_currency": "EUR"}, "rate_from"),
        ({"hourly_rate": Decimal("410.55"), "rate_currency": "JPY", "rate_from": TODAY}, "hourly_rate"),
        ({"rate_from": TODAY}, "rate_from"),
    ],
)
def test_it_needs_sensible_values(site: Site, keeper: User, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        add_vessel("basel", "R-302", facts(**changed), actor=keeper)

    assert list(caught.value.errors) == [field]
    assert not Vessel.objects.exists()


def test_a_mill_holds_no_volume(site: Site, keeper: User) -> None:
    mill = add_vessel("basel", "M-11", facts(kind="mill", volume_min_litres=None, volume_max_litres=None), actor=keeper)

    assert mill.volume_words == ""


def test_a_tag_is_given_once_at_a_site(vessel: Vessel, keeper: User) -> None:
    Site.objects.create(key="suzhou", name="Suzhou", country="CN", time_zone="Asia/Shanghai")

    with pytest.raises(BadInput):
        add_vessel("basel", "r-302", facts(), actor=keeper)

    assert add_vessel("suzhou", "R-302", facts(), actor=keeper).pk
    with pytest.raises(IntegrityError), transaction.atomic():
        Vessel.objects.create(site=vessel.site, tag="r-302", **REACTOR)


def change(vessel: Vessel, actor: User, reason: str = "", **values: Any) -> Result:
    (result,) = change_rows("vessels:basel", [Change(CHANGE, vessel.pk, values)], actor=actor, reason=reason).results
    return result


def test_what_it_is_made_of_and_holds_changes_with_a_reason(vessel: Vessel, keeper: User) -> None:
    assert change(vessel, keeper, name="Reactor of line 4").is_saved
    with pytest.raises(BadInput) as caught:
        change(vessel, keeper, material="nickel_alloy")
    assert list(caught.value.errors) == ["reason"]

    assert change(vessel, keeper, "Relined.", material="nickel_alloy").is_saved

    event = Event.objects.latest("pk")
    assert (event.reason, event.data["after"], event.object) == ("Relined.", {"material": "nickel_alloy"}, vessel.site)


def test_it_goes_out_of_service_for_the_reason_of_the_change_and_back(vessel: Vessel, keeper: User) -> None:
    with pytest.raises(BadInput):
        change(vessel, keeper, in_service="no")
    take_out_of_service("basel", "R-302", reason="Lining damaged.", actor=keeper)

    assert (Vessel.objects.get().in_service, Vessel.objects.get().out_of_service_reason) == (False, "Lining damaged.")
    empty = change(vessel, keeper, out_of_service_reason="")
    assert list(empty.errors) == ["out_of_service_reason"]
    assert change(vessel, keeper, "Relined.", in_service="yes").is_saved
    assert Vessel.objects.get().out_of_service_reason == ""
    assert change(vessel, keeper, out_of_service_reason="Leaks").errors == {"out_of_service_reason": ["It is in service."]}


def test_what_arrives_out_of_service_says_why(site: Site, keeper: User) -> None:
    typed = {"tag": "R-303", **REACTOR, "in_service": "no"}

    with pytest.raises(BadInput) as caught:
        add_row("vessels:basel", typed, actor=keeper)

    assert list(caught.value.errors) == ["out_of_service_reason"]
    assert add_row("vessels:basel", typed | {"out_of_service_reason": "Not yet qualified"}, actor=keeper)


@pytest.mark.parametrize("role", sorted(INTERNAL_ROLES - {Role.ADMINISTRATOR, Role.MANAGEMENT}))
def test_others_keep_no_vessels(vessel: Vessel, role: Role) -> None:
    other, events = UserFactory(roles=[role]), kinds()

    with pytest.raises(NotAllowed):
        add_vessel("basel", "R-1", facts(), actor=other)
    with pytest.raises(NotAllowed):
        change(vessel, other, "Mine.", in_service="no")

    assert kinds() == events


def test_its_page_has_its_facts_and_what_was_recorded_of_it_alone_and_among_others(vessel: Vessel, keeper: User) -> None:
    other = add_vessel("basel", "R-303", facts(), actor=keeper)
    both = [Change(CHANGE, row.pk, {"material": "nickel_alloy"}) for row in (vessel, other)]
    change_rows("vessels:basel", both, actor=keeper, reason="Both relined.")
    change(other, keeper, "It leaks.", in_service="no")

    one, two = (signed_in(keeper).get(row.get_absolute_url()).content.decode() for row in (vessel, other))

    assert "Nickel alloy (Hastelloy)" in one
    assert ("Both relined." in one, "It leaks." in one) == (True, False)
    assert ("Both relined." in two, "Out of service: It leaks." in two) == (True, True)
    assert reverse("worksheet-row", args=["vessels:basel", vessel.pk]) in one


def test_pages_say_who_keeps_vessels_to_those_who_do_not(vessel: Vessel) -> None:
    words = signed_in(UserFactory(roles=[Role.RESEARCH])).get(reverse("vessels", args=["basel"])).content.decode()

    assert "kept by an administrator or by management" in words
    assert "R-302" in words


def test_its_rate_stands_on_its_page_and_in_the_api(vessel: Vessel, keeper: User) -> None:
    changed = change(vessel, keeper, "The price list of 2026.", hourly_rate="410.50", rate_currency="EUR", rate_from="2026-01-01")

    browser = signed_in(keeper)
    assert changed is None or changed
    assert "410.50 EUR/h from 1 Jan 2026" in browser.get(vessel.get_absolute_url()).content.decode()
    (row,) = browser.get("/api/v1/vessels/").json()["results"]
    assert (row["hourly_rate"], row["rate_currency"], row["rate_from"]) == ("410.50", "EUR", "2026-01-01")


def test_a_column_that_stands_in_a_plant_is_none_of_a_table() -> None:
    with translation.override("zh-hans"):
        assert str(Vessel.Kind.COLUMN.label) != translation.gettext("Column") == "列"
