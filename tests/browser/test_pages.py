"""Every page with data: WCAG 2.2 A and AA by axe, no id twice, no sideways scrolling on a phone, nothing on the console.

Which pages there are is read from the table of routes: a new one is named in PAGES, or the test fails.
"""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import resolve
from playwright.sync_api import Page, ViewportSize

from tests.browser.test_sign_in import sign_in
from tests.routes.table import ROUTES
from tests.stack import Stack

pytestmark = pytest.mark.browser

DESK, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}, "resultTypes": ["violations"]}

TWICE = "[...document.querySelectorAll('[id]')].map(each => each.id).filter((id, at, all) => all.indexOf(id) !== at)"
FOCUS = """() => {
  const look = (each) => { const s = getComputedStyle(each); return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow].join(); };
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
  const there = all.filter((each) => !each.disabled && each.type !== "hidden" && each.checkVisibility({visibilityProperty: true}));
  return there.filter((each) => {
    each.blur();
    const before = look(each);
    each.focus({preventScroll: true});
    return document.activeElement === each && look(each) === before;
  }).map((each) => each.outerHTML.slice(0, 120));
}"""  # keyboard focus that looks like none
CHARTS = """() => [...document.querySelectorAll("[data-chart]")]
  .filter((each) => document.getElementById(each.getAttribute("aria-details"))?.querySelector("table, tr") == null)
  .map((each) => each.dataset.chart)"""  # charts without the table that says the same
DIALOGS = [
    "/projects/{code}/status/",
    "/projects/{code}/gate/",
    "/projects/{code}/plan/sample_confirmed/",
    "/projects/{code}/plan/g2/",
    "/occupancy/{booking}/",
]

