"""A worksheet whose rows have an order of their own, in the browser: every button and key that works on a row."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.browser.lines import Lines
from tests.browser.sheets import Grid

pytestmark = pytest.mark.browser
COPIED = """() => {
  const set = DataTransfer.prototype.setData;
  DataTransfer.prototype.setData = function (type, text) {
    if (type === "text/plain") window.copied = text;
    return set.call(this, type, text);
  };
}"""


def test_rows_are_copied_moved_filled_and_taken_back(lines: Lines) -> None:
    lines.page.on("dialog", lambda dialog: dialog.accept())

    lines.choose(lines.cell("Aa", "label"), lines.cell("Bb", "label"))
    lines.press("Copy the row")
    lines.stand("Aa Bb Aa Bb Cc")
    lines.press("Undo")
    lines.stand("Aa Bb Cc")

    lines.cell("Cc", "label").click()
    lines.press("Up")
    lines.stand("Aa Cc Bb")
    lines.keys("Alt+ArrowUp")
    lines.stand("Cc Aa Bb")
    lines.press("Up")
    expect(lines.status).to_contain_text("There is no row beyond this one.")
    lines.press("Down")
    lines.stand("Aa Cc Bb")
    lines.keys("Alt+ArrowDown", "Control+z")
    expect(lines.status).to_contain_text("Taken back.")
    lines.stand("Aa Cc Bb")

    lines.choose(lines.cell("Aa", "label"), lines.cell("Cc", "label"))
    lines.keys("Control+Delete")
    lines.stand("Bb")
    lines.press("Undo")
    lines.stand("Aa Cc Bb")

    added = "{0}\tPilot\tLabour\t\t\t1\t\t\th\t100"
    lines.cell("Bb", "label").click()
    lines.press("Add a row")
    lines.paste("\n".join(added.format(label) for label in ("Dd", "Ee")))
    lines.stand("Aa Cc Bb Dd Ee")
    assert lines.sent() == ["Dd", "Ee"], "a row may name one above it"
    lines.choose(lines.cell("Dd", "label"), lines.cell("Ee", "label"))
    lines.keys("Control+Delete")
    lines.stand("Aa Cc Bb")
    lines.cell("Aa", "label").click()
    lines.press("Insert below row 1")
    lines.paste("\n".join(added.format(label) for label in ("Dd", "Ee", "Ff")))
    lines.stand("Aa Dd Ee Ff Cc Bb")  # none of those below the new row is written over
    assert lines.sent() == ["Dd", "Ee", "Ff"]
    lines.press("Undo")
    lines.press("Undo")
    lines.stand("Aa Cc Bb")

    lines.cell("Aa", "label").click()
    lines.press("Insert below row 1")
    lines.cell("Aa", "label").click()
    lines.paste("\n".join(added.format(label) for label in ("Aa2", "Dd", "Cc2")))
    lines.stand("Aa2 Dd Cc2 Bb")
    assert lines.sent() == ["Aa2", "Dd", "Cc2"]
    lines.press("Undo")
    lines.press("Undo")
    lines.stand("Aa Cc Bb")

    lines.type(lines.cell("Aa", "price"), "250")
    lines.choose(lines.cell("Aa", "price"), lines.cell("Bb", "price"))
    lines.press("Fill down")
    lines.choose(lines.cell("Aa", "unit"), lines.cell("Bb", "unit"))
    lines.paste("d")
    for label in ("Aa", "Cc", "Bb"):
        expect(lines.cell(label, "price")).to_have_text("250")
        expect(lines.cell(label, "unit")).to_have_text("d")
    expect(lines.cell("Bb", "cost")).to_have_text("250")
    assert set(lines.told) == {"sheet-cost-lines"}


def test_less_than_one_percent_is_copied_and_found(lines: Lines) -> None:
    risks = Grid(lines.page, "cost-risks", "label")
    risks.section.scroll_into_view_if_needed()
    risks.press("Add a row")
    risks.paste("Dimer\tPilot\t0.5 %\t1000\nStrike\tPilot\t20\t1000")
    expect(risks.names()).to_have_text(["Dimer", "Strike"])
    risks.cell("Dimer", "label").click()
    risks.press("Copy the row")
    expect(risks.names()).to_have_text(["Dimer", "Dimer", "Strike"])
    risks.press("Filter")
    risks.section.locator(".tabulator-col[tabulator-field=c_probability_pct] input").press_sequentially("< 1")

    expect(risks.names()).to_have_text(["Dimer", "Dimer"])
    expect(risks.section.locator(".tabulator-row [tabulator-field=c_probability_pct]").first).to_have_text("0.5 %")
    expect(risks.status).not_to_contain_text("not saved")


def test_a_copied_block_has_no_line_of_totals(lines: Lines) -> None:
    """Pasted one row lower, it emptied the row below."""
    lines.page.evaluate(COPIED)
    lines.choose(lines.cell("Aa", "quantity"), lines.cell("Bb", "quantity"))

    lines.keys("Control+c")

    assert lines.page.evaluate("window.copied") == "1\n1"


def test_a_cell_is_opened_left_and_passed_by_its_keys_and_says_why_it_is_closed(lines: Lines) -> None:
    editor = lines.page.locator(".sheet-editor")

    lines.cell("Bb", "label").click()
    lines.keys("F2")
    editor.fill("Never")
    lines.keys("Escape")
    expect(lines.cell("Bb", "label")).to_have_text("Bb")
    lines.keys("F2", "Shift+Enter", "F2")
    expect(editor).to_have_value("Aa")
    lines.keys("Tab", "F2")
    expect(editor).to_have_value("Pilot")
    lines.keys("Shift+Tab", "F2")
    expect(editor).to_have_value("Aa")
    lines.keys("Enter", "F2")
    expect(editor).to_have_value("Bb")
    lines.keys("Escape")

    lines.cell("Bb", "cost").click()
    lines.keys("Enter")
    expect(lines.status).to_contain_text("This is computed; nobody types it.")
    lines.cell("Bb", "label").click()
    expect(lines.status).not_to_contain_text("This is computed")
    lines.cell("Bb", "cost").click()
    lines.page.keyboard.type("7")
    expect(lines.status).to_contain_text("This is computed; nobody types it.")
    lines.choose(lines.cell("Bb", "currency"), lines.cell("Cc", "cost"))
    lines.keys("Delete")
    expect(lines.status).to_contain_text("Cells left as they are: 2. This is computed; nobody types it.")
    lines.cell("Aa", "label").click()
    expect(lines.status).not_to_contain_text("left as they are")
    assert lines.recorded() == "Aa Bb Cc"


def test_what_somebody_else_did_meanwhile_is_said_and_not_written_over(lines: Lines) -> None:
    lines.type(lines.cell("Aa", "category"), "nonsense")
    expect(lines.status).to_contain_text("One row is not saved")
    lines.type(lines.cell("Aa", "unit"), "shift")
    lines.somebody_else("change", "Aa", {"unit": "week"})
    lines.type(lines.cell("Cc", "price"), "300")  # its answer brings the other rows along
    expect(lines.cell("Cc", "cost")).to_have_text("300")

    lines.type(lines.cell("Aa", "category"), "Labour", "Tab")
    lines.cell("Aa", "unit").click()
    expect(lines.status).to_contain_text("It now says: “week”")
    lines.press("Take theirs: week")
    expect(lines.cell("Aa", "unit")).to_have_text("week")
    expect(lines.status).to_contain_text("Saved")

    lines.type(lines.cell("Cc", "label"), "Ce")
    lines.type(lines.cell("Ce", "category"), "nonsense")
    expect(lines.status).to_contain_text("One row is not saved")
    lines.cell("Ce", "category").click()
    lines.press("Discard what is not saved in this row")
    expect(lines.cell("Ce", "category")).to_have_text("Labour")
    lines.keys("Control+z", "Control+z")  # of the discarded cell nothing is left to take back; of the one before it is
    expect(lines.row("Cc")).to_have_count(1)

    lines.somebody_else("remove", "Bb")
    lines.cell("Aa", "label").click()
    lines.press("Down")
    expect(lines.status).to_contain_text("The row behind which it goes is not there any more.")
    expect(lines.names()).to_have_text(["Aa", "Bb", "Cc"])
    lines.press("Undo")  # of the refused move nothing is to be taken back, but of what was done before it
    expect(lines.cell("Aa", "category")).to_have_text("nonsense")


def a_row_on_its_way(lines: Lines) -> list[Route]:
    """“Dd” is typed behind the last line; the first request to write, once it is there, waits to be let go."""
    held: list[Route] = []
    lines.page.route("**/batch/", lambda route: held.append(route) if not held else route.continue_())
    lines.cell("Cc", "label").click()
    lines.keys("Control+Enter")
    for words in ("Dd", "Pilot", "Labour", "", "", "2", "", "", "h", "50"):
        lines.page.keyboard.type(words)
        lines.keys("Tab")
    return held


def test_a_row_on_its_way_is_sent_once_and_what_is_typed_meanwhile_stays(lines: Lines) -> None:
    held = a_row_on_its_way(lines)
    lines.keys("Alt+ArrowUp")
    lines.type(lines.cell("Aa", "unit"), "d")
    expect(lines.status).to_contain_text("Saving")

    held[0].continue_()

    lines.stand("Aa Bb Dd Cc")
    expect(lines.cell("Aa", "unit")).to_have_text("d")
    assert [request.post_data_json["changes"][0]["act"] for request in lines.written] == ["add", "change", "move"]

    held.clear()
    lines.type(lines.cell("Bb", "price"), "7")
    lines.cell("Bb", "unit").click()
    lines.page.keyboard.type("sh")
    held[0].continue_()
    expect(lines.cell("Bb", "cost")).to_have_text("7")
    lines.page.keyboard.type("ift")
    lines.keys("Enter")
    expect(lines.cell("Bb", "unit")).to_have_text("shift")
    expect(lines.status).to_contain_text("Saved")


def test_what_a_new_row_begins_with_is_no_conflict_with_what_is_typed_on(lines: Lines) -> None:
    held = a_row_on_its_way(lines)
    expect(lines.status).to_contain_text("Saving")
    lines.type(lines.cell("Dd", "source"), "Price book")

    held[0].continue_()

    expect(lines.status).to_contain_text("Saved")
    expect(lines.cell("Dd", "source")).to_have_text("Price book")
