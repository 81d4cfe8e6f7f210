"""The rules of sign-in and session, one test a rule (OWASP ASVS 5.0, chapters 6 to 8)."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.contrib.auth.hashers import get_hasher
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.adapter import SEEN_AT, SIGNED_IN_AT
from accounts.duties import DUTIES
from accounts.models import Role, User
from accounts.services.sign_ins import device
from audit.models import Event
from audit.refusals import NotAllowed, Refused
from tests.accounts.factories import PASSWORD, ClientUserFactory, UserFactory
from tests.accounts.test_sign_in import code_for, sign_in

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEW = "a quite new password"


def signed_in(person: User, password: str = PASSWORD, **headers: str) -> Browser:
    browser = Browser(headers=headers)
    assert sign_in(browser, person.email, password).status_code == 302
    return browser


def commits_at_once() -> Any:
    """What allauth does after its commit needs the request, which is over when a test could run it."""
    return patch("django.db.transaction.on_commit", lambda run, **_options: run())


def is_signed_in(browser: Browser) -> bool:
    return browser.get(reverse("profile")).status_code == 200


def change_password(browser: Browser, new: str, old: str = PASSWORD) -> Any:
    return browser.post(reverse("account_change_password"), {"oldpassword": old, "password1": new, "password2": new})


@pytest.fixture
def person(db: None) -> User:
    return UserFactory(roles=[Role.RESEARCH])


# Length and characters (6.2.1, 6.2.5, 6.2.7, 6.2.9)


@pytest.mark.parametrize(
    "password", ["twelve chars", "x" * 63 + "y" * 200, "收率 密码 🔑 ümläut 'quote' \"and\" <tag>", "  spaces around  it  "]
)
def test_any_characters_and_any_length_are_taken(person: User, password: str) -> None:
    assert change_password(signed_in(person), password).status_code == 302

    signed_in(person, password)


def test_no_password_is_cut_off(person: User) -> None:
    change_password(signed_in(person), "y" * 100)

    assert "_auth_user_id" not in sign_in(Browser(), person.email, "y" * 99).client.session


def test_fields_of_passwords_take_what_is_pasted_and_have_their_kind_for_the_keeper(person: User) -> None:
    pages = [Browser().get(reverse("account_login")), signed_in(person).get(reverse("account_change_password"))]

    for page in pages:
        words = page.content.decode()
        assert "show-password.js" in words
        assert 'autocomplete="current-password"' in words
        assert "onpaste" not in words
        assert "maxlength" not in words.split('name="password')[1].split(">")[0]
    assert 'autocomplete="new-password"' in pages[1].content.decode()


# Breached and common ones (6.2.4, 6.2.12)


@pytest.mark.parametrize("password", ["password1234", "1qaz2wsx3edc", "q1w2e3r4t5y6"])
def test_common_passwords_are_refused(person: User, password: str) -> None:
    assert set(change_password(signed_in(person), password).context["form"].errors) == {"password1"}


def test_a_list_of_ones_own_is_asked_too(tmp_path: Any, settings: Any, person: User) -> None:
    (tmp_path / "breached.txt").write_text("a quite new password\n")
    validator = "django.contrib.auth.password_validation.CommonPasswordValidator"
    options = {"password_list_path": str(tmp_path / "breached.txt")}
    settings.AUTH_PASSWORD_VALIDATORS = [{"NAME": validator, "OPTIONS": options}]

    assert set(change_password(signed_in(person), NEW).context["form"].errors) == {"password1"}


# Change and ageing (6.2.2, 6.2.3, 6.2.10)


def test_a_password_does_not_age_unless_it_is_said(person: User, settings: Any) -> None:
    User.objects.filter(pk=person.pk).update(date_joined=timezone.now() - timedelta(days=1000))
    assert is_signed_in(signed_in(person))

    settings.PASSWORD_MAX_AGE_DAYS = 90
    browser = signed_in(person)

    assert browser.get(reverse("profile")).url == reverse("account_change_password")
    assert browser.get("/api/v1/me/").status_code == 403
    change_password(browser, NEW)
    assert is_signed_in(browser)
    assert is_signed_in(signed_in(person, NEW))


# Brute force (6.1.1, 6.3.1, 6.3.8)


def test_unknown_and_known_people_cost_the_same_work(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    kind = type(get_hasher())
    real = kind.encode
    monkeypatch.setattr(kind, "encode", lambda self, *given: hashed.append("x") or real(self, *given))

    work = []
    for email in (person.email, "nobody@cdmo.example", UserFactory(is_active=False).email):
        hashed.clear()
        sign_in(Browser(), email, "wrong password")
        work.append(len(hashed))

    assert len(set(work)) == 1


def test_who_fails_elsewhere_locks_nobody_out(person: User) -> None:
    for _attempt in range(6):
        Browser(REMOTE_ADDR="203.0.113.7").post(reverse("account_login"), {"login": person.email, "password": "wrong password"})

    assert sign_in(Browser(REMOTE_ADDR="203.0.113.7"), person.email).status_code == 200
    assert is_signed_in(signed_in(person))


def test_failures_from_many_addresses_are_counted_together(person: User, settings: Any) -> None:
    settings.SIGN_IN_FAILURES_EACH_HOUR = 6
    for number in range(6):
        sign_in(Browser(REMOTE_ADDR=f"203.0.113.{number}"), person.email, "wrong password")

    assert sign_in(Browser(), person.email).status_code == 200


# Second factor (6.3.3, 6.5.1, 6.5.2, 6.5.5, 6.5.6, 6.5.8)


@pytest.fixture
def required(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED, settings.SECOND_FACTOR_GRACE_DAYS = True, 7


def opened_days_ago(person: User, days: int) -> None:
    User.objects.filter(pk=person.pk).update(date_joined=timezone.now() - timedelta(days=days))


def test_our_people_need_a_second_factor_when_their_days_are_over(person: User, required: None) -> None:
    opened_days_ago(person, 8)
    browser = signed_in(person)

    assert browser.get(reverse("profile")).url == reverse("mfa_activate_totp")
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = browser.get(reverse("mfa_activate_totp"))
    with commits_at_once():
        browser.post(reverse("mfa_activate_totp"), {"code": code_for(page.context["form"].secret)})

    assert is_signed_in(browser)
    assert Authenticator.objects.filter(user=person, type="totp").exists()
    change = Event.objects.filter(kind="person.second_factor_changed").earliest("id")
    assert (change.actor, change.data["change"].endswith("added")) == (person, True)


def test_until_then_they_are_told(person: User, required: None) -> None:
    assert "Set up a second factor" in signed_in(person).get(reverse("profile")).content.decode()


def test_clients_people_are_not_made_to(required: None) -> None:
    outside = ClientUserFactory()
    opened_days_ago(outside, 100)

    assert DUTIES not in signed_in(outside).session


def test_a_code_of_the_app_works_once(person: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    code = code_for(secret)

    answers = []
    for _attempt in range(2):
        browser = Browser()
        sign_in(browser, person.email)
        answers.append(browser.post(reverse("mfa_authenticate"), {"code": code}).status_code)

    assert answers == [302, 200]


def test_a_recovery_code_works_once_and_stands_nowhere_readable(person: User) -> None:
    TOTP.activate(person, generate_totp_secret())
    codes = RecoveryCodes.activate(person)
    code = codes.get_unused_codes()[0]

    answers = []
    for _attempt in range(2):
        browser = Browser()
        sign_in(browser, person.email)
        answers.append(browser.post(reverse("mfa_authenticate"), {"code": code}).status_code)

    assert answers == [302, 200]
    assert code not in str(list(Authenticator.objects.values()))


# Reset (6.4.1, 6.4.3, 6.3.7)


def reset_link(email: str) -> str:
    Browser().post(reverse("account_reset_password"), {"email": email})
    return next(line for line in mail.outbox[-1].body.splitlines() if "/password/reset/key/" in line)


def test_a_reset_works_once_tells_the_person_and_leaves_the_second_factor(person: User) -> None:
    TOTP.activate(person, generate_totp_secret())
    link, browser = reset_link(person.email), Browser()
    page = browser.get(link, follow=True)
    browser.post(page.request["PATH_INFO"], {"password1": NEW, "password2": NEW})

    assert "_auth_user_id" not in browser.session
    assert sign_in(Browser(), person.email, NEW).url == reverse("mfa_authenticate")
    assert Browser().get(link, follow=True).context["token_fail"]
    assert "Time:" in mail.outbox[-1].body
    assert mail.outbox[-1].to == [person.email]


def test_a_link_is_random_and_short_lived() -> None:
    first, second = (reset_link(UserFactory().email) for _person in range(2))

    assert first != second
    assert django_settings.PASSWORD_RESET_TIMEOUT <= 3 * 24 * 3600


def test_a_new_password_is_told_by_mail(person: User) -> None:
    change_password(signed_in(person), NEW)

    assert [message.to for message in mail.outbox] == [[person.email]]


def test_a_changed_mail_is_told_to_the_old_one(person: User, administrator: User, client: Browser) -> None:
    client.force_login(administrator)
    before = person.email
    data = {"full_name": person.full_name, "email": "other@cdmo.example", "function": "x", "department": "", "reason": "Married."}

    client.post(reverse("person-change", args=[person.pk]), data)

    assert [message.to for message in mail.outbox] == [[before]]
    assert "other@cdmo.example" in mail.outbox[0].body


# Reset by an administrator (6.4.6)


def test_an_administrator_starts_a_reset_and_never_sees_a_password(person: User, administrator: User, client: Browser) -> None:
    client.force_login(administrator)
    page = client.get(reverse("person-detail", args=[person.pk])).content.decode()

    client.post(reverse("person-invite", args=[person.pk]))

    assert 'type="password"' not in page
    assert 'type="password"' not in client.get(reverse("person-new")).content.decode()
    assert [message.to for message in mail.outbox] == [[person.email]]
    assert is_signed_in(signed_in(person))


# Session token and time-outs (7.1.1, 7.2.3, 7.2.4, 7.3.1, 7.3.2)


def test_the_token_is_random_and_guarded(person: User) -> None:
    cookie = signed_in(person).cookies[django_settings.SESSION_COOKIE_NAME]

    assert len(cookie.value) >= 32
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_the_token_is_new_after_confirming_who_one_is(person: User) -> None:
    browser = signed_in(person)
    before = browser.session.session_key

    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert browser.session.session_key != before
    assert UserSession.objects.get(user=person).session_key == browser.session.session_key
    stolen = Browser()
    stolen.cookies[django_settings.SESSION_COOKIE_NAME] = before
    assert not is_signed_in(stolen)


@pytest.mark.parametrize("mark", [SEEN_AT, SIGNED_IN_AT])
def test_sessions_end_on_the_server(person: User, mark: str) -> None:
    browser = signed_in(person)
    session = browser.session
    session[mark] = int(time.time()) - django_settings.SESSION_COOKIE_AGE - 100
    session.save()

    assert not is_signed_in(browser)


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
