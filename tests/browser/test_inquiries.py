"""A purchase inquiry in the browser: prepared from a route, sent, answered, compared, and ended."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import press, reload_until, send
from tests.browser.entering import sign_in
from tests.browser.sheets import Grid
from tests.stack import Stack

pytestmark = pytest.mark.browser


def prepare(page: Page, places: dict[str, str]) -> None:
    page.goto(f"/projects/{places['code']}/routes/{places['route']}/versions/1/")
    page.locator("#id_inquiry-target_kg").fill("12")
    page.locator("#id_inquiry-with_priced").check()
    send(page, "Ask suppliers for prices")
    expect(page.locator("main")).to_contain_text("Prepared: look at the lines and the suppliers; material control sends it.")


def ask_again_whom_the_table_lost(page: Page) -> None:
    """Nobody but Demo Works has quoted the enzyme; who was only guessed is taken out, and then asked for all lines that lack one."""
    asks, form = Grid(page, "inquiry-asks", "line").open(page.url), page.locator("#inquiry-ask")
    expect(form).to_contain_text("Two suppliers are asked for every line")
    guessed = asks.section.locator(".tabulator-row").filter(has_text="Transaminase").filter(has_not_text="Demo Works")
    expect(guessed).to_contain_text(re.compile("asked for other lines|another reagent"))  # by what else stands in the catalogue
    supplier = guessed.locator("[tabulator-field=c_supplier]").inner_text()
    guessed.locator("[tabulator-field=c_supplier]").click()
    asks.press("Take rows away")
    expect(form).to_contain_text("For 1 line fewer than two suppliers are asked.")
    expect(form.get_by_label(f"{supplier} · asked for 1 line of 2")).to_be_checked()
    form.get_by_label("For every line").check()
    grid = Grid(page, "inquiry-lines", "material")
    grid.type(grid.cell("Transaminase", "quantity_kg"), "7.5")
    expect(grid.status).to_contain_text("Saved")
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")
    expect(form.get_by_label("For every line")).to_be_checked()  # though what stands around it was drawn anew
    form.get_by_label("For every line").uncheck()
    send(page, "Ask these suppliers")
    expect(page.locator("main")).to_contain_text("They are asked; their letters are being made.")
    expect(form).to_contain_text("Two suppliers are asked for every line")


def end(page: Page, name: str, reason: str) -> None:
    page.locator("summary", has_text=name).click()
    form = page.locator("form").filter(has=page.get_by_role("button", name=name, exact=True))
    form.get_by_label("Reason").fill(reason)
    send(page, name)


def award_and_revoke(buyer: Page, business: Page, code: str) -> None:
    """Toluene goes to Demo Solvents; a draft scenario takes that price, and says so once the award is revoked."""
    done, scenario = buyer.locator("main"), business.locator("main")
    buyer.get_by_role("link", name=re.compile("^Award Toluene")).click()
    buyer.get_by_label("Reason").fill("A lot of theirs was tested in full.")
    send(buyer, "Award the line")
    expect(done).to_contain_text("Awarded: new cost scenarios of this project count with this offer")
    sign_in(business, "bd@demo.example")
    business.goto(f"/projects/{code}/costs/1/")
    with business.expect_navigation():
        press(business, re.compile("^Take the awarded price of Demo Solvents for Toluene"))
    expect(scenario).to_contain_text("The scenario counts with the awarded price.")

    buyer.get_by_role("link", name=re.compile("^Goes to Demo Solvents at")).click()
    end(buyer, "Revoke the award", "They were sold.")
    expect(done).to_contain_text("Revoked: the line goes to nobody until it is decided anew.")
    business.reload()
    expect(scenario).to_contain_text("It was revoked: They were sold.")


def test_suppliers_are_asked_and_their_answers_stand_side_by_side(
    page: Page, new_page: Callable[[], Page], places: dict[str, str], stack: Stack
) -> None:
    sign_in(page, "research@demo.example")
    prepare(page, places)
    address, main = page.url, page.locator("main")
    ask_again_whom_the_table_lost(page)
    page.locator("summary", has_text="Answer by, words to the suppliers").click()
    page.get_by_label("Words to the suppliers").fill("With a certificate of each batch, please.")
    send(page, "Save")
    expect(main).to_contain_text("With a certificate of each batch, please.")
    expect(page.get_by_role("button", name="Send to the suppliers")).to_be_disabled()
    send(page, "Write the letters anew")  # with these words

    buyer = new_page()
    sign_in(buyer, "material@demo.example")
    letters, done = buyer.locator("#letters"), buyer.locator("main")
    buyer.goto(address)
    reload_until(buyer.get_by_role("button", name="Send to the suppliers", disabled=False))  # the letters with the newest words are there
    send(buyer, "Send to the suppliers")
    expect(done).to_contain_text("Sent. File each answer as it comes")
    reload_until(letters.get_by_text("Sent", exact=True))
    (letter,) = [each for each in stack.mails_to("sales@solvents.example") if "PI-" in str(each["Subject"])][-1:]
    assert {part.get_content_type() for part in letter.iter_attachments()} >= {"application/pdf"}
    press(buyer, "Mail the letter to Demo Solvents")
    expect(done).to_contain_text("The mail is on its way.")
    press(buyer, "The letter was handed over to Demo Works")
    expect(done).to_contain_text("The letter was handed over")
    expect(letters).to_contain_text("Handed over on")

    answers = Grid(buyer, "inquiry-answers", "line").open(address)
    answers.press("Add a row")
    answers.paste("TOL-99\tDemo Solvents\t\t1.40\tEUR\t180\t180\t21")
    expect(answers.status).to_contain_text("Saved")
    offers = buyer.get_by_role("region", name="Table of offers")
    expect(offers).to_contain_text("at 1.0800 of")  # the newest scenario counts in USD
    buyer.locator("#offers #id_currency").select_option("EUR")
    send(buyer, "Compare")
    expect(offers).to_contain_text("Demo Solvents cheapest")
    expect(offers).not_to_contain_text("at 1.0800 of")
    award_and_revoke(buyer, new_page(), places["code"])

    buyer.goto(address)
    end(buyer, "Close the inquiry", "One offer is enough.")
    expect(done).to_contain_text("Closed.")
    buyer.get_by_role("link", name="All inquiries").click()
    expect(buyer.get_by_role("region", name="Table of purchase inquiries")).to_contain_text(re.compile(r"1 of [45]"))


def test_an_inquiry_that_is_not_sent_is_withdrawn(page: Page, places: dict[str, str]) -> None:
    sign_in(page, "research@demo.example")
    prepare(page, places)

    end(page, "Withdraw the inquiry", "The route changes.")

    expect(page.locator("main")).to_contain_text("Withdrawn.")
    expect(page.locator("#letters")).not_to_contain_text("To be sent by hand")
