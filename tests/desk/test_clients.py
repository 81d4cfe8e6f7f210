"""The pages of clients and contacts."""

from __future__ import annotations

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Client, Contact, Role
from projects.models import Project
from tests.accounts.factories import ClientFactory, ContactFactory
from tests.desk.test_pages import queries
from tests.projects import factories

pytestmark = pytest.mark.django_db
FACTS = {"name": "Helvetia Pharma", "country": "CH", "time_zone": "Europe/Zurich", "language": "en", "address": "Rheinweg 1"}


@pytest.fixture
def seller(client: Browser) -> Browser:
    client.force_login(factories.person(Role.BUSINESS_DEVELOPMENT))
    return client


def words(browser: Browser, address: str) -> str:
    return " ".join(browser.get(address).content.decode().split())


def test_the_list_counts_what_the_reader_may_see(seller: Browser) -> None:
    project = factories.a_project()
    factories.an_rfp(project.client)

    row = seller.get("/clients/", {"q": project.client.code}).context["table"].rows[0].record

    assert (row.all_rfps, row.open_rfps, row.all_projects, row.running, row.contacts_there) == (2, 1, 1, 1, project.client.contacts.count())
    page = words(seller, f"/clients/?q={project.client.code}")
    assert f'<a href="/rfps/?client={project.client_id}&amp;state=draft">1</a>' in page
    assert f'<a href="/projects/?client={project.client_id}">1 of 1</a>' in page
    seller.force_login(factories.person(Role.REGULATORY))  # on no project's team
    row = seller.get("/clients/", {"q": project.client.code}).context["table"].rows[0].record
    assert (row.all_rfps, row.all_projects) == (0, 0)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "helvetia"}, ["HELV"]),
        ({"q": "ann@helv"}, ["HELV"]),
        ({"country": "JP"}, ["NIPPON"]),
        ({"work": "open_rfps"}, ["NIPPON"]),
        ({"work": "nothing", "country": "CH"}, ["HELV"]),
        ({"sort": "-name"}, ["NIPPON", "HELV"]),
    ],
)
def test_filters_and_order_are_in_the_address(seller: Browser, query: dict[str, str], found: list[str]) -> None:
    ContactFactory(client=ClientFactory(code="HELV", name="Helvetia", country="CH"), email="ann@helvetia.example")
    factories.an_rfp(ClientFactory(code="NIPPON", name="Nippon", country="JP"))

    assert [row.record.code for row in seller.get("/clients/", query).context["table"].rows] == found


def test_a_country_without_a_calendar_says_so(seller: Browser) -> None:
    client = ClientFactory(country="CH")
    known = seller.get(f"/clients/{client.code}/").content.decode()
    Client.objects.update(country="XX")

    assert "Public holidays of Switzerland (CH)." in known
    assert "No public holidays of XX are known" in seller.get(f"/clients/{client.code}/").content.decode()


def test_lists_and_pages_cost_the_same_for_more_rows(seller: Browser) -> None:
    project = factories.a_project()
    addresses = ("/clients/", f"/clients/{project.client.code}/", "/search/?q=Demo")
    factories.person(Role.CLIENT_VIEWER, name="Viewer", client=project.client)
    before = [queries(seller, address) for address in addresses]

    for _number in range(2):
        ContactFactory(client=project.client)
        factories.a_project(project.client)
        factories.person(Role.CLIENT_VIEWER, name=f"Viewer {_number}", client=project.client)
        factories.a_client(f"MORE{_number}")

    assert [queries(seller, address) for address in addresses] == before


def test_the_page_of_a_client_shows_what_is_known(seller: Browser) -> None:
    project = factories.a_project()
    factories.signed_agreements(project)
    factories.person(Role.CLIENT_APPROVER, name="Ann Approver", client=project.client)

    page = words(seller, reverse("client-detail", args=[project.client.code]))

    for shown in (project.code, project.rfp.number, project.rfp.contact.name, "Ann Approver", "Client approver", "Cooperation agreement"):
        assert shown in page
    assert "Nobody of theirs" not in page


def test_a_client_is_entered_after_a_look_at_its_like(seller: Browser) -> None:
    ClientFactory(code="HELV", name="Helvetia Pharma AG")

    asked = seller.post(reverse("client-new"), FACTS)
    entered = seller.post(reverse("client-new"), {**FACTS, "is_another": "on"})

    assert asked.status_code == 400
    assert "It looks like Helvetia Pharma AG (HELV)" in asked.content.decode()
    assert 'type="checkbox" name="is_another"' in asked.content.decode()
    assert "Rheinweg 1" in asked.content.decode()
    assert entered["Location"] == "/clients/HELVET/"
    assert Client.objects.get(code="HELVET").country == "CH"


