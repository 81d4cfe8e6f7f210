"""What a worksheet's grid sends and what it does with the answer: once, again after a lost one, with a reason, and not over a refusal."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.entering import sign_in
from tests.browser.sheets import Grid
from tests.browser.test_worksheets import ask, materials
from tests.stack import Stack

pytestmark = pytest.mark.browser

PRICE = """
from accounts.models import User
from audit.context import acting
from worksheets.changing import ADD, Change, change_rows
actor = User.objects.get(email="material@demo.example")
price = {{"supplier": "Seller of {code}", "price_per_kg": "4.80", "currency": "EUR", "quoted_on": "2026-03-12"}}
with acting(actor=actor, channel="command"):
    change_rows("material-prices:{code}", [Change(ADD, values=price, create=frozenset({{"supplier"}}))], actor=actor, all_or_none=True)
"""
PHONES = """
from catalogue.models import Supplier
print(*Supplier.objects.filter(name="Lost Chemicals").values_list("phone", flat=True))
"""
IN_USE = """
from accounts.models import User
from audit.context import acting
from catalogue.models import Vessel
from catalogue.services import create_site
actor = User.objects.get(email="management@demo.example")
with acting(actor=actor, channel="command"):
    site = create_site("in-use", name="In use", country="CH", time_zone="Europe/Zurich", actor=actor)
    Vessel.objects.create(site=site, tag="R-1", name="Reactor", kind="reactor", material="glass_lined")
"""
SELLERS = """
from accounts.models import User
from audit.context import acting
from worksheets.changing import ADD, Change, change_rows
from worksheets.sheet_views import OFFERED
actor = User.objects.get(email="material@demo.example")
with acting(actor=actor, channel="command"):
    rows = [Change(ADD, values={"name": f"Aa Chemicals {n:02}"}) for n in range(OFFERED)]
    change_rows("suppliers", rows, actor=actor, all_or_none=True)
