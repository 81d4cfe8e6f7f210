"""Every list leaves as XLSX and CSV: the same rows as on the page, all of them, seen by the same reader."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import FileResponse
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Client, Contact, Role
from projects.models import Phase, Project, Rfp
from tests.projects import factories as make
from worksheets import exports
from worksheets.exports import all_exports, in_chunks, table_of
from worksheets.sheets import all_sheets
from worksheets.writing import csv_lines, finished_csv_response, harmless, xlsx_response

pytestmark = pytest.mark.django_db
TABLE = re.compile(r"<table\b|{% render_table ")
LINK = re.compile(r"""_list_files\.html" with key="([a-z-]+)"|'project-list-(?:csv|xlsx)' project\.code '([a-z-]+)'""")
OWN_FILES = {
    "desk/board.html": "portfolio",
    "desk/kpis.html": "kpis",
    "desk/occupancy.html": "occupancy",
    "projects/plan.html": "project-plan",
}

# Each template that draws a table: the template of its page, where the links to its files stand, or why there is no file.
PART = "part of one record, which leaves as a document"
FORM = "a form or what is being tried: it is filled in, not read"
IN_LIST = "a few rows of a list that has its files on its own page"
PDF = "drawn into a PDF"
ROUTE = "computed of one route, which the API gives; its import has a template"
COSTS = "computed of one scenario, which leaves as the Detailed Cost Assessment Form; its tables are worksheets"
KEPT = "what the installation is set to; each version stands in the record"
TABLES: dict[str, str] = {
    "_picture.html": "the figures of a picture, which leaves as one; what it counts leaves from pages of its own",
    "accounts/_token_table.html": "accounts/tokens.html",
    "accounts/people.html": "accounts/people.html",
    "catalogue/material.html": "the prices that hold; all of them are the worksheet below",
    "desk/portal_requests.html": "a client's own few requests; systems read them from the API",
    "phases/evaluation/_sheet_calendar.html": "what the plan above asks of the calendar; its rows are the worksheet",
    "process/_actuals.html": "computed of what the worksheets beside it hold, against what was quoted",
    "process/_balance.html": ROUTE,
    "process/_cost_phases.html": COSTS,
    "process/_cost_scenarios.html": COSTS,
    "process/_cost_sources.html": COSTS,
    "process/_inquiry_letters.html": IN_LIST,
    "process/_intensity.html": ROUTE,
    "process/_offers.html": "computed of one inquiry, which the API gives; the answers are the worksheet below",
    "process/_step_history.html": "computed for the steps of one route; what they gave stands in worksheets",
    "process/inquiries.html": "a few inquiries of one project, which the API gives; their tables are worksheets",
    "process/route_materials.html": FORM,
    "process/routes.html": ROUTE,
    "projects/_compared_part.html": PART,
    "projects/_offer_lines.html": PART,
    "projects/_quotation_payments.html": PART,
    "projects/_quotation_terms.html": PART,
    "projects/similar.html": "what is found for one compound",
    "desk/_answered_bids.html": "counted of the cases of the win rate, which leave as files from the key figures",
    "desk/_client_contacts.html": "desk/_client_contacts.html",
    "desk/_figure_cases.html": "desk/kpis.html",
    "desk/_milestones.html": IN_LIST,
    "desk/_occupancy_table.html": "desk/occupancy.html",
    "desk/_portfolio_plans.html": IN_LIST,
    "desk/_report_table.html": PART,
    "desk/_sharing_table.html": "desk/_sharing_nav.html",
    "desk/_table.html": "the look of every list; the pages of the lists are named here themselves",
    "desk/_waits.html": "desk/my_work.html",
    "desk/board.html": "desk/board.html",
    "desk/client_list.html": "desk/client_list.html",
    "desk/home.html": IN_LIST,
    "desk/kpis.html": "desk/kpis.html",
    "desk/portal.html": "desk/portal.html",
    "desk/portal_project.html": "desk/portal_project.html",
    "desk/project_detail.html": "desk/project_detail.html",
    "desk/project_list.html": "desk/project_list.html",
    "desk/roles.html": "a matrix; rights and holders leave as files from the page itself",
    "desk/sharing_log.html": "desk/_sharing_nav.html",
    "documents/_earlier_versions.html": PART,
    "documents/_key_values.html": PDF,
    "documents/_revisions.html": PDF,
    "documents/_signature_page.html": PDF,
    "documents/_table.html": PDF,
    "documents/_version_signatures.html": PART,
    "documents/document_list.html": "documents/document_list.html",
    "documents/signature_sheet.html": PDF,
    "documents/template_list.html": KEPT,
    "notifications/inbox.html": "notifications/inbox.html",
    "notifications/webhook.html": "what was sent to one address in the last days, to be sent again; systems read the feed of the API",
    "notifications/webhooks.html": "notifications/webhooks.html",
    "phases/evaluation/_agreements.html": "phases/evaluation/_agreements.html",
    "phases/evaluation/_quotations.html": PART,
    "phases/evaluation/_sheets.html": PART,
    "projects/_change_order_body.html": PART,
    "projects/_change_order_payments_form.html": FORM,
    "projects/_change_order_plan.html": PART,
    "projects/_change_order_plan_form.html": FORM,
    "projects/_charter_dates.html": PART,
    "projects/_gate_criteria.html": PART,
    "projects/_moves.html": FORM,
    "projects/_plan_table.html": "projects/plan.html",
    "projects/_price_lines.html": FORM,
    "projects/_publications.html": "projects/milestone.html",
    "projects/_quotation_lines.html": PART,
    "projects/_scratch_added.html": FORM,
    "projects/_scratch_table.html": FORM,
    "projects/_scratch_tasks.html": FORM,
    "projects/_slippage.html": PART,
    "projects/_task_table.html": "projects/_tasks.html",
    "projects/_vessels.html": IN_LIST,
    "projects/baseline_compare.html": "projects/plan.html",
    "projects/calendars.html": "projects/calendars.html",
    "projects/change_order_form.html": FORM,
    "projects/change_orders.html": "projects/change_orders.html",
    "projects/default_plan.html": KEPT,
    "projects/default_plan_history.html": KEPT,
    "projects/dependencies.html": "projects/dependencies.html",
    "projects/milestones.html": "projects/milestones.html",
    "projects/payments.html": "projects/payments.html",
    "projects/quotation_compare.html": PART,
    "projects/rfp_list.html": "projects/rfp_list.html",
    "projects/rfps_kept.html": "what is kept from the reader, to ask others for it; nobody takes it away as a file",
    "worksheets/_sheet.html": "every worksheet has its files, by its own key",
    "worksheets/_rows.html": "it came in as a file, which can be fetched again",
    "worksheets/import_new.html": "the template says the same",
}


