"""The way in to the administration; roles: what the page says of them, giving and ending them, the review."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
import rules
from django.test import Client as Browser
from django.urls import reverse
from openpyxl import load_workbook

from accounts import services
from accounts.models import INTERNAL_ROLES, Role, RoleGrant, User
from accounts.permissions import allowed
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from cdmo.administration import places
from desk import rights
from tests.accounts.factories import UserFactory
from tests.routes.world import signed_in

pytestmark = pytest.mark.django_db

OF_OBJECTS = {"accounts.create_contact", "documents.sign", "documents.refuse", "projects.work_on_task", "projects.change_view"}
OF_OBJECTS |= {"phases.edit_sheet", "phases.reopen_sheet", "phases.assign_sheet", "projects.book_vessel"}


@pytest.fixture
def administrator() -> User:
    return UserFactory(roles=[Role.ADMINISTRATOR])


@pytest.fixture
def quality() -> User:
    return UserFactory(roles=[Role.QUALITY_ASSURANCE])


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.QUALITY_ASSURANCE])
def test_the_way_in_leads_to_every_page_or_says_who_opens_it(role: str) -> None:
    person = UserFactory(roles=[role])
    browser = signed_in(person)

    page = browser.get(reverse("administration"))

    assert b"in order" in page.content and b"Demo CDMO" in page.content
    for place in places(person):
        assert (f'href="{place.link}">{place.title}</a>' in page.content.decode()) == (not place.missing)
        assert browser.get(place.link).status_code == (403 if place.missing else 200), place.title


def test_the_way_in_shows_no_secret(settings: Any, administrator: User) -> None:
    settings.EMAIL_HOST_PASSWORD, settings.METRICS_TOKEN, settings.SENTRY_DSN = "hunter2", "hunter3", "https://hunter4@sentry.example/1"

    assert b"hunter" not in signed_in(administrator).get(reverse("administration")).content


def test_every_rule_has_words_and_no_words_are_without_a_rule() -> None:
    assert sorted(right.name for right in rights.RIGHTS) == sorted(rules.permissions.permissions)


def test_the_matrix_says_what_the_rules_say() -> None:
    """Beside people of the database: whoever holds only that role may exactly what the page says."""
    people = {role.value: UserFactory(roles=[role]) for role in INTERNAL_ROLES}

    for right in rights.RIGHTS:
        if right.name not in OF_OBJECTS:
            said = {role: right.held_by(role) for role in people}
            assert said == {role: allowed(right.name, person) for role, person in people.items()}, right.name


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("accounts.manage_people", {"administrator"}),
        ("projects.decide_waiver", {"quality_assurance"}),
        ("projects.answer_quotation", {"client_approver"}),
        ("projects.log_rfp", {"business_development", "project_manager", "client_approver", "integration"}),
        ("phases.assign_sheet", {role.value for role in INTERNAL_ROLES} - {"administrator", "management", "quality_assurance"}),
        ("projects.work_on_task", {role.value for role in INTERNAL_ROLES} - {"administrator"}),
        ("projects.book_vessel", {"project_manager", "production", "management", "administrator"}),
        ("projects.change_view", {role.value for role in INTERNAL_ROLES}),
    ],
)
def test_who_holds_a_right(name: str, roles: set[str]) -> None:
    right = next(each for each in rights.RIGHTS if each.name == name)

    assert {role.value for role in Role if right.held_by(role)} == roles


def test_what_a_role_signs_is_read_from_gates_and_documents() -> None:
    signed = {each.what for each in rights.signed_by(Role.EHS)}

    assert any(what.startswith("G3 ") for what in signed) and "HAZOP Report" in signed
    assert rights.signed_by(Role.ADMINISTRATOR) == []


def test_administrator_gives_and_ends_a_role_on_its_page(administrator: User) -> None:
    person, browser = UserFactory(full_name="Chen Wei"), signed_in(administrator)

    browser.post(reverse("role-give", args=["ehs"]), {"person": person.pk, "reason": "Joins the team."})
    shown = browser.get(reverse("role-detail", args=["ehs"])).content.decode()
    grant = RoleGrant.objects.get(user=person)
    refused = browser.post(reverse("role-end", args=["ehs", grant.pk]), {"reason": ""})
    browser.post(reverse("role-end", args=["ehs", grant.pk]), {"reason": "Leaves."})

    assert "Chen Wei" in shown and "Joins the team." in shown and administrator.full_name in shown
    assert refused.status_code == 400
    assert User.objects.get(pk=person.pk).roles == frozenset()


def test_a_role_without_reason_or_person_is_refused_at_the_field(administrator: User) -> None:
    answer = signed_in(administrator).post(reverse("role-give", args=["ehs"]), {"person": administrator.pk, "reason": ""})

    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"reason"}


def test_only_people_who_fit_are_offered(administrator: User) -> None:
    holder, free = UserFactory(roles=[Role.EHS]), UserFactory()

    form = signed_in(administrator).get(reverse("role-detail", args=["ehs"])).context["form"]

    assert holder not in form.fields["person"].queryset and free in form.fields["person"].queryset


@pytest.mark.parametrize("first", [Role.ADMINISTRATOR, Role.QUALITY_ASSURANCE])
def test_nobody_gives_roles_and_is_quality_assurance(administrator: User, first: str) -> None:
    person = UserFactory(roles=[first])
    other = Role.QUALITY_ASSURANCE if first == Role.ADMINISTRATOR else Role.ADMINISTRATOR

    with pytest.raises(Refused) as refusal:
        services.grant_role(person.pk, role=other, reason="Small team.", actor=administrator)

    assert [blocker.key for blocker in refusal.value.blockers] == ["role.kept_apart"]
    assert User.objects.get(pk=person.pk).roles == {first}


def test_an_administrator_who_signs_is_named(administrator: User, quality: User) -> None:
    UserFactory(roles=[Role.ADMINISTRATOR, Role.RESEARCH], full_name="Both Hats")

    assert b"Both Hats gives the roles and also signs in one." in signed_in(quality).get(reverse("roles")).content


def test_quality_assurance_reviews_the_access(quality: User) -> None:
    browser = signed_in(quality)
    seen = browser.get(reverse("roles")).context["form"].initial["seen"]

    answer = browser.post(reverse("roles-review"), {"finding": "Nothing to change.", "seen": seen})

    event = Event.objects.get(kind="access.reviewed")
    assert answer.url == reverse("roles")
    assert (event.actor, event.reason, event.data["sha256"], event.client_visible) == (quality, "Nothing to change.", seen, False)
    assert "1 people, 1 granted roles" in browser.get(reverse("roles")).content.decode()


def test_a_review_of_what_is_no_longer_so_is_refused(quality: User, administrator: User) -> None:
    seen = services.granted_hash(RoleGrant.objects.in_force())
    services.grant_role(UserFactory().pk, role=Role.EHS, reason="Joins.", actor=administrator)

    with pytest.raises(Refused):
        services.review_access(finding="Nothing to change.", seen=seen, actor=quality)


def test_who_gives_the_roles_does_not_review_them(administrator: User) -> None:
    with pytest.raises(NotAllowed):
        services.review_access(finding="Fine.", seen="", actor=administrator)
    assert b"not whoever gives the roles" in signed_in(administrator).get(reverse("roles")).content


def test_a_review_without_a_finding_is_refused(quality: User) -> None:
    with pytest.raises(BadInput):
        services.review_access(finding=" ", seen="", actor=quality)


def test_both_tables_are_files(quality: User) -> None:
    browser = signed_in(quality)

    rows, holders = (read(browser, name) for name in ("roles-csv", "role-holders-csv"))

    assert any("projects.decide_waiver" in line for line in rows)
    assert any(quality.email in line for line in holders)
    for name, words in (("roles-xlsx", "projects.decide_waiver"), ("role-holders-xlsx", quality.email)):
        sheet = load_workbook(BytesIO(b"".join(browser.get(reverse(name))))).active  # type: ignore[arg-type]
        assert any(words in row for row in sheet.iter_rows(values_only=True))


def read(browser: Browser, name: str) -> list[str]:
    return b"".join(browser.get(reverse(name))).decode().splitlines()  # type: ignore[arg-type]


def test_queries_of_the_roles_page_do_not_grow_with_people(quality: User, django_assert_max_num_queries: Any) -> None:
    browser = signed_in(quality)
    UserFactory(roles=[Role.EHS])
    browser.get(reverse("roles"))
    with django_assert_max_num_queries(100) as one:
        browser.get(reverse("roles"))
    for _more in range(3):
        UserFactory(roles=[Role.EHS])
    with django_assert_max_num_queries(len(one)):
        browser.get(reverse("roles"))
