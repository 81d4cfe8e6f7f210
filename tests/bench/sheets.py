"""What somebody at a large worksheet waits for, in Chromium: the first of its rows, and one typed cell until it is saved."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from statistics import median

from playwright.sync_api import Page, sync_playwright

from cdmo.servers.bootstrap import BROWSERS
from cdmo.servers.product import manage
from tests.bench.rows import SHELL, WARM_UP, Row
from tests.bench.running import signed_in
from tests.stack import QUIET

ROWS = 2000
PAINT_MS, EDIT_MS = 1000, 150
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
FILLED = f"""
from accounts.models import Role
from audit.context import Channel, acting
from catalogue.models import Material
from cdmo.demo.people import holding
from worksheets.changing import ADD, Change, change_rows
buyer = holding(Role.MATERIAL_CONTROL)
missing = range(Material.objects.count(), {ROWS})
rows = [Change(ADD, values={{"code": f"BENCH-{{n:04}}", "name": f"Bench {{n:04}}", "kind": "reagent"}}) for n in missing]
with acting(actor=buyer, channel=Channel.COMMAND):
    change_rows("materials", rows, actor=buyer, all_or_none=True)
"""
# Counted by the page's own clock, from the beginning of its load: `painted` when the frame with the first rows is on the screen, `saved`
# from the key that ends the typing to the frame after the answer.
WATCH = """
new MutationObserver((_all, observer) => {
  if (!document.querySelector(".tabulator-table .tabulator-row")) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.painted = performance.now(); }));
}).observe(document, { childList: true, subtree: true });
document.addEventListener("keydown", (event) => { if (event.key === "Enter") window.began = performance.now(); }, true);
document.addEventListener("worksheet:saved", () => {
  requestAnimationFrame(() => setTimeout(() => { window.saved = performance.now() - window.began; }));
});
"""


def sheet_rows(told: Mapping[str, str], port: int, password: str, times: int) -> Iterator[Row]:
    manage(told, *SHELL, FILLED)
    with _chromium(port, password) as page:
        painted = [_painted(page) for _ in range(times + WARM_UP)][WARM_UP:]
        yield _row(f"Worksheet of {ROWS:,} rows in Chromium: its first rows on the screen", painted, PAINT_MS)
        edited = [_edited(page, number) for number in range(times + WARM_UP)][WARM_UP:]
        yield _row(f"Worksheet of {ROWS:,} rows in Chromium: one typed cell until it is saved", edited, EDIT_MS)


def _row(name: str, spent: list[float], asked: int) -> Row:
    return Row(name, median(spent), None, f"{asked} ms", median(spent) <= asked)


@contextmanager
def _chromium(port: int, password: str) -> Iterator[Page]:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert program, f"None of {', '.join(BROWSERS)} is installed."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        url = f"http://127.0.0.1:{port}"
        context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
        cookies = signed_in(port, "material@demo.example", password).headers["Cookie"].split("; ")
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in (each.split("=", 1) for each in cookies)])
        page = context.new_page()
        page.add_init_script(WATCH)
        yield page
        browser.close()


def _painted(page: Page) -> float:
    page.goto("/materials/")
    page.wait_for_function("() => window.painted")
    return float(page.evaluate("window.painted"))


def _edited(page: Page, number: int) -> float:
    """The grade of the first row, another one each time."""
    page.evaluate(DRAWN)
    page.evaluate("delete window.saved")
    page.locator(".tabulator-row [tabulator-field=c_grade]").first.click()
    was = page.locator(".tabulator-row [tabulator-field=c_grade]").first.inner_text()
    page.keyboard.type(f"{number} %" if was != f"{number} %" else f"{number}.5 %")
    page.keyboard.press("Enter")
    page.wait_for_function("() => window.saved")
    return float(page.evaluate("window.saved"))
