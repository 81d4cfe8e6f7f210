"""What hands do in the browser: type into a form whose session ends, press shortcuts, drop a file."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.entering import sign_in
from tests.stack import Stack

pytestmark = pytest.mark.browser

DRAFT = """
from accounts.models import Client, User
from projects.services.rfp import save_rfp
client = Client.objects.get(code="DEMOA")
actor = User.objects.get(email="bd@demo.example")
values = {"channel": "email", "compound_name": "Dropped", "wanted": "A price"}
print(save_rfp(client=client, contact=client.contacts.first(), actor=actor, **values).number)
"""


@pytest.mark.parametrize("keys", ["/", "Control+k", "Meta+k"])
def test_the_search_has_its_shortcut(page: Page, keys: str) -> None:
    sign_in(page, "pm@demo.example")
    page.goto("/")

    page.keyboard.press(keys)

    expect(page.locator("#site-search")).to_be_focused()


def test_two_keys_lead_to_the_projects_and_a_question_mark_lists_them(page: Page) -> None:
    sign_in(page, "pm@demo.example")
    page.goto("/")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("p")

    expect(page).to_have_url("/projects/")


def test_the_gantt_is_read_and_opened_by_keyboard(page: Page) -> None:
    sign_in(page, "pm@demo.example")
    page.goto("/projects/API-2026-0001/plan/")
    chart = page.locator("[data-chart]").first
    chart.focus()

    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    row = page.locator("#plan-table [data-chart-current]")
    expect(row).to_have_count(1)
    title = row.locator("a").first.inner_text()
    expect(page.locator("[data-chart-row]").first).to_contain_text(title)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text(title)


@pytest.mark.parametrize(
    ("name", "content", "words"), [("note.txt", "A note", "stored"), ("tool.exe", "MZ\\x90\\x00", "Files of this kind are not taken")]
)
def test_a_dropped_file_is_stored_or_refused_in_words(page: Page, stack: Stack, name: str, content: str, words: str) -> None:
    number = stack.python(DRAFT).splitlines()[-1]
    sign_in(page, "bd@demo.example")
    page.goto(f"/rfps/{number}/")

    files = page.evaluate_handle(
        "([name, content]) => { const data = new DataTransfer(); data.items.add(new File([content], name)); return data; }", [name, content]
    )
    page.dispatch_event("[data-dropzone]", "drop", {"dataTransfer": files})

    expect(page.get_by_role("list", name="Files being sent")).to_contain_text(words)
    if words == "stored":
        the_file_is_taken_away_again(page, name)


def the_file_is_taken_away_again(page: Page, name: str) -> None:
    page.get_by_role("link", name=f"Remove {name}").click()
    dialog = page.get_by_role("dialog", name=f"Remove {name}")
    dialog.get_by_label("Reason").fill("It belongs to another request.")
    dialog.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator("main")).to_contain_text("No file yet.")
