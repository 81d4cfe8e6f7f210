from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import IntegrationToken, Role, User
from cdmo.errors import page_above
from tests.accounts.factories import ClientUserFactory, IntegrationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    def sign_in(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


def test_people_page_has_a_fixed_number_of_queries(signed_in, administrator, django_assert_num_queries):
    client = signed_in(administrator)
    client.get(reverse("people"))
    counts = []
    for more in (1, 3):
        for _person in range(more):
            UserFactory(roles=[Role.EHS])
        with django_assert_num_queries(counts[0] if counts else 6) as captured:
            assert client.get(reverse("people")).status_code == 200
        counts.append(len(captured))


def test_administrator_opens_an_account_and_the_person_gets_a_link(signed_in, administrator):
    data = {"full_name": "New", "email": "new@cdmo.example", "kind": "internal", "roles": ["ehs"], "time_zone": "Asia/Shanghai"}

    answer = signed_in(administrator).post(reverse("person-new"), data)

    person = User.objects.get(email="new@cdmo.example")
    assert answer.url == reverse("person-detail", args=[person.pk])
    assert person.roles == {"ehs"}
    (sent,) = mail.outbox
    assert sent.to == ["new@cdmo.example"]
    assert f"{administrator.full_name} opened an account for you" in sent.subject
    assert "opened an account for you, New, in the project tracker of" in sent.body
    assert "/password/reset/key/" in sent.body and "It works once, until " in sent.body
    assert "did not ask" not in sent.body


def test_bad_input_is_shown_at_the_form_and_nothing_typed_is_lost(signed_in, administrator):
    data = {"full_name": "New", "email": administrator.email, "kind": "internal", "time_zone": "UTC"}

    answer = signed_in(administrator).post(reverse("person-new"), data)

    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"email"}
    assert b'value="New"' in answer.content


def test_administrator_gives_and_ends_a_role(signed_in, administrator):
    person, client = UserFactory(), signed_in(administrator)

    client.post(reverse("person-grant", args=[person.pk]), {"role": "ehs", "reason": "Joins."})
    assert User.objects.get(pk=person.pk).roles == {"ehs"}
    client.post(reverse("grant-end", args=[person.pk, person.grants.get().pk]), {"reason": "Leaves."})

    assert User.objects.get(pk=person.pk).roles == frozenset()
    assert client.get(reverse("person-detail", args=[person.pk])).status_code == 200


def test_closing_an_account_asks_why(signed_in, administrator):
    person, client = UserFactory(), signed_in(administrator)

    without = client.post(reverse("person-deactivate", args=[person.pk]), {"reason": ""})
    with_reason = client.post(reverse("person-deactivate", args=[person.pk]), {"reason": "Left."})

    assert (without.status_code, with_reason.status_code) == (400, 302)
    assert not User.objects.get(pk=person.pk).is_active


def test_token_is_shown_once(signed_in, manager):
    system, client = IntegrationFactory(), signed_in(manager)
    data = {"account": system.pk, "name": "Planning", "scope": "read", "days": 30}

    answer = client.post(reverse("token-new"), data)
    secret = answer.context["secret"]

    assert secret.encode() in answer.content
    assert f'"Authorization: Bearer {secret}" http://testserver/api/v1/milestones/' in answer.content.decode()
    assert reverse("api-docs") in client.get(reverse("tokens")).content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert secret.encode() not in client.get(reverse("tokens")).content


def test_approver_keeps_the_own_tokens_and_finds_no_others(signed_in):
    approver = ClientUserFactory()
    own, foreign = IntegrationFactory(client=approver.client), IntegrationFactory()
    client = signed_in(approver)

    client.post(reverse("token-new"), {"account": own.pk, "name": "Own", "scope": "read", "days": 30})
    refused = client.post(reverse("token-new"), {"account": foreign.pk, "name": "Foreign", "scope": "read", "days": 30})
    token = IntegrationToken.objects.get()
    client.post(reverse("token-revoke", args=[token.public_id]))

    assert refused.status_code == 400
    assert IntegrationToken.objects.get().revoked_by == approver
    assert foreign.full_name.encode() not in client.get(reverse("tokens")).content


