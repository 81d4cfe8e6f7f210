"""A quotation in depth, pressed: its rows are written, the client chooses, asks, takes back and accepts, and we say why we won."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from cdmo.demo.people import PASSWORD
from tests.browser.acts import LATER, People, an_offer, press, send, sign
from tests.browser.entering import sign_in
from tests.browser.sheets import Grid
from tests.stack import Stack

pytestmark = pytest.mark.browser
EXPIRE = """
from datetime import timedelta
from django.utils import timezone
from projects.models import Quotation
Quotation.objects.filter(project__code="{code}", revision=2).update(valid_until=timezone.localdate() - timedelta(days=2))
"""


def test_every_part_of_a_draft_is_written_in_rows(places: dict[str, str], page: Page) -> None:
    sign_in(page, "bd@demo.example")
    address = f"/projects/{places['evaluated']}/quotations/2/"
    columns = {"lines": "description", "payments": "title", "breaks": "from_kg", "rates": "work", "inputs": "words"}
    lines, payments, breaks, rates, inputs = (Grid(page, f"quotation-{name}", column) for name, column in columns.items())
    pasted = (
        (lines.open(address), "Second screen\tPilot\tOptional\t20,000.00"),
        (payments, "Down payment\t\t\t40\nRest\t\t\t60"),
        (breaks, "10\t2,400.00"),
        (rates, "Chemist\thour\t180.00"),
        (inputs, "Standard"),
    )
    rates.open(address)
    expect(rates.status).to_contain_text("There is no row yet. Press “Add a row”")
    for button in ("Copy the row", "Up", "Fill down", "Take rows away"):
        rates.press(button)
        expect(rates.status).to_contain_text("There is no row to do this with.")
        rates.press("Undo")
        expect(rates.status).to_contain_text("nothing to take back")
    for grid, rows in pasted:
        grid.press("Add a row")
        page.keyboard.press("Escape")
        grid.paste(rows)
        expect(grid.status).to_contain_text("Saved")
    expect(payments.section.locator(".tabulator-calcs-bottom")).to_contain_text("100")
    for words in ("Second screen", "Down payment", "2,400.00", "Chemist", "Standard"):
        expect(page.locator("#quotation-body")).to_contain_text(words)
    page.goto(f"{address}edit/")
    send(page, "Save the draft")

    expect(page.locator("main")).to_contain_text("is saved as a draft")
    for words in ("Second screen", "Down payment", "2,400.00", "Chemist", "Standard"):
        expect(page.locator("main")).to_contain_text(words)
    total, first = (amount_in(page.get_by_role("row").filter(has_text=words).last) for words in ("Together", "Down payment"))
    assert first == round(total * Decimal("0.4"), 2) > 0


def test_the_total_follows_forty_pasted_rows_and_the_cell_that_is_mended(places: dict[str, str], page: Page) -> None:
    sign_in(page, "bd@demo.example")
    lines = Grid(page, "quotation-lines", "description").open(f"/projects/{places['evaluated']}/quotations/2/")
    total = lines.section.locator(".tabulator-calcs-bottom [tabulator-field=c_amount]")
    before = Decimal(total.inner_text().replace(",", ""))
    rows = [f"Study {number}\tPilot\tIncluded\t{'abc' if number == 17 else '1,000.00'}" for number in range(10, 50)]
    lines.press("Add a row")
    page.keyboard.press("Escape")

    lines.paste("\n".join(rows))
    expect(lines.status).to_contain_text("One row is not saved, all others are")
    expect(total).to_have_text(f"{before + 39_000:,}")
    lines.press("Show the next wrong cell")
    wrong = lines.cell("Study 17", "amount")
    expect(wrong).to_have_text("abc")
    lines.type(wrong, "2,500")
    expect(lines.status).to_contain_text("Saved")
    expect(total).to_have_text(f"{before + 41_500:,}")

    for _what in ("the mended cell", "the pasted rows", "the row that was added for them"):
        lines.press("Undo")
        expect(lines.status).to_contain_text("Taken back")
        expect(lines.status).not_to_contain_text("Saving")
    expect(total).to_have_text(f"{before:,}")


def test_nothing_is_signed_while_a_row_is_not_saved(stack: Stack, page: Page) -> None:
    code = an_offer(stack, molecule="LEVETIRACETAM")
    sign_in(page, "bd@demo.example")
    page.goto(f"/projects/{code}/quotations/2/")
    if page.get_by_role("link", name="New revision").count():
        page.get_by_role("link", name="New revision").click()
        page.fill("#id_valid_until", LATER)
        send(page, "Save the draft")
    lines = Grid(page, "quotation-lines", "description").open(page.url)
    lines.press("Add a row")
    page.keyboard.press("Escape")
    lines.paste("Stability study\tPilot\tOptional\tabc")
    expect(lines.status).to_contain_text("One row is not saved")

    press(page, "Release…")
    page.get_by_role("dialog").get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("dialog").locator("[type=submit]").click()

    expect(lines.status).to_contain_text("Nothing was signed: a row of this table was not saved.")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(lines.row("Stability study")).to_be_visible()
    lines.type(lines.cell("Stability study", "amount"), "4,400")
    expect(page.locator("#quotation-body")).to_contain_text("4,400.00")
    sign(page, "Release…")
    expect(page.locator("main")).to_contain_text("Signed; the other role has been asked.")
    expect(page.locator("#quotation-signed")).to_contain_text("any change takes the signature away")


def amount_in(row: Locator) -> Decimal:
    return Decimal(row.get_by_role("cell").last.inner_text().replace(",", ""))


def ask_for_changes(client: Page) -> None:
    client.get_by_role("link", name="Ask for changes").click()
    client.get_by_label("Line 1", exact=False).fill("Sooner, please.")
    send(client, "Ask for these changes")


def test_an_expired_offer_is_recorded_as_lost_and_the_next_one_answers_what_was_asked(stack: Stack, new_page: Callable[[], Page]) -> None:
    people, code = People(new_page), an_offer(stack, molecule="IBRUTINIB")
    client, business = people["approver.a"], people["bd"]
    client.goto(f"/portal/{code}/quotation/2/")
    ask_for_changes(client)
    stack.python(EXPIRE.format(code=code))

    business.goto(f"/projects/{code}/quotations/2/")
    expect(business.locator("#outcome")).to_contain_text("Expired without an answer")
    press(business, "Record it as lost…")
    business.get_by_label("decided by", exact=False).select_option("stopped")
    business.get_by_label("our price among the offers", exact=False).select_option("unknown")
    business.get_by_label("note", exact=False).fill("Their project rests.")
    send(business, "Record it")
    expect(business.locator("#outcome")).to_contain_text("Their project rests.")

    business.get_by_role("link", name="New revision").click()
    asked = business.locator(".replies li", has_text="Sooner, please.")
    asked.get_by_label("What becomes of it").select_option("partly")
    asked.get_by_label("Reply").fill("By two weeks.")
    business.fill("#id_valid_until", LATER)
    send(business, "Save the draft")
    expect(business.locator("main")).to_contain_text("What the client asked, and what becomes of it")
    expect(business.locator(".remarks")).to_contain_text("By two weeks.")


def test_the_client_chooses_asks_takes_back_and_accepts(stack: Stack, new_page: Callable[[], Page]) -> None:
    people, code = People(new_page), an_offer(stack, molecule="OSELTAMIVIR")
    client, business = people["approver.a"], people["bd"]
    client.goto(f"/portal/{code}/quotation/2/")
    expect(client.locator("main")).to_contain_text("What you asked for, and what became of it")

    ask_for_changes(client)
    expect(client.locator("main")).to_contain_text("Sooner, please.")
    send(client, "Take the request back")

    client.get_by_label("Second crystallisation", exact=False).check()
    expect(client.locator("[data-offer-chosen]")).to_have_text("EUR 1,150,500.00")
    press(client, "Accept…")
    expect(client.locator("#accept")).to_contain_text("taken, EUR 45,000.00")
    expect(client.locator("[data-offer-total]")).to_have_text("1,150,500.00")
    client.keyboard.press("Escape")
    sign(client, "Accept…")
    expect(client.locator("main")).to_contain_text("Price: EUR 1,150,500.00.")

    business.goto(f"/projects/{code}/quotations/2/")
    press(business, "Record it…")
    business.get_by_label("decided by", exact=False).select_option("capacity")
    business.get_by_label("our price among the offers", exact=False).select_option("field")
    send(business, "Record it")
    expect(business.locator("#outcome")).to_contain_text("Capacity and equipment")
    the_charter_is_written_from_it(people["pm"], code)


def the_charter_is_written_from_it(page: Page, code: str) -> None:
    page.goto(f"/projects/{code}/charter/")
    writing = page.locator("#writing")
    writing.get_by_label("Site").select_option(label="Shanghai site")
    writing.get_by_label("Project manager").select_option(label="Project Manager")
    send(page, "Write the charter from the quotation")

    expect(page.locator("main")).to_contain_text("The charter is written from the quotation")
    expect(page.locator("#id_scope_in")).to_have_value(re.compile("Second crystallisation"))
