"""Sign-in by the organisation's own identity provider: it says who somebody is, accounts stay ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import Role, User
from audit.models import Event
from tests.accounts import provider as providers
from tests.accounts.factories import UserFactory
from tests.accounts.provider import Provider
from tests.cdmo.test_settings import GOOD, load

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/oidc/organisation/login/"


@pytest.fixture(scope="module")
def served() -> Iterator[Provider]:
    with providers.running() as provider:
        yield provider


@pytest.fixture
def provider(served: Provider, settings: Any) -> Provider:
    """Configured as OIDC_ISSUER and its neighbours do."""
    app = {**settings.OIDC_APP, "client_id": providers.CLIENT_ID, "secret": providers.CLIENT_SECRET}
    app["settings"] = {"server_url": served.address}
    settings.OIDC_ISSUER, settings.ROOT_URLCONF = served.address, "tests.accounts.oidc_urls"
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
    served.person, served.audience = {"sub": "s-1", "email": "ann@example.com", "email_verified": True}, providers.CLIENT_ID
    served.asked.clear()
    return served


@pytest.fixture
def ann() -> User:
    return UserFactory(email="ann@example.com")


def come_back(client: Client, provider: Provider, **query: str) -> HttpResponse:
    leaves = client.get(LOGIN, query)
    assert leaves.status_code == 302
    back: Any = client.get(provider.answers(leaves["Location"]))
    return back


def signed_in(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_a_person_with_an_account_comes_in_and_to_the_page_asked_for(client: Client, provider: Provider, ann: User) -> None:
    offered = client.get("/accounts/login/?next=/projects/").content.decode()

    back = come_back(client, provider, next="/projects/")

    assert f'href="{LOGIN}?next=%2Fprojects%2F"' in offered
    assert (back.status_code, back["Location"]) == (302, "/projects/")
    assert signed_in(client) == str(ann.pk)
    assert "signed_in_at" in client.session
    assert provider.asked[0]["code_verifier"]
    assert list(Event.objects.values_list("kind", "actor_id")) == [("person.signed_in", ann.pk)]


def test_the_provider_s_own_name_for_the_person_counts_from_then_on(client: Client, provider: Provider, ann: User) -> None:
    UserFactory(email="other@example.com")
    come_back(client, provider)
    provider.person = {**provider.person, "email": "other@example.com"}

    come_back(Client(), provider)
    later = Client()
    come_back(later, provider)

    assert signed_in(later) == str(ann.pk)


@pytest.mark.parametrize("change", [{"email": "unknown@example.com"}, {"email_verified": False}, {"email": ""}])
def test_without_an_account_nobody_comes_in(client: Client, provider: Provider, ann: User, change: dict[str, Any]) -> None:
    provider.person = {**provider.person, **change}

    back = come_back(client, provider)

    assert (back.status_code, back["Location"]) == (302, "/accounts/login/")
    assert signed_in(client) is None
    assert User.objects.count() == 1
    assert list(Event.objects.values_list("kind", flat=True)) == ["person.sign_in_failed"]
    assert b"there is no account for you here" in client.get("/accounts/login/").content


def test_a_deactivated_person_stays_out_also_when_known_before(client: Client, provider: Provider, ann: User) -> None:
    come_back(client, provider)
    User.objects.filter(pk=ann.pk).update(is_active=False)
    later = Client()

    come_back(later, provider)

    assert signed_in(later) is None


def test_nobody_ties_a_second_name_to_an_account(client: Client, provider: Provider, ann: User) -> None:
    bob = UserFactory(email="bob@example.com")
    client.force_login(bob)

    come_back(client, provider, process="connect")
    later = Client()
    come_back(later, provider)

    assert signed_in(later) == str(ann.pk)


@pytest.mark.parametrize("answer", ["?error=access_denied&state=x", "?code=one&state=forged", ""])
def test_a_refusal_or_a_forged_answer_leads_back_to_the_sign_in(client: Client, provider: Provider, ann: User, answer: str) -> None:
    client.get(LOGIN)

    back = client.get(f"{LOGIN}callback/{answer}")

    assert (back.status_code, back["Location"]) == (302, "/accounts/login/")
    assert signed_in(client) is None


def test_a_token_for_another_product_is_refused(client: Client, provider: Provider, ann: User) -> None:
    provider.audience = "another"

    assert come_back(client, provider)["Location"] == "/accounts/login/"
    assert signed_in(client) is None


@pytest.mark.parametrize(
    ("asked", "claims", "owes"),
    [
        ({}, {}, False),
        ({"OIDC_ACR": ["phr"]}, {"acr": "phr"}, False),
        ({"OIDC_ACR": ["phr"]}, {"acr": "pwd"}, True),
        ({"OIDC_AMR": ["mfa", "otp"]}, {"amr": ["pwd", "otp"]}, False),
        ({"OIDC_AMR": ["mfa"]}, {"amr": ["pwd"]}, True),
        ({"OIDC_AMR": ["mfa"]}, {"amr": "mfa"}, True),  # no list: not what the standard says it is
        ({"OIDC_ACR": ["phr"], "OIDC_AMR": ["mfa"]}, {"amr": ["mfa"]}, False),
        ({"OIDC_ACR": ["phr"]}, {}, True),
    ],
)
def test_the_second_factor_is_owed_unless_the_provider_says_that_it_saw_one(
    client: Client, provider: Provider, settings: Any, asked: dict[str, list[str]], claims: dict[str, Any], owes: bool
) -> None:
    signer = UserFactory(email="ann@example.com", roles=[Role.QUALITY_ASSURANCE])
    settings.SECOND_FACTOR_REQUIRED = True
    for name, values in asked.items():
        setattr(settings, name, values)
    provider.person = {**provider.person, **claims}

    come_back(client, provider)

    assert signed_in(client) == str(signer.pk)
    assert client.session.get("duties") == (["second_factor"] if owes else None)
    page = client.get("/projects/", follow=True)
    assert page.redirect_chain[:1] == ([("/accounts/2fa/totp/activate/", 302)] if owes else [])
    assert (b"does not say that it asked you for a second factor" in page.content) is owes


def test_without_configuration_there_is_no_such_way_in(client: Client) -> None:
    assert client.get(LOGIN).status_code == 404
    assert b"/oidc/" not in client.get("/accounts/login/").content


def test_the_environment_makes_the_address_and_asks_for_the_rest() -> None:
    told = {**GOOD, "OIDC_ISSUER": "https://login.example.com/realm", "DJANGO_SETTINGS_MODULE": "cdmo.settings"}
    reverse = (
        "import django; django.setup(); from django.urls import reverse; print(reverse('openid_connect_login', args=['organisation']))"
    )

    whole = load(reverse, **told, OIDC_CLIENT_ID="cdmo", OIDC_CLIENT_SECRET="word")

    assert whole.stdout.strip() == LOGIN, whole.stderr
    assert "OIDC_CLIENT_ID" in load(**told).stderr
