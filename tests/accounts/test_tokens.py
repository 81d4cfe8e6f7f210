from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from accounts import services
from accounts.authentication import TokenAuthentication, TokenScopePermission
from accounts.models import IntegrationToken, Role, User
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from tests.accounts.factories import ClientFactory, ClientUserFactory, IntegrationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def system():
    return IntegrationFactory()


def make(system, **values):
    actor = values.pop("actor", None) or UserFactory(roles=[Role.PROJECT_MANAGER])
    return services.create_token(system.pk, **{"name": "Planning", "actor": actor, **values})


def asking(secret, prefix="Bearer", method="get"):
    return getattr(APIRequestFactory(), method)("/api/v1/", headers={"Authorization": f"{prefix} {secret}"})


def signed_in(secret, **values):
    return TokenAuthentication().authenticate(asking(secret, **values))


def test_create_integration_account(manager, kinds):
    client = ClientFactory(code="DEMO")

    account = services.create_integration_account(client.pk, name="Planning system", actor=manager)

    assert (account.kind, account.client, account.owner) == ("integration", client, manager)
    assert account.email == "planning-system.1.demo@integration.invalid"
    assert account.roles == {"integration"}
    assert not account.has_usable_password()
    assert kinds() == ["integration_account.created"]


def test_owner_of_another_client_is_refused(manager):
    with pytest.raises(BadInput):
        services.create_integration_account(ClientFactory().pk, name="System", actor=manager, owner=ClientUserFactory())


def test_token_is_not_stored_in_plain(system):
    token, secret = make(system)

    with connection.cursor() as cursor:
        cursor.execute("select to_jsonb(t)::text from accounts_integrationtoken t union all select to_jsonb(e)::text from audit_event e")
        stored = " ".join(row[0] for row in cursor.fetchall())
    assert secret not in stored
    assert token.digest != secret
    assert Event.objects.get(kind="token.created").object == system


@pytest.mark.parametrize("values", [{"days": 0}, {"days": 367}, {"scope": "all"}, {"name": " "}, {"name": "x" * 101}])
def test_create_token_refuses_bad_input(system, values):
    with pytest.raises(BadInput):
        make(system, **values)

    assert not IntegrationToken.objects.exists()


def test_token_without_expiry_is_refused_by_the_database(system, manager):
    with pytest.raises(IntegrityError), transaction.atomic():
        IntegrationToken.objects.create(user=system, expiry=None, name="forever", created_by=manager)


@pytest.mark.parametrize("prefix", ["Bearer", "bearer", "Token"])
def test_token_signs_in(system, prefix):
    token, secret = make(system)

    user, found = signed_in(secret, prefix=prefix)

    assert (user, found) == (system, token)


def test_token_signs_in_with_one_query_and_notes_its_use_once_a_minute(system, django_assert_num_queries):
    _token, secret = make(system)

    with django_assert_num_queries(2):
        signed_in(secret)
    with django_assert_num_queries(1):
        signed_in(secret)
    assert IntegrationToken.objects.get().last_used_at is not None


def test_last_use_is_noted_again_after_a_minute(system):
    _token, secret = make(system)
    IntegrationToken.objects.update(last_used_at=timezone.now() - timedelta(seconds=61))

    signed_in(secret)

    assert IntegrationToken.objects.get().last_used_at > timezone.now() - timedelta(seconds=5)


@pytest.mark.parametrize("change", [{"revoked_at": timezone.now()}, {"expiry": timezone.now() - timedelta(seconds=1)}])
def test_token_that_ended_is_refused(system, change):
    _token, secret = make(system)
    IntegrationToken.objects.update(**change)

    with pytest.raises(AuthenticationFailed):
        signed_in(secret)


def test_token_of_a_deactivated_account_is_refused(system):
    _token, secret = make(system)
    User.objects.filter(pk=system.pk).update(is_active=False)

    with pytest.raises(AuthenticationFailed):
        signed_in(secret)


@pytest.mark.parametrize("secret", ["", "nonsense", "two words", "ü" * 20])
def test_unknown_token_is_refused(secret):
    request = APIRequestFactory().get("/api/v1/", HTTP_AUTHORIZATION=f"Bearer {secret}".encode().decode("latin-1"))

    with pytest.raises(AuthenticationFailed):
        TokenAuthentication().authenticate(request)


def test_other_schemes_are_left_alone():
    assert signed_in("dXNlcjpwYXNz", prefix="Basic") is None
    assert TokenAuthentication().authenticate(APIRequestFactory().get("/")) is None


@pytest.mark.parametrize(
    ("scope", "method", "expected"),
    [("read", "get", True), ("read", "post", False), ("read", "delete", False), ("write", "post", True), ("write", "get", True)],
)
def test_scope(system, scope, method, expected):
    token, secret = make(system, scope=scope)
    request = asking(secret, method=method)
    request.auth = token

    assert TokenScopePermission().has_permission(request, APIView()) is expected


def test_both_sides_revoke(system, kinds):
    first, _secret = make(system)
    second, _secret = make(system)
    approver = ClientUserFactory(client=system.client)

    services.revoke_token(first.public_id, actor=UserFactory(roles=[Role.BUSINESS_DEVELOPMENT]))
    services.revoke_token(second.public_id, actor=approver, reason="Not used any more.")

    assert not IntegrationToken.objects.usable().exists()
    assert kinds()[-2:] == ["token.revoked", "token.revoked"]


def test_revoke_twice_is_refused(system, manager):
    token, _secret = make(system)
    services.revoke_token(token.public_id, actor=manager)

    with pytest.raises(Refused):
        services.revoke_token(token.public_id, actor=manager)


def test_a_foreign_approver_finds_nothing(system):
    token, _secret = make(system)

    with pytest.raises(IntegrationToken.DoesNotExist):
        services.revoke_token(token.public_id, actor=ClientUserFactory())
    with pytest.raises(User.DoesNotExist):
        make(system, actor=ClientUserFactory())


def test_a_viewer_of_the_client_may_not(system):
    with pytest.raises(NotAllowed):
        make(system, actor=ClientUserFactory(client=system.client, roles=[Role.CLIENT_VIEWER]))