SHEETS = {each.key: each for each in all_sheets()}


def text_of(template: str) -> str:
    return (Path(settings.BASE_DIR) / "templates" / template).read_text(encoding="utf-8")


def test_every_table_of_a_page_has_its_files_or_a_reason() -> None:
    root = Path(settings.BASE_DIR) / "templates"
    drawn = {str(path.relative_to(root)) for path in root.rglob("*.html") if TABLE.search(path.read_text(encoding="utf-8"))}
    drawn -= {name for name in drawn if name.startswith("documents/types/")}

    assert drawn == set(TABLES)
    pages = {where for where in TABLES.values() if where.endswith(".html")}
    assert {page for page in pages if not LINK.search(text_of(page)) and f"{OWN_FILES.get(page)}-xlsx" not in text_of(page)} == set()


def test_every_export_is_offered_on_a_page_and_no_page_offers_another() -> None:
    root = Path(settings.BASE_DIR) / "templates"
    offered = {key for path in root.rglob("*.html") for pair in LINK.findall(path.read_text(encoding="utf-8")) for key in pair if key}

    assert offered == {each.key for each in all_exports()} - SHEETS.keys()


# What is in them


def signed_in(*roles: str, **more: Any) -> Browser:
    browser = Browser()
    browser.force_login(make.person(*roles, **more))
    return browser


def as_csv(browser: Browser, key: str, *, code: str = "", **query: Any) -> list[dict[str, str]]:
    address = reverse("project-list-csv", args=[code, key]) if code else reverse("list-csv", args=[key])
    answer = browser.get(address, query)
    assert answer.status_code == 200, key
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def heads(rows: list[dict[str, str]]) -> set[str]:
    return {name for row in rows for name in row}


