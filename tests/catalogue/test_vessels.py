"""Vessels: entered beside their site, corrected, taken out of service, by those who keep the sites."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import INTERNAL_ROLES, Role, User
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from catalogue.models import Site, Vessel
from catalogue.services import VesselFacts, add_vessel, change_vessel, return_to_service, take_out_of_service
from tests.accounts.factories import UserFactory
from tests.catalogue.test_sites import kinds, signed_in

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
    assert kinds() == ["vessel.added"]
    event = Event.objects.get()
    assert (event.words, event.link) == ("Vessel R-302 of Basel was entered.", "/sites/basel/vessels/R-302/")
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


def test_it_is_corrected_with_a_reason_and_only_where_something_differs(vessel: Vessel, keeper: User) -> None:
    change_vessel("basel", "R-302", facts(material="nickel_alloy"), reason="Relined.", actor=keeper)

    event = Event.objects.get(kind="vessel.changed")
    assert (event.reason, event.data["after"]["material"]) == ("Relined.", "nickel_alloy")
    with pytest.raises(Refused):
        change_vessel("basel", "R-302", facts(material="nickel_alloy"), reason="Again.", actor=keeper)
    with pytest.raises(BadInput) as caught:
        change_vessel("basel", "R-302", facts(name=""), reason=" ", actor=keeper)
    assert set(caught.value.errors) == {"name", "reason"}


def test_it_goes_out_of_service_and_back_once_each(vessel: Vessel, keeper: User) -> None:
    take_out_of_service("basel", "R-302", reason="Lining damaged.", actor=keeper)

    assert (Vessel.objects.get().in_service, Vessel.objects.get().out_of_service_reason) == (False, "Lining damaged.")
    with pytest.raises(Refused):
        take_out_of_service("basel", "R-302", reason="Again.", actor=keeper)
    return_to_service("basel", "R-302", reason="Relined.", actor=keeper)
    with pytest.raises(Refused):
        return_to_service("basel", "R-302", reason="Again.", actor=keeper)
    assert (Vessel.objects.get().in_service, Vessel.objects.get().out_of_service_reason) == (True, "")
    assert kinds() == ["vessel.added", "vessel.out_of_service", "vessel.in_service"]


@pytest.mark.parametrize("role", sorted(INTERNAL_ROLES - {Role.ADMINISTRATOR, Role.MANAGEMENT}))
def test_others_keep_no_vessels(vessel: Vessel, role: Role) -> None:
    other = UserFactory(roles=[role])

    with pytest.raises(NotAllowed):
        add_vessel("basel", "R-1", facts(), actor=other)
    with pytest.raises(NotAllowed):
        change_vessel("basel", "R-302", facts(name="Other"), reason="Mine.", actor=other)
    with pytest.raises(NotAllowed):
        take_out_of_service("basel", "R-302", reason="Mine.", actor=other)

    assert kinds() == ["vessel.added"]


def test_pages_enter_correct_and_take_out_of_service(site: Site, keeper: User) -> None:
    browser, page = signed_in(keeper), reverse("vessels", args=["basel"])
    typed = REACTOR | {"tag": "R-302", "volume_min_litres": "0,5", "volume_max_litres": "10"}

    entered = browser.post(page, typed, follow=True).content.decode()
    one = reverse("vessel-detail", args=["basel", "R-302"])
    corrected = browser.post(one, typed | {"name": "Kilo lab", "reason": "Moved."}, follow=True).content.decode()
    out = browser.post(reverse("vessel-out-of-service", args=["basel", "R-302"]), {"reason": "Lining damaged."}, follow=True)

    assert "R-302 is entered" in entered and "0.5 – 10 L" in entered
    assert "Kilo lab" in corrected
    assert "Out of service: Lining damaged." in out.content.decode()
    back = browser.post(reverse("vessel-in-service", args=["basel", "R-302"]), {"reason": "Relined."}, follow=True)
    assert "Back in service." in back.content.decode()


def test_its_rate_stands_in_form_table_api_and_file(vessel: Vessel, keeper: User) -> None:
    browser, typed = signed_in(keeper), REACTOR | {"hourly_rate": "410,50", "rate_currency": "EUR", "rate_from": "2026-01-01"}

    page = browser.post(vessel.get_absolute_url(), typed | {"reason": "The price list of 2026."}, follow=True).content.decode()

    assert "410.50 EUR/h from 1 Jan 2026" in page
    assert "410.50 EUR/h" in browser.get(reverse("vessels", args=["basel"])).content.decode()
    (row,) = browser.get("/api/v1/vessels/").json()["results"]
    assert (row["hourly_rate"], row["rate_currency"], row["rate_from"]) == ("410.50", "EUR", "2026-01-01")
    assert "410.50,EUR,2026-01-01" in b"".join(browser.get(reverse("list-csv", args=["vessels"]), {"site": "basel"})).decode()


def test_bad_input_stands_at_its_field_and_keeps_what_was_typed(vessel: Vessel, keeper: User) -> None:
    browser: Browser = signed_in(keeper)
    typed = REACTOR | {"tag": "R-302", "name": "Typed here", "volume_min_litres": "20", "volume_max_litres": "10"}

    new = browser.post(reverse("vessels", args=["basel"]), typed)
    out = browser.post(reverse("vessel-out-of-service", args=["basel", "R-302"]), {"reason": ""})

    assert (new.status_code, list(new.context["form"].errors)) == (400, ["volume_max_litres"])
    assert b'value="Typed here"' in new.content
    assert (out.status_code, list(out.context["service_form"].errors)) == (400, ["reason"])
    assert out.content.decode().count('id="id_reason"') == 1


def test_pages_say_who_keeps_vessels_to_those_who_do_not(vessel: Vessel) -> None:
    browser = signed_in(UserFactory(roles=[Role.RESEARCH]))

    for page in (reverse("vessels", args=["basel"]), vessel.get_absolute_url()):
        words = browser.get(page).content.decode()
        assert "kept by an administrator or by management" in words
        assert 'method="post" action="/sites/' not in words
