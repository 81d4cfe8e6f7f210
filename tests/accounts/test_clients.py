"""Clients and contacts: corrected without losing anybody's change, recorded, and not entered twice unseen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import services
from accounts.duplicates import clients_alike, clients_at, words_of
from accounts.models import Client, Contact, Role, User
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from audit.seen import Overtaken, version_of
from tests.accounts.factories import ClientFactory, ClientUserFactory, ContactFactory, UserFactory

pytestmark = pytest.mark.django_db
HistoryOfClients: Any = Client._meta.apps.get_model("accounts", "ClientEvent")
HistoryOfContacts: Any = Client._meta.apps.get_model("accounts", "ContactEvent")


@pytest.fixture
def client() -> Client:
    return ClientFactory(name="Helvetia Pharma AG", code="HELV", country="CH", subdivision="BS")


def change(client: Client, actor: User, **values: Any) -> Client:
    changes = {"name": client.name, "country": client.country}
    return services.change_client(client.code, **{"changes": changes, "reason": "As on its letter.", "actor": actor, **values})


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("Helvetia Pharma", True),
        ("HELVÉTIA PHARMA S.A.", True),
        ("Helvetia Pharma Basel Ltd", True),
        ("Helvetica Pharma AG", True),  # a slip of the fingers
        ("Helvetia Foods AG", False),
        ("AG", False),
    ],
)
def test_alike_is_the_name_without_its_legal_form(client: Client, typed: str, known: bool) -> None:
    assert clients_alike(typed) == [client] * known
    assert clients_alike(client.name, besides=client.pk) == []


def test_a_name_without_a_letter_is_like_no_other_and_nothing_but_names_is_read(client: Client) -> None:
    ClientFactory(name="…")

    with CaptureQueriesContext(connection) as captured:
        assert clients_alike("Helvetia Pharma") == [client]

    assert "address" not in captured[0]["sql"]


def test_a_name_of_nothing_but_a_legal_form_keeps_it() -> None:
    assert words_of("SE") == {"se"}


@pytest.mark.parametrize(("email", "known"), [("new@helvetia.example", True), ("new@HELVETIA.example", True), ("ann@gmail.com", False)])
def test_a_domain_tells_the_client_and_a_public_provider_does_not(client: Client, email: str, known: bool) -> None:
    ContactFactory(client=client, email="head@helvetia.example")
    ClientUserFactory(client=client, email="user@gmail.com")

    assert clients_at(email) == [client] * known
    assert clients_at(email, besides=client.pk) == []


def test_a_client_that_looks_known_is_entered_only_when_somebody_has_looked(client: Client, manager: User) -> None:
    with pytest.raises(BadInput) as asked:
        services.create_client(name="Helvetia Pharma Holding", is_another=False, actor=manager)
    entered = services.create_client(name="Helvetia Pharma Holding", is_another=True, actor=manager)

    assert list(asked.value.errors) == ["is_another"]
    assert "Helvetia Pharma AG (HELV)" in str(asked.value)
    assert entered.code == "HELVET"


def test_a_correction_is_recorded_and_takes_the_region_with_its_country(client: Client, manager: User) -> None:
    change(client, manager, changes={"name": " Helvetia  Pharma SE ", "country": "de", "address": "Rheinweg 1\nLörrach"})

    event, kept = Event.objects.get(kind="client.changed"), HistoryOfClients.objects.filter(pgh_obj_id=client.pk).latest("pgh_id")
    client = Client.objects.get(pk=client.pk)
    assert (client.name, client.country, client.subdivision, client.address) == ("Helvetia Pharma SE", "DE", "", "Rheinweg 1\nLörrach")
    assert (event.data["before"]["country"], event.data["after"]["country"], event.reason) == ("CH", "DE", "As on its letter.")
    assert (event.client_id, kept.name, kept.pgh_context.metadata["reason"]) == (client.pk, "Helvetia Pharma SE", "As on its letter.")


def test_who_saves_second_loses_nobodys_change(client: Client, manager: User) -> None:
    seen = version_of(services.client_values(client))
    change(client, manager, changes={"address": "Rheinweg 1"}, version=seen)

    with pytest.raises(Overtaken, match="It now says: “Rheinweg 1”") as told:
        change(client, manager, changes={"address": "Rheinweg 2"}, version=seen)
    change(client, manager, changes={"time_zone": "Europe/Zurich"}, version=seen)

    assert list(told.value.errors) == ["address"]

    assert Client.objects.get(pk=client.pk).address == "Rheinweg 1"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"changes": {"country": "Switzerland"}}, "country"),
        ({"changes": {"time_zone": "Basel"}}, "time_zone"),
        ({"changes": {"name": "Other Client"}}, "name"),
        ({"changes": {"name": "Other Client Two"}}, "is_another"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client: Client, manager: User, values: dict[str, Any], field: str) -> None:
    ClientFactory(name="Other Client")
    with pytest.raises(BadInput) as wrong:
        change(client, manager, **values)

    assert list(wrong.value.errors) == [field]
    assert not Event.objects.filter(kind="client.changed").exists()


def test_nothing_changed_is_refused_and_others_may_not(client: Client, manager: User) -> None:
    with pytest.raises(Refused):
        change(client, manager)
    with pytest.raises(NotAllowed):
        change(client, UserFactory(roles=[Role.RESEARCH]), changes={"address": "x"})
    with pytest.raises(Client.DoesNotExist):
        change(client, ClientUserFactory(), changes={"address": "x"})


def test_a_contact_is_corrected_with_its_history(client: Client, manager: User) -> None:
    contact = ContactFactory(client=client, name="Ann", email="ann@helvetia.example")

    services.change_contact("HELV", contact.pk, changes={"name": "Ann Muster", "email": "ANN@helvetia.example"}, actor=manager)

    event, kept = Event.objects.get(kind="contact.changed"), HistoryOfContacts.objects.filter(pgh_obj_id=contact.pk).latest("pgh_id")
    assert (event.client_id, event.data["before"]["name"], event.data["after"]["email"]) == (client.pk, "Ann", "ann@helvetia.example")
    assert kept.name == "Ann Muster"


def test_a_contact_stays_reachable(client: Client, manager: User) -> None:
    contact = ContactFactory(client=client, email="ann@helvetia.example", phone="")

    with pytest.raises(BadInput) as wrong:
        services.change_contact("HELV", contact.pk, changes={"email": " "}, is_another=True, actor=manager)

    assert list(wrong.value.errors) == ["email"]
    assert Contact.objects.get(pk=contact.pk).email == "ann@helvetia.example"


def test_of_an_older_contact_only_what_is_touched_is_judged(client: Client, manager: User, ours: APIClient) -> None:
    undialled, unreached = ContactFactory(client=client, phone="abc", email=""), ContactFactory(client=client, phone="", email="")

    for contact in (undialled, unreached):
        services.change_contact("HELV", contact.pk, changes={"position": "Purchasing"}, is_another=True, actor=manager)
        one = f"/api/v1/clients/HELV/contacts/{contact.pk}/"
        whole = {name: value for name, value in ours.get(one).json().items() if name in ("name", "email", "phone")}
        answer = ours.patch(one, {**whole, "position": "Sales"}, format="json", headers={"If-Match": ours.get(one)["ETag"]})
        assert answer.json()["position"] == "Sales"
    wrong = ours.patch(one, {"phone": "xyz"}, format="json", headers={"If-Match": ours.get(one)["ETag"]})

    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["phone"])


def test_a_contact_that_looks_known_is_entered_only_when_somebody_has_looked(client: Client, manager: User) -> None:
    ContactFactory(client=client, name="Ann", email="ann@helvetia.example")
    other = ClientFactory()

    for where, name, email in (
        (client, "ann", "second@helvetia.example"),
        (client, "Bea", "ANN@helvetia.example"),
        (other, "C", "c@helvetia.example"),
    ):
        with pytest.raises(BadInput) as asked:
            services.create_contact(where.pk, name=name, email=email, is_another=False, actor=manager)
        assert list(asked.value.errors) == ["is_another"]
        services.create_contact(where.pk, name=name, email=email, is_another=True, actor=manager)

    assert Contact.objects.count() == 4


def test_a_contact_leaves_and_comes_back(client: Client, manager: User) -> None:
    contact, today = ContactFactory(client=client), timezone.localdate()

    for values, field in (({"on": today, "reason": ""}, "reason"), ({"on": today + timedelta(days=2), "reason": "x"}, "on")):
        with pytest.raises(BadInput) as wrong:
            services.contact_left("HELV", contact.pk, actor=manager, **values)
        assert list(wrong.value.errors) == [field]
    services.contact_left("HELV", contact.pk, on=today, reason="Retired.", actor=manager)
    with pytest.raises(Refused):
        services.contact_left("HELV", contact.pk, on=today, reason="Retired.", actor=manager)
    gone = Contact.objects.get(pk=contact.pk)
    services.contact_returned("HELV", contact.pk, reason="Back as a consultant.", actor=manager)
    with pytest.raises(Refused):
        services.contact_returned("HELV", contact.pk, reason="Again.", actor=manager)

    assert (gone.left_on, gone.left_reason) == (today, "Retired.")
    assert list(client.contacts.there()) == [contact]
    assert list(Event.objects.filter(client_id=client.pk).values_list("kind", flat=True)) == ["contact.left", "contact.returned"]
    assert (
        HistoryOfContacts.objects.filter(pgh_obj_id=contact.pk, left_reason="Retired.").get().pgh_context.metadata["reason"] == "Retired."
    )


def test_a_contact_of_another_client_is_a_missing_one(client: Client, manager: User) -> None:
    foreign = ContactFactory()

    with pytest.raises(Contact.DoesNotExist):
        services.change_contact("HELV", foreign.pk, changes={"name": "x"}, actor=manager)


@pytest.fixture
def ours(manager: User) -> APIClient:
    api = APIClient()
    api.force_authenticate(manager)
    return api


def test_api_enters_and_corrects_a_client(client: Client, ours: APIClient) -> None:
    clients, new = "/api/v1/clients/", {"name": "Helvetia Pharma Holding", "country": "CH"}

    asked = ours.post(clients, new, format="json")
    entered, again = (ours.post(clients, new | {"is_another": True}, format="json", headers={"Idempotency-Key": "1"}) for _n in (1, 2))
    one = f"{clients}{entered.json()['code']}/"
    read = ours.get(one)
    change = {"address": "Rheinweg 1", "reason": "As on its letter."}
    blind, stale = ours.patch(one, change, format="json"), ours.patch(one, change, format="json", headers={"If-Match": '"x"'})
    changed = ours.patch(one, change, format="json", headers={"If-Match": read["ETag"]})
    wrong = ours.patch(
        one, {"country": "Swiss", "language": "xx"}, format="json", headers={"If-Match": changed["ETag"]} if "ETag" in changed else {}
    )

    answers = (asked, entered, again, read, blind, stale, changed, wrong)
    assert [answer.status_code for answer in answers] == [400, 201, 201, 200, 428, 412, 200, 400]
    assert list(asked.json()["errors"]) == ["is_another"]
    assert entered.json() == again.json() == read.json()
    assert changed.json() == {**read.json(), "address": "Rheinweg 1"}
    assert set(wrong.json()["errors"]) == {"country", "language", "reason"}
    found = ours.get(clients, {"q": "holding"}).json()["results"]
    assert [row["code"] for row in found] == [entered.json()["code"]]


def test_api_of_contacts(client: Client, ours: APIClient) -> None:
    contacts, today = "/api/v1/clients/HELV/contacts/", timezone.localdate().isoformat()

    unreachable = ours.post(contacts, {"name": "Ann"}, format="json")
    undialled = ours.post(contacts, {"name": "Ann", "phone": "abc"}, format="json")
    entered = ours.post(contacts, {"name": "Ann", "phone": "+41 61 000 00 00"}, format="json")
    one = f"{contacts}{entered.json()['id']}/"
    changed = ours.patch(one, {"position": "Purchasing"}, format="json", headers={"If-Match": ours.get(one)["ETag"]})
    left = ours.post(f"{one}left/", {"on": today, "reason": "Retired."}, format="json")
    twice = ours.post(f"{one}left/", {"on": today, "reason": "Retired."}, format="json")
    back = ours.post(f"{one}returned/", {"reason": "Back."}, format="json")

    assert [answer.status_code for answer in (unreachable, entered, changed, left, twice, back)] == [400, 201, 200, 200, 409, 200]
    assert list(unreachable.json()["errors"]) == ["email"]
    assert (undialled.status_code, list(undialled.json()["errors"])) == (400, ["phone"])
    assert (changed.json()["name"], changed.json()["position"], left.json()["left_on"]) == ("Ann", "Purchasing", today)
    assert ours.get(contacts).json() == [back.json()]


def test_api_refuses_who_may_not(client: Client) -> None:
    for person, answer in ((UserFactory(roles=[Role.RESEARCH]), 403), (ClientUserFactory(client=client), 404)):
        api = APIClient()
        api.force_authenticate(person)
        assert api.post("/api/v1/clients/", {"name": "New"}, format="json").status_code == answer
        assert api.post("/api/v1/clients/HELV/contacts/", {"name": "New", "phone": "1"}, format="json").status_code == answer
    assert Client.objects.count() == 1
