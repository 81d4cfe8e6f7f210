"""A route in the browser: its tables filled by typing and by pasting, its version fixed and closed, a finding decided."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.acts import send
from tests.browser.entering import sign_in
from tests.browser.sheets import Grid
from tests.browser.test_worksheets import PASTE

pytestmark = pytest.mark.browser
MORE = ("Diethyl carbonate", "Ethyl formate")


def sheet(page: Page, key: str) -> Locator:
    return page.locator(f"#sheet-{key}")


def at(page: Page, key: str, field: str) -> Locator:
    return sheet(page, key).locator(f".tabulator-row [tabulator-field=c_{field}]").first


def saved(page: Page, key: str) -> None:
    expect(sheet(page, key).locator("[data-sheet-status]")).to_contain_text("Saved")


def findings_are_decided(grid: Grid) -> None:
    """One by typing, the one below it by filling down."""
    page, below = grid.page, grid.section.locator(".tabulator-row").nth(2)
    grid.section.scroll_into_view_if_needed()
    grid.type(grid.cell("Toluene", "decision"), "Under control")
    expect(grid.status).to_contain_text("One row is not saved")
    grid.type(grid.cell("Toluene", "reason"), "Dried at 60 °C.")
    expect(grid.status).to_contain_text("Saved")
    expect(grid.cell("Toluene", "standing")).to_have_text("decided")

    for _gesture in range(2):
        grid.press("Undo")
    expect(grid.cell("Toluene", "standing")).to_have_text("open")
    for _gesture in range(2):
        grid.press("Redo")
    expect(grid.cell("Toluene", "standing")).to_have_text("decided")

    grid.choose(grid.cell("Toluene", "decision"), below.locator("[tabulator-field=c_reason]"))
    grid.press("Fill down")

    expect(below.locator("[tabulator-field=c_standing]")).to_have_text("decided")
    page.reload()
    expect(below.locator("[tabulator-field=c_reason]")).to_have_text("Dried at 60 °C.")
    expect(grid.section.get_by_role("button", name="Add a row")).to_have_count(0)


def test_a_route_is_written_fixed_and_screened(page: Page, places: dict[str, str]) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    sign_in(page, "research@demo.example")
    page.goto(f"/projects/{places['code']}/routes/")
    page.get_by_label("Name").fill("Acylation in toluene")
    page.get_by_label("Origin").select_option("ours")
    page.get_by_role("button", name="Open a route").click()
    page.get_by_role("link", name="Acylation in toluene").click()

    sheet(page, "route-steps").get_by_role("button", name="Add a row").click()
    for words in ("Coupling", "amida", "Anilide", "CC(=O)Nc1ccccc1", "", "92"):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
    saved(page, "route-steps")
    sheet(page, "step-inputs").get_by_role("button", name="Add a row").click()
    lines = ("Coupling\tTOL-99\t\tReactant\t1\tequivalents\tyes", "Coupling\tTOL-99\t\tSolvent\t8\tL/kg\tno")
    page.evaluate(PASTE, "\n".join(lines))
    saved(page, "step-inputs")
    expect(sheet(page, "findings").locator(".tabulator-row")).to_have_count(3)  # none was there when the page was opened
    expect(at(page, "step-inputs", "fresh")).to_have_text("0.741")  # kg of toluene: 92.14 / (0.92 · 135.17)

    expect(page.locator("#route-fix summary")).to_have_text("Fix this version")  # it was blocked when the page was opened
    page.locator("summary", has_text="Fix this version").click()
    page.locator("#id_fix-reason").fill("For the quotation.")
    page.locator("#id_target").fill("100")
    sheet(page, "route-steps").scroll_into_view_if_needed()
    at(page, "route-steps", "yield_pct").click()
    page.keyboard.type("80")
    page.keyboard.press("Enter")
    saved(page, "route-steps")
    cost = at(page, "route-steps", "cost")
    expect(cost).to_have_text(re.compile(r"^(10\.9|9\.46)"))  # the latter by an offer of test_inquiries
    expect(at(page, "step-inputs", "fresh")).to_have_text("0.8521")
    expect(page.locator("#route-figures")).to_contain_text(f"{Decimal(cost.inner_text()):.2f} EUR/kg")
    expect(page.locator("#route-head .picture-scroll")).to_contain_text("yield 80 %")
    assert [words for words in said if "hx-include" in words] == []

    expect(page.locator("#id_fix-reason")).to_have_value("For the quotation.")
    expect(page.locator("#id_target")).to_have_value("100")

    send(page, "Compute")
    expect(page.locator("#balance-figures")).to_contain_text("85.21")  # a hundred times as much
    page.locator("summary", has_text="Name, origin, purpose, note").click()
    page.locator("#id_route-name").fill("Acylation in dry toluene")
    page.locator("#id_route-note").fill("Dried over sieves.")
    page.locator("form[action$='/change/']").get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Acylation in dry toluene")
    expect(page.locator("main")).to_contain_text("Dried over sieves.")

    page.locator("summary", has_text="Fix this version").click()
    page.locator("#id_fix-reason").fill("For the quotation.")
    page.get_by_role("button", name="Fix this version").click()
    expect(page.locator("#sheet-route-steps")).to_contain_text("is fixed and stays as it is")
    expect(page.get_by_role("button", name="Add a row")).to_have_count(0)
    at(page, "route-steps", "yield_pct").click()
    page.keyboard.type("50")
    page.keyboard.press("Enter")
    expect(at(page, "route-steps", "yield_pct")).to_have_text("80")

    findings_are_decided(Grid(page, "findings", "about"))

    page.locator("summary", has_text="Start a new version").click()
    page.locator("#id_start-reason").fill("Less toluene.")
    send(page, "Start a new version")
    expect(page.get_by_role("heading", name="Version 2")).to_be_visible()
    sheet(page, "step-inputs").get_by_role("button", name="Add a row").click()
    page.evaluate(PASTE, "\n".join(["Coupling\tDimethyl carbonate\t\tReactant\t1\tequivalents\tno"] * 2))
    expect(sheet(page, "step-inputs").locator("[data-sheet-status]")).to_contain_text("2 rows are not saved")
    sheet(page, "step-inputs").locator("[tabulator-field=c_material]").get_by_text("Dimethyl carbonate").first.click()
    page.get_by_role("button", name="Enter the material as a reagent: Dimethyl carbonate").click()
    saved(page, "step-inputs")
    sheet(page, "step-inputs").get_by_role("button", name="Add a row").click()
    page.evaluate(PASTE, "\n".join(f"Coupling\t{name}\t\tReactant\t1\tequivalents\tno" for name in MORE))
    page.get_by_role("button", name=f"Enter all 2 that are not there yet: {', '.join(MORE)}").click()
    page.locator("#route-head").get_by_role("link", name="Complete 3 materials at once").click()
    for name, mass in (("Dimethyl carbonate", "90.08"), (MORE[0], "118.13"), (MORE[1], "74.12")):
        page.get_by_label(f"Molar mass: {name}").fill(mass)
    send(page, "Save all")
    expect(page.locator("main")).to_contain_text("3 materials were saved.")
    page.get_by_role("link", name="As a picture").click()
    expect(page.locator("svg").first).to_contain_text("yield 80 %")


def test_a_reference_is_typed_and_routes_are_imported(page: Page, places: dict[str, str]) -> None:
    sign_in(page, "research@demo.example")
    page.goto(f"/projects/{places['code']}/routes/")
    page.locator("main").get_by_role("link", name="Import").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Routes")
    page.goto(f"/projects/{places['code']}/literature/")
    sheet(page, "literature").get_by_role("button", name="Add a row").click()
    for words in ("Org. Process Res. Dev. 2020, 24, 1", "Paper", "", "2020", "High", "", "", "", "Enzymatic route: Amination"):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
    saved(page, "literature")
    page.reload()
    row = sheet(page, "literature").locator(".tabulator-row", has_text="Org. Process Res. Dev. 2020")
    expect(row).to_contain_text("Enzymatic route: Amination")
    expect(row.locator("[tabulator-field=c_year]")).to_have_text("2020")
