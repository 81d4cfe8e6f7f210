"""Who owns the sheets of each department at a site: named by who keeps sites, on the site's page, and read wherever sites are."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import INTERNAL_ROLES, Role, RoleGrant, User
from audit.models import Event
from audit.refusals import BadInput, NotAllowed
from catalogue.models import SheetOwner, Site
from catalogue.services import create_site, name_sheet_owners
from tests.projects.people import approver, as_person, person
from worksheets.changing import REMOVE, Change, change_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper() -> User:
    return person(Role.MANAGEMENT)


@pytest.fixture
def site(keeper: User) -> Site:
    return create_site("basel", name="Basel", country="CH", time_zone="Europe/Zurich", actor=keeper)


def chemist(name: str = "") -> User:
    return person(Role.RESEARCH, name=name)


def named(site: Site) -> dict[str, str]:
    return dict(SheetOwner.objects.filter(site=site).values_list("department__key", "person__full_name"))


def loses(who: User, role: str) -> None:
    RoleGrant.objects.filter(user=who, role=role).update(ended_at=who.date_joined)


def leaves(who: User) -> None:
    User.objects.filter(pk=who.pk).update(is_active=False)


def address(site: Site) -> str:
    return reverse("site-sheet-owners", args=[site.key])


def page_of(site: Site, reader: User) -> str:
    return as_person(reader).get(site.get_absolute_url()).content.decode()


def queries_of_the_page(site: Site, reader: User) -> int:
    browser = as_person(reader)
    browser.get(site.get_absolute_url())
    with CaptureQueriesContext(connection) as asked:
        browser.get(site.get_absolute_url())
    return len(asked)


def filled_in(site: Site, reader: User) -> dict[str, Any]:
    """What a browser would send of the form as the page shows it."""
    return as_sent(as_person(reader).get(site.get_absolute_url()))


def as_sent(answer: Any) -> dict[str, Any]:
    form = answer.context["owners"][0].field.form
    shown = {name: form.data.get(f"initial-{name}", form.initial[name]) for name in form.fields}
    return {name: form[name].value() or "" for name in form.fields} | {f"initial-{name}": value or "" for name, value in shown.items()}


def test_people_are_named_and_taken_off_and_each_is_an_event(site: Site, keeper: User) -> None:
    both = {"research": chemist(), "ehs": person(Role.EHS)}
    assert [each.key for each in name_sheet_owners(site.key, both, actor=keeper)] == ["research", "ehs"]
    assert named(site) == {"research": "Research", "ehs": "EHS"}

    name_sheet_owners(site.key, {"research": chemist("Ann"), "ehs": None}, actor=keeper)

    assert named(site) == {"research": "Ann"}
    event = Event.objects.filter(kind="site.sheet_owners_named").latest("pk")
    assert event.words == (
        "Owners of the feasibility sheets of Basel were named: "
        "Research and development: Ann; Environment, health and safety: the department."
    )
    assert (event.object, event.link, event.actor) == (site, "/sites/basel/", keeper)
    assert [list(event.data[when].values()) for when in ("before", "after")] == [["Research", "EHS"], ["Ann", ""]]


def test_the_history_keeps_who_it_was(site: Site, keeper: User) -> None:
    for people in (chemist(), chemist("Ann"), None):
        name_sheet_owners(site.key, {"research": people}, actor=keeper)
    name_sheet_owners(site.key, {"research": chemist()}, actor=keeper)

    (result,) = change_rows("sites", [Change(REMOVE, site.pk)], actor=keeper, reason="Sold.").results

    assert result.is_saved, "who answers there is no use of the site"
    kept = SheetOwner.pgh_event_models["delete"].objects.order_by("pgh_id")  # type: ignore[attr-defined]
    told = [("insert", "Research"), ("update", "Ann"), ("delete", "Ann"), ("insert", "Research"), ("delete", "Research")]
    assert list(kept.values_list("pgh_label", "person__full_name")) == told


def test_naming_whoever_is_named_already_records_nothing(site: Site, keeper: User) -> None:
    name_sheet_owners(site.key, {"research": chemist()}, actor=keeper)

    assert name_sheet_owners(site.key, {"research": chemist(), "ehs": None}, actor=keeper) == []
    assert Event.objects.filter(kind="site.sheet_owners_named").count() == 1


@pytest.mark.parametrize("role", sorted(INTERNAL_ROLES - {Role.ADMINISTRATOR, Role.MANAGEMENT}))
def test_who_keeps_no_sites_names_nobody(site: Site, role: Role) -> None:
    with pytest.raises(NotAllowed):
        name_sheet_owners(site.key, {"research": chemist()}, actor=person(role))

    assert named(site) == {}


def test_to_a_client_there_is_no_site(site: Site) -> None:
    with pytest.raises(Site.DoesNotExist):
        name_sheet_owners(site.key, {"research": chemist()}, actor=approver())

    assert as_person(approver()).post(address(site)).status_code == 404
    assert SheetOwner.objects.visible_to(approver()).count() == 0


def test_only_who_works_in_the_department_is_named(site: Site, keeper: User) -> None:
    gone, moved = chemist("Gone"), chemist("Moved")
    leaves(gone)
    loses(moved, Role.RESEARCH)

    for who in (person(Role.PRODUCTION), User.objects.get(pk=gone.pk), User.objects.get(pk=moved.pk), approver()):
        with pytest.raises(BadInput, match="does not work in Research") as caught:
            name_sheet_owners(site.key, {"ehs": person(Role.EHS), "research": who}, actor=keeper)
        assert list(caught.value.errors) == ["research"]
    assert named(site) == {}, "together or not at all"


def test_a_department_without_sheets_has_no_owner_of_them(site: Site, keeper: User) -> None:
    with pytest.raises(BadInput) as caught:
        name_sheet_owners(site.key, {"regulatory": person(Role.REGULATORY)}, actor=keeper)

    assert list(caught.value.errors) == ["regulatory"]


def test_the_page_offers_each_department_its_people_and_saves_what_was_chosen(site: Site, keeper: User) -> None:
    ann, worker = chemist("Ann"), person(Role.PRODUCTION)
    leaves(chemist("Gone"))
    rows = as_person(keeper).get(site.get_absolute_url()).context["owners"]
    offered = {row.department.key: [label for _value, label in row.field.field.choices] for row in rows}
    assert offered["research"] == ["The department", "Ann"]
    assert offered["production"] == ["The department", "Production"]
    assert set(offered) == {"research", "material_control", "analytical", "production", "ehs"}

    answer = as_person(keeper).post(address(site), filled_in(site, keeper) | {"research": ann.pk, "production": worker.pk}, follow=True)

    assert "Saved: Production, Research and development." in answer.content.decode()
    assert named(site) == {"research": "Ann", "production": "Production"}
    assert f'<option value="{ann.pk}" selected>' in page_of(site, keeper)


def test_what_another_chose_meanwhile_stays(site: Site, keeper: User) -> None:
    shown = filled_in(site, keeper)
    name_sheet_owners(site.key, {"ehs": person(Role.EHS)}, actor=keeper)

    as_person(keeper).post(address(site), shown | {"research": chemist().pk})

    assert named(site) == {"research": "Research", "ehs": "EHS"}


@pytest.fixture
def overtaken(site: Site, keeper: User) -> dict[str, Any]:
    """What a keeper sends who chose Otto where the page showed nobody; meanwhile another has chosen Ann."""
    shown = filled_in(site, keeper)
    name_sheet_owners(site.key, {"research": chemist("Ann")}, actor=keeper)
    return shown | {"research": chemist("Otto").pk}


def test_of_two_who_choose_for_a_department_the_second_is_told_of_the_first_and_may_choose_again(
    site: Site, keeper: User, overtaken: dict[str, Any]
) -> None:
    refused = as_person(keeper).post(address(site), overtaken)

    page = refused.content.decode()
    assert refused.status_code == 400
    assert "It now says: “Ann”. Save again to put yours in its place." in page
    assert f'<option value="{chemist("Otto").pk}" selected>' in page
    assert named(site) == {"research": "Ann"}
    as_person(keeper).post(address(site), as_sent(refused))
    assert named(site) == {"research": "Otto"}


def test_who_is_told_of_the_first_may_go_back_to_what_the_page_showed(site: Site, keeper: User, overtaken: dict[str, Any]) -> None:
    refused = as_person(keeper).post(address(site), overtaken)

    as_person(keeper).post(address(site), as_sent(refused) | {"research": ""})

    assert named(site) == {}


def test_two_who_choose_the_same_are_both_right(site: Site, keeper: User, overtaken: dict[str, Any]) -> None:
    assert as_person(keeper).post(address(site), overtaken | {"research": chemist("Ann").pk}).status_code == 302


def test_whoever_was_replaced_and_left_meanwhile_is_no_fault_where_nobody_chose(site: Site, keeper: User) -> None:
    name_sheet_owners(site.key, {"research": chemist("Gone")}, actor=keeper)
    shown = filled_in(site, keeper)
    name_sheet_owners(site.key, {"research": chemist("Ann")}, actor=keeper)
    leaves(chemist("Gone"))

    wrong = as_person(keeper).post(address(site), shown | {"ehs": chemist("Ann").pk})
    assert "It now says" not in wrong.content.decode()
    assert wrong.context["owners"][0].field.form.errors.keys() == {"ehs"}
    assert f'<option value="{chemist("Ann").pk}" selected>' in wrong.content.decode()

    assert as_person(keeper).post(address(site), shown | {"ehs": person(Role.EHS).pk}).status_code == 302
    assert named(site) == {"research": "Ann", "ehs": "EHS"}


def test_who_chose_in_place_of_whoever_was_replaced_and_left_is_told_of_the_first(site: Site, keeper: User) -> None:
    name_sheet_owners(site.key, {"research": chemist("Gone")}, actor=keeper)
    shown = filled_in(site, keeper)
    name_sheet_owners(site.key, {"research": chemist("Ann")}, actor=keeper)
    leaves(chemist("Gone"))

    refused = as_person(keeper).post(address(site), shown | {"research": ""})

    assert "It now says: “Ann”." in refused.content.decode()
    as_person(keeper).post(address(site), as_sent(refused))
    assert named(site) == {}


@pytest.mark.parametrize("goes", [leaves, lambda who: loses(who, Role.RESEARCH)])
def test_the_page_says_who_no_longer_works_there_and_keeps_them_until_another_is_chosen(site: Site, keeper: User, goes: Any) -> None:
    name_sheet_owners(site.key, {"research": chemist("Ann")}, actor=keeper)
    words = "No longer works there"
    assert words not in page_of(site, keeper)
    goes(chemist("Ann"))

    assert words in page_of(site, keeper)
    assert words in page_of(site, person(Role.PRODUCTION))
    as_person(keeper).post(address(site), filled_in(site, keeper) | {"ehs": person(Role.EHS).pk})
    assert named(site) == {"research": "Ann", "ehs": "EHS"}
    as_person(keeper).post(address(site), filled_in(site, keeper) | {"research": ""})
    assert named(site) == {"ehs": "EHS"}


def test_a_choice_that_is_not_offered_is_refused_at_its_field(site: Site, keeper: User) -> None:
    answer = as_person(keeper).post(address(site), filled_in(site, keeper) | {"research": person(Role.PRODUCTION).pk})

    assert answer.status_code == 400
    assert "Select a valid choice" in answer.content.decode()
    assert named(site) == {}


def test_others_read_it_and_are_told_who_keeps_it(site: Site, keeper: User) -> None:
    name_sheet_owners(site.key, {"research": chemist("Ann")}, actor=keeper)
    page = page_of(site, person(Role.PRODUCTION))

    assert "Ann" in page
    assert "<select" not in page
    assert page.count("kept by an administrator or by management") == 2
    assert as_person(person(Role.PRODUCTION)).post(address(site)).status_code == 403


def test_the_page_asks_as_much_for_every_department_as_for_one(site: Site, keeper: User) -> None:
    name_sheet_owners(site.key, {"research": chemist()}, actor=keeper)
    one = queries_of_the_page(site, keeper)
    name_sheet_owners(site.key, {key: person(key) for key in ("production", "ehs", "analytical")}, actor=keeper)

    assert queries_of_the_page(site, keeper) == one


def test_the_table_of_sites_and_the_api_read_it(client: Client, site: Site, keeper: User) -> None:
    name_sheet_owners(site.key, {"research": chemist("Ann"), "ehs": person(Role.EHS)}, actor=keeper)
    leaves(chemist("Ann"))
    client.force_login(keeper)

    (row,) = client.get(reverse("api-worksheet-rows", args=["sites"])).json()["results"]

    assert row["values"]["sheet_owners"] == "Environment, health and safety: EHS; Research and development: Ann (no longer works there)"
