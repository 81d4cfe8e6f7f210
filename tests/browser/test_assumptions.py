"""The ledger of assumptions in the browser: filled from a scenario, asked of the client in a letter, quoted, and settled."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import send
from tests.browser.entering import sign_in
from tests.browser.sheets import Grid
from tests.stack import Stack

pytestmark = pytest.mark.browser

SCENARIO = """
from decimal import Decimal
from django.utils import timezone
from accounts.models import User
from audit.context import acting
from process.costs.services import open_scenario
from projects.models import Rfp
from worksheets.changing import ADD, Change, change_rows
Rfp.objects.filter(project__code="{code}").update(pilot_quantity_kg=None)
actor = User.objects.get(email="bd@demo.example")
with acting(actor=actor, channel="command"):
    said = {{"name": "For the letter", "currency": "EUR", "priced_on": timezone.localdate()}}
    scenario = open_scenario("{code}", said | {{"pilot-batch_kg": Decimal(10), "pilot-batches": 2}}, actor=actor)
    line = {{"phase": "pilot", "category": "labour", "label": "Operators", "quantity": "60", "unit": "h", "price": "120"}}
    change_rows(f"cost-lines:{{scenario.pk}}", [Change(ADD, values=line)], actor=actor, all_or_none=True)
print(scenario.get_absolute_url())
"""
ANSWER = """
from projects.models import Rfp
Rfp.objects.filter(project__code="{code}").update(pilot_quantity_kg=24)
"""


def test_what_is_missing_is_assumed_asked_quoted_and_settled(page: Page, places: dict[str, str], stack: Stack) -> None:
    code, main = places["evaluated"], page.locator("main")
    path = stack.python(SCENARIO.format(code=code)).splitlines()[-1]
    sign_in(page, "bd@demo.example")
    page.goto(path)
    expect(page.get_by_role("region", name="What the client has not answered")).to_contain_text("How many kilograms at pilot scale?")

    send(page, "Take over into the ledger")
    expect(main).to_contain_text("missing answers stand in the ledger.")
    ledger = Grid(page, "assumptions", "words").open(f"/projects/{code}/assumptions/")
    ledger.press("Add a row")
    ledger.paste("Toluene is recycled to 80 %")
    expect(ledger.status).to_contain_text("Saved")
    ledger.type(ledger.cell("Toluene is recycled to 80 %", "figure"), "80")
    expect(ledger.status).to_contain_text("Saved")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^From scenario .* For the letter")).click()
    expect(main).to_contain_text("missing answers stand in the ledger.")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Take over the figures of scenario .* For the letter")).click()
    expect(main).to_contain_text("1 assumed figure stands in the ledger.")
    expect(ledger.cell("Operators in Pilot", "figure")).to_have_text(re.compile("^7,?200$"))

    page.goto(path)
    send(page, "Write the clarification letter")
    expect(main).to_contain_text("The letter is written; look at it and send it.")
    page.get_by_label("Words to the client").fill("Two questions are left.")
    page.get_by_label("Answer by").fill("2020-01-01")
    send(page, "Write it again")
    expect(main).to_contain_text("This day is over.")
    page.get_by_label("Answer by").fill("2099-01-01")
    send(page, "Write it again")
    expect(main).to_contain_text("The letter is written; its PDF is there in a moment.")
    send(page, "Put the open ones into the quotation")
    expect(main).to_contain_text("The open assumptions stand in QUO-")
    send(page, "Put the open ones into the charter")
    expect(main).to_contain_text("The open assumptions stand in the charter.")
    send(page, "Send it to the client")
    expect(main).to_contain_text("Sent: the client reads the letter as soon as its PDF is made")

    stack.python(ANSWER.format(code=code))
    page.reload()
    with page.expect_navigation():
        page.get_by_role("button", name="Take over what arrived for").click()
    expect(main).to_contain_text("The ledger says now what turned out.")
    expect(page.get_by_role("button", name="Take over what arrived for")).to_have_count(0)