PROJECT = """
from datetime import timedelta
from django.db import transaction
from django.utils import timezone
from audit.context import Channel, acting
from catalogue.models import Material, Supplier, Vessel
from catalogue.services import VesselFacts, add_vessel
from cdmo.demo.people import holding
from cdmo.demo.projects import SMALL_SCALE
from cdmo.demo.supplies import buy
from cdmo.demo.telling import is_told, tell
from accounts.models import User
from documents.models import Document
from projects.models import ApprovalRequest, Occupancy, Project, Scratch
from projects.services.occupancy import Booking, book_vessel
from projects.services.scratch import open_scratch
if not is_told(SMALL_SCALE):
    tell([SMALL_SCALE])
project = Project.objects.get(title=SMALL_SCALE.molecule.name)
report = Document.objects.get(project=project, type_key="project_status_report")
asked = ApprovalRequest.objects.open().get(project=project)
if not Vessel.objects.exists():
    keeper, manager, today = holding("management"), holding("project_manager"), timezone.localdate()
    with acting(channel=Channel.COMMAND):
        vessel = add_vessel("shanghai", "R-302", VesselFacts("Reactor of line 3", "reactor", "glass_lined"), actor=keeper)
        for first, label in ((3, "P-01"), (9, "P-02")):
            days = {"first_on": today + timedelta(days=first), "last_on": today + timedelta(days=first + 9)}
            draft = Booking(vessel=vessel.pk, purpose="batch", label=label, belongs_to="pilot_batches_done", **days)
            book_vessel(draft, project=project.code, actor=manager)
booking = Occupancy.objects.filter(project=project).earliest("pk")
rfp = project.rfp
scratch = Scratch.objects.filter(project=project).first()
if scratch is None:
    with acting(channel=Channel.COMMAND):
        scratch = open_scratch(project.code, name="Two weeks later", actor=project.project_manager)
person = User.objects.get(email="pm@demo.example")
found = (project.quotations.get().revision, project.agreements.first().pk, report.number, asked.pk, booking.pk, scratch.pk, person.pk)
list(buy(timezone.localdate()))
bought = (Material.objects.get(code="TOL-99").pk, Supplier.objects.earliest("pk").pk)
print(project.code, rfp.number, rfp.contact_id, *found, *bought)
"""
PAGES = {
    "": [
        "/accounts/login/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/1-wrong/",
        "/accounts/password/reset/key/done/",
    ],
    "bd": [
        "/rfps/",
        "/rfps/?q=nothing+of+this+name",
        "/rfps/new/",
        "/rfps/{rfp}/",
        "/projects/{code}/quotations/{quotation}/",
        "/projects/{code}/agreements/new/",
        "/projects/{code}/agreements/{agreement}/",
        "/accounts/profile/",
        "/webhooks/",
        "/imports/clients/",
    ],
    "pm": [
        "/",
        "/projects/",
        "/projects/{code}/",
        "/projects/{code}/evaluation/",
        "/projects/{code}/sheets/research/",
        "/projects/{code}/charter/",
        "/projects/{code}/team/",
        "/projects/{code}/gate/",
        "/projects/{code}/gate/G1/1/",
        "/projects/{code}/deliverables/sample_confirmation/",
        "/projects/{code}/plan/",
        "/projects/{code}/plan/sample_confirmed/",
        "/projects/{code}/publish/",
        "/projects/{code}/sharing/",
        "/projects/{code}/sharing/log/",
        "/projects/{code}/dependencies/",
        "/projects/{code}/baselines/",
        "/projects/{code}/what-if/",
        "/projects/{code}/payments/",
        "/projects/{code}/change-orders/",
        "/projects/{code}/change-orders/new/",
        "/projects/{code}/status/",
        "/projects/{code}/activity/",
        "/projects/{code}/as-client/",
        "/projects/{code}/risks/",
        "/projects/{code}/status-report/",
        "/projects/{code}/documents/",
        "/clients/",
        "/clients/DEMOA/",
        "/clients/new/",
        "/clients/DEMOA/edit/",
        "/clients/DEMOA/contacts/new/",
        "/clients/DEMOA/contacts/{contact}/",
        "/projects/board/",
        "/projects/board/?phase=small_scale&sort=-days_late",
        "/projects/gantt/",
        "/projects/kpis/?figure=first_pass",
        "/calendars/",
        "/occupancy/",
        "/occupancy/{booking}/",
        "/occupancy/book/?project={code}",
        "/my-work/",
        "/projects/{code}/imports/milestones/",
        "/projects/{code}/compound/",
        "/projects/{code}/milestones/",
        "/projects/{code}/account/",
        "/projects/{code}/what-if/{scratch}/",
        "/projects/{code}/as-client/quotation/{quotation}/",
        "/sites/",
        "/sites/shanghai/",
        "/accounts/profile/delegations/",
        "/accounts/profile/sign-ins/",
        "/accounts/password/change/",
        "/accounts/reauthenticate/",
        "/accounts/2fa/",
        "/accounts/logout/",
        "/documents/",
        "/documents/new/?project={code}",
        "/documents/upload/?project={code}",
        "/documents/{document}/",
        "/documents/{document}/v1/text/summary/",
        "/search/?q={code}",
        "/inbox/",
        "/profile/notifications/",
    ],
    "material": [
        "/materials/",
        "/materials/TOL-99/",
        "/suppliers/",
        "/suppliers/{supplier}/",
        "/exchange-rates/",
        "/worksheets/materials/rows/new/",
        "/worksheets/materials/rows/{material}/",
        "/imports/material-prices/of/TOL-99/",
    ],
    "admin": [
        "/administration/",
        "/administration/roles/",
        "/administration/roles/project_manager/",
        "/administration/default-plan/",
        "/administration/default-plan/versions/",
        "/administration/default-plan/new/pilot/",
        "/administration/default-plan/milestones/route_selected/",
        "/administration/document-templates/",
        "/administration/document-templates/quotation/",
        "/getting-started/",
        "/sites/shanghai/vessels/",
        "/sites/shanghai/vessels/R-302/",
        "/accounts/people/",
        "/accounts/people/new/",
        "/accounts/people/{person}/",
        "/accounts/tokens/",
    ],
    "approver.a": [
        "/portal/",
        "/portal/{code}/",
        "/portal/{code}/quotation/{quotation}/",
        "/portal/{code}/account/",
        "/portal/approvals/{approval}/",
        "/accounts/tokens/",
        "/inbox/",
        "/profile/notifications/",
        "/webhooks/",
    ],
}
NO_PAGES = frozenset(  # files, parts of pages, answers to machines
    {"agreement-file", "reference-file", "rfp-file", "document-snapshot", "document-uploaded", "document-status"}
    | {
        "rfp-files",
        "rfp-parties",
        "rfp-similar",
        "rfp-standing",
        "rfp-structure",
        "healthz",
        "readyz",
        "keep-alive",
        "import-file",
        "import-progress",
        "worksheet-data",
        "worksheet-lookup",
    }
)
FILES = ("-csv", "-xlsx", "-pdf", "-png", "-svg")
OF_OTHER_TESTS = {  # pages of what this project has not; their tests open them with axe or not yet
    "as-client-change-order", "as-client-document", "baseline-compare", "change-order-detail", "change-order-edit", "condition-detail",
    "import-detail", "integration-account", "portal-change-order", "quotation-compare", "quotation-edit",
    "quotation-new", "webhook-detail",
}  # fmt: skip


