import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import services
from accounts.bootstrap import create_first_administrator
from accounts.models import Client, Contact, Department, Role, RoleGrant, User
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from tests.accounts.factories import PASSWORD, ClientFactory, ClientUserFactory, IntegrationFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_create_client_makes_a_code_and_records(manager, kinds):
    client = services.create_client(name="  Demo   Client A ", actor=manager)

    assert (client.name, client.code) == ("Demo Client A", "DEMOCL")
    assert kinds() == ["client.created"]
    assert Event.objects.get().client_id == client.pk


def test_create_client_with_a_taken_code_gets_a_number(manager):
    services.create_client(name="Demo Client A", actor=manager)

    assert services.create_client(name="Demo Client B", actor=manager).code == "DEMOCL1"


@pytest.mark.parametrize(
    "values",
    [
        {"name": "demo client"},
        {"name": "Other", "code": "demo"},
        {"name": ""},
        {"name": "X", "country": "Swiss"},
        {"name": "X", "country": "XX"},
    ],
)
def test_create_client_refuses_bad_input(manager, kinds, values):
    ClientFactory(name="Demo Client", code="DEMO")

    with pytest.raises(BadInput):
        services.create_client(actor=manager, **values)

    assert kinds() == []


@pytest.mark.parametrize(("values", "field"), [({"email": "a@b.example", "phone": "+41 61 000 00 00"}, "name"), ({}, "email")])
def test_create_contact_refuses_a_twin_and_whom_nobody_can_reach_whatever_is_ticked(manager, kinds, values, field):
    client = ClientFactory()
    services.create_contact(client.pk, name="Contact", email="A@b.example", actor=manager)

    with pytest.raises(BadInput) as wrong:
        services.create_contact(client.pk, name="Contact", is_another=True, actor=manager, **values)

    assert list(wrong.value.errors) == [field]
    assert kinds() == ["contact.created"]


def test_create_user_grants_roles_and_makes_the_address(administrator, kinds):
    user = services.create_user(
        email="New@Cdmo.example", full_name="New", actor=administrator, roles=[Role.RESEARCH, Role.ANALYTICAL], department="research"
    )

    assert user.roles == {"research", "analytical"}
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).email == "new@cdmo.example"
    assert kinds() == ["person.created", "role.granted", "role.granted"]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("email", {"email": "TAKEN@cdmo.example"}),
        ("email", {"email": "no address"}),
        ("role", {"roles": [Role.CLIENT_APPROVER]}),
        ("role", {"roles": [Role.INTEGRATION]}),
        ("client", {"kind": "client"}),
        ("kind", {"kind": "integration"}),
        ("password", {"password": "short"}),
        ("time_zone", {"time_zone": "Mars/Base"}),
        ("department", {"department": "cooking"}),
    ],
)
def test_create_user_refuses_bad_input(administrator, kinds, field, values):
    UserFactory(email="taken@cdmo.example")
    given = {"email": "new@cdmo.example", "full_name": "New", **values}

    with pytest.raises(BadInput) as refusal, transaction.atomic():
        services.create_user(actor=administrator, **given)

    assert list(refusal.value.errors) == [field]
    assert kinds() == []


def test_a_client_person_cannot_get_an_internal_role(administrator):
    person = ClientUserFactory()

    with pytest.raises(BadInput):
        services.grant_role(person.pk, role=Role.PROJECT_MANAGER, actor=administrator, reason="No.")


def test_grant_and_end_role_keep_who_when_why(administrator, kinds):
    person = UserFactory()

    grant = services.grant_role(person.pk, role=Role.EHS, actor=administrator, reason="Joins EHS.")
    ended = services.end_role(grant.pk, actor=administrator, reason="Leaves EHS.")

    assert (ended.granted_by, ended.reason, ended.ended_by, ended.end_reason) == (administrator, "Joins EHS.", administrator, "Leaves EHS.")
    assert User.objects.get(pk=person.pk).roles == frozenset()
    assert kinds() == ["role.granted", "role.ended"]


def test_nobody_grants_oneself_a_role(administrator):
    with pytest.raises(NotAllowed):
        services.grant_role(administrator.pk, role=Role.QUALITY_ASSURANCE, actor=administrator, reason="Me.")


def test_a_role_is_granted_once(administrator):
    person = UserFactory(roles=[Role.EHS])

    with pytest.raises(Refused):
        services.grant_role(person.pk, role=Role.EHS, actor=administrator, reason="Again.")


