import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core import mail
from django.urls import reverse

from accounts.links import LINK_ASKED
from accounts.models import Role, User
from audit.models import Event
from tests.accounts.factories import PASSWORD, ClientUserFactory, IntegrationFactory, UserFactory
from tests.accounts.links import work

pytestmark = pytest.mark.django_db


def sign_in(client, email, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def code_for(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_sign_in_and_out_are_recorded(client, kinds):
    person = UserFactory()

    answer = sign_in(client, person.email.upper())
    client.post(reverse("account_logout"))

    assert answer.status_code == 302
    assert kinds() == ["person.signed_in", "person.signed_out"]
    assert Event.objects.first().data["ip"] == "127.0.0.1"


def test_wrong_password_and_unknown_person_get_the_same_answer(client, kinds):
    person = UserFactory()

    wrong = sign_in(client, person.email, "wrong password").context["form"].errors
    unknown = sign_in(client, "nobody@cdmo.example").context["form"].errors
    closed = sign_in(client, UserFactory(is_active=False).email).context["form"].errors
    system = sign_in(client, IntegrationFactory(password=person.password).email).context["form"].errors

    assert wrong == unknown == closed == system
    assert kinds() == ["person.sign_in_failed"] * 4
    assert Event.objects.first().object == person
    assert PASSWORD not in str(list(Event.objects.values()))


def test_lock_out_after_five_failures_holds_for_the_right_password_too(client, kinds):
    person = UserFactory()
    for _attempt in range(5):
        sign_in(client, person.email, "wrong password")

    answers = [sign_in(client, person.email) for _attempt in range(2)]

    assert all("_auth_user_id" not in answer.client.session for answer in answers)
    assert kinds() == ["person.sign_in_failed"] * 5 + ["person.locked_out"]


def test_success_does_not_count_as_failure(client):
    person = UserFactory()

    for _attempt in range(7):
        assert sign_in(client, person.email).status_code == 302
        client.post(reverse("account_logout"))


def test_second_factor_is_asked_for(client, kinds):
    person = UserFactory()
    secret = generate_totp_secret()
    TOTP.activate(person, secret)

    first = sign_in(client, person.email)
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    right = client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})

    assert first.url == reverse("mfa_authenticate")
    assert wrong.status_code == 200
    assert right.status_code == 302
    assert kinds() == ["person.sign_in_failed", "person.signed_in"]


def test_seed_of_the_second_factor_is_encrypted():
    secret = generate_totp_secret()

    authenticator = TOTP.activate(UserFactory(), secret).instance

    assert secret not in str(authenticator.data)
    assert authenticator.wrap().validate_code(code_for(secret))


@pytest.mark.parametrize("path", ["signup/", "email/", "confirm-email/", "inactive/"])
def test_pages_of_self_service_do_not_exist(client, path):
    assert client.get(f"/accounts/{path}").status_code == 404


def test_password_reset_by_link(client, kinds):
    person = UserFactory()
    client.post(reverse("account_reset_password"), {"email": person.email})
    work()
    link = next(line for line in mail.outbox[0].body.splitlines() if "/password/reset/key/" in line)

    page = client.get(link, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": "a quite new password", "password2": "a quite new password"})

    assert sign_in(client, person.email, "a quite new password").status_code == 302
    assert kinds() == [LINK_ASKED, "person.password_changed", "person.signed_in"]


@pytest.mark.parametrize("email", ["nobody@cdmo.example", "system@integration.invalid"])
def test_password_reset_mails_nobody_else(client, email):
    IntegrationFactory(email="system@integration.invalid")

    answer = client.post(reverse("account_reset_password"), {"email": email})

    assert answer.status_code == 302
    assert work() == []
    assert mail.outbox == []


def test_password_change_asks_for_the_old_one_and_for_twelve_characters(client):
    person = UserFactory()
    sign_in(client, person.email)
    address = reverse("account_change_password")

    wrong = client.post(address, {"oldpassword": "wrong", "password1": "a quite new password", "password2": "a quite new password"})
    short = client.post(address, {"oldpassword": PASSWORD, "password1": "elevenchars", "password2": "elevenchars"})

    assert set(wrong.context["form"].errors) == {"oldpassword"}
    assert set(short.context["form"].errors) == {"password1"}
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)


def test_session_key_is_new_after_sign_in(client):
    person = ClientUserFactory(roles=[Role.CLIENT_VIEWER])
    client.get(reverse("account_login"))
    client.session.save()
    before = client.session.session_key

    sign_in(client, person.email)

    assert client.session.session_key != before
