"""A worksheet and the pages around it without a script: every link and button of its table, its form, its import and the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from cdmo.demo.people import PASSWORD
from tests.browser.acts import send
from tests.browser.lines import LABELS, SCENARIO
from tests.browser.test_worksheet_answers import PRICE
from tests.browser.test_worksheets import ask, materials, upload
from tests.stack import Stack
from tests.worksheets.tables import csv_text

pytestmark = pytest.mark.browser


NOT_KNOWN = """
from accounts.models import User
from audit.context import acting
from catalogue.models import Site
from worksheets.changing import CHANGE, Change, change_rows
actor = User.objects.get(email="management@demo.example")
with acting(actor=actor, channel="command"):
    unsaid = Change(CHANGE, Site.objects.get(key="basel").pk, {"highest_exposure_band": ""})
    change_rows("sites", [unsaid], actor=actor, reason="As before the test.", all_or_none=True)
"""


@pytest.fixture
def plain(browser: Browser, stack: Stack) -> Iterator[Callable[[str], Page]]:
    """Signs somebody in whose browser runs no script."""
    contexts: list[BrowserContext] = []

    def signed_in(name: str) -> Page:
        context = browser.new_context(base_url=stack.url, java_script_enabled=False, viewport={"width": 390, "height": 844})
        contexts.append(context)
        page = context.new_page()
        page.goto("/accounts/login/")
        page.fill("input[name=login]", f"{name}@demo.example")
        page.fill("input[name=password]", PASSWORD)
        page.locator("form").filter(has=page.locator("input[name=password]")).locator("[type=submit]").first.click()
        return page

    yield signed_in
    for context in contexts:
        context.close()


def test_a_row_is_added_copied_moved_changed_and_taken_away(plain: Callable[[str], Page], stack: Stack) -> None:
    scenario, path = stack.python(SCENARIO).splitlines()[-1].split()

    def labels() -> str:
        return stack.python(LABELS.format(scenario=scenario)).splitlines()[-1]

    page = plain("bd")
    page.goto(path)
    sheet = page.locator("#sheet-cost-lines")
    unsaid, phone = sheet.locator("td.unsaid").first, page.viewport_size
    expect(unsaid).to_be_attached()
    expect(unsaid).to_be_hidden()  # a phone shows what is there
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(unsaid).to_have_css("display", "table-cell")  # under its heading
    assert phone is not None
    page.set_viewport_size(phone)
    for form in ("CSV", "XLSX"):
        found = sheet.get_by_role("link", name=form).get_attribute("href")
        assert page.request.get(str(found)).ok
    sheet.get_by_role("link", name="Change Bb").click()
    send(page, "One up")
    expect(page.get_by_role("button", name="One up")).to_be_disabled()
    assert labels() == "Bb Aa Cc"
    send(page, "One down")
    send(page, "One down")
    expect(page.get_by_role("button", name="One down")).to_be_disabled()
    assert labels() == "Aa Cc Bb"

    page.get_by_role("link", name="Copy as a new row").click()
    expect(page.locator("#id_price")).to_have_value("100")
    page.locator("#id_label").fill("Dd")
    send(page, "Save")
    assert labels() == "Aa Cc Bb Dd"
    page.locator("#sheet-cost-lines").get_by_role("link", name="Change Aa").click()
    send(page, "Take the row away")
    assert labels() == "Cc Bb Dd"
    page.locator("#sheet-cost-lines").get_by_role("link", name="Add: cost line").click()
    page.get_by_role("link", name="Back to the table").click()
    expect(page).to_have_url(path)


def test_the_catalogue_is_gone_through_and_its_facts_are_changed(plain: Callable[[str], Page], stack: Stack) -> None:
    materials(stack, "PLN", 1)
    stack.python(PRICE.format(code="PLN-000"))
    page = plain("material")

    page.goto("/exchange-rates/")
    page.get_by_role("link", name="Materials", exact=True).and_(page.locator(".btn")).click()
    page.goto("/materials/PLN-000/")
    page.get_by_role("link", name="Change the facts").click()
    page.locator("#id_storage").fill("cool and dry")
    send(page, "Save")
    assert ask(stack, "Material.objects.get(code='PLN-000').storage") == "cool and dry"

    page.goto("/materials/PLN-000/")
    page.get_by_role("link", name="Seller of PLN-000").first.click()
    page.get_by_role("link", name="Change the facts").click()
    page.locator("#id_contact_name").fill("Ann Muster")
    send(page, "Save")
    assert ask(stack, "Material.objects.get(code='PLN-000').quotes.get().supplier.contact_name") == "Ann Muster"

    page.goto("/imports/materials/")
    upload(page, csv_text(("Our code", "Name", "Kind"), ("PLN-100", "Assigned", "Solvent")))
    page.get_by_label("Our code").select_option(label="Code *")
    send(page, "Check the rows")
    send(page, "Import 1 row")
    assert ask(stack, "Material.objects.get(code='PLN-100').name") == "Assigned"


def test_what_a_site_contains_is_said(plain: Callable[[str], Page], stack: Stack) -> None:
    page = plain("management")
    page.goto("/sites/basel/")

    page.get_by_role("link", name="Change the facts").click()
    page.get_by_label("Highest exposure band").fill("4")
    send(page, "Save")

    page.goto("/sites/basel/")
    expect(page.locator(".subheading")).to_contain_text("exposure band up to 4")
    stack.python(NOT_KNOWN)
