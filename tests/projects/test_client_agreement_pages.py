"""What a client has agreed for all its projects, through its pages: where it is recorded, read, mended, and listed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Client, Role, User
from audit.models import Event
from audit.seen import version_of
from projects.models import Agreement, GateReview
from projects.models.confidentiality import SEEN
from projects.services.agreements import paper_values, signatory_values
from tests.projects import factories as make
from tests.projects.confidential import keep
from tests.projects.people import as_person, business, person

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
MARK = "of the client, for all its projects"


@pytest.fixture
def client() -> Client:
    return make.a_client()


@pytest.fixture
def seller() -> Browser:
    return as_person(business())


def record(browser: Browser, client: Client, **values: Any) -> Any:
    data = {"kind": "confidentiality", "number": "CDA-1", "effective_on": TODAY().isoformat(), "expires_on": "", **values}
    return browser.post(reverse("client-agreement-new", args=[client.code]), data)


def text(browser: Browser, name: str, *args: object) -> str:
    return browser.get(reverse(name, args=args)).content.decode()


def test_from_the_page_of_the_client_to_both_signatures(seller: Browser, client: Client) -> None:
    assert reverse("client-agreement-new", args=[client.code]) in text(seller, "client-detail", client.code)
    assert f"{client.name}, for all its projects" in text(seller, "client-agreement-new", client.code)

    answer = record(seller, client, file=SimpleUploadedFile("cda.txt", b"Signed by both."))
    agreement = Agreement.objects.get()
    signed = {"name": "A. Director", "function": "Director", "signed_on": TODAY().isoformat()}
    address = reverse("client-agreement-sign", args=[agreement.pk])
    statuses = [seller.post(address, {**signed, "side": side}).status_code for side in ("cdmo", "client", "client")]

    assert (answer.url, statuses) == (f"/agreements/{agreement.pk}/", [302, 302, 409])
    page = text(seller, "client-agreement-detail", agreement.pk)
    assert "Signed, in force" in page and f"{client.name}, for all its projects" in page
    assert b"".join(seller.get(reverse("client-agreement-file", args=[agreement.pk]))) == b"Signed by both."
    assert "recorded the Confidentiality agreement CDA-1" in text(seller, "client-detail", client.code)


def test_of_whoever_records_it_today_is_no_day_of_the_future(seller: Browser, client: Client) -> None:
    """Somebody ahead of UTC, whose day has begun where the server's has not."""
    User.objects.filter(pk=business().pk).update(time_zone="Pacific/Kiritimati")
    agreement = make.client_agreement(client, sides=())
    day = timezone.localdate(timezone=ZoneInfo("Pacific/Kiritimati")).isoformat()

    signed = {"side": "cdmo", "name": "A. Director", "function": "Director", "signed_on": day}

    assert seller.post(reverse("client-agreement-sign", args=[agreement.pk]), signed).status_code == 302


def test_what_is_wrong_is_said_and_kept_as_typed(seller: Browser, client: Client) -> None:
    record(seller, client)

    assert b"This agreement is recorded already." in record(seller, client).content
    answer = record(seller, client, number="CDA-2", expires_on="2001-01-01")

    assert (answer.status_code, b"CDA-2" in answer.content, Agreement.objects.count()) == (400, True, 1)


def test_changed_corrected_replaced_and_withdrawn_on_its_page(seller: Browser, client: Client) -> None:
    agreement = make.client_agreement(client, sides=("cdmo",))

    def send(act: str, values: dict[str, Any], *side: str) -> int:
        return seller.post(reverse(f"client-agreement-{act}", args=[agreement.pk, *side]), values).status_code

    paper, signed = paper_values(agreement), signatory_values(agreement.signatories.get())
    change = {**paper, "expires_on": "", "number": "CDA-9", "version": version_of(paper), "reason": "A typo."}
    correct = {**signed, "name": "B. Director", "version": version_of(signed), "reason": "A typo."}
    found = [
        send("change", change),
        send("correct-signatory", correct, "cdmo"),
        send("correct-signatory", correct, "client"),
        send("keep-file", {"file": SimpleUploadedFile("cda.txt", b"Signed.")}),
        send("withdraw", {"reason": " "}),
        send("withdraw", {"reason": "Signed by the wrong company."}),
        send("withdraw", {"reason": "Again."}),
    ]

    assert found == [302, 302, 404, 302, 400, 302, 409]
    row = Agreement.objects.get()
    assert (row.number, row.signatories.get().name, row.file_name) == ("CDA-9", "B. Director", "cda.txt")
    assert "Signed by the wrong company." in text(seller, "client-agreement-detail", row.pk)


def test_who_may_not_reads_why(client: Client) -> None:
    agreement, chemist = make.client_agreement(client), as_person(person(Role.RESEARCH))

    pages = [
        text(chemist, "client-detail", client.code),
        text(chemist, "client-agreement-new", client.code),
        text(chemist, "client-agreement-detail", agreement.pk),
        text(chemist, "rfp-detail", make.a_project(client).rfp.number),
    ]

    assert all("Agreements are recorded by business development or a project manager." in page for page in pages)
    assert record(chemist, client).status_code == 403
    assert f'href="{reverse("client-agreement-new", args=[client.code])}"' not in "".join(pages)