def test_a_reason_is_asked_for(administrator):
    person = UserFactory(roles=[Role.EHS])

    with pytest.raises(BadInput):
        services.end_role(person.grants.get().pk, actor=administrator, reason=" ")


def test_the_last_administrator_stays(administrator):
    with pytest.raises(Refused):
        services.end_role(administrator.grants.get().pk, actor=administrator, reason="Bye.")


def test_one_of_two_administrators_may_be_deactivated(administrator, kinds):
    other = UserFactory(roles=[Role.ADMINISTRATOR])

    services.deactivate_user(other.pk, actor=administrator, reason="Left.")

    assert not User.objects.get(pk=other.pk).is_active
    assert kinds() == ["person.deactivated"]


def test_deactivate_ends_the_session_at_once(administrator, client):
    person = UserFactory()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/accounts/keep-alive/").json()["seconds"] > 0

    services.deactivate_user(person.pk, actor=administrator, reason="Left.")

    assert client.get("/accounts/keep-alive/").json()["seconds"] == 0


def test_reactivate_after_deactivate(administrator):
    person = UserFactory(is_active=False)

    services.reactivate_user(person.pk, actor=administrator, reason="Came back.")

    assert User.objects.get(pk=person.pk).is_active


def test_update_profile_checks_and_records(kinds):
    person = UserFactory()

    services.update_profile(actor=person, language="en", time_zone="Asia/Shanghai")
    with pytest.raises(BadInput):
        services.update_profile(actor=person, language="xx", time_zone="Asia/Shanghai")

    assert User.objects.get(pk=person.pk).time_zone == "Asia/Shanghai"
    assert kinds() == ["person.updated"]


def test_first_administrator_is_made_once(db, kinds):
    first = create_first_administrator(email="admin@cdmo.example", full_name="Administrator", password=PASSWORD)

    assert first.roles == {"administrator"}
    assert kinds() == ["person.created", "role.granted"]
    assert Event.objects.first().channel == "system"
    with pytest.raises(Refused):
        create_first_administrator(email="second@cdmo.example", full_name="Second", password=PASSWORD)


def test_roles_cost_one_query_and_are_remembered(django_assert_num_queries):
    person = UserFactory(roles=[Role.RESEARCH, Role.MANAGEMENT])

    with django_assert_num_queries(1):
        assert person.has_role(Role.RESEARCH)
        assert person.has_role(Role.MANAGEMENT)
        assert not person.has_role(Role.EHS)


def test_an_ended_grant_is_no_role():
    person = UserFactory(roles=[Role.EHS])

    person.grants.update(ended_at=timezone.now())

    assert User.objects.get(pk=person.pk).roles == frozenset()
    assert not User.objects.holding(Role.EHS).exists()


def test_visible_to_keeps_clients_apart():
    ours, theirs = ClientUserFactory(), ClientUserFactory()
    contact = Contact.objects.create(client=theirs.client, name="Contact")
    system = IntegrationFactory(client=ours.client)

    assert list(Client.objects.visible_to(ours)) == [ours.client]
    assert list(Client.objects.visible_to(system)) == [ours.client]
    assert not Contact.objects.visible_to(ours).exists()
    assert Contact.objects.visible_to(theirs).get() == contact
    assert set(User.objects.visible_to(ours)) == {ours, system}
    assert Client.objects.visible_to(UserFactory()).count() == 2
    assert not Client.objects.visible_to(UserFactory(is_active=False)).exists()


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "client"},
        {"kind": "integration"},
        {"kind": "internal", "client": True},
        {"kind": "client", "client": True, "is_staff": True},
    ],
)
def test_the_database_refuses_an_account_of_the_wrong_shape(values):
    if values.get("client"):
        values = {**values, "client": ClientFactory()}

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="x@y.example", full_name="X", **values)


def test_the_database_refuses_the_same_address_in_capitals():
    UserFactory(email="same@cdmo.example")

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="SAME@cdmo.example", full_name="X")


def test_departments_are_there():
    keys = set(Department.objects.values_list("key", flat=True))

    assert {"research", "analytical", "production", "project_management", "quality_assurance"} <= keys
    assert len(keys) == 10


def test_a_grant_cannot_be_doubled_behind_the_service():
    person = UserFactory(roles=[Role.EHS])

    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=person, role=Role.EHS)
