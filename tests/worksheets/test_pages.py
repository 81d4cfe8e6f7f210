"""The pages of an import: template, upload, preview, result."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Client, Role
from accounts.services import create_client
from tests.projects import factories as make
from tests.worksheets.tables import CLIENTS, MILESTONES, a_client, xlsx
from worksheets import services
from worksheets.models import Import

pytestmark = pytest.mark.django_db


def signed_in(*roles: str) -> Browser:
    browser = Browser()
    browser.force_login(make.person(*roles))
    return browser


@pytest.fixture
def seller(db: None) -> Browser:
    return signed_in(Role.BUSINESS_DEVELOPMENT)


def upload(browser: Browser, file: Any, *, name: str = "clients.xlsx", **more: Any) -> Any:
    file.name = name
    return browser.post(reverse("import-new", args=["clients"]), {"file": file, **more})


def test_upload_preview_and_result_lead_to_what_was_made(seller: Browser) -> None:
    preview = seller.get(upload(seller, xlsx(CLIENTS, *[a_client(number) for number in range(3)]))["Location"])
    page = preview.content.decode()
    assert "Import 3 rows" in page
    assert "organisation2.example" in page
    assert "spreadsheet, sheet “Clients”" in page

    result = seller.post(reverse("import-press", args=["clients", Import.objects.get().pk]), follow=True).content.decode()

    assert f'href="/clients/{Client.objects.first().code}/"' in result
    assert Client.objects.count() == 3
    again = upload(seller, xlsx(CLIENTS, *[a_client(number) for number in range(3)]))
    assert again["Location"] == Import.objects.first().get_absolute_url()
    stored = b"".join(seller.get(reverse("import-file", args=["clients", Import.objects.last().pk])))
    assert load_workbook(io.BytesIO(stored)).sheetnames == ["Clients"]


def test_wrong_rows_are_shown_at_their_cell_and_the_button_says_why_not(seller: Browser) -> None:
    page = seller.get(upload(seller, xlsx(CLIENTS, a_client(1), a_client(2, Country="Atlantis")))["Location"]).content.decode()

    assert '<strong class="nowrap">C3</strong> Country: “Atlantis” is none of the possible values' in page
    assert 'aria-disabled="true"' in page
    assert "1 of 2 rows are wrong" in page
    pressed = seller.post(reverse("import-press", args=["clients", Import.objects.get().pk]))
    assert (pressed.status_code, Client.objects.count()) == (409, 0)


def test_a_file_that_cannot_be_read_is_refused_at_the_field(seller: Browser) -> None:
    answer = upload(seller, xlsx(CLIENTS, a_client(1), sheet="Elsewhere", edit=lambda sheet: sheet.parent.create_sheet("Other")))

    assert (answer.status_code, Import.objects.count()) == (400, 0)
    assert "no sheet “Clients”; it has “Elsewhere”, “Other”" in answer.content.decode()


def test_what_resembles_something_asks_to_be_looked_at(seller: Browser) -> None:
    create_client(name="Helvetia Pharma AG", actor=make.person(Role.BUSINESS_DEVELOPMENT))
    shown = seller.get(upload(seller, xlsx(CLIENTS, a_client(1, Client="Helvetia Pharma")))["Location"])
    press = reverse("import-press", args=["clients", Import.objects.get().pk])

    refused = seller.post(press)

    assert refused.status_code == 400
    assert "Say that you have looked" in refused.content.decode()
    assert seller.post(press, {"looked_at": shown.context["looked_at"]}).status_code == 302
    assert Client.objects.count() == 2


def test_a_long_file_shows_how_far_the_worker_is(seller: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 0)
    monkeypatch.setattr(services, "_ring", lambda pk: None)
    page = seller.get(upload(seller, xlsx(CLIENTS, a_client(1), a_client(2)))["Location"]).content.decode()
    taken = Import.objects.get()
    progress = reverse("import-progress", args=["clients", taken.pk])
    assert f'hx-get="{progress}"' in page
    assert "0 of 2" in seller.get(progress).content.decode()

    services.run(taken.pk)

    assert seller.get(progress)["HX-Redirect"] == taken.get_absolute_url()


def test_a_plan_is_imported_on_the_page_of_its_project_with_a_reason(db: None) -> None:
    project = make.a_planned_project()
    manager = signed_in(Role.PROJECT_MANAGER)
    address = reverse("project-import-new", args=[project.code, "milestones"])
    assert address in manager.get(reverse("project-milestones", args=[project.code])).content.decode()
    file = xlsx(MILESTONES, ("Salt chosen", "Evaluation", "Internal"), sheet="Milestones")
    file.name = "plan.xlsx"

    assert manager.post(address, {"file": file}).status_code == 400
    file.seek(0)
    taken = manager.post(address, {"file": file, "reason": "The kick-off."})

    assert "Salt chosen" in manager.get(taken["Location"]).content.decode()
    outsider = signed_in(Role.ADMINISTRATOR)
    assert outsider.get(taken["Location"]).status_code == outsider.get(address).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [(Role.RESEARCH, 404), (Role.CLIENT_APPROVER, 404), (Role.MANAGEMENT, 404), (Role.BUSINESS_DEVELOPMENT, 200)]
)
def test_a_preview_of_clients_is_for_who_uploaded_it(seller: Browser, role: str, status: int) -> None:
    address = upload(seller, xlsx(CLIENTS, a_client(1)))["Location"]

    assert signed_in(role).get(address).status_code == status


def test_who_may_not_enter_clients_is_told_who_may(db: None) -> None:
    page = signed_in(Role.RESEARCH).get(reverse("import-new", args=["clients"])).content.decode()

    assert "Clients are kept by business development" in page
    assert 'type="file"' not in page
    assert signed_in(Role.RESEARCH).post(reverse("import-new", args=["clients"]), {"file": xlsx(CLIENTS, a_client(1))}).status_code == 403


@pytest.mark.parametrize("kind", ["clients", "rfps", "milestones"])
def test_the_template_is_a_spreadsheet_and_a_csv_file(seller: Browser, kind: str) -> None:
    book = load_workbook(io.BytesIO(seller.get(reverse("import-template-xlsx", args=[kind])).content))
    text = seller.get(reverse("import-template-csv", args=[kind])).content.decode("utf-8-sig")

    assert text.strip().split(",")[: len(book.worksheets[0][1])][0] == book.worksheets[0]["A1"].value


@pytest.mark.parametrize(("page", "link"), [("client-list", ("import-new", "clients")), ("rfp-list", ("import-new", "rfps"))])
def test_the_list_leads_to_its_import(seller: Browser, page: str, link: tuple[str, str]) -> None:
    address = reverse(link[0], args=[link[1]])

    assert address in seller.get(reverse(page)).content.decode()
    assert address not in signed_in(Role.RESEARCH).get(reverse(page)).content.decode()
