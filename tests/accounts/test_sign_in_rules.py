"""The rules of passwords, second factors and resets, one test a rule (OWASP ASVS 5.0, chapter 6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings as django_settings
from django.contrib.auth.hashers import get_hasher
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.duties import DUTIES
from accounts.models import Role, User
from audit.models import Event
from audit.refusals import BadInput, Refused
from tests.accounts.factories import PASSWORD, ClientUserFactory, IntegrationFactory, UserFactory
from tests.accounts.links import work
from tests.accounts.signing_in import NEW, change_password, commits_at_once, is_signed_in, signed_in
from tests.accounts.test_sign_in import code_for, sign_in

pytestmark = pytest.mark.django_db


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
    work()
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


def with_second_factor(person: User) -> User:
    Authenticator.objects.create(user=person, type="totp", data={})
    return User.objects.get(pk=person.pk)


def test_a_role_that_signs_waits_for_the_second_factor(person: User, required: None) -> None:
    administrator = UserFactory(roles=[Role.ADMINISTRATOR])
    give = {"role": Role.MANAGEMENT, "reason": "Stands in.", "actor": administrator}

    with pytest.raises(Refused, match="has no second factor yet"):
        services.grant_role(person.pk, **give)
    services.grant_role(with_second_factor(person).pk, **give)

    assert Role.MANAGEMENT in User.objects.get(pk=person.pk).roles


def test_nor_is_it_handed_over_without_one(person: User, required: None) -> None:
    giver, today = UserFactory(roles=[Role.MANAGEMENT]), timezone.localdate()
    hand = {"role": Role.MANAGEMENT, "starts_on": today, "ends_on": today, "reason": "Leave.", "actor": giver}

    with pytest.raises(BadInput, match="no second factor yet"):
        services.delegate(receiver=person, **hand)

    assert services.delegate(receiver=with_second_factor(person), **hand).receiver == person


@pytest.mark.parametrize(("issuer", "roles"), [("", [Role.ADMINISTRATOR]), ("", []), ("https://id.example", [Role.MANAGEMENT])])
def test_an_account_is_opened_without_such_a_role(required: None, settings: Any, issuer: str, roles: list[str]) -> None:
    """With it where the organisation's own provider asks for the second factor."""
    settings.OIDC_ISSUER = issuer
    new = {"full_name": "New", "actor": UserFactory(roles=[Role.ADMINISTRATOR])}

    assert services.create_user(email="a@cdmo.example", roles=roles, **new).roles == {*roles}
    settings.OIDC_ISSUER = ""
    with pytest.raises(BadInput, match="without a role that signs"):
        services.create_user(email="b@cdmo.example", roles=[Role.MANAGEMENT], **new)
    assert not User.objects.filter(email="b@cdmo.example").exists()


def test_a_token_is_made_by_who_has_a_second_factor(required: None) -> None:
    maker, system = UserFactory(roles=[Role.PROJECT_MANAGER]), IntegrationFactory()

    with pytest.raises(Refused, match="Set up a second factor"):
        services.create_token(system.pk, name="Planning", actor=maker)

    assert services.create_token(system.pk, name="Planning", actor=with_second_factor(maker))[1]
