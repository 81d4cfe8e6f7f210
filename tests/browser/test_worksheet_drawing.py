"""What is chosen in a worksheet's grid and what is being typed there outlast every drawing, also on a busy machine."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.browser.acts import PATIENCE
from tests.browser.lines import Lines

pytestmark = pytest.mark.browser

LATE = """() => {
  const asked = window.fetch;
  window.fetch = async (address, ...said) => {
    const answer = await asked(address, ...said);
    if (String(address).includes("/batch/")) await new Promise((done) => setTimeout(done, 300));
    return answer;
  };
}"""
FOCUS = "(holder) => holder.focus({ preventScroll: true })"


@pytest.fixture
def held(lines: Lines) -> list[Route]:
    """The first request to write, kept from the server until it is let go; those behind it pass."""
    held: list[Route] = []
    lines.page.route("**/batch/", lambda route: route.continue_() if held else held.append(route))
    return held


def let_go(lines: Lines, held: list[Route]) -> None:
    """As soon as it is there."""
    for _tenth in range(PATIENCE // 100):
        if held:
            break
        lines.page.wait_for_timeout(100)
    held[0].continue_()


def test_a_cell_pressed_while_an_answer_is_drawn_takes_what_is_typed(lines: Lines, held: list[Route]) -> None:
    lines.type(lines.cell("Aa", "price"), "250")
    lines.cell("Aa", "unit").hover()
    lines.page.mouse.down()
    let_go(lines, held)
    expect(lines.cell("Aa", "cost")).to_have_text("250")
    lines.page.mouse.up()
    lines.page.keyboard.type("shift")
    lines.keys("Enter")

    expect(lines.cell("Aa", "unit")).to_have_text("shift")


def test_an_open_cell_stays_open_and_chosen_while_rows_move_and_go(lines: Lines, held: list[Route]) -> None:
    lines.cell("Cc", "label").click()
    lines.keys("Alt+ArrowUp")
    lines.cell("Bb", "unit").click()
    lines.page.keyboard.type("sh")
    let_go(lines, held)
    expect(lines.status).not_to_contain_text("Saving")
    lines.page.keyboard.type("ift")
    lines.keys("Enter")

    expect(lines.cell("Bb", "unit")).to_have_text("shift")
    lines.stand("Aa Cc Bb")

    held.clear()
    lines.cell("Aa", "label").click()
    lines.keys("Control+Delete")
    lines.cell("Cc", "unit").click()
    lines.page.keyboard.type("da")
    let_go(lines, held)
    expect(lines.names()).to_have_text(["Cc", "Bb"])
    lines.page.keyboard.type("y")
    lines.keys("Enter")
    lines.page.keyboard.type("week")
    lines.keys("Enter")
    expect(lines.cell("Cc", "unit")).to_have_text("day")
    expect(lines.cell("Bb", "unit")).to_have_text("week")
    lines.stand("Cc Bb")


def test_what_is_typed_into_a_table_before_it_comes_into_sight_stays(lines: Lines) -> None:
    page = lines.page
    page.set_viewport_size({"width": 1440, "height": 200})
    page.reload()
    expect(page.locator("[data-sheet]:not([data-ready])")).to_have_count(0)
    lines.section.locator(".tabulator-tableholder").evaluate(FOCUS)
    lines.keys("ArrowDown")
    page.keyboard.type("B")
    lines.section.scroll_into_view_if_needed()
    expect(lines.section.locator(".tabulator-cell.tabulator-editing")).to_be_visible()
    page.wait_for_timeout(500)  # for the drawing that must not come
    page.keyboard.type("e")
    lines.keys("Enter")
    page.keyboard.type("Ce")
    lines.keys("Enter")

    expect(lines.names()).to_have_text(["Aa", "Be", "Ce"])


def test_whoever_types_faster_than_the_browser_draws_loses_nothing(lines: Lines) -> None:
    page = lines.page
    page.evaluate(LATE)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 6})
    for column, words in (("unit", "day{0}"), ("price", "{0}00"), ("unit", "week{0}"), ("price", "{0}50")):
        lines.cell("Aa", column).click()
        for place in (1, 2, 3):
            page.keyboard.type(words.format(place))
            lines.keys("Enter")

    for place, label in enumerate(("Aa", "Bb", "Cc"), 1):
        expect(lines.cell(label, "unit")).to_have_text(f"week{place}")
        expect(lines.cell(label, "cost")).to_have_text(f"{place}50")
    expect(lines.status).to_contain_text("Saved")
