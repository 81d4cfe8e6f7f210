"""A worksheet's grid for hands that come from a spreadsheet: back and forward, cut, where keys lead, filling, what is wrong."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.browser.entering import sign_in
from tests.browser.lines import Lines
from tests.browser.seeing import barriers
from tests.browser.test_worksheets import materials, open_grid
from tests.stack import Stack

pytestmark = pytest.mark.browser

ROW = "Dd\tPilot\tLabour\t\t\t1\t\t\th\t100"
# The place of the row below the filter and the column of the cell that is chosen, and whether it is seen where it stands.
CHOSEN = """() => {
  const cell = document.querySelector(".tabulator-row .tabulator-range-only-cell-selected");
  if (!cell) return "nothing";
  const { left, right, top, bottom } = cell.getBoundingClientRect();
  const seen = [[left + 2, top + 2], [right - 8, bottom - 8]].every(([x, y]) => cell.contains(document.elementFromPoint(x, y)));
  const [table] = Tabulator.findTable(".tabulator");
  const row = table.getRows("visible").find((each) => each.getElement() === cell.closest(".tabulator-row"));
  return `${table.getRows("active").indexOf(row) + 1} ${cell.getAttribute("tabulator-field").slice(2)}${seen ? "" : " out of sight"}`;
}"""
# How many columns and drawn rows are chosen.
SIZE = "() => ['col', 'row'].map((kind) => document.querySelectorAll(`.tabulator-${kind}.tabulator-range-highlight`).length)"
SEEN = "(input) => { const { left, top } = input.getBoundingClientRect(); return document.elementFromPoint(left + 4, top + 4) === input; }"


def is_chosen(page: Page, place: str) -> None:
    try:
        page.wait_for_function(f"place => ({CHOSEN})() === place", arg=place)
    except TimeoutError:
        assert page.evaluate(CHOSEN) == place


def named(lines: Lines, words: str) -> None:
    expect(lines.names()).to_have_text(words.split())
    expect(lines.status).not_to_contain_text("Saving")


def test_what_was_done_is_taken_back_and_done_again(lines: Lines) -> None:
    holder = lines.section.locator(".tabulator-tableholder")
    inserting = lines.section.get_by_role("button", name="Insert below")

    expect(inserting).to_have_text("Insert below row 1")
    holder.focus()
    lines.keys("Control+Enter")  # nobody has gone to a row
    expect(inserting).to_have_text("Insert below row 4")
    lines.keys("Control+z")
    expect(lines.names()).to_have_count(3)
    lines.cell("Aa", "label").click()
    lines.press("Add a row")
    expect(inserting).to_have_text("Insert below row 4")
    lines.press("Undo")

    lines.cell("Aa", "label").click()
    lines.keys("Control+Enter")
    lines.paste(ROW)
    named(lines, "Aa Dd Bb Cc")
    lines.keys("Control+z", "Control+z")
    named(lines, "Aa Bb Cc")
    lines.keys("Control+y", "Control+Shift+Z")
    named(lines, "Aa Dd Bb Cc")
    lines.row("Dd").locator("[tabulator-field=c_label]").click()
    lines.keys("Control+Delete")
    named(lines, "Aa Bb Cc")
    lines.keys("Control+z")
    named(lines, "Aa Dd Bb Cc")
    lines.press("Redo")
    named(lines, "Aa Bb Cc")
    lines.cell("Cc", "label").click()
    lines.keys("Alt+ArrowUp", "Control+z")
    named(lines, "Aa Bb Cc")
    lines.keys("Control+y")
    lines.stand("Aa Cc Bb")

    lines.type(lines.cell("Aa", "price"), "250")
    lines.keys("Control+z")
    expect(lines.cell("Aa", "price")).to_have_text("100")
    lines.keys("Control+y")
    expect(lines.cell("Aa", "cost")).to_have_text("250")
    lines.keys("Control+z")
    lines.type(lines.cell("Aa", "unit"), "d")
    lines.keys("Control+y")  # something else was done since
    expect(lines.status).to_contain_text("There is nothing to do again.")
    expect(lines.cell("Aa", "price")).to_have_text("100")

    lines.type(lines.cell("Aa", "note"), "mine")
    expect(lines.status).to_contain_text("Saved")
    lines.somebody_else("change", "Aa", {"note": "theirs"})
    lines.type(lines.cell("Aa", "reference"), "Book")
    expect(lines.cell("Aa", "note")).to_have_text("theirs")
    lines.keys("Control+z", "Control+z")
    expect(lines.status).to_contain_text("Cells left as they are: 1. Something else was entered there since.")
    lines.keys("Control+y")
    expect(lines.cell("Aa", "reference")).to_have_text("Book")
    lines.keys("Control+y")
    expect(lines.cell("Aa", "note")).to_have_text("theirs")


def test_cut_cells_go_when_they_are_pasted(lines: Lines) -> None:
    lines.type(lines.cell("Aa", "note"), "By telephone")
    lines.cell("Aa", "note").click()
    lines.keys("Control+x")
    expect(lines.cell("Aa", "note")).to_have_text("By telephone")
    expect(lines.status).to_contain_text("Cut: it goes where you paste it.")
    lines.cell("Bb", "note").click()
    lines.keys("Control+v")
    expect(lines.cell("Aa", "note")).to_have_text("")
    expect(lines.cell("Bb", "note")).to_have_text("By telephone")
    lines.keys("Control+z")
    expect(lines.cell("Aa", "note")).to_have_text("By telephone")
    expect(lines.cell("Bb", "note")).to_have_text("")
    lines.cell("Aa", "note").click()
    lines.keys("Control+x", "Escape", "ArrowDown", "Control+v")
    expect(lines.cell("Bb", "note")).to_have_text("By telephone")
    expect(lines.cell("Aa", "note")).to_have_text("By telephone")

    expect(lines.status).to_contain_text("Saved")

    # What no cell takes stays where it was cut.
    note, category = lines.cell("Aa", "note"), lines.cell("Cc", "category")
    note.click()
    lines.keys("Control+x")
    lines.cell("Bb", "cost").click()
    lines.paste("By telephone")
    expect(lines.status).to_contain_text("Cells left as they are: 1.")
    lines.choose(lines.cell("Aa", "valid_until"), note)
    lines.keys("Control+x")
    lines.cell("Cc", "note").click()
    lines.paste("\tBy telephone")
    expect(lines.status).to_contain_text("The block is wider than the table")
    note.click()
    lines.keys("Control+x")
    category.click()
    lines.paste("By telephone")
    expect(lines.status).to_contain_text("One row is not saved")  # the server takes no such category
    expect(note).to_have_text("By telephone")
    lines.type(category, "Labour")
    expect(lines.status).to_contain_text("Saved")
    note.click()
    lines.keys("Control+x")
    lines.type(note, "In writing")
    lines.cell("Cc", "note").click()
    lines.paste("By telephone")
    expect(lines.cell("Cc", "note")).to_have_text("By telephone")
    expect(lines.status).to_contain_text("Saved")
    expect(note).to_have_text("In writing")


def test_a_cell_with_a_list_opens_it_at_its_arrow_and_takes_what_is_chosen(lines: Lines) -> None:
    page, category = lines.page, lines.cell("Bb", "category")
    listed, editor = page.get_by_role("listbox", name="Category"), page.locator(".sheet-editor")

    lines.open_list(category)
    every = listed.get_by_role("option")
    expect(listed.get_by_role("option", selected=True)).to_have_text("Labour")
    assert every.count() > 5
    assert barriers(page, "a list of choices") == []
    lines.keys("ArrowDown", "ArrowUp", "ArrowUp")
    before = every.all_inner_texts()[every.all_inner_texts().index("Labour") - 1]
    expect(editor).to_have_value(before)
    lines.keys("Escape")
    expect(listed).to_have_count(0)
    expect(category).to_have_text("Labour")

    lines.keys("F2")
    page.keyboard.type("was")
    expect(every).to_have_text(["Waste"])
    lines.keys("ArrowDown", "Enter")
    expect(category).to_have_text("Waste")
    expect(lines.status).to_contain_text("Saved")
    category.dblclick()
    listed.get_by_role("option", name="Labour").click()
    expect(category).to_have_text("Labour")
    expect(listed).to_have_count(0)
    expect(lines.status).to_contain_text("Saved")


def test_what_is_wrong_stands_at_its_cell_and_what_was_meant_is_taken(lines: Lines) -> None:
    why = lines.section.locator("[data-sheet-why]")
    listed = lines.section.locator("[data-sheet-wrongs]")
    category, price = lines.cell("Bb", "category"), lines.cell("Cc", "price")

    expect(category).to_have_class(re.compile("sheet-chosen"))  # an arrow says that there is a list
    expect(price).not_to_have_class(re.compile("sheet-chosen"))
    lines.type(category, "Labuor")
    lines.type(price, "much")
    expect(listed.get_by_role("listitem")).to_have_count(2)
    described = lines.page.locator(f"[id='{category.get_attribute('aria-describedby')}']")
    expect(described).to_contain_text("“Labuor” is none of the possible values")
    expect(described).to_contain_text("Did you mean “Labour”?")
    expect(why).to_contain_text("Enter a number.")  # the last row, where Enter stays
    lines.cell("Aa", "label").click()
    expect(why).to_be_hidden()
    expect(listed).to_contain_text("“Labuor” is none of the possible values")
    category.hover()
    expect(why).to_contain_text("“Labuor” is none of the possible values")
    lines.cell("Aa", "label").hover()
    expect(why).to_be_hidden()

    listed.get_by_role("button", name="Row 3, Price").click()
    expect(why).to_contain_text("Enter a number.")
    lines.keys("Escape")
    expect(why).to_be_hidden()
    price.hover()
    lines.keys("F8")  # the cell where one goes comes before the one under the pointer
    expect(why).to_contain_text("“Labuor” is none of the possible values")
    lines.keys("F2")
    assert lines.page.locator(".sheet-editor").get_attribute("aria-describedby") == category.get_attribute("aria-describedby")
    lines.keys("Escape", "Control+.")
    expect(why.get_by_role("button", name="Labour")).to_be_focused()
    lines.keys("Enter")
    expect(category).to_have_text("Labour")
    expect(lines.status).to_contain_text("One row is not saved")
    price.click()
    expect(listed).to_have_text("Row 3, Price per unit Enter a number.")  # also of the one that is chosen, so that nothing moves

    lines.type(category, "Labuor")
    category.click()
    why.get_by_role("button", name="Labour").click()
    expect(category).to_have_text("Labour")
    lines.type(price, "7")
    expect(lines.status).to_contain_text("Saved")
    expect(listed).to_be_hidden()
    expect(described).to_have_count(0)


def test_what_is_wrong_is_said_aloud_where_one_is_elsewhere_and_found_behind_a_filter(lines: Lines) -> None:
    heard = lines.section.locator("[data-sheet-heard]")
    listed = lines.section.locator("[data-sheet-wrongs]")
    filtered = lines.section.locator(".tabulator-col[tabulator-field=c_label] input")

    lines.type(lines.cell("Bb", "category"), "Labuor", "Tab")
    expect(heard).to_contain_text("Row 2, Category: “Labuor” is none of the possible values")
    lines.press("Filter")
    filtered.press_sequentially("Cc")
    expect(listed).to_have_text("Show all rows Wrong in rows that the filter hides: 1")
    lines.press("Show all rows")
    expect(filtered).to_have_value("")
    expect(lines.status).to_contain_text("Category: “Labuor” is none of the possible values")
    lines.keys("Delete")
    lines.page.keyboard.type("Labour")
    lines.keys("Enter")
    expect(listed).to_be_hidden()
    expect(heard).to_be_empty()


def drag_the_corner(page: Page, down_to: Locator) -> None:
    """Until it shows what it would fill."""
    page.locator(".sheet-handle").hover()
    page.mouse.down()
    target = down_to.bounding_box()
    assert target is not None
    page.mouse.move(target["x"] + 20, target["y"] + 10, steps=3)
    expect(page.locator(".sheet-filling")).to_be_visible()


def test_keys_go_where_they_go_in_a_spreadsheet_and_the_cell_stays_in_sight(page: Page, stack: Stack) -> None:
    materials(stack, "LNG", 60)
    sign_in(page, "material@demo.example")
    page.set_viewport_size({"width": 1280, "height": 640})
    open_grid(page)
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Filter: Name").press_sequentially("LNG")
    page.wait_for_function("() => Tabulator.findTable('.tabulator')[0].getHeaderFilters().some(({ value }) => value === 'LNG')")
    expect(page.locator("[data-sheet-status]")).to_have_text(re.compile(r"^60 (of \d+ )?rows"))
    keyboard, holder = page.keyboard, page.locator(".tabulator-tableholder")
    page.locator("[data-sheet-grid] .tabulator-row [tabulator-field=c_grade]").nth(1).click()
    is_chosen(page, "2 grade")

    ways = {
        "End": "2 valid_prices",
        "Home": "2 code",
        "Control+End": "60 valid_prices",
        "ArrowLeft": "60 sources",
        "Control+Home": "1 code",
        "Control+ArrowDown": "60 code",
        "Tab": "60 name",
        "PageUp": None,
        "PageDown": "60 name",
    }
    for key, place in ways.items():
        keyboard.press(key)
        if place:
            is_chosen(page, place)
            continue
        page.wait_for_function(f"() => / name$/.test(({CHOSEN})())")
        assert 30 < int(page.evaluate(CHOSEN).split()[0]) < 60, key
    for _times in range(9):  # beside the column that is frozen, not behind it
        keyboard.press("ArrowRight")
    for _times in range(9):
        keyboard.press("ArrowLeft")
        assert "out of sight" not in page.evaluate(CHOSEN)
    keyboard.press("Control+Home")
    keyboard.press("Shift+End")
    assert page.evaluate(SIZE)[1] == 1
    keyboard.press("Shift+PageDown")
    keyboard.press("Control+a")
    columns, rows = page.evaluate(SIZE)
    assert (columns, rows > 10) == (16, True)

    keyboard.press("Control+Home")
    keyboard.press("ArrowRight")  # the code stays as it was entered
    for scrolled in ("1e6", "0"):
        holder.evaluate(f"(element) => {{ element.scrollTop = {scrolled}; window.scrollTo(0, {scrolled}); }}")
        keyboard.type("x")
        editor = page.locator(".sheet-editor")
        expect(editor).to_be_in_viewport(ratio=1)
        assert editor.evaluate(SEEN)
        keyboard.press("Escape")
        keyboard.press("Control+ArrowDown")

    keyboard.press("Control+Home")
    grades, status = page.locator(".tabulator-table .tabulator-row [tabulator-field=c_grade]"), page.locator("[data-sheet-status]")
    grades.first.click()
    for words in ("dry", "wet"):
        keyboard.type(words)
        keyboard.press("Enter")
    expect(status).to_contain_text("Saved")
    grades.first.click()
    drag_the_corner(page, grades.nth(4))
    keyboard.press("Escape")
    page.mouse.up()
    expect(grades.nth(1)).to_have_text("wet")
    grades.nth(1).click(modifiers=["Shift"])
    drag_the_corner(page, grades.nth(4))
    page.mouse.up()
    filled = ("dry", "wet", "dry", "wet", "dry", "")  # one after the other, and again from the first
    for place, words in enumerate(filled):
        expect(grades.nth(place)).to_have_text(words)
    keyboard.press("Control+z")
    expect(grades.nth(4)).to_have_text("")
    expect(grades.nth(1)).to_have_text("wet")
