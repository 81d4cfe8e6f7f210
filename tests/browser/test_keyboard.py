"""The main job by the keyboard alone: a call is logged, a sheet signed off, a route and its offers entered, a price released and accepted,
a gate decided, a document taken away. No mouse is touched.

At every stop on the way the focus can be seen, and a dialog holds it and gives it back.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from cdmo.demo.people import PASSWORD
from tests.browser.acts import PATIENCE, a_project, an_offer, reload_until
from tests.stack import Stack

pytestmark = pytest.mark.browser

LATER_DAY = date.today() + timedelta(days=90)
FAR = 250  # stops: a page that needs more is not worked by keyboard
STOP = """wanted => {
  const each = document.activeElement, wanted_is_there = each === wanted;
  if (!each.matches(":focus") || each === document.body) return [wanted_is_there, ""];  // a date field's own button, the browser's bar
  const style = getComputedStyle(each), words = each.outerHTML.slice(0, 120);
  const marked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  const dialog = document.querySelector("dialog[open]");
  if (dialog && !dialog.contains(each)) return [wanted_is_there, `outside of the open dialog: ${words}`];
  return [wanted_is_there, marked ? "" : `cannot be seen: ${words}`];
}"""
CLEAR = """each => {
  const box = each.getBoundingClientRect();
  const top = document.elementFromPoint(Math.min(box.left + 8, innerWidth - 1), box.top + box.height / 2);
  return box.top >= -1 && box.bottom <= innerHeight + 1 && top !== null && (each.contains(top) || top.contains(each));
}"""  # it lies in the window and under nothing, but for the part of a pixel to which a browser scrolls


class Hands:
    """On the keyboard of somebody who looks where the focus is."""

    def __init__(self, page: Page) -> None:
        self.page, self.press, self.type = page, page.keyboard.press, page.keyboard.type

    def go_to(self, wanted: Locator, keys: str = "Tab") -> None:
        """Stop by stop; every stop can be seen, and what is reached lies clear."""
        expect(wanted).to_be_visible()
        for _stop in range(FAR):
            self.press(keys)
            reached, fault = self.page.evaluate(STOP, wanted.element_handle())
            assert not fault, fault
            if reached:
                self.page.wait_for_function(CLEAR, arg=wanted.element_handle())
                return
        raise AssertionError(f"{wanted} is not reached by {keys}")

    def fill(self, wanted: Locator, text: str) -> None:
        self.go_to(wanted)
        self.type(text)

    def enter(self, wanted: Locator, keys: str = "Tab") -> None:
        self.go_to(wanted, keys)
        self.press("Enter")

    def open_dialog(self, opener: Locator) -> Locator:
        """It takes the focus and holds it all around; Escape gives it back to where it came from. Then it is opened again."""
        self.enter(opener)
        dialog = self.page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        first = self.page.locator("dialog[open] :focus")
        expect(first).to_have_count(1)
        for keys in ("Tab", "Shift+Tab"):
            self.go_to(self.page.locator("dialog[open] [data-dialog-close]").first, keys)
        self.press("Escape")
        expect(opener).to_be_focused()
        self.press("Enter")
        expect(dialog).to_be_visible()
        return dialog


@pytest.fixture
def hands(page: Page) -> Hands:
    page.set_default_timeout(PATIENCE)
    return Hands(page)


def test_a_call_is_logged_without_a_mouse(hands: Hands) -> None:
    page = hands.page
    sign_in(hands, "bd")

    hands.press("n")
    expect(page.locator("#id_client")).to_be_focused()
    hands.type("Demo Client A")
    hands.fill(page.locator("#id_contact"), "Purchasing of the keyboard")
    hands.fill(page.locator("#id_contact_email"), "purchasing@keyboard.example")
    hands.fill(page.locator("#id_compound_name"), "QX-512")
    hands.fill(page.locator("#id_wanted"), "20 kg for a first campaign")
    hands.enter(page.get_by_role("button", name="Save", exact=True))
    page.wait_for_url(re.compile(r"/rfps/RFP-\d{4}-\d{4}/$"))

    hands.fill(page.locator("#id_downstream_drug"), "Tablets")
    hands.go_to(page.locator("#id_compound_role"))
    hands.press("ArrowDown")
    hands.go_to(page.locator("#id_target_markets input").first)
    hands.press("Space")
    expect(page.locator("[data-save-state]")).to_contain_text("Saved")
    for answered in ("downstream_drug", "compound_role", "target_markets"):
        expect(page.locator(f"#rfp-standing a[href='#id_{answered}']")).to_have_count(0)


def test_a_gate_is_decided_and_a_document_taken_away_without_a_mouse(hands: Hands, stack: Stack) -> None:
    code = a_project(stack, story="SMALL_SCALE", molecule="OSELTAMIVIR", phase="small_scale")
    stack.python(f"from tests.browser.world import prove_everything; prove_everything('{code}')")
    sign_in(hands, "pm")

    the_project_is_opened(hands, code)
    go_is_proposed(hands, code)
    stack.python(f"from tests.browser.world import sign_what_is_proposed; sign_what_is_proposed('{code}', but='project_manager')")
    it_is_signed(hands, code)
    a_certificate_is_made_and_taken_away(hands, code)


def test_a_chemist_fills_and_signs_a_sheet_without_a_mouse(hands: Hands, stack: Stack) -> None:
    code = a_project(stack, story="EVALUATION", molecule="DAPAGLIFLOZIN", phase="evaluation")
    sign_in(hands, "research")

    the_sheet_is_opened_from_my_work(hands, code)
    a_risk_is_written(hands, "The dimer is not purged", "Medium", "High", "Crystallise twice")
    reason = "Three steps of which one is new to us."
    the_score_is_given(hands, "3", reason)
    it_is_signed_off(hands, reason)


def test_a_price_is_quoted_and_released_without_a_mouse(hands: Hands, stack: Stack) -> None:
    code, page = a_project(stack, story="EVALUATION", molecule="CELECOXIB", phase="evaluation"), hands.page
    sign_in(hands, "bd")
    page.goto(f"/projects/{code}/evaluation/")

    hands.enter(page.get_by_role("link", name="Draft the quotation"))
    hands.fill(page.locator("#id_currency"), "EUR")
    hands.fill(page.locator("#id_valid_until"), f"{LATER_DAY:%m%d%Y}")  # in the order of the machine's own language
    expect(page.locator("#id_valid_until")).to_have_value(LATER_DAY.isoformat())
    hands.fill(page.locator("#id_scope"), "Process development and two pilot batches.")
    hands.enter(page.get_by_role("button", name="Save the draft"))
    page.wait_for_url("**/quotations/1/")
    rows_are_written(
        hands,
        "quotation-lines",
        ["Process development", "Small scale", "Included", "180000"],
        ["Two batches", "Pilot", "Included", "240000"],
    )
    rows_are_written(hands, "quotation-payments", ["All of it", "This quotation is accepted", "", "100"])
    expect(page.locator("#quotation-body")).to_contain_text("420,000.00")

    dialog = hands.open_dialog(page.locator("#quotation-next").get_by_role("button", name="Release…"))
    hands.fill(dialog.get_by_label("Your password"), PASSWORD)
    hands.enter(dialog.locator("[type=submit]"))
    expect(page.locator("main")).to_contain_text("Signed; the other role has been asked.")


def test_a_route_is_entered_without_a_mouse(hands: Hands, stack: Stack) -> None:
    code, page = a_project(stack, story="EVALUATION", molecule="PREGABALIN", phase="evaluation"), hands.page
    stack.python("from tests.browser.world import stock_a_route; stock_a_route()")
    sign_in(hands, "research")
    page.goto(f"/projects/{code}/routes/")

    hands.fill(page.get_by_label("Name"), "Acylation")
    hands.fill(page.get_by_label("Origin"), "Our own")
    hands.enter(page.get_by_role("button", name="Open a route"))
    hands.enter(page.get_by_role("main").get_by_role("link", name="Acylation"))
    step = ["Acylation", "amida", "Anilide", "CC(=O)Nc1ccccc1", "", "92", "88", "95", "Analogue", "Medium", "Org. Synth. 1925, 5, 1"]
    rows_are_written(hands, "route-steps", step)
    limiting = ["Acylation", "AN-7", "", "Reactant", "1", "equivalents", "yes"]
    rows_are_written(hands, "step-inputs", limiting, [*limiting[:1], "AC-7", *limiting[2:4], "1.1", "equivalents", "no"])

    expect(page.locator("#route-head")).not_to_contain_text("cannot be computed yet")
    expect(page.locator("#route-figures")).to_contain_text("92")


def test_suppliers_are_asked_and_an_answer_is_filed_without_a_mouse(hands: Hands, stack: Stack) -> None:
    code, page = a_project(stack, story="EVALUATION", molecule="RIVAROXABAN", phase="evaluation"), hands.page
    route = stack.python(f"from tests.browser.world import a_route_of; print(a_route_of('{code}'))").splitlines()[-1]
    sign_in(hands, "material")
    page.goto(route)

    hands.fill(page.locator("#id_inquiry-target_kg"), "12")
    hands.enter(page.get_by_role("button", name="Ask suppliers for prices"))
    page.wait_for_url("**/inquiries/1/")
    asked = [[line, supplier] for line in ("AN-7", "AC-7") for supplier in ("Amine Works", "Bulk Chemicals")]
    rows_are_written(hands, "inquiry-asks", *asked)
    hands.enter(page.get_by_role("button", name="Write the letters anew"))
    reload_until(page.get_by_role("button", name="Send to the suppliers", disabled=False))
    hands.enter(page.get_by_role("button", name="Send to the suppliers"))
    hands.enter(page.get_by_role("button", name="The letter was handed over to Amine Works"))
    expect(page.locator("main")).to_contain_text("The letter was handed over; nobody is asked about it any more.")
    held: list[Route] = []
    page.route("**/inquiries/1/", lambda route: held.append(route))
    seller = page.locator("#letters").get_by_role("link", name="Bulk Chemicals")
    with page.expect_request("**/inquiries/1/"):
        rows_are_written(hands, "inquiry-answers", ["AN-7", "Amine Works", "", "1.40", "EUR"])
        hands.go_to(seller)  # which is drawn anew with what follows from the answer
    expect(seller).to_be_focused()
    held[-1].continue_()
    page.unroute("**/inquiries/1/")

    expect(page.get_by_role("region", name="Table of offers")).to_contain_text("Amine Works cheapest")
    expect(seller).to_be_focused()


def test_a_client_accepts_a_quotation_without_a_mouse(hands: Hands, stack: Stack) -> None:
    code, page = an_offer(stack, molecule="TICAGRELOR"), hands.page
    sign_in(hands, "approver.a")

    hands.enter(page.get_by_role("main").locator(f"a[href='/portal/{code}/quotation/2/']").first)
    hands.go_to(page.get_by_label("Second crystallisation", exact=False))
    hands.press("Space")
    expect(page.locator("[data-offer-chosen]")).to_have_text("EUR 1,150,500.00")
    dialog = hands.open_dialog(page.get_by_role("button", name="Accept…"))
    hands.fill(dialog.get_by_label("Your password"), PASSWORD)
    hands.enter(dialog.locator("[type=submit]"))

    expect(page.locator(".subheading")).to_contain_text("Accepted")
    expect(page.locator("main")).to_contain_text("Price: EUR 1,150,500.00.")


def rows_are_written(hands: Hands, key: str, *rows: list[str]) -> None:
    """From cell to cell by Tab, each row below the one before."""
    sheet = hands.page.locator(f"#sheet-{key}[data-ready]")
    expect(sheet).to_be_attached()
    there = sheet.locator(".tabulator-row").count()
    hands.enter(sheet.get_by_role("button", name="Add a row", exact=True))
    for number, row in enumerate(rows):
        if number:
            hands.press("Control+Enter")
        for words in row:
            hands.type(words)
            hands.press("Tab")
        hands.press("Enter")
        hands.press("Escape")
        expect(sheet.locator("[data-sheet-status]")).to_contain_text("Saved")
    expect(sheet.locator(".tabulator-row")).to_have_count(there + len(rows))
    hands.press("Escape")


def the_sheet_is_opened_from_my_work(hands: Hands, code: str) -> None:
    with hands.page.expect_navigation():  # to the page where they are, on which the link to the sheet stands as well
        hands.enter(hands.page.get_by_role("link", name="My work", exact=True))
    hands.enter(hands.page.get_by_role("main").locator(f"a[href^='/projects/{code}/sheets/research/']").first)
    hands.page.wait_for_url(f"**/projects/{code}/sheets/research/**")


def a_risk_is_written(hands: Hands, text: str, probability: str, impact: str, response: str) -> None:
    """From the button of the grid to its cells, and out again by Escape and Tab."""
    risks = hands.page.locator("#sheet-sheet-risks[data-ready]")
    hands.enter(risks.get_by_role("button", name="Add a row", exact=True))
    expect(risks.locator(".tabulator-row")).not_to_have_count(0)
    for words in (text, probability, impact):
        hands.type(words)
        hands.press("Tab")
    hands.press("ArrowRight")  # nobody types the weight
    hands.type(response)
    hands.press("Enter")
    written = risks.locator(".tabulator-row").filter(has_text=text)
    for words in (probability, impact, "6", response):
        expect(written).to_contain_text(words)
    expect(risks.locator("[data-sheet-status]")).to_contain_text("Saved")
    hands.press("Escape")
    hands.press("Tab")
    expect(risks.locator(".tabulator-tableholder")).not_to_be_focused()


def the_score_is_given(hands: Hands, score: str, reason: str) -> None:
    """Backwards through the cells of the row, the first of which leaves the grid."""
    page = hands.page
    hands.go_to(page.locator("#id_feasibility_score"), "Shift+Tab")
    hands.type(score)
    hands.go_to(page.locator("#id_feasibility_reason"))
    hands.press("Control+A")
    hands.type(reason)
    expect(page.locator("#id_feasibility_score")).to_have_value(score)


def it_is_signed_off(hands: Hands, reason: str) -> None:
    """At once, whether or not the sheet has saved what was typed last."""
    dialog = hands.open_dialog(hands.page.get_by_role("button", name="Sign off…", exact=True))
    hands.fill(dialog.get_by_label("Your password"), PASSWORD)
    hands.enter(dialog.locator("[type=submit]"))
    expect(hands.page.locator(".subheading")).to_contain_text("Signed off")
    expect(hands.page.locator("main")).to_contain_text(reason)


def sign_in(hands: Hands, name: str) -> None:
    hands.page.goto("/accounts/login/")
    expect(hands.page.locator("input[name=login]")).to_be_focused()
    hands.type(f"{name}@demo.example")
    hands.fill(hands.page.locator("input[name=password]"), PASSWORD)
    hands.press("Enter")
    hands.page.wait_for_url(lambda address: "/accounts/login/" not in address)


def the_project_is_opened(hands: Hands, code: str) -> None:
    """By the search, as somebody who knows its number."""
    page = hands.page
    hands.press("/")
    expect(page.locator("#site-search")).to_be_focused()
    hands.type(code)
    hands.press("Enter")
    page.wait_for_url(lambda address: "/search/" in address or code in address)
    if "/search/" in page.url:
        hands.enter(page.get_by_role("main").locator(f"a[href='/projects/{code}/']").first)
    page.wait_for_url(f"**/projects/{code}/")


def go_is_proposed(hands: Hands, code: str) -> None:
    page = hands.page
    hands.enter(page.get_by_role("link", name="Skip to the content"))
    hands.enter(page.get_by_role("main").get_by_role("link", name=re.compile("^Gate G2")).first)
    page.wait_for_url(f"**/projects/{code}/gate/")
    dialog = hands.open_dialog(page.get_by_role("button", name="Call the meeting"))
    hands.press("Escape")
    expect(dialog).to_have_count(0)
    hands.enter(page.get_by_role("button", name="Propose go", exact=True))
    expect(page.locator("#proposal-title")).to_be_visible()


def it_is_signed(hands: Hands, code: str) -> None:
    """The last signature: the project moves."""
    page = hands.page
    page.goto(f"/projects/{code}/gate/")
    dialog = hands.open_dialog(page.get_by_role("button", name="Sign", exact=True))
    hands.fill(dialog.get_by_label("Your password"), PASSWORD)
    hands.enter(dialog.locator("[type=submit]"))
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.goto(f"/projects/{code}/")
    expect(page.locator(".stepper [aria-current=step]")).to_contain_text("Pilot")


def a_certificate_is_made_and_taken_away(hands: Hands, code: str) -> None:
    page = hands.page
    hands.enter(page.get_by_role("link", name="All documents"))
    page.wait_for_url(f"**/projects/{code}/documents/")
    hands.fill(page.locator("#about-certificate_of_analysis"), "B-7")
    hands.enter(page.locator("#certificate_of_analysis").get_by_role("button", name=re.compile("^Make")))
    page.wait_for_url(re.compile(r"/documents/[^/?]+/$"))
    page.route("**/documents/*/v1/*.pdf", as_download)
    hands.go_to(page.locator("#v1").get_by_role("link", name=re.compile(r"\.pdf$")))
    with page.expect_download() as taken:
        hands.press("Enter")
    assert taken.value.path().read_bytes().startswith(b"%PDF")


def as_download(route: Route) -> None:
    """As in a browser that is set to keep PDFs rather than to show them."""
    answer = route.fetch()
    route.fulfill(response=answer, headers={**answer.headers, "content-disposition": "attachment"})