def test_every_page_is_looked_at() -> None:
    example = dict.fromkeys(("quotation", "agreement", "contact", "approval", "booking", "scratch", "person", "material", "supplier"), 1)
    example |= {"code": "API-2026-0001", "rfp": "RFP-2026-0001", "document": "API-2026-0001-SR-01"}
    looked_at = {resolve(address.format(**example).split("?")[0]).url_name for pages in PAGES.values() for address in pages}
    pages = {name for name, route in ROUTES.items() if 200 in route.get.values() and not name.startswith("api")}

    missing = {name for name in pages - looked_at - NO_PAGES - OF_OTHER_TESTS if not name.endswith(FILES)}

    assert missing == set()
    assert looked_at & (NO_PAGES | OF_OTHER_TESTS) == set()


@pytest.fixture(scope="module")
def places(stack: Stack) -> dict[str, str]:
    """A project in small scale with its history, and where its records are."""
    names = ("code", "rfp", "contact", "quotation", "agreement", "document", "approval", "booking", "scratch", "person")
    names += ("material", "supplier")
    return dict(zip(names, stack.python(PROJECT).splitlines()[-1].split(), strict=True))


@pytest.mark.parametrize("person", PAGES)
def test_pages_are_accessible_and_fit_a_phone(page: Page, places: dict[str, str], person: str) -> None:
    if person:
        sign_in(page, f"{person}@demo.example")
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url} {message.text}") if message.type in {"error", "warning"} else None)

    faults = [fault for address in PAGES[person] for fault in _faults(page, address.format(**places))]

    assert faults + said == []


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_dialogs_are_accessible(page: Page, places: dict[str, str], viewport: ViewportSize) -> None:
    sign_in(page, "pm@demo.example")
    page.set_viewport_size(viewport)
    opened, faults = set(), []

    for address in DIALOGS:
        page.goto(address.format(**places))
        for name in page.eval_on_selector_all("main button[data-dialog]", "all => all.map(each => each.dataset.dialog)"):
            page.click(f"main button[data-dialog={name}]")
            opened.add(name)
            faults += _barriers(page, f"{address} {name}")
            page.keyboard.press("Escape")

    assert faults == []
    assert {"project-cancel", "reschedule", "meeting", "move", "release"} <= opened


def test_the_documentation_of_the_api_is_tried_out(page: Page, places: dict[str, str]) -> None:
    """It reads the schema, opens a route and asks it, under the content policy and without another host (`new_page` looks at both)."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    sign_in(page, "pm@demo.example")
    page.set_default_timeout(60_000)  # the schema is made when it is asked for

    page.goto("/api/v1/docs/")
    route = page.locator(".opblock", has=page.get_by_text("/api/v1/projects/{code}/", exact=True)).first
    route.locator("button.opblock-summary-control").click()
    route.get_by_role("button", name="Try it out").click()
    route.get_by_placeholder("code").fill(places["code"])
    route.get_by_role("button", name="Execute").click()

    answer = route.locator(".live-responses-table")
    answer.wait_for()
    assert f'"code": "{places["code"]}"' in answer.inner_text()
    assert said == []


def _faults(page: Page, address: str) -> list[str]:
    page.set_viewport_size(DESK)
    answer = page.goto(address)
    faults = [] if answer and answer.status == 200 else [f"{address} is not there"]
    faults += [f"{address} has the id {each} twice" for each in page.evaluate(TWICE)] + _barriers(page, address)
    faults += [f"{address}: the chart {each} has no table" for each in page.evaluate(CHARTS)]
    page.keyboard.press("Tab")  # from here on the browser shows what has the focus
    faults += [f"{address}: focus cannot be seen on {each}" for each in page.evaluate(FOCUS)]
    page.set_viewport_size(PHONE)
    page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")  # where the focus left the page, the bar may lie over a link
    page.wait_for_function("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > PHONE["width"]:
        faults.append(f"{address} is {wide} px wide on a phone")
    return faults + _barriers(page, f"{address} on a phone")


def _barriers(page: Page, where: str) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{where}: {each['id']} at {node['html'][:120]}" for each in found for node in each["nodes"]]
