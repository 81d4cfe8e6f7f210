"""The portfolio in the browser: nothing of it is cut on paper, and a view is kept, opened with, and counted on the first page."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.acts import press
from tests.browser.entering import sign_in

pytestmark = pytest.mark.browser

TOOLBAR = ("XLSX", "CSV", "Clear", "Sign out", "Save this view", "Gantt as SVG", "Table as XLSX", "Propose go")
ON_PAPER = {  # by address: what stands at the far right, or last
    "/projects/board/?phase=small_scale": ["Commercial", "{code}", "Revenue at risk", "Phase: Small scale"],
    "/projects/gantt/?phase=small_scale": ["{code}", "Variance (working days)", "Phase: Small scale"],
    "/occupancy/?weeks=8": ["R-302", "Overlaps another booking", "Remark", "Weeks: 8"],
    "/projects/{code}/plan/": ["Milestones", "Variance (working days)", "Float (working days)", "G2 Release to pilot"],
    "/projects/{code}/gate/": ["Criteria", "{code}"],
    "/projects/kpis/?figure=first_pass&since=2020-01-01": ["Definition", "Cases behind", "From: 1 Jan 2020"],
}


def on_paper(page: Page) -> tuple[str, list[tuple[float, float]]]:
    """The words of the print-out in one line, and for each sheet its width and where its rightmost words begin."""
    sheets = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    reach = []
    for sheet in sheets:
        places: list[float] = []
        sheet.extract_text(
            visitor_text=lambda text, cm, tm, font, size, places=places: places.append(tm[4] * cm[0] + cm[4]) if text.strip() else None
        )
        reach.append((float(sheet.mediabox.width), max(places, default=0.0)))
    return " ".join(" ".join(sheet.extract_text() for sheet in sheets).split()), reach


@pytest.mark.parametrize("address", ON_PAPER)
def test_a_printed_page_is_whole_and_says_what_it_shows(page: Page, places: dict[str, str], address: str) -> None:
    sign_in(page, "pm@demo.example")
    page.goto(address.format(**places))
    if page.locator("[data-chart]").count():
        expect(page.locator("[data-chart] svg").first).to_be_visible()

    words, reach = on_paper(page)

    for expected in ON_PAPER[address]:
        assert expected.format(**places) in words
    for control in TOOLBAR:
        assert control not in words
    assert "as Project Manager saw it on" in words
    assert [sheet for sheet in reach if sheet[1] > sheet[0] - 20] == []


def test_a_view_is_kept_opened_with_and_counted(page: Page, places: dict[str, str]) -> None:
    sign_in(page, "pm@demo.example")
    page.goto("/projects/board/")
    page.select_option("#id_phase", "small_scale")
    press(page, "Filter")
    press(page, "Save this view…")
    page.get_by_role("dialog").get_by_label("Name").fill("Small scale now")
    page.get_by_role("dialog").get_by_label("Share it with all of ours").check()
    press(page, "Save")
    expect(page.locator(".view-tabs [aria-current]")).to_contain_text("Small scale now")

    press(page, "Open this page with it")
    press(page, "Count it on my first page")
    page.goto("/projects/board/")
    expect(page).to_have_url(re.compile(r"/projects/board/\?phase=small_scale$"))
    expect(page.locator(".board")).to_contain_text(places["code"])

    page.goto("/")
    page.get_by_role("link", name="Small scale now").click()
    press(page, "Delete…")
    press(page, "Delete")
    expect(page).to_have_url(re.compile(r"/projects/board/\?view=all$"))
    expect(page.locator(".view-tabs")).to_have_count(0)