def as_xlsx(browser: Browser, key: str, *, code: str = "", **query: Any) -> list[tuple[Any, ...]]:
    address = reverse("project-list-xlsx", args=[code, key]) if code else reverse("list-xlsx", args=[key])
    return list(load_workbook(io.BytesIO(b"".join(browser.get(address, query)))).active.iter_rows(values_only=True))


@pytest.fixture
def project(db: None) -> Project:
    project = make.a_planned_project()
    return Project.objects.get(pk=project.pk)


OF_PARENTS = [key for key, sheet in SHEETS.items() if sheet.parent]
ALL_LISTS = [each.key for each in all_exports() if not each.of_project and each.key not in ("told-projects", *OF_PARENTS)]
OF_PROJECT = [each.key for each in all_exports() if each.of_project and each.key != "told-milestones"]


def test_every_list_answers_in_both_forms_and_to_those_of_its_page(project: Project) -> None:
    admin, manager = signed_in(Role.ADMINISTRATOR, Role.PROJECT_MANAGER), signed_in(Role.PROJECT_MANAGER)
    own, foreign = signed_in(Role.CLIENT_APPROVER), signed_in(Role.CLIENT_APPROVER, client=make.a_client("DCB"))
    outside, query = signed_in(Role.REGULATORY), {"site": project.site.key}
    for key in ALL_LISTS:
        assert heads(as_csv(admin, key, **query)) <= set(as_xlsx(admin, key, **query)[0]), key
        answer = own.get(reverse("list-csv", args=[key]), query)
        assert answer.status_code == (200 if key in ("documents", "inbox", "tokens", "webhooks") else 404), key
        b"".join(answer)
    for key in OF_PROJECT:
        assert heads(as_csv(manager, key, code=project.code)) <= set(as_xlsx(manager, key, code=project.code)[0]), key
        for browser in (own, foreign, outside):
            assert browser.get(reverse("project-list-csv", args=[project.code, key])).status_code == 404, key
    assert manager.get(reverse("list-csv", args=["people"])).status_code == 403
    assert manager.get(reverse("list-csv", args=["plan"])).status_code == 404
    assert manager.get(reverse("list-csv", args=["nothing"])).status_code == 404
    assert Browser().get(reverse("list-csv", args=["projects"])).status_code == 302


def test_a_client_takes_its_own_projects_and_told_dates_only(project: Project) -> None:
    own, foreign = signed_in(Role.CLIENT_VIEWER), signed_in(Role.CLIENT_VIEWER, client=make.a_client("DCB"))

    assert [row["Project"] for row in as_csv(own, "told-projects")] == [project.code]
    assert as_csv(foreign, "told-projects") == []
    assert as_csv(own, "told-milestones", code=project.code) == []  # nothing is shared yet
    assert foreign.get(reverse("project-list-csv", args=[project.code, "told-milestones"])).status_code == 404
    assert signed_in(Role.PROJECT_MANAGER).get(reverse("list-csv", args=["told-projects"])).status_code == 404


def test_a_file_for_a_client_is_read_before_the_answer_begins(project: Project) -> None:
    """Its reader's rights in the database end with the view."""
    answer = signed_in(Role.CLIENT_VIEWER).get(reverse("list-csv", args=["told-projects"]))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert project.code in b"".join(answer).decode()
    assert len(queries) == 0


def test_filters_order_and_all_pages_are_those_of_the_address(db: None) -> None:
    clients = [Client(code=f"C{number:03}", name=f"Client {number:03}", country="CH" if number % 2 else "JP") for number in range(120)]
    Client.objects.bulk_create(clients)
    seller = signed_in(Role.BUSINESS_DEVELOPMENT)

    found = as_csv(seller, "clients", country="JP", sort="-name", page="2")

    assert [row["Code"] for row in found] == [f"C{number:03}" for number in range(118, -1, -2)]
    assert (
        f'href="{reverse("list-csv", args=["clients"])}?country=JP&amp;sort=-name"'
        in seller.get("/clients/?country=JP&sort=-name").content.decode()
    )


