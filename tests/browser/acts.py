"""What people do in the browser between a call and commercial supply: one function for each act, named as they would name it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from cdmo.demo.molecules import Molecule
from cdmo.demo.people import HOME_ZONE, PASSWORD
from projects.models import Phase
from tests.browser.entering import sign_in
from tests.browser.sheets import Grid
from tests.stack import Stack

PATIENCE = 60_000  # milliseconds: on a busy machine the worker takes its time
NOW = datetime.now(ZoneInfo(HOME_ZONE))
TODAY, LATER = (day.date().isoformat() for day in (NOW, NOW + timedelta(days=60)))  # where our people sit
PDF = b"%PDF-1.7\n% a report made elsewhere\n%%EOF\n"

TELL = """
from dataclasses import replace
from cdmo.demo import molecules, projects
from cdmo.demo.telling import tell
from projects.models import Phase
began = {{"days_ago": {days_ago}, "asks": ()}} if {days_ago} else {{}}
story = replace(projects.{story}, molecule=molecules.{molecule}, client="DEMOA", phase=Phase("{phase}"), slips=(), **began)
print(*tell([story]))
"""


def a_project(stack: Stack, *, story: str, molecule: str, phase: str, days_ago: int | None = None) -> str:
    """The code of a project told like one of the demo's, of client A, up to a phase, none of its dates moved yet.

    days_ago: when its request came, if not when the story's did; the client is asked for no approval of what is not there by then.
    """
    return stack.python(TELL.format(story=story, molecule=molecule, phase=phase, days_ago=days_ago)).splitlines()[-1]


TELL_OF_AN_OFFER = """
from dataclasses import replace
from cdmo.demo import early, molecules
from cdmo.demo.telling import tell
print(*tell([replace(early.QUOTED, molecule=molecules.{molecule}, client="DEMOA")]))
"""


def an_offer(stack: Stack, *, molecule: str) -> str:
    """The code of a project of client A whose second quotation has been sent: it answers what the client asked, and has an option."""
    return stack.python(TELL_OF_AN_OFFER.format(molecule=molecule)).splitlines()[-1]


class People:
    """Everybody by the first part of their address, each in a browser of their own, signed in when first needed."""

    def __init__(self, new_page: Callable[[], Page]) -> None:
        self._new_page = new_page
        self._pages: dict[str, Page] = {}

    def __getitem__(self, name: str) -> Page:
        if name not in self._pages:
            page = self._new_page()
            page.set_default_timeout(PATIENCE)
            sign_in(page, f"{name}@demo.example")
            self._pages[name] = page
        return self._pages[name]


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name, exact=isinstance(name, str)).click()


def send(page: Page, name: str) -> None:
    """Press a button and wait for the page that answers: what is done next is done there."""
    with page.expect_navigation():
        press(page, name)


def reload_until(shown: Locator) -> None:
    """On a page that does not tell by itself what a worker has done meanwhile."""
    for _second in range(PATIENCE // 1000):
        if shown.count():
            return
        shown.page.wait_for_timeout(1000)
        shown.page.reload()
    expect(shown).to_be_visible()


def sign(page: Page, button: str | re.Pattern[str]) -> None:
    """Press the button, enter the password in the dialog, and wait for the page that answers."""
    press(page, button)
    dialog = page.get_by_role("dialog")
    password = dialog.get_by_label("Your password")
    expect(password).to_be_focused()  # before a comment that may stay empty: it was typed there, for everybody to read
    password.fill(PASSWORD)
    dialog.locator("[type=submit]").click()
    expect(dialog).to_have_count(0)


# evaluation


def log_the_call(page: Page, *, client: str, molecule: Molecule, wanted: str) -> str:
    """Five fields while the client is on the phone; gives the number of the request."""
    page.goto("/rfps/new/")
    page.fill("#id_client", client)
    page.fill("#id_contact", f"{client} Sourcing Director")
    page.fill("#id_compound_name", molecule.name)
    page.fill("#id_wanted", wanted)
    press(page, "Save")
    page.wait_for_url(re.compile(r"/rfps/RFP-\d{4}-\d{4}/$"))
    return page.url.rstrip("/").rpartition("/")[2]


def complete_the_request(page: Page, molecule: Molecule, answers: dict[str, str], *, answered: int = 16) -> None:
    """The rest at leisure, answer by answer; the page saves by itself, draws the structure and counts what is still to be asked."""
    known = {"cas_number": molecule.cas_number} if molecule.cas_number else {}
    for name, value in {**known, "structure_text": molecule.smiles, **answers}.items():
        page.fill(f"#id_{name}", value)
        page.keyboard.press("Tab")
        _is_answered(page, name)
    for name, choice in (("treatment_duration", "lifetime"), ("compound_role", "api")):
        page.select_option(f"#id_{name}", choice)
        _is_answered(page, name)
    for name, choice in (("target_markets", "EU"), ("submission_requirements", "DMF")):
        page.check(f"#id_{name} input[value={choice}]")
        _is_answered(page, name)
    expect(page.locator("#rfp-structure")).to_contain_text(molecule.formula)
    expect(page.locator("#rfp-standing")).to_contain_text(f"{answered} of 24")


def _is_answered(page: Page, name: str) -> None:
    """It is no longer among the questions to the client."""
    expect(page.locator(f"#rfp-standing a[href='#id_{name}']")).to_have_count(0)


def submit_the_request(page: Page) -> str:
    """Gives the code of the project that it opens."""
    press(page, "Submit the request")
    page.wait_for_url(re.compile(r"/projects/API-\d{4}-\d{4}/"))
    return page.url.split("/projects/")[1].split("/")[0]


def fill_the_sheet(page: Page, code: str, department: str, *, reason: str, cost: str, weeks: str) -> None:
    page.goto(f"/projects/{code}/sheets/{department}/")
    page.select_option("#id_feasibility_score", "4")
    page.fill("#id_feasibility_reason", reason)
    page.select_option("#id_currency", "USD")
    page.fill("#id_cost_base", cost)
    page.fill("#id_duration_weeks", weeks)
    send(page, "Save")
    sign(page, "Sign off…")
    expect(page.locator(".subheading")).to_contain_text("Signed off")


def recommend_to_bid(page: Page, code: str, reason: str) -> None:
    page.goto(f"/projects/{code}/evaluation/")
    page.get_by_label("Bid", exact=True).check()
    page.locator("#recommendation").get_by_label("Reasons").fill(reason)
    press(page, "Record the recommendation")
    expect(page.locator("#recommendation")).to_contain_text(reason)


def draft_the_quotation(page: Page, code: str, *, scope: str, lines: list[tuple[str, str, str]]) -> None:
    page.goto(f"/projects/{code}/quotations/new/")
    page.select_option("#id_currency", "USD")
    page.fill("#id_valid_until", LATER)
    page.fill("#id_scope", scope)
    press(page, "Save the draft")
    page.wait_for_url("**/quotations/1/")
    grid = Grid(page, "quotation-lines", "description")
    expect(grid.section).to_have_attribute("data-ready", "")
    grid.press("Add a row")
    page.keyboard.press("Escape")
    grid.paste("\n".join(f"{words}\t{Phase(phase).label}\tIncluded\t{amount}" for phase, words, amount in lines))
    expect(grid.status).to_contain_text("Saved")


def record_the_agreement(page: Page, code: str, *, kind: str, number: str, client: str) -> None:
    """Of a project: the paper, who signed it for each side, and the signed copy."""
    page.goto(f"/projects/{code}/agreements/new/")
    sign_an_agreement(page, kind=kind, number=number, client=client)


def sign_an_agreement(page: Page, *, kind: str, number: str, client: str) -> None:
    """On the page of a new one."""
    page.select_option("#id_kind", kind)
    page.fill("#id_number", number)
    page.fill("#id_effective_on", TODAY)
    press(page, "Record")
    page.wait_for_url(re.compile(r"/agreements/\d+/$"))
    for side, name in (("cdmo", "Managing Director"), ("client", f"{client} Sourcing Director")):
        page.check(f"input[name=side][value={side}]")
        page.fill("#id_name", name)
        page.fill("#id_function", name)
        page.fill("#id_signed_on", TODAY)
        send(page, "Record")
        expect(page.locator("main")).to_contain_text(name)
    expect(page.locator(".subheading")).to_contain_text("Signed, in force")
    press(page, "Attach…")
    page.set_input_files("dialog#file input[type=file]", {"name": f"{number}.pdf", "mimeType": "application/pdf", "buffer": PDF})
    send(page, "Keep this copy")
    expect(page.get_by_role("link", name=f"{number}.pdf", exact=True)).to_be_visible()


def correct_the_agreement(page: Page, number: str) -> None:
    """The one whose page is open, which both sides have signed: its number, and who signed for us."""
    press(page, "Correct…")
    mend(page.locator("dialog#change"), "number", number)
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    page.locator("[data-dialog=mend-cdmo]").click()
    mend(page.locator("dialog#mend-cdmo"), "name", "Deputy Director")
    expect(page.locator("main")).to_contain_text("Deputy Director")


def mend(dialog: Locator, field: str, words: str) -> None:
    dialog.locator(f"[name={field}]").fill(words)
    dialog.get_by_label("Reason").fill("It was typed wrongly.")
    with dialog.page.expect_navigation():
        dialog.locator("[type=submit]").click()


def withdraw_the_agreement(page: Page, reason: str) -> None:
    """The one whose page is open."""
    press(page, "Withdraw…")
    dialog = page.get_by_role("dialog", name="Withdraw the agreement")
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name="Withdraw", exact=True).click()
    expect(page.locator(".subheading")).to_contain_text("Withdrawn")
    expect(page.locator("main")).to_contain_text(reason)


def name_the_team(page: Page, code: str, people: dict[str, str]) -> None:
    """By the words of each department and of its person."""
    page.goto(f"/projects/{code}/team/")
    for department, person in people.items():
        page.get_by_label(department, exact=True).select_option(label=person)
    send(page, "Save")
    for department, person in people.items():
        expect(page.get_by_label(department, exact=True).locator("option:checked")).to_have_text(person)


# documents and evidence


def make_the_document(page: Page, code: str, type_key: str, *, reason: str = "") -> str:
    """Made from the data by the worker; gives its address. reason: of every version but the first."""
    page.goto(f"/documents/new/?project={code}&type={type_key}")
    page.get_by_label("Reason for the version").fill(reason)
    press(page, "Make the document")
    page.wait_for_url(re.compile(r"/documents/[^/?]+/$"))
    return page.url


def write_the_section(page: Page, document: str, section: str, text: str) -> None:
    page.goto(document)
    page.get_by_role("link", name=re.compile(f" {section}$")).click()
    page.get_by_role("textbox", name=section).and_(page.locator("[contenteditable]")).fill(text)  # not the plain field that it replaces
    press(page, "Save and make the PDF again")
    expect(page.locator("#v1")).to_contain_text(text)


def upload_the_document(page: Page, code: str, type_key: str, *, about: str = "") -> str:
    """A report made elsewhere; gives the address of its page."""
    page.goto(f"/documents/upload/?project={code}&type={type_key}&about={about}")
    page.set_input_files("input[type=file]", {"name": f"{type_key}.pdf", "mimeType": "application/pdf", "buffer": PDF})
    press(page, "Upload")
    page.wait_for_url(re.compile(r"/documents/[^/?]+/$"))
    return page.url


def bring_into_force(people: People, document: str, *, author: str, signers: tuple[str, ...]) -> None:
    """Submitted when its PDF is made; the last signature makes it effective."""
    people[author].goto(document)
    press(people[author], "Submit for review")
    expect(people[author].locator("#v1")).to_contain_text("In review")
    for name in signers:
        people[name].goto(document)
        sign(people[name], re.compile("^Sign: "))
    people[author].goto(document)
    expect(people[author].locator("#v1 [role=status]")).to_have_text(re.compile("Effective"))


def enter_the_reference(page: Page, code: str, key: str, *, system: str, number: str, state: str) -> None:
    """The record lies in another system: its number, its state there, its date."""
    page.goto(f"/projects/{code}/deliverables/{key}/")
    press(page, "Enter evidence")
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=system]").fill(system)
    dialog.locator("[name=number]").fill(number)
    dialog.locator("[name=record_state]").fill(state)
    dialog.locator("[name=record_date]").fill(TODAY)
    dialog.get_by_role("button", name="Enter", exact=True).click()
    expect(page.locator(".references")).to_contain_text(number)


def confirm_the_reference(page: Page, code: str, key: str) -> None:
    page.goto(f"/projects/{code}/deliverables/{key}/")
    press(page, "I saw it there: confirm")
    expect(page.locator(".subheading")).to_contain_text("Done")


# gates


def decide_go(people: People, code: str, signers: tuple[str, ...]) -> None:
    """Proposed by the project manager, signed by every signer; the last signature moves the project."""
    manager = people["pm"]
    manager.goto(f"/projects/{code}/gate/")
    press(manager, "Propose go")
    expect(manager.locator("#proposal-title")).to_be_visible()
    for name in signers:
        people[name].goto(f"/projects/{code}/gate/")
        sign(people[name], "Sign")


# the client's system


def make_a_token(page: Page, *, client: str, system: str) -> str:
    """Opens an account for the client's system and a token for it; the secret is read where it is shown this once."""
    page.goto("/accounts/tokens/")
    page.get_by_label("Name of the system").fill(system)
    press(page, "Open the account")
    page.select_option("#token-account", label=f"{client}: {system}")
    page.get_by_label("Name of the token").fill("Nightly")
    press(page, "Create the token")
    secret = page.locator("#token-secret").inner_text()
    page.goto("/accounts/tokens/")
    expect(page.locator("main")).not_to_contain_text(secret)
    return secret
