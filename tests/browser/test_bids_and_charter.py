"""Bids, and who does what: the pipeline is filtered, read and taken away as a file, and a matrix is saved."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import press, send
from tests.browser.test_sign_in import sign_in

pytestmark = pytest.mark.browser


def test_the_pipeline_is_found_filtered_read_and_leads_to_its_cases(page: Page, places: dict[str, str]) -> None:
    sign_in(page, "pm@demo.example")
    page.goto("/projects/board/")
    page.get_by_role("navigation", name="Pages of the portfolio").get_by_role("link", name="Bids").click()

    page.fill("#id_since", "2020-01-01")
    press(page, "Filter")
    expect(page).to_have_url(re.compile("since=2020-01-01"))
    page.get_by_text("The figures as a table").first.click()
    expect(page.locator("table#funnel")).to_contain_text("Evaluated")
    with page.expect_download() as taken:
        page.get_by_role("link", name="SVG").first.click()
    assert taken.value.suggested_filename == "bids-funnel.svg"

    page.locator("dl").get_by_role("link", name="Quotations won").click()
    expect(page).to_have_url(re.compile(r"/projects/kpis/\?.*since=2020-01-01.*figure=won#cases$"))
    expect(page.locator("#cases")).to_be_visible()


def test_a_matrix_of_responsibilities_is_saved(page: Page, places: dict[str, str]) -> None:
    sign_in(page, "pm@demo.example")
    page.goto(f"/projects/{places['evaluated']}/charter/")
    page.get_by_role("link", name="Responsibilities").click()
    pilot = page.get_by_role("navigation", name="Phases").get_by_role("link", name="Pilot")
    pilot.click()
    cell = page.locator("table.raci select", has=page.locator("option[selected][value=C]")).first
    chosen = page.locator(f"#{cell.get_attribute('id')}")

    chosen.select_option("I")
    send(page, "Save")

    expect(chosen).to_have_value("I")
    expect(pilot).to_have_attribute("aria-current", "page")
