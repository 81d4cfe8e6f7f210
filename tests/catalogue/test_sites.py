from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import INTERNAL_ROLES, Role, User
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from catalogue.models import Site
from catalogue.services import change_site, create_site, set_exposure_band
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db

SHANGHAI = {"key": "shanghai", "name": "Shanghai", "country": "CN", "time_zone": "Asia/Shanghai"}
MOVED = {"name": "Suzhou", "country": "CN", "time_zone": "Asia/Shanghai", "reason": "The plant moved."}


@pytest.fixture
def keeper() -> User:
    return UserFactory(roles=[Role.MANAGEMENT])


def kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def test_site_is_opened(keeper: User) -> None:
    site = create_site(**SHANGHAI, actor=keeper)

    assert Site.objects.get() == site
    assert kinds() == ["site.created"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"country": "China"}, "country"),
        ({"country": "XX"}, "country"),
        ({"time_zone": "China"}, "time_zone"),
        ({"key": "a b"}, "key"),
        ({"name": " "}, "name"),
    ],
)
def test_site_needs_sensible_values(keeper: User, changed: dict[str, str], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        create_site(**SHANGHAI | changed, actor=keeper)

    assert list(caught.value.errors) == [field]
    assert not Site.objects.exists()


def test_site_key_is_given_once(keeper: User) -> None:
    create_site(**SHANGHAI, actor=keeper)

    with pytest.raises(BadInput):
        create_site(**SHANGHAI | {"name": "Second"}, actor=keeper)


def test_site_is_corrected_with_a_reason(keeper: User) -> None:
    create_site(**SHANGHAI, actor=keeper)

    change_site("shanghai", **MOVED, actor=keeper)

    assert Site.objects.get().name == "Suzhou"
    event = Event.objects.get(kind="site.changed")
    assert (event.reason, event.data["before"]["name"], event.data["after"]["name"]) == ("The plant moved.", "Shanghai", "Suzhou")


def test_a_region_goes_with_its_country(keeper: User) -> None:
    create_site(key="frankfurt", name="Frankfurt", country="DE", time_zone="Europe/Berlin", actor=keeper)
    Site.objects.update(subdivision="HE")
    values = {"name": "Main", "time_zone": "Europe/Berlin", "reason": "Named anew.", "actor": keeper}

    assert change_site("frankfurt", country="DE", **values).subdivision == "HE"
    assert change_site("frankfurt", country="CH", **values).subdivision == ""
    assert Event.objects.filter(kind="site.changed").latest("pk").data["before"]["subdivision"] == "HE"


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [({"reason": " "}, BadInput), ({"time_zone": "Suzhou"}, BadInput), ({"name": "Shanghai"}, Refused)],
)
def test_correction_that_says_nothing_new_or_nothing_sensible_changes_nothing(
    keeper: User, changed: dict[str, Any], refusal: type[Exception]
) -> None:
    create_site(**SHANGHAI, actor=keeper)

    with pytest.raises(refusal):
        change_site("shanghai", **MOVED | changed, actor=keeper)

    assert Site.objects.get().name == "Shanghai"
    assert kinds() == ["site.created"]


@pytest.mark.parametrize("role", sorted(INTERNAL_ROLES - {Role.ADMINISTRATOR, Role.MANAGEMENT}))
def test_others_keep_no_sites(keeper: User, role: Role) -> None:
    create_site(**SHANGHAI, actor=keeper)
    other = UserFactory(roles=[role])

    with pytest.raises(NotAllowed):
        create_site(**SHANGHAI | {"key": "basel"}, actor=other)
    with pytest.raises(NotAllowed):
        change_site("shanghai", **MOVED, actor=other)

    assert kinds() == ["site.created"]


def test_page_opens_and_corrects_a_site(keeper: User) -> None:
    browser = signed_in(keeper)

    browser.post(reverse("sites"), SHANGHAI)
    answer = browser.post(reverse("site-detail", args=["shanghai"]), MOVED, follow=True)

    assert "Suzhou" in answer.content.decode()
    assert "The plant moved." in answer.content.decode()


def test_bad_input_stands_at_its_field_and_keeps_what_was_typed(keeper: User) -> None:
    answer = signed_in(keeper).post(reverse("sites"), SHANGHAI | {"country": "XX"})

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["country"]
    assert b'value="Shanghai"' in answer.content


def test_page_says_who_keeps_sites_to_those_who_do_not() -> None:
    answer = signed_in(UserFactory(roles=[Role.RESEARCH])).get(reverse("sites"))

    assert "kept by an administrator or by management" in answer.content.decode()
    assert b'<form method="post" action="/sites/"' not in answer.content


def test_what_a_site_contains_is_said_with_a_reason(keeper: User) -> None:
    create_site(**SHANGHAI, actor=keeper)
    browser, address = signed_in(keeper), reverse("site-exposure", args=["shanghai"])

    silent = browser.post(address, {"exposure-band": "4"})
    browser.post(address, {"exposure-band": "4", "exposure-reason": "Isolators qualified."})

    assert silent.status_code == 400
    assert Site.objects.get().highest_exposure_band == 4
    assert kinds() == ["site.created", "site.changed"]
    with pytest.raises(Refused):
        set_exposure_band("shanghai", band=4, reason="Again.", actor=keeper)
    with pytest.raises(NotAllowed):
        set_exposure_band("shanghai", band=5, reason="More.", actor=UserFactory(roles=[Role.RESEARCH]))
