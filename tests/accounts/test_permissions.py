import pytest

from accounts.models import Role
from accounts.permissions import allowed, require_permission
from audit.refusals import NotAllowed
from tests.accounts.factories import ClientFactory, ClientUserFactory, IntegrationFactory, UserFactory

pytestmark = pytest.mark.django_db

# Written from the product's rules, not from its code: who may do what with people, clients and tokens.
EXPECTED = {
    "accounts.manage_people": {"administrator"},
    "accounts.create_client": {"business_development", "project_manager", "management"},
    "accounts.create_contact": {"business_development", "project_manager", "management"},
    "accounts.manage_tokens": {"administrator", "business_development", "project_manager"},
}
INTERNAL = [role for role in Role if role not in {Role.CLIENT_VIEWER, Role.CLIENT_APPROVER, Role.INTEGRATION}]


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("role", INTERNAL)
def test_internal_role(name, role):
    person = UserFactory(roles=[role])

    assert allowed(name, person, ClientFactory()) == (role in EXPECTED[name])


@pytest.mark.parametrize("name", EXPECTED)
def test_deactivated_people_may_nothing(name):
    person = UserFactory(roles=INTERNAL, is_active=False)

    assert not allowed(name, person)


def test_superuser_flag_alone_gives_nothing():
    assert not allowed("accounts.manage_people", UserFactory(is_superuser=True))


def test_approver_manages_tokens_of_the_own_client_only():
    approver = ClientUserFactory()

    assert allowed("accounts.manage_tokens", approver, approver.client)
    assert allowed("accounts.manage_tokens", approver)
    assert not allowed("accounts.manage_tokens", approver, ClientFactory())


@pytest.mark.parametrize("name", EXPECTED)
def test_viewers_manage_nothing(name):
    viewer = ClientUserFactory(roles=[Role.CLIENT_VIEWER])

    assert not allowed(name, viewer, viewer.client)


@pytest.mark.parametrize("name", EXPECTED)
def test_systems_only_name_contacts_of_their_client(name):
    system = IntegrationFactory()

    assert allowed(name, system, system.client) == (name == "accounts.create_contact")
    assert not allowed(name, system, ClientFactory())


def test_approver_names_contacts_of_the_own_client_only():
    approver = ClientUserFactory()

    assert allowed("accounts.create_contact", approver, approver.client)
    assert not allowed("accounts.create_contact", approver, ClientFactory())


def test_unknown_name_is_an_error():
    with pytest.raises(KeyError):
        allowed("accounts.fly", UserFactory())


def test_require_permission_raises():
    with pytest.raises(NotAllowed):
        require_permission("accounts.manage_people", UserFactory())
