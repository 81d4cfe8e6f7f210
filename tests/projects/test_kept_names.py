"""The name of a client that is kept to named people: who types it, drops it or imports it is told whom to ask, and reads no more."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Client, Contact, Role, User
from accounts.services import create_client, create_contact
from audit.events import events_of
from audit.refusals import BadInput
from projects.kept import kept_from
from projects.models import Intake, Rfp
from projects.services.intake import said_by, take_intake
from projects.services.rfp import log_rfp
from tests.clients_systems import a_token
from tests.projects import factories as make
from tests.projects.confidential import another_seller, keep
from tests.projects.mails import a_mail
from tests.projects.people import as_person, business, manager, person
from tests.worksheets.tables import CLIENTS, a_client, xlsx
from worksheets.services import take_import

pytestmark = pytest.mark.django_db
NAME, ADDRESS = "Helios Sealed Pharma", "ursina@helios.example"
LOGGED = {"contact_name": "Ursina", "contact_email": ADDRESS, "channel": "email", "compound_name": "DC-1", "wanted": "1 kg"}


@pytest.fixture
def client() -> Client:
    """Under confidentiality, with one request, logged by business development."""
    client = Client.objects.create(code="HELIOS", name=NAME, country="CH")
    keep(client)
    create_contact(client.pk, name="Ursina", email=ADDRESS, actor=business())
    log_rfp(client_name=NAME, actor=business(), **LOGGED)
    return client


@pytest.fixture
def another() -> User:
    return another_seller()


def words_of(bad: pytest.ExceptionInfo[BadInput], field: str) -> str:
    return " ".join(str(words) for words in bad.value.errors[field])


@pytest.mark.parametrize("typed", [NAME, NAME.upper(), "helios"])
def test_who_logs_a_request_of_it_is_told_whom_to_ask(client: Client, another: User, typed: str) -> None:
    with pytest.raises(BadInput) as bad:
        log_rfp(client_name=typed, actor=another, **LOGGED)

    assert business().full_name in words_of(bad, "client")
    assert "kept to named people" in words_of(bad, "client")
    assert Client.objects.count() == 1


def test_a_name_that_is_nearly_the_same_shows_no_name(client: Client, another: User) -> None:
    with pytest.raises(BadInput) as bad:
        create_client(name="Helios Sealed Pharma Ltd", is_another=False, actor=another)
    with pytest.raises(BadInput) as known:
        create_client(name="Helios Sealed Pharma Ltd", is_another=False, actor=business())

    assert words_of(bad, "is_another").startswith(f"It looks like a client that is kept to named people (ask {business().full_name}).")
    assert words_of(known, "is_another").startswith(f"It looks like {NAME} (HELIOS).")


def test_an_address_of_the_same_domain_shows_no_name(client: Client, another: User) -> None:
    other = make.a_client("DCB")
    with pytest.raises(BadInput) as bad:
        create_contact(other.pk, name="Ann", email="ann@helios.example", is_another=False, actor=another)

    assert NAME not in words_of(bad, "is_another") and business().full_name in words_of(bad, "is_another")


def test_while_typing_it_is_hinted_to_who_may_log_it(client: Client, another: User) -> None:
    asked = {"client": "Helios Sealed"}
    for who, hinted in ((another, True), (person(Role.RESEARCH), False)):
        words = as_person(who).get(reverse("rfp-parties"), asked).content.decode()

        assert NAME not in words
        assert (business().full_name in words) is hinted


def test_an_import_doubts_a_name_without_telling_it(client: Client, another: User) -> None:
    row = a_client(1, Client="Helios Sealed Pharma Ltd")
    shown = take_import("clients", xlsx(CLIENTS, row), "clients.xlsx", actor=another)

    (doubts,) = shown.rows.values_list("doubts", flat=True)
    assert "kept to named people" in doubts[0] and NAME not in doubts[0]


def test_an_import_of_clients_is_its_uploader_s(another: User) -> None:
    content = xlsx(CLIENTS, a_client(1))
    done = take_import("clients", content, "clients.xlsx", actor=business())
    page = reverse("import-new", args=["clients"])
    as_person(business()).post(reverse("import-press", args=["clients", done.pk]))

    assert as_person(business()).get(done.get_absolute_url()).status_code == 200
    assert as_person(another).get(done.get_absolute_url()).status_code == 404
    assert "clients.xlsx" not in as_person(another).get(page).content.decode()
    content.seek(0)
    again = as_person(another).post(page, {"file": SimpleUploadedFile("again.xlsx", content.read())})
    assert (again.status_code, business().full_name in again.content.decode()) == (400, True)


def test_a_message_of_its_contact_is_known_to_who_may_know(client: Client, another: User) -> None:
    intake, _new = take_intake(io.BytesIO(a_mail(sender=f"Ursina <{ADDRESS}>")), "mail.eml", actor=another)

    assert intake.rfp is None
    assert "client_name" not in said_by(intake, another).values
    assert said_by(intake, business()).values["client_name"] == NAME
    page = as_person(another).get(intake.get_absolute_url())
    assert (page.status_code, NAME in page.content.decode()) == (200, False)


def test_what_nobody_has_taken_up_is_seen_by_business_development_and_who_took_it_in(another: User) -> None:
    intake, _new = take_intake(io.BytesIO(a_mail(sender="ann@stranger.example")), "mail.eml", actor=manager())
    nobody = [person(Role.MANAGEMENT), person(Role.QUALITY_ASSURANCE), person(Role.PROJECT_MANAGER, name="Another manager")]

    seeing = [who for who in (manager(), another, *nobody) if Intake.objects.visible_to(who).exists()]

    assert seeing == [manager(), another]
    mail = SimpleUploadedFile("mail.eml", a_mail(sender="ann@stranger.example"))
    again = as_person(nobody[2]).post(reverse("rfp-intake-new"), {"file": mail}, follow=True)
    assert again.redirect_chain == [(reverse("rfp-list"), 302)]
    assert f"{manager().full_name} took this in before" in again.content.decode()
    assert intake.rfp is None


def test_tokens_are_kept_by_who_may_know_their_client_and_by_administrators(client: Client, another: User) -> None:
    account = a_token(client)[0].user
    administrator = person(Role.ADMINISTRATOR)

    pages = {who: as_person(who).get(reverse("tokens")).content.decode() for who in (business(), another, administrator)}

    assert [NAME in page for page in pages.values()] == [True, False, True]
    assert as_person(another).get(reverse("integration-account", args=[account.pk])).status_code == 404
    as_person(administrator).get(reverse("integration-account", args=[account.pk]))
    read = events_of(client).filter(kind="client.name_read")
    assert list(read.values_list("actor", flat=True)) == [administrator.pk], "once a day"
    looks = as_person(business()).get(reverse("rfp-confidentiality", args=[Rfp.objects.get().number])).content.decode()
    assert administrator.full_name in looks and "while keeping accounts" in looks


def test_somebody_can_always_act(client: Client) -> None:
    management, rfp = person(Role.MANAGEMENT), Rfp.objects.get()
    User.objects.filter(pk=business().pk).update(is_active=False)
    assert management.full_name in kept_from(management)[0].who

    Rfp.objects.filter(pk=rfp.pk).update(created_by=person(Role.CLIENT_APPROVER, client=client), account_owner=None)
    assert kept_from(management)[0].who == "business development, until somebody takes it up"
    page = as_person(management).get(rfp.get_absolute_url()).content.decode()
    assert "can act: business development, until" in page
    assert Contact.objects.filter(client=client).exists()
