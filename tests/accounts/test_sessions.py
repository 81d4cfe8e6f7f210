"""The rules of sessions and of what they authorise, one test a rule (OWASP ASVS 5.0, chapters 7 and 8)."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse

from accounts import services
from accounts.adapter import SEEN_AT, SIGNED_IN_AT
from accounts.models import Role, User
from accounts.services.sign_ins import device
from audit.models import Event
from audit.refusals import NotAllowed, Refused
from tests.accounts.factories import PASSWORD, UserFactory
from tests.accounts.signing_in import FIREFOX, NEW, change_password, commits_at_once, is_signed_in, signed_in
from tests.accounts.test_sign_in import code_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(db: None) -> User:
    return UserFactory(roles=[Role.RESEARCH])


# Session token and time-outs (7.1.1, 7.2.3, 7.2.4, 7.3.1, 7.3.2)


def test_the_token_is_random_and_guarded(person: User) -> None:
    cookie = signed_in(person).cookies[django_settings.SESSION_COOKIE_NAME]

    assert len(cookie.value) >= 32
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_whoever_is_signed_in_works_on_while_redis_is_away(person: User, settings: Any) -> None:
    browser = signed_in(person)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "unix:///nowhere/redis.sock"}}

    answers = [browser.get(address).status_code for address in ("/projects/", "/api/v1/projects/")]

    assert (answers, is_signed_in(browser)) == ([200, 200], True)
    assert not is_signed_in(Browser())


@pytest.mark.parametrize("name", ["account_login", "account_logout", "account_reauthenticate"])
def test_signing_in_and_out_says_that_it_waits_for_redis(person: User, settings: Any, name: str) -> None:
    browser = Browser(raise_request_exception=False) if name == "account_login" else signed_in(person)
    browser.raise_request_exception = False
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "unix:///nowhere/redis.sock"}}

    shown = browser.get(reverse(name))
    refused = browser.post(reverse(name), {"login": person.email, "password": PASSWORD})

    assert (shown.status_code, refused.status_code) == (200, 503)
    assert "Redis cannot be reached" in refused.content.decode()


def test_no_session_is_ended_by_halves_while_redis_is_away(person: User, administrator: User, client: Browser, settings: Any) -> None:
    browser = signed_in(person)
    client.force_login(administrator)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "unix:///nowhere/redis.sock"}}

    refused = client.post(reverse("person-sign-out", args=[person.pk]), {"reason": "Telephone lost."})

    assert refused.status_code == 409
    assert "none was ended" in refused.content.decode()
    assert is_signed_in(browser)


def test_the_token_is_new_after_confirming_who_one_is(person: User) -> None:
    browser = signed_in(person)
    before = browser.session.session_key

    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert browser.session.session_key != before
    assert UserSession.objects.get(user=person).session_key == browser.session.session_key
    stolen = Browser()
    stolen.cookies[django_settings.SESSION_COOKIE_NAME] = before
    assert not is_signed_in(stolen)


def set_back(browser: Browser, mark: str, seconds: int) -> None:
    session = browser.session
    session[mark] = int(time.time()) - seconds
    session.save()


@pytest.mark.parametrize(("seconds", "lasts"), [(14 * 60, True), (17 * 60, False)])
def test_a_session_ends_a_quarter_of_an_hour_after_the_last_request(person: User, seconds: int, lasts: bool) -> None:
    """On the server; the last request is noted once a minute, so that the end may come a minute later."""
    browser = signed_in(person)
    set_back(browser, SEEN_AT, seconds)

    assert is_signed_in(browser) is lasts


@pytest.mark.parametrize(("seconds", "lasts"), [(12 * 3600 - 60, True), (12 * 3600 + 60, False)])
def test_a_session_ends_twelve_hours_after_the_sign_in_however_busy(person: User, seconds: int, lasts: bool) -> None:
    browser = signed_in(person)
    set_back(browser, SIGNED_IN_AT, seconds)

    assert is_signed_in(browser) is lasts


# Ending (7.4.1 to 7.4.5, 7.5.2)


def test_signing_out_kills_the_session_on_the_server(person: User) -> None:
    browser, other = signed_in(person), Browser()
    other.cookies[django_settings.SESSION_COOKIE_NAME] = browser.session.session_key

    browser.post(reverse("account_logout"))

    assert not is_signed_in(other)


def test_closing_an_account_ends_every_session_for_good(person: User, administrator: User) -> None:
    browsers = [signed_in(person), Browser()]
    browsers[1].force_login(person)

    services.deactivate_user(person.pk, actor=administrator, reason="Left.")
    services.reactivate_user(person.pk, actor=administrator, reason="Back.")

    assert [is_signed_in(browser) for browser in browsers] == [False, False]


def test_a_new_password_ends_the_other_sessions(person: User) -> None:
    here, there = signed_in(person), signed_in(person)

    change_password(here, NEW)

    assert (is_signed_in(here), is_signed_in(there)) == (True, False)


def test_people_see_where_they_are_signed_in_and_end_it(person: User, kinds: Any) -> None:
    here, there = signed_in(person), signed_in(person, user_agent=FIREFOX)
    page = here.get(reverse("sign-ins"))
    row = next(row for row in page.context["rows"] if not row.is_current)

    here.post(reverse("sign-in-end", args=[row.pk]))

    assert row.device == "Firefox on Windows"
    assert "This one" in page.content.decode()
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)
    assert kinds()[-1] == "person.session_ended"
    assert len(here.get(reverse("sign-ins")).context["rows"]) == 1


def test_all_others_are_ended_in_one_act(person: User, kinds: Any) -> None:
    here, *others = (signed_in(person) for _device in range(3))

    here.post(reverse("sign-ins-end-others"))

    assert [is_signed_in(each) for each in (here, *others)] == [True, False, False]
    assert kinds()[-1] == "person.sessions_ended"


def test_nobody_ends_the_session_of_another(person: User) -> None:
    theirs = signed_in(person)
    pk = UserSession.objects.get(user=person).pk

    assert signed_in(UserFactory()).post(reverse("sign-in-end", args=[pk])).status_code == 404
    assert is_signed_in(theirs)


def test_an_administrator_ends_the_sessions_of_another_with_a_reason(person: User, administrator: User, client: Browser) -> None:
    theirs = signed_in(person)
    client.force_login(administrator)

    assert client.post(reverse("person-sign-out", args=[person.pk]), {"reason": ""}).status_code == 400
    client.post(reverse("person-sign-out", args=[person.pk]), {"reason": "Telephone lost."})

    assert not is_signed_in(theirs)
    assert Event.objects.get(kind="person.sessions_ended").reason == "Telephone lost."


def test_only_an_administrator_does_and_only_where_there_are_some(person: User, administrator: User) -> None:
    with pytest.raises(NotAllowed):
        services.end_sign_ins_of(administrator.pk, actor=person, reason="No.")
    with pytest.raises(NotAllowed):
        services.end_sign_ins_of(administrator.pk, actor=administrator, reason="Mine.")
    with pytest.raises(Refused):
        services.end_sign_ins_of(person.pk, actor=administrator, reason="Nothing there.")


def test_a_reset_second_factor_ends_the_sessions(person: User, administrator: User) -> None:
    theirs = signed_in(person)
    TOTP.activate(person, generate_totp_secret())

    services.reset_second_factor(person.pk, actor=administrator, reason="Telephone lost.")

    assert not is_signed_in(theirs)


def test_after_a_change_of_factor_the_others_are_offered_to_end(person: User) -> None:
    browser = signed_in(person)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = browser.get(reverse("mfa_activate_totp"))

    with commits_at_once():
        browser.post(reverse("mfa_activate_totp"), {"code": code_for(page.context["form"].secret)})

    assert "Where you are signed in" in browser.get(reverse("mfa_index")).content.decode()
    assert [message.to for message in mail.outbox] == [[person.email]] * len(mail.outbox)
    assert mail.outbox


def test_the_list_costs_the_same_for_many(person: User, django_assert_num_queries: Any) -> None:
    for _device in range(4):
        signed_in(person)

    with django_assert_num_queries(2):
        assert len(services.sign_ins_of(person)) == 4


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("curl/8.0", "Unknown device"),
        ("X (iPhone; CPU) Safari/604", "Safari on iOS"),
        ("", "Unknown device"),
    ],
)
def test_devices_are_named(agent: str, words: str) -> None:
    assert device(agent) == words


# Confirming who one is (7.5.1)


@pytest.mark.parametrize("name", ["mfa_activate_totp", "mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_view_recovery_codes"])
def test_factors_are_changed_only_after_confirming_who_one_is(person: User, name: str) -> None:
    browser = signed_in(person)
    if name != "mfa_activate_totp":
        TOTP.activate(person, generate_totp_secret())
        RecoveryCodes.activate(person)
    session = browser.session
    for each in session["account_authentication_methods"]:
        each["at"] -= 3600
    session.save()

    assert "/reauthenticate/" in browser.get(reverse(name)).url


# Authorisation (8.3.1)


def test_a_right_taken_away_is_gone_at_once(person: User, administrator: User) -> None:
    other = UserFactory(roles=[Role.ADMINISTRATOR])
    browser = signed_in(other)
    assert browser.get(reverse("people")).status_code == 200

    services.end_role(other.grants.get().pk, actor=administrator, reason="Moved.")

    assert browser.get(reverse("people")).status_code == 403
