"""Vessels in the browser: the calendar read by the keyboard, a booking made, moved and released, a site opened with its vessel."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.acts import press, send
from tests.browser.entering import sign_in
from tests.browser.sheets import Grid

pytestmark = pytest.mark.browser


def test_a_bar_is_read_followed_and_moved(page: Page, places: dict[str, str]) -> None:
    sign_in(page, "pm@demo.example")
    page.goto("/occupancy/")

    page.locator(".chart").focus()
    said, booked = page.locator("[data-chart-row]"), f"{places['code']} Batch P-01"
    for _vessel in range(30):
        page.keyboard.press("ArrowDown")
        if booked in said.inner_text():
            break
    expect(said).to_contain_text(booked)
    page.locator('.chart [aria-label*="Batch P-01"]').first.click(force=True)  # the words on it lead there too
    expect(page).to_have_url(re.compile(rf"/occupancy/{places['booking']}/$"))

    page.get_by_role("button", name="Move or change").click()
    dialog = page.locator("dialog#move")
    dialog.get_by_label("Last day").fill((timezone.localdate() + timedelta(days=11)).isoformat())
    dialog.get_by_label("Reason").fill("The batch takes a day less.")
    dialog.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator(".notice-success")).to_contain_text("Moved: R-302")
    expect(page.locator("main")).to_contain_text("The batch takes a day less.")


def test_a_vessel_is_booked_confirmed_and_released(page: Page, places: dict[str, str]) -> None:
    first = timezone.localdate() + timedelta(days=200)
    sign_in(page, "pm@demo.example")
    page.goto("/occupancy/")
    page.get_by_role("link", name="Book R-302").click()

    page.get_by_label("Project", exact=True).select_option(places["code"])
    send(page, "Choose")
    expect(page.locator("#id_vessel")).not_to_have_value("")  # it stays chosen
    page.fill("#id_first_on", first.isoformat())
    page.fill("#id_last_on", (first + timedelta(days=4)).isoformat())
    page.fill("#id_label", "P-03")
    press(page, "Book")
    expect(page.locator(".notice-success")).to_contain_text("R-302 is booked")

    press(page, "Confirm: make it firm")
    expect(page.locator(".notice-success")).to_contain_text("Firm")
    press(page, "Release")
    dialog = page.get_by_role("dialog", name="Release the vessel")
    dialog.get_by_label("Reason").fill("Not needed.")
    dialog.get_by_role("button", name="Release").click()
    expect(page.locator(".notice-success")).to_contain_text("Released")
    expect(page).to_have_url(re.compile(rf"/projects/{places['code']}/plan/#vessels$"))


def test_the_plan_is_compared_with_a_baseline(page: Page, places: dict[str, str]) -> None:
    sign_in(page, "pm@demo.example")
    page.goto(f"/projects/{places['code']}/plan/")
    chosen = page.get_by_label("Compared with")

    chosen.select_option(index=1)
    number = chosen.input_value()
    press(page, "Compare")

    expect(page).to_have_url(re.compile(rf"against={number}$"))
    expect(chosen).to_have_value(number)


def test_a_site_is_opened_and_a_vessel_entered_in_its_table(page: Page) -> None:
    sign_in(page, "admin@demo.example")
    sites = Grid(page, "sites", "key").open("/sites/")
    sites.press("Add a row")
    page.keyboard.press("Escape")
    sites.paste("visp\tVisp plant\tSwitzerland\tEurope/Zurich")
    expect(sites.status).to_contain_text("Saved")

    page.get_by_role("link", name="visp").click()
    page.locator("main").get_by_role("link", name="Vessels").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vessels of Visp plant")
    grid = Grid(page, "vessels", "tag").open("/sites/visp/vessels/")
    grid.press("Add a row")
    page.keyboard.press("Escape")
    grid.paste("R-400\tReactor of line 4\tReactor\tGlass-lined steel\t630\t6300")
    expect(grid.status).to_contain_text("Saved")
    page.get_by_role("link", name="R-400").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("R-400 Reactor of line 4")
