from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import INTERNAL_ROLES, Role, User
from audit.models import Event
from audit.refusals import BadInput, NotAllowed
from catalogue.models import Site, Vessel
from catalogue.services import create_site
from projects.models import Project
from tests.accounts.factories import UserFactory
from tests.projects import factories as make
from worksheets.changing import CHANGE, REMOVE, Change, Result, change_rows

pytestmark = pytest.mark.django_db

SHANGHAI = {"key": "shanghai", "name": "Shanghai", "country": "CN", "time_zone": "Asia/Shanghai"}
WHY = "The plant moved."


@pytest.fixture
def keeper() -> User:
    return UserFactory(roles=[Role.MANAGEMENT])


@pytest.fixture
def site(keeper: User) -> Site:
    return create_site(**SHANGHAI, actor=keeper)


def kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def change(site: Site, actor: User, reason: str = WHY, **values: Any) -> Result:
    (result,) = change_rows("sites", [Change(CHANGE, site.pk, values)], actor=actor, reason=reason).results
    return result


def remove(site: Site, actor: User, reason: str = WHY) -> Result:
    (result,) = change_rows("sites", [Change(REMOVE, site.pk)], actor=actor, reason=reason).results
    return result


def test_site_is_opened(site: Site) -> None:
    assert Site.objects.get() == site
    event = Event.objects.get()
    assert (event.kind, event.object, event.words, event.link) == ("worksheet.row_added", site, "Sites: Shanghai was added.", "/sites/")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"country": "Chinaland"}, "country"),
        ({"country": "XX"}, "country"),
        ({"time_zone": "China"}, "time_zone"),
        ({"key": "a b"}, "key"),
        ({"name": " "}, "name"),
        ({"highest_exposure_band": 6}, "highest_exposure_band"),
    ],
)
def test_site_needs_sensible_values(keeper: User, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        create_site(**SHANGHAI | changed, actor=keeper)

    assert list(caught.value.errors) == [field]
    assert not Site.objects.exists()


def test_country_and_zone_may_be_typed_as_people_call_them(keeper: User) -> None:
    site = create_site("mexico", name="Toluca", country="Mexico", time_zone="America/Mexico City", actor=keeper)

    assert (site.country, site.time_zone) == ("MX", "America/Mexico_City")


def test_a_zone_that_is_none_of_the_country_is_refused_where_it_was_typed(site: Site, keeper: User) -> None:
    with pytest.raises(BadInput) as caught:
        create_site("basel", name="Basel", country="CH", time_zone="Asia/Tokyo", actor=keeper)
    assert caught.value.errors == {"time_zone": ["Asia/Tokyo is not a time zone of Switzerland. Choose Europe/Zurich, or UTC."]}

    (words,) = change(site, keeper, country="US").errors["country"]
    assert words.startswith("Asia/Shanghai is not a time zone of United States. Choose America/New York, America/Detroit, ")
    assert words.endswith(" or another of its zones, or UTC.")
    (words,) = change(site, keeper, country="NZ").errors["country"]
    assert words == "Asia/Shanghai is not a time zone of New Zealand. Choose Pacific/Auckland, Pacific/Chatham, or UTC."
    assert change(site, keeper, country="US", time_zone="America/Denver").is_saved
    assert change(site, keeper, time_zone="UTC").is_saved


def test_a_site_whose_zone_was_another_country_s_is_still_corrected_elsewhere(site: Site, keeper: User) -> None:
    Site.objects.update(time_zone="Asia/Tokyo")

    assert change(site, keeper, name="Suzhou").is_saved


def test_site_key_is_given_once_and_stays(site: Site, keeper: User) -> None:
    with pytest.raises(BadInput):
        create_site(**SHANGHAI | {"name": "Second"}, actor=keeper)

    assert list(change(site, keeper, key="suzhou").errors) == ["key"]


def test_site_is_corrected_with_a_reason(site: Site, keeper: User) -> None:
    with pytest.raises(BadInput) as caught:
        change(site, keeper, reason=" ", name="Suzhou")
    assert list(caught.value.errors) == ["reason"]

    assert change(site, keeper, name="Suzhou").is_saved

    event = Event.objects.latest("pk")
    assert (event.reason, event.data["before"], event.data["after"]) == (WHY, {"name": "Shanghai"}, {"name": "Suzhou"})


def test_a_region_goes_with_its_country(keeper: User) -> None:
    site = create_site("frankfurt", name="Frankfurt", country="DE", time_zone="Europe/Berlin", actor=keeper)
    Site.objects.update(subdivision="HE")

    change(site, keeper, name="Main")
    assert Site.objects.get().subdivision == "HE"
    change(site, keeper, country="CH", time_zone="Europe/Zurich")
    assert Site.objects.get().subdivision == ""
    (lost,) = Event.objects.filter(kind="site.changed")
    assert (lost.data["before"], lost.data["after"]) == ({"subdivision": "HE"}, {"subdivision": ""})


@pytest.mark.parametrize("values", [{"time_zone": "Suzhou"}, {"name": "Shanghai"}])
def test_correction_that_says_nothing_new_or_nothing_sensible_changes_nothing(site: Site, keeper: User, values: dict[str, str]) -> None:
    change(site, keeper, **values)

    assert Site.objects.get().time_zone == "Asia/Shanghai"
    assert kinds() == ["worksheet.row_added"]


@pytest.mark.parametrize("role", sorted(INTERNAL_ROLES - {Role.ADMINISTRATOR, Role.MANAGEMENT}))
def test_others_keep_no_sites(site: Site, role: Role) -> None:
    other = UserFactory(roles=[role])

    with pytest.raises(NotAllowed):
        create_site(**SHANGHAI | {"key": "basel"}, actor=other)
    with pytest.raises(NotAllowed):
        change(site, other, name="Suzhou")

    assert kinds() == ["worksheet.row_added"]


def test_a_site_that_nobody_uses_can_be_taken_away(site: Site, keeper: User) -> None:
    with pytest.raises(BadInput):
        remove(site, keeper, reason="")

    assert remove(site, keeper).is_saved
    assert not Site.objects.exists()
    assert Event.objects.latest("pk").words == "Sites: Shanghai was taken away."


def test_a_site_with_vessels_or_projects_stays_and_the_refusal_names_them(site: Site, keeper: User) -> None:
    Project.objects.filter(pk=make.a_project().pk).update(site=site)
    Vessel.objects.create(site=site, tag="R-302", name="Reactor", kind="reactor", material="glass_lined")

    (words,) = remove(site, keeper).errors[""]

    assert "It is used elsewhere" in words
    assert "vessels: R-302" in words
    assert "projects: " in words
    assert Site.objects.filter(pk=site.pk).exists()


def test_a_site_in_use_is_refused_before_anybody_says_why_it_goes(site: Site, keeper: User) -> None:
    free = create_site("basel", name="Basel", country="CH", time_zone="Europe/Zurich", actor=keeper)
    Vessel.objects.create(site=site, tag="R-302", name="Reactor", kind="reactor", material="glass_lined")

    assert "It is used elsewhere (vessels: R-302)" in remove(site, keeper, reason="").errors[""][0]
    with pytest.raises(BadInput, match="reason"):
        change_rows("sites", [Change(REMOVE, site.pk), Change(REMOVE, free.pk)], actor=keeper)

    assert Site.objects.count() == 2


def test_page_of_a_site_that_stays_says_why_and_keeps_the_reason_that_was_typed(site: Site, keeper: User) -> None:
    browser, address = signed_in(keeper), reverse("worksheet-row-remove", args=["sites", site.pk])
    missing = browser.post(address, {"reason": " "})
    Vessel.objects.create(site=site, tag="R-302", name="Reactor", kind="reactor", material="glass_lined")

    answer = browser.post(address, {"reason": "Closed <down>"})

    assert [each.status_code for each in (missing, answer)] == [400, 400]
    assert "A reason is needed" in missing.content.decode()
    assert "It is used elsewhere (vessels: R-302)" in answer.content.decode()
    assert 'value="Closed &lt;down&gt;"' in answer.content.decode()
    assert "Why is the row taken away?" in answer.content.decode()


def test_page_opens_and_corrects_a_site(keeper: User) -> None:
    browser = signed_in(keeper)

    browser.post(reverse("worksheet-row-new", args=["sites"]), SHANGHAI)
    address = reverse("worksheet-row", args=["sites", Site.objects.get().pk])
    browser.post(address, SHANGHAI | {"name": "Suzhou", "highest_exposure_band": "4", "reason": WHY})
    shown = browser.get(reverse("site-detail", args=["shanghai"])).content.decode()

    assert "Suzhou" in shown
    assert "exposure band up to 4" in shown
    assert WHY in shown
    assert f'href="{address}"' in shown
    assert 'href="/calendars/"' in shown


def test_bad_input_stands_at_its_field_and_keeps_what_was_typed(keeper: User) -> None:
    answer = signed_in(keeper).post(reverse("worksheet-row-new", args=["sites"]), SHANGHAI | {"country": "XX"})

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["country"]
    assert b'value="Shanghai"' in answer.content


def test_page_says_who_keeps_sites_to_those_who_do_not(site: Site) -> None:
    browser = signed_in(UserFactory(roles=[Role.RESEARCH]))

    assert "kept by an administrator or by management" in browser.get(reverse("sites")).content.decode()
    assert "Change the facts" in browser.get(reverse("site-detail", args=["shanghai"])).content.decode()


def test_the_table_counts_vessels_and_own_days(site: Site, keeper: User) -> None:
    Vessel.objects.create(site=site, tag="R-302", name="Reactor", kind="reactor", material="glass_lined")
    Site.objects.update(own_days_json=[{"first": "2026-08-03", "last": "2026-08-14", "worked": False, "words": "Shut-down"}])

    (row,) = signed_in(keeper).get(reverse("worksheet-data", args=["sites"])).json()["rows"]

    assert (row["values"]["vessels"], row["values"]["own_days"]) == (1, 1)
    assert row["links"]["vessels"] == "/sites/shanghai/vessels/"


def test_sites_leave_and_come_as_files(site: Site, keeper: User) -> None:
    browser = signed_in(keeper)

    file = b"".join(browser.get(reverse("list-csv", args=["sites"])).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]

    assert "shanghai" in file
    assert "Asia/Shanghai" in file
    assert browser.get(reverse("import-new", args=["sites"])).status_code == 200
