"""Correcting what an administrator entered, a lost second factor, and the end of a client's system."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse

from accounts import services
from accounts.models import Department, IntegrationToken, Role, User
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from tests.accounts.factories import ClientUserFactory, IntegrationFactory, UserFactory

pytestmark = pytest.mark.django_db

RIGHT = {"full_name": "Ada Right", "email": "ada@cdmo.example", "function": "Head of Research", "department": None, "reason": "A typo."}


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def test_a_person_is_corrected_and_signs_in_with_the_new_address(administrator: User) -> None:
    person = UserFactory(full_name="Ada Wrnog")

    services.change_person(person.pk, **RIGHT | {"department": Department.objects.get(key="research")}, actor=administrator)

    person = User.objects.get(pk=person.pk)
    assert (person.full_name, person.email, person.function, person.department.key) == (
        "Ada Right", "ada@cdmo.example", "Head of Research", "research",
    )  # fmt: skip
    assert EmailAddress.objects.get(user=person).email == "ada@cdmo.example"
    event = Event.objects.get(kind="person.changed")
    assert (event.reason, event.data["before"]["full_name"]) == ("A typo.", "Ada Wrnog")


@pytest.mark.parametrize(
    ("changed", "field"), [({"email": "taken@cdmo.example"}, "email"), ({"full_name": " "}, "full_name"), ({"reason": ""}, "reason")]
)
def test_a_correction_that_is_wrong_changes_nothing(administrator: User, changed: dict[str, Any], field: str) -> None:
    UserFactory(email="taken@cdmo.example")
    person = UserFactory(full_name="Ada Wrnog")

    with pytest.raises(BadInput) as caught:
        services.change_person(person.pk, **RIGHT | changed, actor=administrator)

    assert list(caught.value.errors) == [field]
    assert User.objects.get(pk=person.pk).full_name == "Ada Wrnog"
    assert kinds() == []


def test_a_clients_person_gets_no_department_of_ours(administrator: User) -> None:
    with pytest.raises(BadInput) as caught:
        services.change_person(ClientUserFactory().pk, **RIGHT | {"department": Department.objects.first()}, actor=administrator)

    assert list(caught.value.errors) == ["department"]


def test_only_an_administrator_corrects(administrator: User) -> None:
    with pytest.raises(NotAllowed):
        services.change_person(UserFactory().pk, **RIGHT, actor=UserFactory(roles=[Role.MANAGEMENT]))

    assert kinds() == []


def test_the_same_again_is_refused(administrator: User) -> None:
    person = UserFactory(full_name="Ada Right", email="ada@cdmo.example", function="Head of Research")

    with pytest.raises(Refused):
        services.change_person(person.pk, **RIGHT, actor=administrator)


def test_page_keeps_what_was_typed(administrator: User) -> None:
    person = UserFactory()

    answer = signed_in(administrator).post(
        reverse("person-change", args=[person.pk]), {**RIGHT, "department": "", "email": administrator.email}
    )

    assert answer.status_code == 400
    assert list(answer.context["correction_form"].errors) == ["email"]
    assert b'value="Ada Right"' in answer.content


def test_a_lost_second_factor_is_reset_and_the_person_is_told(administrator: User) -> None:
    person = UserFactory()
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})

    signed_in(administrator).post(reverse("person-reset-second-factor", args=[person.pk]), {"reason": "The phone is lost."})

    assert not Authenticator.objects.filter(user=person).exists()
    assert Event.objects.get(kind="person.second_factor_reset").reason == "The phone is lost."
    (told,) = mail.outbox
    assert told.to == [person.email]
    assert "Your second factor was reset" in told.subject
    assert f"{administrator.full_name} reset the second factor of your account" in told.body
    assert "If this was not you, tell an administrator at once." in told.body


def test_nobody_resets_the_own_second_factor(administrator: User) -> None:
    Authenticator.objects.create(user=administrator, type=Authenticator.Type.TOTP, data={"secret": "x"})

    with pytest.raises(NotAllowed):
        services.reset_second_factor(administrator.pk, reason="Lost.", actor=administrator)

    assert Authenticator.objects.filter(user=administrator).exists()


def test_without_a_second_factor_there_is_nothing_to_reset(administrator: User) -> None:
    with pytest.raises(Refused):
        services.reset_second_factor(UserFactory().pk, reason="Lost.", actor=administrator)


def test_a_closed_system_reads_nothing_any_more() -> None:
    approver = ClientUserFactory(roles=[Role.CLIENT_APPROVER])
    account = IntegrationFactory(client=approver.client, owner=approver)
    _token, secret = services.create_token(account.pk, name="Night run", actor=approver)
    system = Browser(headers={"authorization": f"Bearer {secret}"})
    assert system.get("/api/v1/projects/").status_code == 200

    signed_in(approver).post(reverse("integration-account-close", args=[account.pk]), {"reason": "Replaced."})

    assert system.get("/api/v1/projects/").status_code == 401
    assert not IntegrationToken.objects.usable().exists()
    assert Event.objects.get(kind="integration_account.closed").reason == "Replaced."


def test_a_foreign_clients_system_is_missing() -> None:
    foreign = ClientUserFactory(roles=[Role.CLIENT_APPROVER])
    account = IntegrationFactory()

    with pytest.raises(User.DoesNotExist):
        services.close_integration_account(account.pk, reason="Mine now.", actor=foreign)

    assert User.objects.get(pk=account.pk).is_active


def test_a_system_is_handed_over_within_its_two_sides(administrator: User) -> None:
    account = IntegrationFactory()
    successor = ClientUserFactory(client=account.client)

    services.hand_over_integration_account(account.pk, owner=successor, actor=administrator)

    assert User.objects.get(pk=account.pk).owner == successor
    with pytest.raises(BadInput):
        services.hand_over_integration_account(account.pk, owner=ClientUserFactory(), actor=administrator)
    with pytest.raises(Refused):
        services.hand_over_integration_account(account.pk, owner=successor, actor=administrator)
    assert kinds() == ["integration_account.handed_over"]
