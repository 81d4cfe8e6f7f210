"""What comes in from outside becomes a draft once: messages, questionnaires, whose they are, what is not taken of them."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from email.message import EmailMessage
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Client as ClientCompany
from accounts.models import Contact, Role, User
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from projects.models import Intake, Rfp
from projects.services import intake as services
from projects.services.intake import draft_from_intake, said_by, set_aside_intake, take_intake
from tests.projects import factories as make
from tests.projects.mails import ANSWERS, PDF, SENDER, WHEN, a_mail, a_questionnaire

pytestmark = pytest.mark.django_db
STRANGER = "Ann Other <ann@stranger.example>"
SAID = {
    "client": "Stranger Ltd",
    "client_country": "DE",
    "contact": "Ann Other",
    "contact_email": "ann@stranger.example",
    "contact_phone": "",
    "channel": "email",
    "compound_name": "Paracetamol",
    "wanted": "5 t a year",
}


@pytest.fixture
def business() -> User:
    return make.person(Role.BUSINESS_DEVELOPMENT)


@pytest.fixture
def known() -> Contact:
    contact: Contact = make.an_rfp().contact
    Rfp.objects.all().delete()
    return contact


def take(raw: bytes, actor: User, name: str = "mail.eml") -> tuple[Intake, bool]:
    return take_intake(io.BytesIO(raw), name, actor=actor)


def drop(browser: Client, raw: bytes, name: str = "mail.eml", **headers: str) -> Any:
    return browser.post(reverse("rfp-intake-new"), {"file": SimpleUploadedFile(name, raw)}, headers=headers)


def test_a_message_of_a_known_contact_is_a_draft_with_everything_that_came(known: Contact, business: User) -> None:
    intake, is_new = take(a_mail(structure_pdf=PDF), business)

    rfp = Rfp.objects.get()
    assert (is_new, intake.rfp) == (True, rfp)
    assert (rfp.client, rfp.contact, rfp.channel, rfp.state) == (known.client, known, "email", Rfp.State.DRAFT)
    assert rfp.compound_name == "Paracetamol"
    assert "5 t a year" in rfp.wanted and "-- \nPurchasing Manager\n> an older mail" in rfp.wanted
    assert (rfp.received_at, intake.received_zone) == (datetime(2026, 11, 26, 1, 30, tzinfo=UTC), "+09:00")
    assert list(rfp.files.values_list("name", "media_type")) == [("mail.eml", "message/rfc822"), ("structure.pdf", "application/pdf")]
    assert list(Event.objects.order_by("pk").values_list("kind", flat=True))[-5:] == [
        "intake.taken",
        "rfp.logged",
        "rfp.file_attached",
        "rfp.file_attached",
        "intake.made",
    ]


def test_a_refused_attachment_is_named_and_the_others_stay(known: Contact, seller: Client) -> None:
    drop(seller, a_mail(setup_exe=b"MZ\x00\x00", list_zip=b"PK\x03\x04 x", structure_pdf=PDF, scan_pdf=b"no pdf"))

    rfp = Rfp.objects.get()
    page = seller.get(rfp.get_absolute_url()).content.decode()
    assert [each["name"] for each in Intake.objects.get().refused] == ["setup.exe", "list.zip", "scan.pdf"]
    assert set(rfp.files.values_list("name", flat=True)) == {"mail.eml", "structure.pdf"}
    assert "setup.exe" in page and "Files of this kind are not taken." in page


@pytest.mark.parametrize("key", ["<1@client.example>", ""])
def test_the_same_message_again_leads_to_the_first_draft(key: str, known: Contact, seller: Client) -> None:
    drop(seller, a_mail(key=key))

    again = drop(seller, a_mail(key=key), **{"X-Requested-With": "dropzone"})

    rfp = Rfp.objects.get()
    assert (again.status_code, again.json()["location"]) == (200, rfp.get_absolute_url())
    assert again.json()["words"] == f"This came in before: it is the request {rfp.number}."


@pytest.mark.parametrize("key", ["<[bcc3f1]@microsoft.com>", "<>", "<a@[b", "<abc.@x>"])
def test_a_message_id_that_no_parser_takes_is_read_as_it_stands(key: str, business: User) -> None:
    raw = a_mail(key="").replace(b"Subject:", f"Message-ID: {key}\nSubject:".encode(), 1)

    first, _new = take(raw, business)
    copy = take(b"X-Hop: 1\n" + raw, business)
    other = take(b"X-Hop: 2\n" + raw.replace(b"Dear team", b"Dear all"), business)

    assert first.subject == "RE: Paracetamol"
    assert (copy[1], other[1]) == ((True, True) if key == "<>" else (False, False))


def test_an_attached_message_with_such_an_id_is_kept(known: Contact, business: User) -> None:
    inner = a_mail(key="").replace(b"Subject:", f"Message-ID: <[{'b' * 90}]@microsoft.com>\nSubject:".encode(), 1)
    outer = EmailMessage()
    outer["From"], outer["Subject"], outer["Date"] = SENDER, "Fw: Paracetamol", WHEN
    outer.set_content("See below.")
    raw = outer.as_bytes().replace(
        b"Content-Type: text/plain", b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain"
    )
    raw += b"\n--b\nContent-Type: message/rfc822\n\n" + inner + b"\n--b--\n"

    take(raw, business)

    assert Intake.objects.get().refused == []
    assert list(Rfp.objects.get().files.values_list("media_type", flat=True)) == ["message/rfc822", "message/rfc822"]


def test_another_copy_of_the_message_is_the_same_message(known: Contact, business: User) -> None:
    first, _new = take(a_mail(), business)

    again, is_new = take(b"Received: from elsewhere; Thu, 26 Nov 2026 02:00:00 +0000\n" + a_mail(), business, "copy.eml")

    assert (again, is_new, Rfp.objects.count()) == (first, False, 1)


@pytest.mark.django_db(transaction=True)
def test_dropped_twice_at_once_it_is_one_draft(at_once: Callable[..., list[object]]) -> None:
    make.an_rfp()
    actor = make.person(Role.BUSINESS_DEVELOPMENT)

    outcomes = at_once(lambda: take(a_mail(), actor), lambda: take(a_mail(), actor))

    assert sorted(is_new for _intake, is_new in outcomes) == [False, True]  # type: ignore[misc, attr-defined]
    assert len({intake.rfp_id for intake, _new in outcomes}) == 1  # type: ignore[misc, attr-defined]
    assert (Intake.objects.count(), Rfp.objects.count()) == (1, 2)


def test_what_the_last_server_wrote_goes_before_what_the_sender_wrote(known: Contact, business: User) -> None:
    intake, _new = take(b"Received: from a by b; Fri, 27 Nov 2026 01:00:00 -0500\n" + a_mail(), business)

    assert (intake.received_at, intake.received_zone) == (datetime(2026, 11, 27, 6, 0, tzinfo=UTC), "-05:00")


def test_of_a_stranger_a_person_says_whose_request_it_is(known: Contact, seller: Client) -> None:
    taken = drop(seller, a_mail(sender=STRANGER, structure_pdf=PDF))
    intake = Intake.objects.get()

    page = seller.get(taken["Location"])
    listed = seller.get(reverse("rfp-list")).content.decode()
    made = seller.post(intake.get_absolute_url(), SAID)

    rfp = Rfp.objects.get()
    assert (taken["Location"], made["Location"]) == (intake.get_absolute_url(), rfp.get_absolute_url())
    assert [page.context["form"][name].value() for name in ("client", "contact", "contact_email")] == [
        None, "Ann Other", "ann@stranger.example",
    ]  # fmt: skip
    assert intake.get_absolute_url() in listed
    assert (rfp.client.name, rfp.contact.email, rfp.files.count()) == ("Stranger Ltd", "ann@stranger.example", 2)
    assert rfp.received_at == datetime(2026, 11, 26, 1, 30, tzinfo=UTC)
    assert seller.get(intake.get_absolute_url())["Location"] == rfp.get_absolute_url()


def test_what_is_typed_is_kept_where_it_is_refused(seller: Client) -> None:
    drop(seller, a_mail(sender=STRANGER))
    intake = Intake.objects.get()

    answer = seller.post(intake.get_absolute_url(), SAID | {"contact_email": "", "cas_number": "1-2-3"})

    assert (answer.status_code, set(answer.context["form"].errors)) == (400, {"contact_email", "cas_number"})
    assert b"Stranger Ltd" in answer.content
    assert not Rfp.objects.exists()


def test_an_address_that_two_clients_have_says_nothing(known: Contact, business: User) -> None:
    make.an_rfp(make.a_client("DCB"))

    intake, _new = take(a_mail(), business)

    assert intake.rfp is None


def test_whoever_has_left_is_asked_about(known: Contact, business: User) -> None:
    Contact.objects.update(left_on="2026-01-01", left_reason="Retired.")

    intake, _new = take(a_mail(), business)

    assert intake.rfp is None


def test_set_aside_it_stays_and_does_not_come_again(business: User) -> None:
    intake, _new = take(a_mail(sender=STRANGER), business)
    with pytest.raises(BadInput):
        set_aside_intake(intake.pk, reason=" ", actor=business)

    set_aside_intake(intake.pk, reason="An advertisement.", actor=business)

    assert take(a_mail(sender=STRANGER), business) == (intake, False)
    assert not Intake.objects.waiting().exists()
    with pytest.raises(Refused, match="An advertisement"):
        draft_from_intake(intake.pk, actor=business)


@pytest.mark.parametrize("role", [Role.MANAGEMENT, Role.RESEARCH])
def test_who_logs_no_request_takes_none_in(role: str) -> None:
    with pytest.raises(NotAllowed):
        take(a_mail(), make.person(role))

    assert not Intake.objects.exists()


@pytest.mark.parametrize(("name", "words"), [("mail.msg", "Outlook"), ("mail.pdf", "Drop a message"), ("mail", "Drop a message")])
def test_what_is_no_message_is_refused_with_what_is_wanted(name: str, words: str, seller: Client) -> None:
    answer = drop(seller, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 x", name, **{"X-Requested-With": "dropzone"})

    assert (answer.status_code, Intake.objects.count()) == (400, 0)
    assert words in answer.json()["errors"]["file"][0]


def test_a_questionnaire_is_a_draft(known: Contact, seller: Client) -> None:
    drop(seller, a_questionnaire(), "rfp.xlsx")

    rfp = Rfp.objects.get()
    assert (rfp.client, rfp.contact, rfp.target_markets, rfp.pilot_quantity_kg) == (known.client, known, ["EU", "US"], Decimal("12.5"))
    assert rfp.treatment_duration == "year"
    assert list(rfp.files.values_list("name", flat=True)) == ["rfp.xlsx"]


def test_the_same_questionnaire_again_leads_to_the_first_draft(known: Contact, business: User) -> None:
    filled = a_questionnaire()

    first, again = take(filled, business, "rfp.xlsx"), take(filled, business, "copy.xlsx")

    assert (first[0], again[1], Rfp.objects.count()) == (again[0], False, 1)


WRONG: dict[str, Any] = {
    "pilot_quantity_kg": "about 12",
    "cas_number": "103-90-3",
    "quotation_needed_on": "1999-01-01",
    "compound_role": "perhaps",
    "sample_quantity_g": "=1+1",
}


def test_what_cannot_be_read_stands_at_its_field_and_the_rest_is_kept(known: Contact, seller: Client) -> None:
    drop(seller, a_questionnaire({**ANSWERS, **WRONG, "indication": "<b>Pain</b>"}), "rfp.xlsx")

    rfp = Rfp.objects.get()
    page = seller.get(rfp.get_absolute_url())
    assert rfp.indication == "<b>Pain</b>"
    assert {each["field"] for each in page.context["unread"]} == set(WRONG)
    assert "The file says “103-90-3”." in page.context["form"].fields["cas_number"].help_text


def test_whole_numbers_out_of_bounds_stand_at_their_fields_and_no_batches_is_an_answer(known: Contact, business: User) -> None:
    typed = {"validation_batches": "0", "number_of_steps": "45", "exposure_band": "6"}

    intake, _new = take(a_questionnaire({**ANSWERS, **typed}), business, "rfp.xlsx")

    rfp = Rfp.objects.get()
    assert (rfp.validation_batches, rfp.number_of_steps, rfp.exposure_band) == (0, None, None)
    assert {each["field"]: each["words"] for each in intake.problems} == {
        "number_of_steps": "Not above 40.", "exposure_band": "Not above 5.",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "role", "unread"),
    [("Yes", "registration", []), ("no", "not_registration", []), ("perhaps", "", ["compound_role"])],
)
def test_a_questionnaire_from_before_the_role_was_asked_says_the_role(
    typed: str, role: str, unread: list[str], known: Contact, business: User
) -> None:
    book = load_workbook(io.BytesIO(a_questionnaire()))
    book.active.append(["Is the compound a registration intermediate?", typed, None, None, "registration_intermediate"])
    book.save(filled := io.BytesIO())

    intake, _new = take(filled.getvalue(), business, "rfp.xlsx")

    assert (Rfp.objects.get().compound_role, [each["field"] for each in intake.problems]) == (role, unread)


def test_a_unit_that_was_written_over_is_asked_about(known: Contact, business: User) -> None:
    intake, _new = take(a_questionnaire({**ANSWERS, "pilot_quantity_kg": "12500"}, {"pilot_quantity_kg": "g"}), business, "rfp.xlsx")

    assert Rfp.objects.get().pilot_quantity_kg is None
    assert [(each["field"], each["typed"]) for each in intake.problems] == [("pilot_quantity_kg", "12500")]
    assert "The unit was changed to “g”" in intake.problems[0]["words"]


def test_of_a_client_nobody_knows_the_answers_wait_for_a_person(seller: Client) -> None:
    drop(seller, a_questionnaire({**ANSWERS, "client_name": "Stranger Ltd", "contact_email": "no address"}), "rfp.xlsx")
    intake = Intake.objects.get()

    page = seller.get(intake.get_absolute_url())
    seller.post(intake.get_absolute_url(), SAID)

    shown = page.context["form"]
    assert [shown[name].value() for name in ("client", "contact_email")] == ["Stranger Ltd", "no address"]
    assert "rfp-unread" in shown.fields["contact_email"].help_text
    assert Rfp.objects.get().pilot_quantity_kg == Decimal("12.5")
    assert ClientCompany.objects.get().name == "Stranger Ltd"


def test_a_questionnaire_attached_to_a_message_is_read(known: Contact, business: User) -> None:
    take(a_mail(rfp_xlsx=a_questionnaire()), business)

    rfp = Rfp.objects.get()
    assert (rfp.wanted, rfp.pilot_quantity_kg, rfp.files.count()) == ("Development and supply", Decimal("12.5"), 2)


def test_a_known_sender_says_whose_request_it_is_whatever_the_questionnaire_names(
    known: Contact, business: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(services, "_known_sender", lambda address, reader: asked.append(address) or known)
    make.a_client("DCB")
    answers = {**ANSWERS, "client_name": "Demo Client B", "contact_name": "Bob", "contact_email": "bob@example.org"}

    intake, _new = take(a_mail(rfp_xlsx=a_questionnaire(answers)), business)

    rfp = Rfp.objects.get()
    assert (rfp.client, rfp.contact, rfp.pilot_quantity_kg) == (known.client, known, Decimal("12.5"))
    assert len(asked) == 1
    assert "The questionnaire names Demo Client B; the sender is known as Purchasing Manager of Demo Client A" in intake.remarks[0]


def test_a_questionnaire_is_judged_as_of_the_day_on_which_it_came(business: User, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {**ANSWERS, "client_name": "Stranger Ltd", "first_sample_wanted_on": "2026-11-28"}
    mail = a_mail(sender=STRANGER, rfp_xlsx=a_questionnaire(answers))  # of 26 November 2026
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2027, 3, 1, 12, tzinfo=UTC))
    by_mail, _new = take(mail, business)
    alone, _new = take(a_questionnaire({**answers, "first_sample_wanted_on": "2027-03-02"}), business, "rfp.xlsx")
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2027, 3, 20, 12, tzinfo=UTC))
    again = said_by(by_mail, business), said_by(alone, business)

    assert (by_mail.problems, alone.problems) == ([], [])
    assert [each.values["first_sample_wanted_on"].isoformat() for each in again] == ["2026-11-28", "2027-03-02"]


def test_who_may_not_log_requests_reads_it_beside_the_file_that_was_dropped(client: Client) -> None:
    client.force_login(make.person(Role.RESEARCH))

    answer = drop(client, a_mail(), **{"X-Requested-With": "dropzone"})

    assert (answer.status_code, "logged by business development" in answer.json()["detail"]) == (403, True)


def test_another_spreadsheet_is_refused_with_what_is_missing(seller: Client) -> None:
    table = seller.get(reverse("import-template-xlsx", args=["rfps"])).content

    answer = drop(seller, table, "many.xlsx", **{"X-Requested-With": "dropzone"})

    assert (answer.status_code, Intake.objects.count()) == (400, 0)
    assert "no sheet “Questionnaire”" in answer.json()["errors"]["file"][0]


def test_a_client_never_reads_how_it_came_in(known: Contact, business: User, client: Client) -> None:
    intake, _new = take(a_mail(), business)
    client.force_login(make.person(Role.CLIENT_APPROVER))

    assert [client.get(reverse(name, args=[intake.pk])).status_code for name in ("rfp-intake-detail", "rfp-intake-file")] == [404, 404]
    assert not Intake.objects.visible_to(make.person(Role.CLIENT_APPROVER)).exists()
