"""A change order from its draft to the client's answer, and a payment from its plan to the money, pressed in the running product."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import LATER, TODAY, People, a_project, press, send, sign
from tests.stack import Stack

pytestmark = pytest.mark.browser


TERMS = """
import pgtrigger
from projects.models import Quotation
with pgtrigger.ignore("projects.Quotation:accepted_is_frozen"):
    Quotation.objects.accepted().filter(project__code="{code}").update(payment_terms="40 % on signature, 60 % with the release to pilot.")
"""


def test_orders_are_answered_and_payments_are_paid(stack: Stack, new_page: Callable[[], Page]) -> None:
    people, code = People(new_page), a_project(stack, story="SMALL_SCALE", molecule="IMATINIB", phase="small_scale")
    stack.python(TERMS.format(code=code))
    business, approver = people["bd"], people["approver.a"]

    an_order_is_begun(business, code, title="Salt form")
    lines_a_milestone_and_a_payment_are_added(business)
    order = saved(business, "Salt form")
    it_says_what_was_typed(business)
    it_is_released_and_sent(people, code, order)
    the_client_accepts(approver, code, order)
    its_payment_is_invoiced_and_paid(business, code)
    a_payment_is_planned_from_the_terms_and_corrected(business, code)

    an_order_is_begun(business, code, title="Third study")
    order = saved(business, "Third study")
    it_is_released_and_sent(people, code, order)
    the_client_declines(approver, code, order)


def an_order_is_begun(page: Page, code: str, *, title: str) -> None:
    page.goto(f"/projects/{code}/change-orders/new/")
    page.fill("#id_title", title)
    page.fill("#id_valid_until", LATER)
    page.fill("#id_reason", "The form is not stable.")
    page.fill("#id_scope", "Three salts are tried.")
    a_price_line(page, 0, "Salt screen", "24,000.00")


def a_price_line(page: Page, number: int, words: str, amount: str) -> None:
    row = page.locator("[data-lines] tr").nth(number)
    row.get_by_label("Phase").select_option("small_scale")
    row.get_by_label("Description").fill(words)
    row.get_by_label("Amount").fill(amount)


def lines_a_milestone_and_a_payment_are_added(page: Page) -> None:
    press(page, "Add a line")
    a_price_line(page, 1, "One more solvent", "1,500.00")
    send(page, "Add a milestone")
    milestone = page.get_by_role("region", name="Rows of added milestones").locator("tbody tr").first
    milestone.get_by_label("Title").fill("Salt chosen")
    milestone.get_by_label("Phase").select_option("small_scale")
    milestone.get_by_label("Kind").select_option("contract")
    milestone.get_by_label("Agreed for").fill(LATER)
    send(page, "Add a payment")
    payment = page.get_by_role("region", name="Rows of added payments").locator("tbody tr").first
    payment.get_by_label("What is paid").fill("Salt screen done")
    payment.get_by_label("Ready to invoice when").select_option("gate:G1")
    payment.get_by_label("Amount").fill("25,500.00")
    press(page, "Add a line")  # after the page came back: the rows are counted on
    number = page.locator("[data-lines] tr").count() - 1
    a_price_line(page, number, "Report", "500.00")


def saved(page: Page, title: str) -> str:
    """Gives the address of the order below its project."""
    press(page, "Save the draft")
    expect(page.locator("h1")).to_contain_text(title)
    expect(page.locator(".subheading").first).to_contain_text("Draft")
    return "change-orders/" + page.url.partition("/change-orders/")[2]


def it_says_what_was_typed(page: Page) -> None:
    for words in ("Salt screen", "One more solvent", "Report", "26,000.00", "Salt chosen", "Salt screen done"):
        expect(page.locator("main")).to_contain_text(words)


def it_is_released_and_sent(people: People, code: str, order: str) -> None:
    for name in ("bd", "management"):
        people[name].goto(f"/projects/{code}/{order}")
        sign(people[name], "Release…")
    page = people["bd"]
    page.goto(f"/projects/{code}/{order}")
    press(page, "Send to the client")
    expect(page.locator(".subheading")).to_contain_text("Sent")


def the_client_accepts(page: Page, code: str, order: str) -> None:
    page.goto(f"/portal/{code}/{order}")
    sign(page, "Accept…")
    expect(page.locator(".subheading")).to_contain_text("Accepted")
    page.goto(f"/portal/{code}/")
    for words in ("Salt chosen", "Salt screen done"):
        expect(page.locator("main")).to_contain_text(words)


def the_client_declines(page: Page, code: str, order: str) -> None:
    page.goto(f"/portal/{code}/{order}")
    press(page, "Decline…")
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=reason]").fill("Two studies are enough.")
    dialog.get_by_role("button", name="Decline", exact=True).click()
    expect(page.locator(".subheading")).to_contain_text("Declined")
    expect(page.locator("main")).to_contain_text("Two studies are enough.")


def its_payment_is_invoiced_and_paid(page: Page, code: str) -> None:
    page.goto(f"/projects/{code}/payments/")
    row = page.get_by_role("row", name=re.compile("Salt screen done"))
    expect(row).to_contain_text("Ready to invoice")
    row.get_by_role("link", name="Record the invoice").click()
    in_the_dialog(page, number="INV-2026-1", on=TODAY)
    expect(row).to_contain_text("INV-2026-1")
    row.get_by_role("link", name="It is paid").click()
    in_the_dialog(page, on=TODAY)
    expect(row).to_contain_text("Paid")


def in_the_dialog(page: Page, **values: str) -> None:
    dialog = page.get_by_role("dialog")
    for name, value in values.items():
        dialog.locator(f"[name={name}]").fill(value)
    with page.expect_navigation():
        dialog.get_by_role("button", name="Record it", exact=True).click()
    expect(dialog).to_have_count(0)


def a_payment_is_planned_from_the_terms_and_corrected(page: Page, code: str) -> None:
    page.goto(f"/projects/{code}/payments/")
    page.get_by_role("link", name="Plan this").first.click()
    page.select_option("#id_source", "gate:G2")
    send(page, "Plan it")
    row = page.get_by_role("row", name=re.compile("on signature"))
    expect(row).to_contain_text("Planned")
    row.get_by_role("link", name=re.compile("^Amount of")).click()
    in_the_dialog(page, amount="1,234.00", percent="", reason="Agreed on the telephone.")
    expect(row).to_contain_text("1,234.00")