def test_the_address_of_a_project_s_agreement_finds_none_of_a_client_and_the_other_way_round(seller: Browser, client: Client) -> None:
    project = make.a_project(client)
    make.signed_agreement(project, "quality", "QAA-1")
    of_client, of_project = make.client_agreement(client), Agreement.objects.get(number="QAA-1")

    for address in (
        reverse("client-agreement-detail", args=[of_project.pk]),
        reverse("agreement-detail", args=[project.code, of_client.pk]),
        reverse("client-agreement-new", args=["NOBODY"]),
    ):
        assert seller.get(address).status_code == 404


def test_of_a_kept_client_nothing_is_there_for_who_is_not_named_and_looks_are_noted(seller: Browser, client: Client) -> None:
    keep(client)
    rfp = make.an_rfp(client)
    agreement, other = make.client_agreement(client, sides=()), as_person(person(Role.PROJECT_MANAGER, name="Somebody else"))
    addresses = [
        agreement.get_absolute_url(),
        reverse("client-agreement-file", args=[agreement.pk]),
        reverse("client-agreement-new", args=[client.code]),
    ]

    assert [other.get(address).status_code for address in addresses] == [404] * 3
    assert other.post(reverse("client-agreement-withdraw", args=[agreement.pk]), {"reason": "No."}).status_code == 404
    assert record(other, client, number="CDA-2").status_code == 404
    assert not Event.objects.filter(kind=SEEN).exists()
    seller.get(addresses[0])
    assert Event.objects.filter(kind=SEEN, object_id=str(rfp.pk), actor=business()).exists()


def test_client_request_and_project_show_it_with_its_mark(seller: Browser, client: Client) -> None:
    project, draft = make.a_project(client), make.an_rfp(client)
    make.signed_agreement(project, "quality", "QAA-1")
    agreement, foreign = make.client_agreement(client), make.client_agreement(make.a_client("DCB"))

    pages = [
        text(seller, "client-detail", client.code),
        text(seller, "rfp-detail", draft.number),
        text(seller, "project-evaluation", project.code),
    ]

    for page in pages:
        assert f'href="{agreement.get_absolute_url()}"' in page and MARK in page
        assert foreign.number not in page
    assert ["QAA-1" in page for page in pages] == [True, False, True]


def test_a_draft_without_any_offers_to_record_one(seller: Browser, client: Client) -> None:
    page = text(seller, "rfp-detail", make.an_rfp(client).number)

    assert f'href="{reverse("client-agreement-new", args=[client.code])}"' in page


def test_the_gate_and_its_api_warn_of_its_end_with_the_mark(seller: Browser, client: Client) -> None:
    project = make.a_project(client)
    make.charter(project)
    agreement = make.client_agreement(client, until=20)
    GateReview.objects.filter(project=project).update(meeting_on=TODAY() + timedelta(days=30))

    words = f"Confidentiality agreement {agreement.number} of the client expires on"
    (told,) = seller.get(f"/api/v1/projects/{project.code}/gate/").json()["ending_agreements"]

    assert told["words"].startswith(words) and (told["key"], told["link"]) == ("agreement.client_ends", f"/agreements/{agreement.pk}/")
    assert words in text(seller, "project-gate", project.code)
    make.signed_agreement(make.a_project(client), "confidentiality", "CDA-OTHER")
    assert words in text(seller, "project-gate", project.code), "that of another project is no successor"
    make.signed_agreement(project, "confidentiality", "CDA-OWN")
    assert words not in text(seller, "project-gate", project.code)
    assert seller.get(f"/api/v1/projects/{project.code}/gate/").json()["ending_agreements"] == []


@pytest.mark.parametrize("name", ["client-detail", "rfp-detail", "project-evaluation", "project-gate"])
def test_three_cost_the_queries_of_one(seller: Browser, client: Client, name: str, django_assert_max_num_queries: Any) -> None:
    project = make.a_project(client)
    make.charter(project)
    argument = {"client-detail": client.code, "rfp-detail": project.rfp.number}.get(name, project.code)
    counts = set()
    for more in (0, 1, 2):
        for kind in ("confidentiality", "quality")[:more]:
            make.client_agreement(client, kind, until=20)
        if not more:
            make.client_agreement(client, "cooperation", until=20)
        text(seller, name, argument)
        with django_assert_max_num_queries(200) as seen:
            text(seller, name, argument)
        counts.add(len(seen))

    assert len(counts) == 1


def test_who_withdraws_it_and_sees_the_client_no_more_is_led_to_what_is_kept(client: Client) -> None:
    keep(client)
    make.an_rfp(client)
    agreement, other = make.client_agreement(client), as_person(person(Role.PROJECT_MANAGER, name="Somebody else"))

    answer = other.post(reverse("client-agreement-withdraw", args=[agreement.pk]), {"reason": "Signed by the wrong company."})

    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("rfp-kept"))