"""
PRICES_OF = "Material.objects.get(code='{code}').quotes"
OPEN_A_LIST = """() => {
  const cell = document.querySelector("[data-sheet] .tabulator-row .tabulator-cell");
  window.sheetList.open(document.createElement("input"), cell, { names: ["One"] });
}"""


def listening(page: Page) -> int:
    """How many the window tells that something was scrolled."""
    asked = {"expression": "(getEventListeners(window).scroll ?? []).length", "includeCommandLineAPI": True}
    return int(page.context.new_cdp_session(page).send("Runtime.evaluate", asked)["result"]["value"])


def test_what_is_typed_is_sent_once_and_again_after_a_lost_answer_with_the_same_key(page: Page, stack: Stack) -> None:
    sign_in(page, "material@demo.example")
    grid = Grid(page, "suppliers", "name").open("/suppliers/")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    grid.press("Add a row")
    page.keyboard.type("Once Chemicals")
    grid.keys("Enter")
    expect(grid.status).to_contain_text("Saved.")
    assert len(grid.written) == 1

    page.route("**/batch/", lose)
    grid.press("Add a row")
    page.keyboard.type("Lost Chemicals")
    grid.keys("Enter")
    expect(grid.status).to_contain_text("The server did not answer.")
    page.unroute("**/batch/")
    grid.press("Save again")
    expect(grid.status).to_contain_text("Saved: 2 rows.")

    assert [request.headers["idempotency-key"] for request in grid.written].count(grid.written[1].headers["idempotency-key"]) == 2
    with page.expect_response("**/batch/"):
        grid.type(grid.cell("Lost Chemicals", "phone"), "1")
    expect(grid.status).to_contain_text("Saved: 2 rows.")
    assert stack.python(PHONES) == "1"
    assert grid.told == ["sheet-suppliers"] * 3


def test_a_regulated_value_is_left_changed_and_taken_back_each_for_its_reason(page: Page, stack: Stack) -> None:
    materials(stack, "RSN", 1)
    stack.python(PRICE.format(code="RSN-000"))
    sign_in(page, "material@demo.example")
    grid = Grid(page, "material-prices", "supplier").open("/materials/RSN-000/")
    price = grid.cell("Seller of RSN-000", "price_per_kg")

    grid.type(price, "4,80")
    expect(price).to_have_text("4.8")
    grid.type(price, "5")
    grid.answer_the_reason("")
    expect(price).to_have_text("4.8")
    grid.type(price, "6")
    grid.answer_the_reason("New list")
    expect(grid.status).to_contain_text("Saved")
    grid.keys("Control+z")
    grid.answer_the_reason("")
    expect(price).to_have_text("6")
    grid.press("Undo")
    grid.answer_the_reason("Of another material")
    expect(price).to_have_text("4.8")
    expect(grid.status).to_contain_text("Taken back.")

    grid.press("Take rows away")
    grid.answer_the_reason("", "Why is the row taken away?")
    expect(grid.status).not_to_contain_text("Saving")
    expect(price).to_have_text("4.8")
    page.reload()
    expect(page.locator("main")).to_contain_text("Reason: Of another material")
    expect(page.locator("main")).not_to_contain_text("Reason: Taken back")
    grid.open("/materials/RSN-000/")
    price.click()
    grid.press("Take rows away")
    grid.answer_the_reason("Typed twice", "Why is the row taken away?")
    expect(grid.names()).to_have_count(0)


def test_what_stays_is_refused_before_the_reason_is_asked(page: Page, stack: Stack) -> None:
    stack.python(IN_USE)
    sign_in(page, "management@demo.example")
    grid = Grid(page, "sites", "key").open("/sites/")
    grid.cell("in-use", "name").click()

    grid.press("Take rows away")

    expect(grid.status).to_contain_text("It is used elsewhere (vessels: R-1)")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_refused_row_is_shown_discarded_or_goes_when_nothing_stands_against_it(page: Page, stack: Stack) -> None:
    materials(stack, "USD", 2)
    stack.python(PRICE.format(code="USD-000"))
    sign_in(page, "material@demo.example")
    grid = Grid(page, "materials", "code").open("/materials/")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Filter: Code").press_sequentially("USD")
    expect(grid.names()).to_have_count(2)

    grid.cell("USD-000", "name").click()
    grid.keys("Control+Delete")
    expect(grid.status).to_contain_text("It is used elsewhere (suppliers' prices: ")
    ask(stack, f"{PRICES_OF.format(code='USD-000')}.all().delete()")
    grid.keys("Control+Delete")
    expect(grid.row("USD-000")).to_have_count(0)

    grid.press("Add a row")
    for words in ("USD-001", "Another", "", "Reagent"):
        page.keyboard.type(words)
        grid.keys("Tab")
    expect(grid.status).to_contain_text("One row is not saved")
    grid.names().last.click()
    expect(grid.status.get_by_role("link", name="Show what is there")).to_have_attribute("href", "/materials/USD-001/")
    grid.press("Discard what is not saved in this row")
    expect(grid.names()).to_have_text(["USD-001"])
    assert ask(stack, "Material.objects.filter(code__startswith='USD').count()") == "1"


def test_a_cell_that_is_looked_up_opens_with_what_may_stand_there(page: Page, stack: Stack) -> None:
    materials(stack, "LKP", 1)
    stack.python(PRICE.format(code="LKP-000"))
    stack.python(SELLERS)
    sign_in(page, "material@demo.example")
    grid = Grid(page, "material-prices", "supplier").open("/materials/LKP-000/")
    listed, editor = page.get_by_role("listbox", name="Supplier").get_by_role("option"), page.locator(".sheet-editor")

    grid.open_list(grid.cell("Seller of LKP-000", "supplier"))
    expect(listed.nth(2)).to_have_text("Aa Chemicals 01")
    expect(listed.and_(page.get_by_role("option", selected=True))).to_have_text("Seller of LKP-000")  # though it is none of the first
    expect(page.get_by_role("listbox", name="Supplier")).to_have_attribute("data-more", re.compile("There are more"))
    grid.keys("ArrowDown")
    expect(editor).to_have_value("Aa Chemicals 00")
    grid.keys("ArrowUp", "Enter")
    expect(editor).to_have_count(0)
    assert not grid.written

    grid.keys("a")
    expect(listed.first).to_have_text("Aa Chemicals 00")
    expect(listed.filter(has_text="Seller")).to_have_count(0)
    page.keyboard.type("a chemicals 07")
    expect(listed).to_have_text(["Aa Chemicals 07"])
    expect(page.get_by_role("listbox", name="Supplier")).to_have_attribute("data-more", "")


def test_what_is_typed_stays_while_it_is_looked_up(page: Page, stack: Stack) -> None:
    materials(stack, "WHL", 2)
    for code in ("WHL-000", "WHL-001"):
        stack.python(PRICE.format(code=code))
    held: list[Route] = []
    sign_in(page, "material@demo.example")
    grid = Grid(page, "material-prices", "supplier").open("/materials/WHL-000/")
    listed, editor = page.get_by_role("listbox", name="Supplier").get_by_role("option"), page.locator(".sheet-editor")
    grid.open_list(grid.cell("Seller of WHL-000", "supplier"))
    expect(listed.nth(1)).to_be_visible()

    page.route("**/lookup/**", lambda route: held.append(route))
    with page.expect_request("**/lookup/**"):
        page.keyboard.insert_text("whl-001")
        grid.keys("ArrowDown")
    expect(editor).to_have_value("whl-001")
    held[0].continue_()
    expect(listed).to_have_text(["Seller of WHL-001"])
    grid.keys("ArrowDown")
    expect(editor).to_have_value("Seller of WHL-001")

    page.route("**/lookup/**", lambda route: route.abort())
    page.keyboard.insert_text("whl")
    expect(listed).to_have_count(0)
    grid.keys("ArrowDown")
    expect(editor).to_have_value("whl")


def test_a_list_in_place_of_another_leaves_nothing_behind(page: Page) -> None:
    sign_in(page, "material@demo.example")
    Grid(page, "suppliers", "name").open("/suppliers/")
    before = listening(page)

    page.evaluate(OPEN_A_LIST)
    page.evaluate(OPEN_A_LIST)

    expect(page.get_by_role("option")).to_have_text(["One"])
    assert listening(page) == before + 1
