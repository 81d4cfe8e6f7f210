"""What was spent is typed into the table; it stands beside what was quoted at once, and on the page of the gate. What turned out otherwise
than assumed begins a change order."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from tests.browser.entering import sign_in
from tests.browser.sheets import PASTE
from tests.stack import Stack

pytestmark = pytest.mark.browser

OTHERWISE = """
from accounts.models import User
from audit.context import acting
from worksheets.changing import ADD, Change, change_rows
actor = User.objects.get(email="bd@demo.example")
assumed = {{"words": "The catalyst lasts ten batches", "figure": "10", "real_figure": "7"}}
with acting(actor=actor, channel="command"):
    change_rows("assumptions:{code}", [Change(ADD, values=assumed)], actor=actor, all_or_none=True)
"""


def test_what_was_spent_stands_beside_what_was_quoted(page: Page, places: dict[str, str]) -> None:
    sign_in(page, "pm@demo.example")
    page.goto(f"/projects/{places['code']}/actuals/")
    small_scale = page.get_by_role("region", name="Small scale: quoted and actual")
    cost = small_scale.get_by_role("row").filter(has_text="Price of")
    expect(cost.get_by_role("cell").nth(1)).to_have_text("–")
    sheet = page.locator("#sheet-actual-costs[data-ready]")

    sheet.get_by_role("button", name="Add a row").click()
    currency = (cost.get_by_role("cell").first.inner_text()).split()[-1]
    page.evaluate(PASTE, f"Small scale\tTime of the laboratory\t1000\t{currency}\t{date.today().isoformat()}\tTime sheets")

    expect(cost.get_by_role("cell").nth(1)).to_have_text(f"1,000.00 {currency}")
    page.locator("main").get_by_role("link", name="Gate", exact=True).click()
    at_gate = page.get_by_role("region", name="Small scale: quoted and actual")
    expect(at_gate.get_by_role("row").filter(has_text="Price of")).to_contain_text(f"1,000.00 {currency}")
    page.get_by_role("link", name="Record what happened").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Actuals")


def test_what_turned_out_otherwise_begins_a_change_order(page: Page, places: dict[str, str], stack: Stack) -> None:
    stack.python(OTHERWISE.format(code=places["code"]))
    sign_in(page, "bd@demo.example")
    page.goto(f"/projects/{places['code']}/assumptions/")

    page.get_by_role("link", name="Raise a change order for: The catalyst lasts ten batches").click()

    expect(page.locator("#id_title")).to_have_value("Other than assumed: The catalyst lasts ten batches")
    expect(page.locator("#id_reason")).to_have_value(re.compile("It turned out: 7"))