def test_foreign_token_answers_like_a_missing_one(signed_in, manager):
    system = IntegrationFactory()
    token, _secret = IntegrationToken.objects.create(user=system, expiry=timedelta(days=1), name="x", created_by=manager)
    client = signed_in(ClientUserFactory())

    foreign = client.post(reverse("token-revoke", args=[token.public_id]))
    missing = client.post(reverse("token-revoke", args=["00000000-0000-4000-8000-000000000000"]))

    assert foreign.status_code == missing.status_code == 404


def test_profile_is_saved(signed_in):
    person = UserFactory()

    answer = signed_in(person).post(reverse("profile"), {"language": "en", "time_zone": "Europe/Zurich"})

    assert answer.url == reverse("profile")
    assert User.objects.get(pk=person.pk).time_zone == "Europe/Zurich"


ROLES = {"administrator": ["administrator"], "manager": ["project_manager"], "research": ["research"]}
PAGES = {
    "people": {"administrator": 200, "manager": 403, "research": 403, "approver": 404, "viewer": 404, "nobody": 302},
    "person-new": {"administrator": 200, "manager": 403, "research": 403, "approver": 404, "viewer": 404, "nobody": 302},
    "tokens": {"administrator": 200, "manager": 200, "research": 403, "approver": 200, "viewer": 403, "nobody": 302},
    "profile": {"administrator": 200, "manager": 200, "research": 200, "approver": 200, "viewer": 200, "nobody": 302},
    "account_change_password": {"administrator": 200, "manager": 200, "research": 200, "approver": 200, "viewer": 200, "nobody": 302},
    "mfa_index": {"administrator": 200, "manager": 200, "research": 200, "approver": 200, "viewer": 200, "nobody": 302},
    "account_login": {"nobody": 200},
    "account_reset_password": {"nobody": 200},
    "account_reset_password_done": {"nobody": 200},
    "account_reset_password_from_key_done": {"nobody": 200},
    "keep-alive": {"nobody": 200, "research": 200, "viewer": 200},
}


@pytest.mark.parametrize(("page", "who"), [(page, who) for page, expected in PAGES.items() for who in expected])
def test_who_sees_which_page(client, signed_in, page, who):
    if who in ROLES:
        signed_in(UserFactory(roles=ROLES[who]))
    elif who != "nobody":
        signed_in(ClientUserFactory(roles=[f"client_{who}"]))

    assert client.get(reverse(page)).status_code == PAGES[page][who]


def test_an_address_of_a_form_opened_as_a_page_says_where_to_go(signed_in, administrator):
    client = signed_in(administrator)

    opened = client.get(reverse("token-new"))
    from_sign_in = client.get(reverse("token-new"), headers={"Referer": "http://testserver/accounts/login/?next=/accounts/tokens/new/"})

    assert (opened.status_code, opened.headers["Allow"]) == (405, "POST")
    assert f'href="{reverse("tokens")}"' in opened.content.decode()
    assert from_sign_in.url == reverse("tokens")


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/rfps/RFP-2026-0001/answer/7/", "/rfps/RFP-2026-0001/"),
        ("/portal/API-2026-0001/quotation/1/accept/", "/portal/API-2026-0001/quotation/1/"),
        ("/webhooks/new/", "/webhooks/"),
        ("/nothing/", "/"),
    ],
)
def test_the_page_above(path, above):
    assert page_above(path) == above


def test_who_may_not_is_told_with_which_roles_and_whom_to_ask(signed_in):
    page = signed_in(UserFactory(full_name="Ann Other", roles=[Role.EHS])).get(reverse("people"))

    words = page.content.decode()
    assert page.status_code == 403
    assert "You are signed in as Ann Other. Your roles: " in " ".join(words.split())
    assert "ask an administrator for the role" in words


def test_the_sign_in_page_says_that_the_session_ended(client):
    assert "You were signed out because you were away" in client.get(reverse("account_login"), {"ended": "1"}).content.decode()
    wrong = client.post(reverse("account_login"), {"login": "nobody@cdmo.example", "password": "wrong"})
    assert "The e-mail or the password is not right." in wrong.content.decode()
    assert "email" not in "".join(client.post(reverse("account_login"), {"login": "x", "password": "x"}).context["form"].errors["login"])