def test_a_client_is_corrected_and_the_second_is_told(seller: Browser) -> None:
    address = reverse("client-edit", args=[ClientFactory(code="HELV", name="Helvetia").code])
    seen = seller.get(address).context["form"]["version"].value()
    typed = {**FACTS, "reason": "As on its letter.", "version": seen}

    assert seller.post(address, {**typed, "reason": ""}).status_code == 400
    assert seller.post(address, typed).status_code == 302
    late = seller.post(address, {**typed, "name": "Helvetia Late"})
    again = {**typed, "name": "Helvetia Late", "version": late.context["form"]["version"].value()}

    assert late.status_code == 400
    assert "It now says: “Helvetia Pharma”" in late.content.decode()
    assert 'value="Helvetia Late"' in late.content.decode()
    assert Client.objects.get(code="HELV").name == "Helvetia Pharma"
    assert seller.post(address, again).status_code == 302
    assert seller.post(address, {**again, "version": ""}).status_code == 400  # nothing differs any more
    assert "was corrected" in words(seller, "/clients/HELV/")


def test_the_form_of_an_older_contact_lets_its_telephone_stay(seller: Browser) -> None:
    contact = ContactFactory(client=ClientFactory(code="HELV"), name="Ann", email="", phone="abc")
    address = reverse("contact-detail", args=["HELV", contact.pk])
    typed = {"name": "Ann", "email": "", "phone": "abc", "position": "Purchasing"}

    assert seller.post(address, typed).status_code == 302
    assert seller.post(address, {**typed, "phone": "xyz"}).status_code == 400
    contact.refresh_from_db()
    assert (contact.position, contact.phone) == ("Purchasing", "abc")


def test_a_contact_is_entered_corrected_left_and_back(seller: Browser) -> None:
    ClientFactory(code="HELV", name="Helvetia")
    typed = {"name": "Ann Muster", "email": "ann@helvetia.example", "phone": "", "position": "Purchasing"}

    unreachable = seller.post(reverse("contact-new", args=["HELV"]), {**typed, "email": ""})
    seller.post(reverse("contact-new", args=["HELV"]), typed)
    contact = Contact.objects.get(client__code="HELV")
    address = reverse("contact-detail", args=["HELV", contact.pk])
    undialled = seller.post(address, {**typed, "phone": "abc"})
    changed = seller.post(address, {**typed, "phone": "+41 61 000 00 00"})
    leave, back = (reverse(name, args=["HELV", contact.pk]) for name in ("contact-leave", "contact-return"))
    without = seller.post(leave, {"on": timezone.localdate().isoformat(), "reason": ""})
    left = seller.post(leave, {"on": timezone.localdate().isoformat(), "reason": "Retired."})
    page = words(seller, address)
    twice = seller.post(leave, {"on": timezone.localdate().isoformat(), "reason": "Retired."})
    returned = seller.post(back, {"reason": "Back."})

    answers = (unreachable, undialled, changed, without, left, twice, returned)
    assert [answer.status_code for answer in answers] == [400, 400, 302, 400, 302, 409, 302]
    assert "A telephone number has digits" in undialled.content.decode()
    assert "Retired." in page
    assert Contact.objects.get().left_on is None


def test_who_may_not_reads_why_and_is_refused(client: Browser) -> None:
    project: Project = factories.a_project()
    code, contact = project.client.code, project.rfp.contact_id
    client.force_login(factories.person(Role.RESEARCH))

    for name, more in (("client-new", []), ("client-edit", [code]), ("contact-new", [code]), ("contact-detail", [code, contact])):
        assert "Clients are kept by business development" in words(client, reverse(name, args=more))
    assert client.post(reverse("client-new"), FACTS).status_code == 403
    assert client.post(reverse("client-edit", args=[code]), {**FACTS, "reason": "x"}).status_code == 403
    assert client.post(reverse("contact-detail", args=[code, contact]), {"name": "x"}).status_code == 403


@pytest.mark.parametrize("typed", ["helvet", "LV", "muster", "@helvetia"])
def test_list_search_and_api_find_the_same_client(seller: Browser, typed: str) -> None:
    ContactFactory(client=ClientFactory(code="HLVT", name="Helvetia"), name="Ann Muster", email="ann@helvetia.example")
    ClientFactory(code="OTHER", name="Another")

    listed = seller.get("/clients/", {"q": typed}).context["table"]
    searched = seller.get("/search/", {"q": typed}).context["found"].clients
    read = seller.get("/api/v1/clients/", {"q": typed}).json()["results"]

    assert [row.record.code for row in listed.rows] == [row.code for row in searched] == [row["code"] for row in read] == ["HLVT"]


def test_search_finds_a_client_by_its_contact(seller: Browser) -> None:
    ContactFactory(client=ClientFactory(code="HELV", name="Helvetia"), name="Ann Muster")

    assert "/clients/HELV/" in words(seller, "/search/?q=muster")
    seller.force_login(factories.person(Role.CLIENT_APPROVER))
    assert "/clients/HELV/" not in words(seller, "/search/?q=muster")
