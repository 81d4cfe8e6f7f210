"""What looks for barriers finds them: contrast is asked of a few elements of every look, and none that is wrong gets away."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.browser.seeing import barriers

pytestmark = pytest.mark.browser

ROW = "<tr><td>One hundred and twenty kilograms</td></tr>"
PAGE = """<!doctype html><html lang="en"><title>Seen</title><style>
  body {{ background: #fff; color: #111 }} {style}
</style><main><h1>Rows</h1><label>Off <input disabled></label><table>{rows}</table></main></html>"""
FAINT = "color: #bbb"
WRONG = {
    "one among many": ("#it { color: #bbb }", '<tr><td id="it">It</td></tr>'),
    "its row is dark": ("#it { background: #333 }", '<tr id="it"><td>It</td></tr>'),
    "all is half transparent": ("table { opacity: .3 }", ""),
    "what it lies on is laid over": ("#it { position: absolute; background: #222 }", '<tr><td><span id="it">It</span></td></tr>'),
}


@pytest.mark.parametrize(("style", "row"), WRONG.values(), ids=WRONG)
def test_a_faint_text_is_found(page: Page, style: str, row: str) -> None:
    page.set_content(PAGE.format(style=style, rows=ROW * 40 + row + ROW * 40))

    assert any("color-contrast" in fault for fault in barriers(page, "here"))


def test_what_is_faint_on_a_phone_alone_is_found_there(page: Page) -> None:
    page.set_content(PAGE.format(style=f"@media (max-width: 600px) {{ td {{ {FAINT} }} }}", rows=ROW * 40))
    assert barriers(page, "here") == []

    page.set_viewport_size(ViewportSize(width=390, height=844))

    assert len(barriers(page, "on a phone")) == 3


def test_what_is_switched_off_may_be_faint_and_stands_for_nothing_else(page: Page) -> None:
    fields = f"<style>.faint {{ {FAINT} }}</style>" + '<button class="faint" disabled>Off</button>' * 5
    page.set_content(PAGE.format(style="button { background: #fff }", rows=f"<tr><td>{fields}</td></tr>"))
    assert barriers(page, "here") == []

    page.set_content(PAGE.format(style="button { background: #fff }", rows=f'<tr><td>{fields}<button class="faint">On</button></td></tr>'))

    assert len(barriers(page, "here")) == 1
