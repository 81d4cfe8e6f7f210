"""What an installation is set to, and what people bring along: roles, default plan, templates, sign-ins, first steps, a table."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import send
from tests.browser.entering import sign_in

pytestmark = pytest.mark.browser
SAID = ".notice-success"


def test_an_administrator_keeps_the_installation(new_page: Callable[[], Page]) -> None:
    page = new_page()
    sign_in(page, "admin@demo.example")

    a_role_is_given_and_ended(page)
    an_owner_of_sheets_is_taken_out_and_named_again(page)
    the_default_plan_is_changed_and_changed_back(page)
    a_text_of_a_template_is_written_and_taken_out(page)
    others_are_signed_out(page, elsewhere=new_page())


def a_role_is_given_and_ended(page: Page) -> None:
    page.goto("/administration/roles/regulatory/")
    page.get_by_label("Person").select_option(label="Project Manager")
    page.get_by_role("region", name="Give the role").get_by_label("Reason").fill("Files the dossier too.")
    send(page, "Give the role")
    expect(page.locator(SAID)).to_contain_text("Project Manager holds the role now.")

    page.get_by_label("Reason why the role of Project Manager ends").fill("The dossier is filed.")
    page.get_by_role("listitem").filter(has_text="Project Manager").get_by_role("button", name="End the role").click()
    expect(page.locator(SAID)).to_contain_text("The role ended.")


def an_owner_of_sheets_is_taken_out_and_named_again(page: Page) -> None:
    for who in ("The department", "Production Manager"):
        page.goto("/sites/basel/")
        page.get_by_label("Production", exact=True).select_option(label=who)
        send(page, "Save")
        expect(page.locator(SAID)).to_contain_text("Saved: Production.")
        expect(page.get_by_label("Production", exact=True).locator("option:checked")).to_have_text(who)


def the_default_plan_is_changed_and_changed_back(page: Page) -> None:
    for days in ("7", "5"):
        page.goto("/administration/default-plan/milestones/route_selected/")
        page.get_by_label("Tolerance (working days)").fill(days)
        page.get_by_role("region", name="What plans to come say of it").get_by_label("Reason").fill("As the last ten projects went.")
        send(page, "Save")
        expect(page.locator(SAID)).to_contain_text("projects that are planned from now on begin with it")


def a_text_of_a_template_is_written_and_taken_out(page: Page) -> None:
    for text in ("In steps, as agreed.", ""):
        page.goto("/administration/document-templates/quotation/")
        page.get_by_role("textbox", name="Text before the first section").fill(text)
        page.get_by_label("Reason").fill("The wording of this year.")
        send(page, "Save")
        expect(page.locator(SAID)).to_contain_text("the next version of each document is made with it")


def others_are_signed_out(page: Page, elsewhere: Page) -> None:
    sign_in(elsewhere, "admin@demo.example")
    page.goto("/accounts/profile/sign-ins/")
    send(page, "End all others")
    expect(page.locator(SAID)).to_contain_text("ended")

    elsewhere.goto("/administration/")
    expect(elsewhere).to_have_url(re.compile("/accounts/login/"))


def test_clients_come_in_from_a_table_and_are_found_while_one_types(page: Page) -> None:
    sign_in(page, "bd@demo.example")

    page.goto("/imports/clients/")
    upload(page, "Client *,Country\nNordlicht Pharma,Norway\nSüdwind Biotech,Nowhere\n")
    expect(page.locator("main")).to_contain_text("B3")
    expect(page.get_by_role("button", name=re.compile("Import"))).to_be_disabled()

    page.goto("/imports/clients/")
    upload(page, "Client *,Country\nNordlicht Pharma,Norway\nSüdwind Biotech,Austria\n")
    send(page, "Import 2 rows")
    expect(page.locator("main")).to_contain_text("Imported")

    page.goto("/search/")
    page.locator("#site-search").press_sequentially("nordlicht ph")
    expect(page.locator("#found")).to_contain_text("Nordlicht Pharma")
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nordlicht Pharma")


def upload(page: Page, table: str) -> None:
    page.get_by_label("Filled template").set_input_files({"name": "clients.csv", "mimeType": "text/csv", "buffer": table.encode()})
    send(page, "Upload and check")


def test_first_steps_are_put_away_and_found_again(page: Page) -> None:
    sign_in(page, "analytical@demo.example")
    page.goto("/")

    send(page, "Put away")
    expect(page.locator(".guide")).to_have_count(0)

    page.goto("/getting-started/")
    expect(page.locator(".guide")).to_have_count(1)
