"""A feasibility sheet in the browser: what rests on the rows of its tables follows them without the page being loaded again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import send
from tests.browser.entering import sign_in

pytestmark = pytest.mark.browser


def test_sign_off_and_calendar_follow_the_rows(page: Page, places: dict[str, str]) -> None:
    sign_in(page, "production@demo.example")
    page.goto(f"/projects/{places['evaluated']}/sheets/production/")
    plan, risks = page.locator("#sheet-production-plan"), page.locator("#sheet-sheet-risks")
    expect(page.locator("#sheet-production-plan[data-ready]")).to_be_visible()
    plan.locator("[data-sheet-status]").click()  # in sight first: a click that also scrolls chooses no cell
    wanted = page.locator("#calendar tbody tr").first
    before = wanted.locator("td").nth(1).inner_text()

    plan.locator(".tabulator-row").first.locator("[tabulator-field=c_batches]").click()
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    expect(wanted.locator("td").nth(1)).not_to_have_text(before)

    risks.get_by_role("button", name="Add a row").click()
    page.keyboard.type("The agitator is changed in May")
    page.keyboard.press("Enter")
    expect(page.locator("#sign-off-card")).to_contain_text("The agitator is changed in May")
    expect(page.locator("#sign-off-card")).to_contain_text("has no probability or no impact yet")
    for field in ("probability", "impact"):
        risks.locator(".tabulator-row").last.locator(f"[tabulator-field=c_{field}]").click()
        page.keyboard.type("Medium")
        page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign off…")).to_be_enabled()

    send(page, "Show on the calendar")
    expect(page.locator("#calendar tbody tr").first).to_contain_text("tentative")

    page.get_by_role("link", name="Occupancy calendar").click()
    expect(page).to_have_url(re.compile("/occupancy/"))
    expect(page.locator("main")).to_contain_text(places["evaluated"])


def test_the_plan_total_follows_the_rows_and_the_form(page: Page, places: dict[str, str]) -> None:
    sign_in(page, "analytical@demo.example")
    page.goto(f"/projects/{places['evaluated']}/sheets/analytical/")
    plan, total = page.locator("#sheet-test-plan"), page.locator("#plan-total")
    expect(page.locator("#sheet-test-plan[data-ready]")).to_be_visible()
    page.locator("#id_cost_low").fill("1")
    page.locator("#id_cost_high").fill("")
    page.locator("#id_cost_base").fill("5")
    page.keyboard.press("Tab")
    expect(total).to_contain_text("The base cost says USD 5.00.")
    before = total.locator("p").first.inner_text()
    plan.locator("[data-sheet-status]").click()  # in sight first, as above

    plan.locator(".tabulator-row").first.locator("[tabulator-field=c_batches]").click()
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    expect(total.locator("p").first).not_to_have_text(before)

    send(page, "Take the total as base cost")
    expect(total).to_contain_text("The base cost is the total already.")
