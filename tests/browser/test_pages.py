"""Every page with data: WCAG 2.2 A and AA by axe, no id twice, no sideways scrolling on a phone, nothing on the console.

Which pages there are is read from the table of routes: a new one is named in PAGES, or the test fails.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import pytest
from django.urls import resolve
from playwright.sync_api import Page, ViewportSize

from tests.browser.dialogs import ASIDE, DIALOGS, Dialogs, written_dialogs
from tests.browser.entering import sign_in
from tests.browser.seeing import CHARTS, FOCUS, TWICE, barriers, bring_axe
from tests.routes.table import ROUTES

pytestmark = pytest.mark.browser

DESK, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
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
        "/rfps/kept/",
        "/rfps/{rfp}/confidentiality/",
        "/rfps/intake/",
        "/rfps/intake/{intake}/",
        "/projects/{code}/quotations/{quotation}/",
        "/projects/{code}/agreements/new/",
        "/projects/{code}/agreements/{agreement}/",
        "/clients/DEMOA/agreements/new/",
        "/agreements/{client_agreement}/",
        "/accounts/profile/",
        "/webhooks/",
        "/imports/clients/",
        "/imports/clients/{import}/",
        "/projects/{code}/change-orders/{order}/1/",
        "/projects/{code}/change-orders/{drafted}/1/edit/",
        "/projects/{evaluated}/quotations/new/",
        "/projects/{evaluated}/quotations/2/",
        "/projects/{evaluated}/quotations/2/edit/",
        "/projects/{evaluated}/quotations/1/compare/2/",
        "/accounts/tokens/accounts/{account}/",
        "/webhooks/{webhook}/",
    ],
    "pm": [
        "/",
        "/projects/",
        "/projects/{code}/",
        "/projects/{code}/evaluation/",
        "/projects/{code}/sheets/research/",
        "/projects/{code}/charter/",
        "/projects/{evaluated}/charter/responsibilities/",
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
        "/projects/bids/",
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
        "/projects/{code}/as-client/change-orders/{order}/1/",
        "/projects/{code}/as-client/documents/{shown}/",
        "/projects/{code}/baselines/compare/",
        "/projects/{passed}/conditions/{condition}/",
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
        "/sites/basel/",
        "/sites/shanghai/disposal/",
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
        "/portal/{code}/quotation/{quotation}/changes/",
        "/portal/requests/",
        "/portal/requests/drafts/{written}/",
        "/portal/requests/{sent}/",
        "/portal/{code}/account/",
        "/portal/{code}/change-orders/{order}/1/",
        "/portal/approvals/{approval}/",
        "/accounts/tokens/",
        "/inbox/",
        "/profile/notifications/",
        "/webhooks/",
    ],
    "qa": ["/inbox/"],
    "production": ["/my-work/", "/projects/{evaluated}/sheets/production/"],
    "analytical": ["/analytical-prices/", "/projects/{evaluated}/sheets/analytical/"],
    "research": [
        "/compounds/",
        "/compounds/{compound}/",
        "/materials/",
        "/materials/TOL-99/",
        "/suppliers/",
        "/suppliers/{supplier}/",
        "/exchange-rates/",
        "/worksheets/materials/rows/new/",
        "/worksheets/materials/rows/{stuff}/",
        "/projects/{code}/similar/",
        "/projects/{code}/routes/",
        "/projects/{code}/routes/{route}/versions/1/",
        "/projects/{code}/routes/{route}/versions/1/materials/",
        "/projects/{code}/literature/",
        "/projects/{code}/costs/",
        "/projects/{code}/costs/1/",
        "/projects/{code}/inquiries/",
        "/projects/{code}/inquiries/1/",
        "/projects/{code}/inquiries/1/lines/{asked}/award/",
        "/projects/{code}/assumptions/",
        "/projects/{code}/actuals/",
    ],
    "material": ["/imports/material-prices/of/TOL-99/"],
}
NO_PAGES = frozenset(  # files, parts of pages, answers to machines
    {"agreement-file", "client-agreement-file", "reference-file", "rfp-file", "document-snapshot", "document-uploaded", "document-status"}
    | {
        "rfp-files",
        "rfp-parties",
        "rfp-similar",
        "rfp-standing",
        "rfp-clock",
        "phase-actuals",
        "rfp-structure",
        "healthz",
        "readyz",
        "keep-alive",
        "import-file",
        "import-progress",
        "rfp-intake-file",
        "portal-request-draft-files",
        "portal-request-file",
        "worksheet-data",
        "worksheet-lookup",
    }
)
FROZEN = "Using frozen columns that are not the range header"  # as wanted: test_worksheets.py asks whether the first stays in sight
AT_THE_TOP = """() => new Promise((done) => requestAnimationFrame(() => {
  scrollTo({top: 0, behavior: "instant"});
  requestAnimationFrame(() => requestAnimationFrame(() => done(scrollY === 0)));
}))"""
FILES = ("-csv", "-xlsx", "-pdf", "-png", "-svg", "-scheme")


def test_every_page_is_looked_at() -> None:
    example = defaultdict(
        lambda: "1",
        code="API-2026-0001",
        rfp="RFP-2026-0001",
        document="API-2026-0001-SR-01",
        shown="API-2026-0001-QU-01",
        sent="RFP-2026-0002",
    )
    looked_at = {resolve(address.format_map(example).split("?")[0]).url_name for pages in PAGES.values() for address in pages}
    pages = {name for name, route in ROUTES.items() if 200 in route.get.values() and not name.startswith("api")}

    missing = {name for name in pages - looked_at - NO_PAGES if not name.endswith(FILES)}

    assert missing == set()
    assert looked_at & NO_PAGES == set()


def test_every_dialog_is_looked_at() -> None:
    assert written_dialogs() == set(DIALOGS)


@pytest.mark.parametrize("person", PAGES)
def test_pages_are_accessible_and_fit_a_phone(page: Page, places: dict[str, str], person: str) -> None:
    """And so are the dialogs, those on the pages and those that stand aside."""
    if person:
        sign_in(page, f"{person}@demo.example")
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url} {message.text}") if message.type in {"error", "warning"} else None)
    dialogs = Dialogs(page)
    bring_axe(page)

    faults = [fault for address in PAGES[person] for fault in _faults(page, dialogs, address.format(**places))]
    faults += [fault for address in ASIDE.get(person, ()) for fault in _faults_aside(page, dialogs, address.format(**places))]

    assert faults + [each for each in said if FROZEN not in each] == []
    assert dialogs.missing(person) == set()


def test_the_documentation_of_the_api_is_tried_out(page: Page, places: dict[str, str]) -> None:
    """It reads the schema, opens a route and asks it, under the content policy and without another host (`new_page` looks at both).

    It is looked at as every page is, before and after.
    """
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    sign_in(page, "pm@demo.example")
    bring_axe(page)
    page.set_default_timeout(120_000)  # the schema is made when it is asked for

    page.goto("/api/v1/docs/")
    page.locator(".opblock").first.wait_for()
    faults = barriers(page, "its beginning")
    route = page.locator(".opblock", has=page.get_by_text("/api/v1/projects/{code}/", exact=True)).first
    for _screen in range(100):  # of many routes only those that are in sight are drawn
        if route.count():
            break
        page.mouse.wheel(0, 800)
        page.wait_for_timeout(100)
    route.locator("button.opblock-summary-control").click()
    route.get_by_role("button", name="Try it out").click()
    route.get_by_placeholder("code").fill(places["code"])
    route.get_by_role("button", name="Execute").click()

    answer = route.locator(".live-responses-table")
    answer.wait_for()
    assert f'"code": "{places["code"]}"' in answer.inner_text()
    assert faults + faults_here(page, "what was tried") == []
    assert said == []


def _faults(page: Page, dialogs: Dialogs, address: str) -> list[str]:
    page.set_viewport_size(DESK)
    there = [] if _there(page, address) else [f"{address} is not there"]
    return there + faults_here(page, address, dialogs.faults)


def faults_here(page: Page, address: str, of_dialogs: Callable[[str], list[str]] = lambda where: []) -> list[str]:
    """Of the page that is open, at both widths."""
    page.set_viewport_size(DESK)
    faults = [f"{address} has the id {each} twice" for each in page.evaluate(TWICE)] + barriers(page, address)
    faults += [f"{address}: the chart {each} has no table" for each in page.evaluate(CHARTS)]
    page.keyboard.press("Tab")  # from here on the browser shows what has the focus
    faults += [f"{address}: focus cannot be seen on {each}" for each in page.evaluate(FOCUS)]
    faults += of_dialogs(address)
    page.set_viewport_size(PHONE)
    page.evaluate("document.activeElement?.blur()")
    page.wait_for_function(AT_THE_TOP)  # where the focus left the page, the bar may lie over a link
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > PHONE["width"]:
        faults.append(f"{address} is {wide} px wide on a phone")
    return faults + barriers(page, f"{address} on a phone") + of_dialogs(f"{address} on a phone")


def _faults_aside(page: Page, dialogs: Dialogs, address: str) -> list[str]:
    """Of its dialogs alone; its ids as well, since a dialog brings its own. One that opens with the address is asked for at each width."""
    page.set_viewport_size(DESK)
    there = [_there(page, address)]
    opens = dialogs.is_open()
    faults = dialogs.faults(address)
    page.set_viewport_size(PHONE)
    there += [_there(page, address)] if opens else []
    faults += dialogs.faults(f"{address} on a phone")
    missing = [f"{address} is not there"] * there.count(False)
    return missing + faults + [f"{address} has the id {each} twice" for each in page.evaluate(TWICE)]


def _there(page: Page, address: str) -> bool:
    answer = page.goto(address)
    return answer is not None and answer.status == 200
