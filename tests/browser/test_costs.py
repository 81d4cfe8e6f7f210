"""Costs in the browser: what is typed into a table or a size moves the price at once; a scenario is fixed and stands beside its copy."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.acts import send
from tests.browser.entering import sign_in
from tests.browser.sheets import Grid
from tests.browser.test_worksheets import PASTE

pytestmark = pytest.mark.browser
LINE = "Operators\tPilot\tLabour\tincluded\tper kg of API\t40\t\t60\th\t120"
LINKS = {
    "costs": ("Routes", "Assumptions", "Purchase inquiries", "Actuals", "Exchange rates"),
    "assumptions": ("Costs", "The request"),
    "inquiries": ("Routes", "Costs", "Suppliers"),
    "routes": ("Literature", "Actuals"),
    "actuals": ("Costs", "Routes"),
}
HEADINGS = {"The request": re.compile("RFP-")}


def price(page: Page) -> Locator:
    return page.locator("#cost-result .tile-number")


def fact(page: Page, name: str) -> Locator:
    return page.locator("#cost-result .facts dt").get_by_text(name, exact=True).locator("xpath=following-sibling::dd[1]")


def open_scenario(page: Page, code: str) -> None:
    page.goto(f"/projects/{code}/costs/")
    form = page.locator("form").filter(has=page.locator("#id_new-name"))
    expect(form).to_contain_text("As RFP-")
    for name in ("small_scale", "validation", "commercial"):
        for part in ("batch_kg", "batches"):
            form.locator(f"#id_new-{name}-{part}").fill("")
    form.locator("#id_new-name").fill("Two pilot batches")
    form.locator("#id_new-currency").select_option("EUR")
    form.locator("#id_new-pilot-batch_kg").fill("10")
    form.locator("#id_new-pilot-batches").fill("2")
    form.locator("#id_new-overhead_pct").fill("10")
    form.locator("#id_new-margin_pct").fill("0.3")
    send(page, "Open a scenario")
    expect(page.locator("main")).to_contain_text("Is 30 % meant? Then type 30.")
    page.locator("#id_new-margin_pct").fill("30")
    send(page, "Open a scenario")


def test_a_line_and_a_size_move_the_price_and_the_fixed_scenario_stands_beside_its_copy(page: Page, places: dict[str, str]) -> None:
    sign_in(page, "bd@demo.example")
    open_scenario(page, places["evaluated"])
    expect(page.locator("#cost-result")).to_contain_text("There is nothing to price")
    sheet = page.locator("#sheet-cost-lines[data-ready]")

    sheet.get_by_role("button", name="Add a row").click()
    page.evaluate(PASTE, LINE)
    expect(price(page)).to_have_text("150,857.14 EUR")
    sheet.locator(".tabulator-row [tabulator-field=c_price]").first.click()
    page.keyboard.type("150")
    page.keyboard.press("Enter")
    expect(price(page)).to_have_text("188,571.43 EUR")
    band, each = fact(page, "Likely between"), fact(page, "Pilot")
    expect(band).to_have_text("188,571.43 – 282,857.14")
    expect(each).to_contain_text("94,285.72 a batch")

    batches = Grid(page, "cost-phases", "phase")
    batches.type(batches.cell("Pilot", "batch_kg"), "20")
    expect(price(page)).to_have_text("377,142.86 EUR")
    expect(band).to_have_text("377,142.86 – 565,714.29")
    expect(each).to_contain_text("188,571.43 a batch")
    expect(batches.cell("Pilot", "price")).to_have_text("377,142.86")
    expect(sheet.locator(".tabulator-row [tabulator-field=c_cost]").first).to_have_text("240,000")  # what stands in another table follows
    batches.type(batches.cell("Pilot", "batches"), "0")
    expect(batches.status).to_contain_text("One row is not saved")
    expect(price(page)).to_have_text("377,142.86 EUR")
    batches.type(batches.cell("Pilot", "batches"), "2")
    batches.type(batches.cell("Pilot", "batch_kg"), "10")
    expect(price(page)).to_have_text("188,571.43 EUR")

    page.locator("summary", has_text="Try other sizes").click()
    page.locator("form.filters #id_pilot-batch_kg").fill("ten")
    expect(page.locator("#cost-result")).to_contain_text("Below stands the price of what is saved.")
    send(page, "Recalculate")
    expect(page.locator("#cost-trial")).to_contain_text("Enter a number.")
    expect(price(page)).to_have_text("188,571.43 EUR")
    page.locator("form.filters #id_pilot-batch_kg").fill("20")
    expect(price(page)).to_have_text("377,142.86 EUR")
    expect(band).to_have_text("377,142.86 – 565,714.29")
    expect(each).to_contain_text("188,571.43 a batch")
    expect(page.locator("#cost-result [data-chart] svg").first).to_be_visible()
    page.locator("#id_copy-name").fill("Twice the size")
    send(page, "Keep what is tried as the next scenario")
    expect(price(page)).to_have_text("377,142.86 EUR")

    page.get_by_role("link", name="Two pilot batches", exact=True).click()
    page.locator("summary", has_text="Change the scenario").click()
    page.locator("#id_change-overhead_pct").fill("0")
    page.locator("form[action$='/change/']").get_by_role("button", name="Save").click()
    expect(price(page)).to_have_text("171,428.57 EUR")
    page.locator("summary", has_text="Change the scenario").click()
    page.locator("#id_change-overhead_pct").fill("10")
    page.locator("form[action$='/change/']").get_by_role("button", name="Save").click()
    expect(price(page)).to_have_text("188,571.43 EUR")
    page.locator("#cost-fix summary").click()
    page.locator("#id_fix-reason").fill("For the quotation.")
    page.locator("#cost-fix [type=submit]").click()
    expect(page.locator("main")).to_contain_text("Fixed: this scenario stays as it is.")
    expect(price(page)).to_have_text("188,571.43 EUR")

    send(page, "Put this price into the quotation")
    line = page.get_by_role("region", name="Price", exact=True).get_by_role("row").filter(has_text="From scenario")
    expect(line).to_contain_text("203,657.14")  # at 1.08 dollars
    line.get_by_role("link").click()
    expect(page.locator("dt", has_text="Quoted")).to_be_visible()

    page.get_by_role("link", name="All scenarios").click()
    table = page.get_by_role("region", name="Table of scenarios")
    expect(table.get_by_role("row").filter(has_text="Two pilot batches")).to_contain_text("188,571.43")
    expect(table.get_by_role("row").filter(has_text="Twice the size")).to_contain_text("377,142.86")
    for at, names in LINKS.items():
        for name in names:
            page.goto(f"/projects/{places['evaluated']}/{at}/")
            page.locator("main").get_by_role("link", name=name, exact=True).first.click()
            expect(page.get_by_role("heading", level=1)).to_have_text(HEADINGS.get(name, name))


def test_an_offer_is_taken_in_place_of_what_is_assumed(page: Page, places: dict[str, str]) -> None:
    sign_in(page, "bd@demo.example")
    page.goto(f"/projects/{places['code']}/costs/1/")

    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Take the price of Demo Works for Transaminase")).click()

    expect(page.locator("main")).to_contain_text("The scenario counts with the supplier's price")
    expect(page.locator("main")).not_to_contain_text("Suppliers offer what is only assumed here")
