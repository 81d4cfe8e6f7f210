"""What somebody at a large worksheet waits for, in Chromium: the first of its rows, and one typed cell until it is saved."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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
FILLING = """
from accounts.models import Role
from audit.context import Channel, acting
from cdmo.demo.people import holding
from worksheets.changing import ADD, Change, change_rows
"""
MATERIALS = f"""{FILLING}
from catalogue.models import Material
buyer = holding(Role.MATERIAL_CONTROL)
missing = range(Material.objects.count(), {ROWS})
rows = [Change(ADD, values={{"code": f"BENCH-{{n:04}}", "name": f"Bench {{n:04}}", "kind": "reagent"}}) for n in missing]
with acting(actor=buyer, channel=Channel.COMMAND):
    change_rows("materials", rows, actor=buyer, all_or_none=True)
"""
# Every row of a test plan is priced from the price book, and every edit gives the totals of all rows anew.
TEST_PLAN = f"""{FILLING}
from catalogue.models import AnalyticalPrice
from phases.evaluation.models import DepartmentAssessment
from phases.evaluation.planned import priced_on
analyst = holding(Role.ANALYTICAL)
sheet = DepartmentAssessment.objects.filter(state="open", department__key=Role.ANALYTICAL, currency__gt="").order_by("pk")[0]
prices = [str(each) for each in AnalyticalPrice.objects.valid(priced_on(sheet))[:5]]
missing = range(sheet.tests.count(), {ROWS})
same = {{"stage": "release", "batches": "3", "samples_per_batch": "2"}}
rows = [Change(ADD, values=same | {{"price": prices[n % len(prices)], "note": f"Bench {{n:04}}"}}) for n in missing]
with acting(actor=analyst, channel=Channel.COMMAND):
    change_rows(f"test-plan:{{sheet.pk}}", rows, actor=analyst, all_or_none=True)
print(sheet.get_absolute_url())
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


@dataclass(frozen=True)
class Typed:
    """The cells of a column by their selector, and two ways in which the number of a repetition ends there."""

    page: str
    cells: str
    endings: tuple[str, str]


def sheet_rows(told: Mapping[str, str], port: int, password: str, times: int) -> Iterator[Row]:
    """A list that computes nothing, and a table in which every row is priced and the totals of all follow each edit."""
    manage(told, *SHELL, MATERIALS)
    grade = Typed("/materials/", ".tabulator-row [tabulator-field=c_grade]", (" %", ".5 %"))
    yield from _rows(f"Worksheet of {ROWS:,} rows in Chromium", "material", port, password, grade, times)
    page = manage(told, *SHELL, TEST_PLAN).splitlines()[-1]
    batches = Typed(page, "#sheet-test-plan .tabulator-row [tabulator-field=c_batches]", ("", "0"))
    yield from _rows(f"Test plan of {ROWS:,} priced rows in Chromium", "analytical", port, password, batches, times)


def _rows(name: str, who: str, port: int, password: str, typed: Typed, times: int) -> Iterator[Row]:
    with _chromium(port, f"{who}@demo.example", password) as page:
        painted = [_painted(page, typed) for _ in range(times + WARM_UP)][WARM_UP:]
        yield _row(f"{name}: its first rows on the screen", painted, PAINT_MS)
        edited = [_edited(page, typed, number) for number in range(1, times + WARM_UP + 1)][WARM_UP:]
        yield _row(f"{name}: one typed cell until it is saved", edited, EDIT_MS)


def _row(name: str, spent: list[float], asked: int) -> Row:
    return Row(name, median(spent), None, f"{asked} ms", median(spent) <= asked, len(spent))


@contextmanager
def _chromium(port: int, email: str, password: str) -> Iterator[Page]:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert program, f"None of {', '.join(BROWSERS)} is installed."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        url = f"http://127.0.0.1:{port}"
        context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
        cookies = signed_in(port, email, password).headers["Cookie"].split("; ")
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in (each.split("=", 1) for each in cookies)])
        page = context.new_page()
        page.add_init_script(WATCH)
        yield page
        browser.close()


def _painted(page: Page, typed: Typed) -> float:
    page.goto(typed.page)
    page.wait_for_function("() => window.painted")
    return float(page.evaluate("window.painted"))


def _edited(page: Page, typed: Typed, number: int) -> float:
    """The cell of the first row, another value each time."""
    page.evaluate(DRAWN)
    page.evaluate("delete window.saved")
    cell = page.locator(typed.cells).first
    once, otherwise = (f"{number}{ending}" for ending in typed.endings)
    was = cell.inner_text()
    cell.click()
    page.keyboard.type(once if was != once else otherwise)
    page.keyboard.press("Enter")
    page.wait_for_function("() => window.saved")
    return float(page.evaluate("window.saved"))
