"""Bids, and who does what: the pipeline is filtered, read and taken away as a file, and a matrix is saved."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import press
from tests.browser.entering import sign_in

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


def test_a_matrix_of_responsibilities_is_saved_and_no_row_comes_or_goes(page: Page, places: dict[str, str]) -> None:
    sign_in(page, "pm@demo.example")
    page.goto(f"/projects/{places['evaluated']}/charter/")
    page.get_by_role("link", name="Responsibilities").click()
    expect(page.locator("[data-sheet][data-ready]")).to_be_visible()
    row = page.locator(".tabulator-row").filter(has=page.locator("[tabulator-field=c_quality_assurance]", has_text="C")).first
    title = row.locator("[tabulator-field=c_title]").inner_text()

    row.locator("[tabulator-field=c_quality_assurance]").click()
    page.keyboard.type("I")
    page.keyboard.press("Enter")
    expect(page.locator("[data-sheet-status]")).to_contain_text("Saved")

    page.reload()
    kept = page.locator(".tabulator-row").filter(has=page.get_by_text(title, exact=True))
    expect(kept.locator("[tabulator-field=c_quality_assurance]")).to_have_text("I")
    expect(page.get_by_role("button", name="Fill down")).to_be_visible()
    expect(page.get_by_role("button", name="Add a row")).to_have_count(0)
