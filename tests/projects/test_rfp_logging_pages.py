"""Logging a request: with a new or a known client and contact, what is similar while one types, who may, what is refused."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Client as ClientCompany
from accounts.models import Contact, Role
from projects.models import Rfp
from projects.rfp_import import RfpWriter
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
FIVE = {
    "client": "Demo Client Z",
    "client_country": "DE",
    "contact": "Head of Purchasing",
    "contact_email": "head@example.com",
    "contact_phone": "",
    "channel": "telephone",
    "compound_name": "Imatinib",
    "wanted": "Second source, 2 t a year",
}


def test_logging_with_a_new_client_and_contact(seller: Client) -> None:
    answer = seller.post(reverse("rfp-new"), FIVE)

    rfp = Rfp.objects.get()
    assert answer["Location"] == rfp.get_absolute_url()
    assert (rfp.client.name, rfp.client.country, rfp.contact.email) == ("Demo Client Z", "DE", "head@example.com")


def test_logging_with_a_known_client_and_contact(seller: Client) -> None:
    before = make.an_rfp()

    seller.post(reverse("rfp-new"), {**FIVE, "client": "demo client a", "contact": "purchasing manager", "contact_email": ""})

    assert Rfp.objects.filter(client=before.client, contact=before.contact).count() == 2
    assert (ClientCompany.objects.count(), Contact.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"contact_email": ""}, "contact_email"),
        ({"contact_phone": "abc"}, "contact_phone"),
        ({"contact_email": "", "contact_phone": "abc"}, "contact_phone"),
        ({"client_country": "Switzerland"}, "client_country"),
        ({"client_country": "XX"}, "client_country"),
        ({"cas_number": "103-90-3"}, "cas_number"),
        ({"structure_text": "C1CC"}, "structure_text"),
        ({"wanted": ""}, "wanted"),
    ],
)
def test_a_refused_request_leaves_nothing_behind(change: dict[str, str], field: str, seller: Client) -> None:
    answer = seller.post(reverse("rfp-new"), {**FIVE, **change})

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert b"Head of Purchasing" in answer.content
    assert (Rfp.objects.count(), ClientCompany.objects.count(), Contact.objects.count()) == (0, 0, 0)


def test_an_imported_telephone_number_that_is_none_counts_as_given() -> None:
    writer = RfpWriter(make.person(Role.BUSINESS_DEVELOPMENT), None, "")
    read = {"client_name": "Demo Client Z", "contact_name": "Head of Purchasing", "contact_email": ""}

    assert writer.faults(read) == {}
    assert list(writer.faults({**read, "contact_phone": ""})) == ["contact_email"]


def test_everything_wrong_is_said_at_once(seller: Client) -> None:
    wrong = {"client_country": "1", "contact_email": "", "cas_number": "103-90-3", "structure_text": "C1CC", "wanted": ""}

    answer = seller.post(reverse("rfp-new"), {**FIVE, **wrong})

    assert set(answer.context["form"].errors) == set(wrong)


@pytest.mark.parametrize("role", [Role.QUALITY_ASSURANCE, Role.MANAGEMENT, Role.ADMINISTRATOR])
def test_others_get_no_form_and_no_key_and_read_who_may(role: str, client: Client) -> None:
    client.force_login(make.person(role))

    page = client.get(reverse("rfp-new"))
    refused = client.post(reverse("rfp-new"), FIVE)

    assert (page.status_code, refused.status_code) == (403, 403)
    assert "Requests are logged by business development or a project manager." in page.content.decode()
    assert 'data-shortcut="n"' not in page.content.decode()
    assert not ClientCompany.objects.exists()


def test_those_who_may_log_have_the_key(seller: Client) -> None:
    assert 'data-shortcut="n"' in seller.get(reverse("rfp-new")).content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"client": "demo client a"}, "same client"),
        ({"compound_name": "para"}, "similar name"),
        ({"cas_number": "103-90-2"}, "same CAS number"),
        ({"structure_text": "Oc1ccc(NC(C)=O)cc1"}, "same structure"),
    ],
)
def test_similar_requests_while_typing(typed: dict[str, str], words: str, seller: Client) -> None:
    rfp = make.an_rfp(**make.COMPLETE_REQUEST)

    found = seller.get(reverse("rfp-similar"), typed).context["findings"]

    assert [(item.rfp, item.words) for item in found.earlier] == [(rfp, words)]


def test_similar_shows_only_what_may_be_seen_but_warns(client: Client) -> None:
    make.a_project()
    client.force_login(make.person(Role.REGULATORY))

    found = client.get(reverse("rfp-similar"), {"client": "Demo Client B", "cas_number": "103-90-2"}).context["findings"]

    assert (found.earlier, found.elsewhere) == ((), True)


def test_no_warning_for_the_clients_own_project(seller: Client) -> None:
    make.a_project()

    assert not seller.get(reverse("rfp-similar"), {"client": "Demo Client A", "cas_number": "103-90-2"}).context["findings"].elsewhere


def test_a_contact_who_left_is_not_offered_and_a_client_alike_is_named(seller: Client) -> None:
    rfp = make.an_rfp()
    Contact.objects.create(client=rfp.client, name="Long gone", left_on=rfp.received_at.date(), left_reason="Retired.")

    offered = seller.get(reverse("rfp-parties"), {"client": rfp.client.name}).content.decode()
    alike = seller.get(reverse("rfp-parties"), {"client": f"{rfp.client.name} Holding AG"}).content.decode()

    assert "Purchasing Manager" in offered
    assert "Long gone" not in offered
    assert "Long gone" not in seller.get(rfp.get_absolute_url()).content.decode()
    assert f"It looks like {rfp.client.name} (DCA)" in alike


def test_who_left_is_not_taken_for_a_namesake_and_cannot_be_named(seller: Client) -> None:
    rfp = make.an_rfp()
    gone = {"left_on": rfp.received_at.date(), "left_reason": "Retired."}
    Contact.objects.create(client=rfp.client, name="Ann", email="old@example.com", **gone)
    typed = {**FIVE, "client": rfp.client.code, "client_country": "", "contact": "Ann", "contact_email": ""}

    refused = seller.post(reverse("rfp-new"), typed)
    there = Contact.objects.create(client=rfp.client, name="Ann", email="new@example.com")
    saved = seller.post(reverse("rfp-new"), typed)

    assert refused.status_code == 400
    assert "Ann has left Demo Client A" in refused.content.decode()
    assert saved.status_code == 302
    assert Rfp.objects.latest("pk").contact == there
