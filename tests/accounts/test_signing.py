import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import RequestFactory
from django.utils import timezone

from accounts.signing import authenticate_signer
from audit.refusals import BadInput, NotAllowed
from tests.accounts.factories import PASSWORD, ClientUserFactory, IntegrationFactory, UserFactory

pytestmark = pytest.mark.django_db


def signing(user):
    request = RequestFactory().post("/sign/")
    request.user = user
    request.session = {}
    return request


def code_for(secret, offset=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + offset))


@pytest.mark.parametrize("factory", [UserFactory, ClientUserFactory])
def test_the_right_password_authenticates(factory, kinds):
    user = factory()

    authentication = authenticate_signer(signing(user), PASSWORD)

    assert (authentication.user_id, authentication.method) == (user.pk, "password")
    assert (timezone.now() - authentication.at).total_seconds() < 5
    assert kinds() == []


def test_a_wrong_password_is_refused_and_recorded(kinds):
    with pytest.raises(BadInput) as refusal:
        authenticate_signer(signing(UserFactory()), "wrong password")

    assert list(refusal.value.errors) == ["password"]
    assert kinds() == ["signature.authentication_failed"]


def test_somebody_elses_password_is_wrong():
    user, other = UserFactory(), UserFactory()
    other.set_password("quite another password")
    other.save()

    with pytest.raises(BadInput):
        authenticate_signer(signing(user), "quite another password")


def test_failures_lock_and_the_lock_is_that_of_the_sign_in(client, kinds):
    user = UserFactory()
    for _attempt in range(5):
        with pytest.raises(BadInput):
            authenticate_signer(signing(user), "wrong password")

    with pytest.raises(BadInput):
        authenticate_signer(signing(user), PASSWORD)
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})

    assert "_auth_user_id" not in client.session
    assert kinds() == ["signature.authentication_failed"] * 5 + ["person.locked_out"]


def test_many_signatures_in_a_row_are_no_failures():
    user = UserFactory()

    for _attempt in range(8):
        authenticate_signer(signing(user), PASSWORD)


def test_second_factor_is_required_where_there_is_one(kinds):
    user, secret = UserFactory(), generate_totp_secret()
    TOTP.activate(user, secret)

    with pytest.raises(BadInput) as refusal:
        authenticate_signer(signing(user), PASSWORD)
    authentication = authenticate_signer(signing(user), PASSWORD, code_for(secret))

    assert list(refusal.value.errors) == ["code"]
    assert authentication.method == "password+totp"
    assert Authenticator.objects.get().last_used_at is not None


def test_a_code_works_once(kinds):
    user, secret = UserFactory(), generate_totp_secret()
    TOTP.activate(user, secret)
    code = code_for(secret)
    authenticate_signer(signing(user), PASSWORD, code)

    with pytest.raises(BadInput) as refusal:
        authenticate_signer(signing(user), PASSWORD, code)

    assert list(refusal.value.errors) == ["code"]
    assert kinds() == ["signature.authentication_failed"]


def test_wrong_codes_lock_too():
    user, secret = UserFactory(), generate_totp_secret()
    TOTP.activate(user, secret)
    for _attempt in range(5):
        with pytest.raises(BadInput):
            authenticate_signer(signing(user), PASSWORD, "000000")

    with pytest.raises(BadInput) as refusal:
        authenticate_signer(signing(user), PASSWORD, code_for(secret))

    assert "Too many" in str(refusal.value)


def test_an_empty_password_does_not_count(kinds):
    with pytest.raises(BadInput):
        authenticate_signer(signing(UserFactory()), "")

    assert kinds() == []


@pytest.mark.parametrize("user", [lambda: IntegrationFactory(), lambda: UserFactory(is_active=False)])
def test_systems_and_closed_accounts_cannot_sign(user):
    with pytest.raises(NotAllowed):
        authenticate_signer(signing(user()), PASSWORD)
