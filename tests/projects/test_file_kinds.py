"""What a file of a request is: guessed by its name, said by a person, read by both sides."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput, NotAllowed
from projects.attachments import take_upload
from projects.file_kinds import kind_by_name
from projects.models import RfpFile
from projects.models.rfp_choices import FileKind
from projects.services.rfp import attach_rfp_file, decline_rfp, say_kind_of_file
from tests.clients_systems import System
from tests.projects import factories as make

NAMES = {
    "Apixaban_SDS_EN.pdf": FileKind.SDS,
    "MSDS-rev3.pdf": FileKind.SDS,
    "compound.mol": FileKind.STRUCTURE,
    "CDA signed.pdf": FileKind.AGREEMENT,
    "CoA lot 12.pdf": FileKind.SPECIFICATION,
    "HPLC method v2.docx": FileKind.METHOD,
    "route overview.pptx": FileKind.PROCESS,
    "RFP.xlsx": FileKind.REQUEST,
    "scan0001.pdf": FileKind.UNKNOWN,
    "molecule.pdf": FileKind.UNKNOWN,
}


@pytest.mark.parametrize(("name", "kind"), NAMES.items())
def test_a_name_says_what_a_file_probably_is(name: str, kind: FileKind) -> None:
    assert kind_by_name(name) == kind


def attached(name: str = "scan.txt") -> RfpFile:
    stored = take_upload(SimpleUploadedFile(name, b"text"), name)
    return attach_rfp_file(make.an_rfp().number, stored=stored, actor=make.person(Role.BUSINESS_DEVELOPMENT))


@pytest.mark.django_db
def test_the_page_asks_for_a_safety_data_sheet_until_there_is_one(seller: Client) -> None:
    file = attached()
    assert "No safety data sheet yet" in seller.get(file.rfp.get_absolute_url()).content.decode()

    answer = seller.post(reverse("rfp-file-kind", args=[file.rfp.number, file.pk]), {"kind": "sds"})

    page = seller.get(file.rfp.get_absolute_url()).content.decode()
    assert (answer.status_code, RfpFile.objects.get().kind) == (302, "sds")
    assert "No safety data sheet yet" not in page and "Safety data sheet" in page
    assert "said what the file scan.txt is: Safety data sheet" in page


@pytest.mark.django_db
def test_what_is_no_kind_and_who_may_not_say_it_are_refused() -> None:
    file = attached("sds.txt")
    number, pk = file.rfp.number, file.pk

    with pytest.raises(BadInput):
        say_kind_of_file(number, pk, kind="poem", actor=make.person(Role.BUSINESS_DEVELOPMENT))
    with pytest.raises(NotAllowed):
        say_kind_of_file(number, pk, kind="other", actor=make.person(Role.QUALITY_ASSURANCE))
    say_kind_of_file(number, pk, kind="sds", actor=make.person(Role.BUSINESS_DEVELOPMENT))

    assert RfpFile.objects.get().kind == "sds"
    assert not Event.objects.filter(kind="rfp.file_kind_said").exists()


@pytest.mark.django_db
def test_of_a_declined_request_nothing_is_said_any_more(seller: Client) -> None:
    file = attached()
    decline_rfp(file.rfp.number, actor=make.person(Role.BUSINESS_DEVELOPMENT), reason="No capacity.")

    assert seller.post(reverse("rfp-file-kind", args=[file.rfp.number, file.pk]), {"kind": "sds"}).status_code == 409
    assert RfpFile.objects.get().kind == ""


@pytest.mark.django_db
def test_through_the_api_both_sides_read_it_and_ours_says_it() -> None:
    system = System(make.a_client(), "write")
    number = system.post("rfps/", {"contact_name": "Ann", "compound_name": "X", "wanted": "Y"}).json()["number"]
    files = f"/api/v1/rfps/{number}/files/"
    sent = system.browser.post(files, {"file": SimpleUploadedFile("X SDS.txt", b"text")}).json()
    ours = Client()
    ours.force_login(make.person(Role.BUSINESS_DEVELOPMENT))

    said = ours.post(f"{files}{sent['id']}/kind/", {"kind": "method"}, content_type="application/json")
    refused = system.post(f"rfps/{number}/files/{sent['id']}/kind/", {"kind": "sds"})

    assert (sent["kind"], said.status_code, said.json()["files"][0]["kind"]) == ("sds", 200, "method")
    assert (refused.status_code, system.get(f"rfps/{number}/").json()["files"][0]["kind"]) == (403, "method")