def test_numbers_are_numbers_dates_are_dates_and_nothing_is_run(project: Project) -> None:
    rfp = Rfp.objects.get()
    Rfp.objects.filter(pk=rfp.pk).update(sample_quantity_g="1250.500", quotation_needed_on="2030-03-12", compound_name="=cmd|' /C calc'!A0")
    seller = signed_in(Role.BUSINESS_DEVELOPMENT)

    (row,) = as_csv(seller, "rfps")
    head, cells = as_xlsx(seller, "rfps")

    named = dict(zip(head, cells, strict=True))
    assert (row["Samples (g)"], row["Quotation needed on"], row["Compound"]) == ("1250.500", "2030-03-12", "'=cmd|' /C calc'!A0")
    assert datetime.fromisoformat(row["Received"]) == rfp.received_at.replace(microsecond=0)
    assert (named["Samples (g)"], named["Quotation needed on"]) == (1250.5, datetime(2030, 3, 12))
    assert named["Compound"] == "'=cmd|' /C calc'!A0"
    assert isinstance(named["Received"], datetime)
    (first, *_rest) = as_csv(signed_in(Role.PROJECT_MANAGER), "plan", code=project.code)
    assert date.fromisoformat(first["Internal forecast"])


def test_what_xml_cannot_hold_is_left_out_and_an_odd_text_breaks_no_line() -> None:
    rows = [["a\x0bb", 'two\nlines, "quoted"', timezone.now()]]

    assert load_workbook(io.BytesIO(content_of(xlsx_response("f", ["A", "B", "C"], rows)))).active["A2"].value == "ab"
    lines = "".join(csv_lines(["A"], rows)).lstrip("\ufeff").split("\r\n", 1)[1]
    assert next(csv.reader(io.StringIO(lines, newline="")))[1] == rows[0][1]
    assert content_of(finished_csv_response("f", ["A"], [[1]])).decode("utf-8-sig") == "A\r\n1\r\n"
    assert [harmless(value) for value in ("-1", -1, "@a", "plain", None)] == ["'-1", -1, "'@a", "plain", None]


def content_of(answer: FileResponse) -> bytes:
    found = b"".join(answer)
    answer.file_to_stream.close()
    return found


@pytest.mark.parametrize("key", ["projects", "rfps", "clients", "contacts", "documents", "work", "people"])
def test_a_longer_list_asks_no_more_queries(project: Project, key: str) -> None:
    browser = signed_in(Role.ADMINISTRATOR, Role.PROJECT_MANAGER, Role.BUSINESS_DEVELOPMENT)
    as_csv(browser, key)
    before = queries_of(lambda: as_csv(browser, key))
    for code in ("DCB", "DCC"):
        other = make.an_rfp(make.a_client(code))
        Project.objects.create(
            code=f"API-2020-000{code[-1]}",
            client=other.client,
            compound=project.compound,
            title="Another",
            phase=Phase.EVALUATION,
            opened_at=timezone.now(),
            rfp=other,
        )
        Contact.objects.create(client=other.client, name="Somebody", email="somebody@example.com")
        make.person(Role.CLIENT_VIEWER, client=other.client)

    assert queries_of(lambda: as_csv(browser, key)) == before


def queries_of(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def test_rows_are_read_while_they_are_written() -> None:
    """Memory stays the same however long the list is: no row is asked for before the one ahead of it has left."""
    read: list[int] = []

    def rows() -> Iterator[int]:
        for number in range(10_000):
            read.append(number)
            yield number

    table = table_of("numbers", [("Number", lambda row: row)], rows())
    lines = csv_lines(table.head, table.rows)

    assert [next(lines), next(lines)][1] == "0\r\n"
    assert read == [0]


def test_of_a_long_list_only_a_chunk_is_read_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys first, then the rows of one chunk after the other, each when the one before has left."""
    monkeypatch.setattr(exports, "CHUNK", 2)
    client = make.a_client()
    for number in range(5):
        Contact.objects.create(client=client, name=f"Somebody {number}", email=f"{number}@example.com")
    rows = Contact.objects.select_related("client").order_by("-name")

    table = table_of("contacts", [("Contact", lambda row: row.name), ("Client", lambda row: row.client.name)], rows)
    read, reads = [], []
    with CaptureQueriesContext(connection) as queries:
        for line in table.rows:
            read.append(line[0])
            reads.append(len(queries) - 1)

    assert read == [f"Somebody {number}" for number in (4, 3, 2, 1, 0)]
    assert reads == [1, 1, 2, 2, 3]
    assert next(in_chunks(rows, "name", "client__code")) == ["Somebody 4", client.code]
