"""From the enquiry of a published synthesis to G1 in the running product, each person in a browser of their own.

The synthesis is one of Organic Syntheses (`published.py` says which figures are its own), with the structures of all that goes in and
comes out. The route of costcalc2, which names no compound, comes as a spreadsheet in `tests/process/test_published_import.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from cdmo.demo.molecules import Molecule
from tests.browser import acts, published, published_route
from tests.browser.acts import People, press, reload_until, send, sign
from tests.browser.sheets import Grid
from tests.stack import Stack

pytestmark = pytest.mark.browser

CLIENT = "Demo Client A"
SITE = "Shanghai site"
AMINE = Molecule(published.AMINE, "", published.AMINE_SMILES, "C23H25N", 315.5, "MIQPYNZSWBXGGA-HSZRJFAPSA-N", 0, published.CITED)
ANSWERS = {
    "downstream_drug": "None yet",
    "indication": "None yet",
    "maximum_daily_dose_mg": "200",
    "process_challenges": "Copper and its ligand in the last step.",
    "target_timeline": "Qualified sample within six months.",
    "sample_quantity_g": "100",
    "pilot_quantity_kg": "10",
    "validation_quantity_kg": "50",
    "commercial_quantity_kg_per_year": "500",
    "quotation_needed_on": acts.LATER,
}


def the_request_comes(business: Page) -> str:
    acts.log_the_call(business, client=CLIENT, molecule=AMINE, wanted="Route as published, pilot, validation, 500 kg a year.")
    acts.complete_the_request(business, AMINE, ANSWERS, answered=15)
    return acts.submit_the_request(business)


def choose_the_site(business: Page, code: str) -> None:
    """Nobody had decided when the request was submitted."""
    business.goto(f"/projects/{code}/evaluation/")
    business.locator("#site").get_by_label("Site").select_option(label=SITE)
    send(business, "Choose the site")
    expect(business.locator("main")).to_contain_text(f"The project counts with {SITE}.")


DISPOSAL = {"Organic solvents": "0.42", "Water as charged": "0.05", "Residues in water": "0.18", "Other residues": "1.2"}


def price_the_waste(ehs: Page) -> None:
    prices = Grid(ehs, "disposal-prices", "waste").open("/sites/shanghai/disposal/")
    prices.press("Add a row")
    prices.paste("\n".join(f"{waste}\t{per_kg}\tUSD\t2026-01-01\t\t\tContract" for waste, per_kg in DISPOSAL.items()))
    expect(prices.status).to_contain_text("Saved")


def enter_the_suppliers(buyer: Page) -> None:
    grid = Grid(buyer, "suppliers", "name").open("/suppliers/")
    grid.press("Add a row")
    rows = (f"{name}\tSwitzerland\tCandidate\t\tsales{place}@published.example" for place, name in enumerate(published.SUPPLIERS))
    grid.paste("\n".join(rows))
    expect(grid.status).to_contain_text("Saved")


def price_the_water(buyer: Page) -> None:
    """Of which no inquiry asks."""
    grid = Grid(buyer, "material-prices", "supplier").open(f"/materials/{published.WATER.code}/")
    grid.press("Add a row")
    grid.paste("\t".join((published.SUPPLIERS[0], "0", published.WATER.price, "USD", *[""] * 5, acts.TODAY)))
    expect(grid.status).to_contain_text("Saved")


QUALIFIED = ("Material", "Decision", "Decided on", "Next review", "Criticality", "Basis", "Examined on", "Evidence")


def qualify_the_suppliers(quality: Page) -> None:
    """For all that the route takes in, of which nobody has quoted anything yet."""
    said = ("Approved", "2026-01-20", "2029-01-20", "Major", "Paper review", "2026-01-12", "SQ-101")
    rows = [(each.code, *said) for each in published.MATERIALS]
    for supplier in published.SUPPLIERS:
        Grid(quality, "suppliers", "name").open("/suppliers/")
        quality.get_by_role("link", name=supplier).click()
        quality.locator("#sheet-supplier-qualifications").get_by_role("link", name="Import").click()
        published_route.import_rows(quality, QUALIFIED, rows)


def prepare_the_inquiry(research: Page, route: str) -> str:
    """For what the request asks for in all but the yearly supply; one click asks both suppliers for each material. Gives its address."""
    research.goto(route)
    research.locator("#id_inquiry-target_kg").fill("160")
    send(research, "Ask suppliers for prices")
    expect(research.locator("#inquiry-ask")).to_contain_text("Two suppliers are asked for every line")
    return research.url


def answer_the_inquiry(buyer: Page, inquiry: str) -> None:
    """Sent by material control, which files what both suppliers ask."""
    buyer.goto(inquiry)
    reload_until(buyer.get_by_role("button", name="Send to the suppliers", disabled=False))  # the letters to all of them are made
    send(buyer, "Send to the suppliers")
    expect(buyer.locator("main")).to_contain_text("Sent. File each answer as it comes")
    answers = Grid(buyer, "inquiry-answers", "line").open(inquiry)
    answers.press("Add a row")
    answers.paste(published.answer_rows())
    expect(answers.status).to_contain_text("Saved")


# What a plant has before any enquiry comes: a vessel, and the price book of the laboratory.
PLANT = """
from decimal import Decimal
from django.utils import timezone
from accounts.models import Role
from audit.context import Channel, acting
from catalogue.models import Vessel
from catalogue.services import VesselFacts, add_vessel
from cdmo.demo.people import holding
from cdmo.demo.sheets import enter_price_book
with acting(channel=Channel.COMMAND):
    facts = VesselFacts("Published kettle", Vessel.Kind.REACTOR, Vessel.Material.GLASS_LINED, Decimal(200), Decimal(2000))
    add_vessel("shanghai", "PUB-R1", facts, actor=holding(Role.MANAGEMENT))
list(enter_price_book(timezone.localdate()))
"""
ASSUMED = "The published yields hold in the kettle"
ROWS_OF = {
    "research": ("sheet-assumptions", "text", ASSUMED),
    "production": ("production-plan", "operation", "Step 1: acylation\tPUB-R1\t50\t12\t\t\t\t3\t36\t8\t3\t\t410"),
    "analytical": ("test-plan", "price", "Assay and related substances\tRelease\t5\t2"),
    "ehs": ("sheet-hazards", "hazard", "Pivaloyl chloride is released at a leak\tSafety data sheet\t4\t\t\tClosed charging, scrubber"),
}
SHEETS = (  # page, department, what is said
    ("research", "research", "Two published steps.", "90000", "20"),
    ("material", "material_control", "Two suppliers of each.", "20000", "6"),
    ("analytical", "analytical", "Methods are usual.", "30000", "8"),
    ("production", "production", "The kettle is free.", "110000", "16"),
    ("ehs", "ehs", "The acid chloride is contained.", "10000", "3"),
)


def propose_the_operations(production: Page, code: str) -> None:
    """One for each of the two steps of the route; both fit the published kettle."""
    production.goto(f"/projects/{code}/sheets/production/")
    production.locator("#id_propose-batch_kg").fill("50")
    production.locator("#id_propose-batches").fill("3")
    send(production, "Propose operations from the route")
    expect(production.locator("main")).to_contain_text("2 operations were proposed; look at them.")


def fill_the_sheets(people: People, code: str) -> None:
    """The departments with a table of their own fill that first; a risk stands in one of them; all sign."""
    for name, department, reason, cost, weeks in SHEETS:
        if department in ROWS_OF:
            key, named, row = ROWS_OF[department]
            grid = Grid(people[name], key, named).open(f"/projects/{code}/sheets/{department}/")
            grid.press("Add a row")
            grid.paste(f"{row}\n")
            expect(grid.status).to_contain_text("Saved")
        acts.fill_the_sheet(people[name], code, department, reason=reason, cost=cost, weeks=weeks)


UNIT_COST = "958.30 USD/kg"  # the sum of the kilograms of `published.py`, each at the price that it says
DIRECT = "479,150.66"  # of 500 kg, each material to the cent
PRICE = "1,167,830.18 USD"  # of 660.1 kg, with 20 % of overhead and a margin of 35 % of the price, each phase to the cent


def fix_the_route(research: Page, route: str) -> None:
    """With what a kilogram costs, at what the cheaper supplier asks, in the table of its mass balance."""
    research.goto(route)
    research.locator("#id_currency").select_option("USD")
    send(research, "Compute")
    expect(research.locator("#route-figures")).to_contain_text(UNIT_COST)
    research.locator("#route-fix summary").click()
    research.locator("#id_fix-reason").fill("For the quotation.")
    send(research, "Fix this version")


SIZED = {"small_scale": "0.1", "pilot": "10", "validation": "50"}
LABOUR = "Operators\tValidation\tLabour\tincluded\tper batch\t120\t100\t160\th\t95"
LINES = [
    (phase, f"{words} of the amine", "1") for phase, words in (("small_scale", "Sample"), ("pilot", "Pilot"), ("validation", "Validation"))
]


def price_the_scenario(business: Page, code: str) -> str:
    """As asked, with the cost of a kilogram in it; a larger validation batch is tried, kept and fixed. Gives the price."""
    business.goto(f"/projects/{code}/costs/")
    form = business.locator("form").filter(has=business.locator("#id_new-name"))
    for phase, batch_kg in SIZED.items():
        expect(form.locator(f"#id_new-{phase}-batch_kg")).to_have_value(batch_kg)
    form.locator("#id_new-name").fill("As asked")
    form.locator("#id_new-currency").select_option("USD")
    form.locator("#id_new-overhead_pct").fill("20")
    form.locator("#id_new-margin_pct").fill("35")
    send(business, "Open a scenario")
    direct = business.locator("#cost-result").get_by_role("row").filter(has_text="Direct cost")
    expect(direct).to_contain_text(DIRECT)
    expect(price(business)).to_have_text(PRICE)

    lines = Grid(business, "cost-lines", "label").open(business.url)
    lines.press("Add a row")
    lines.paste(f"{LABOUR}\n")
    expect(lines.status).to_contain_text("Saved")
    expect(price(business)).not_to_have_text(PRICE)
    before = price(business).inner_text()
    business.locator("summary", has_text="Try other sizes").click()
    business.locator("form.filters #id_validation-batch_kg").fill("60")
    expect(price(business)).not_to_have_text(before)
    tried = price(business).inner_text()
    business.locator("#id_copy-name").fill("60 kg batches")
    send(business, "Keep what is tried as the next scenario")
    business.locator("#cost-fix summary").click()
    business.locator("#id_fix-reason").fill("Two batches fewer in the first year.")
    send(business, "Fix this scenario")
    expect(business.locator("main")).to_contain_text("Fixed: this scenario stays as it is.")
    expect(price(business)).to_have_text(tried)
    return tried.removesuffix(" USD")


def take_the_plans(business: Page, code: str) -> None:
    """What production and the laboratory have signed, as lines of the scenario that stays a draft."""
    business.goto(f"/projects/{code}/costs/1/")
    for plan in ("production", "test"):
        send(business, f"Take the {plan} plan")
        expect(business.locator("main")).to_contain_text(f"The {plan} plan stands among the cost lines.")
        expect(business.get_by_role("button", name=f"Take the {plan} plan again")).to_be_visible()


def take_the_waste(business: Page, code: str) -> None:
    """Of the route, at the prices of the site, as lines of the same scenario."""
    business.goto(f"/projects/{code}/costs/1/")
    before = price(business).inner_text()
    business.locator("#waste").get_by_label("Phase").select_option(label="Validation")
    send(business, "Take the waste")
    expect(business.locator("#sheet-cost-lines")).to_contain_text("Disposal: Organic solvents")
    expect(price(business)).not_to_have_text(before)


def price(page: Page) -> Locator:
    return page.locator("#cost-result .tile-number")


def quote_the_price(people: People, code: str, scenario: str) -> str:
    """The draft takes the price of the fixed scenario, which management releases too; gives what it adds up to."""
    business = people["bd"]
    acts.recommend_to_bid(business, code, "A published route and two suppliers of everything.")
    acts.draft_the_quotation(business, code, scope="Sample, pilot and validation of the amine.", lines=LINES)
    business.goto(scenario)
    send(business, "Put this price into the quotation")
    expect(business.locator("#quotation-body")).to_contain_text(ASSUMED)
    send(business, "Take the raw-material rule")
    expect(business.locator("main")).to_contain_text("The rule for raw-material prices stands in the quotation")
    return total_of(business)


def total_of(page: Page) -> str:
    """What a page of the quotation says it adds up to."""
    return (
        page.get_by_role("row")
        .filter(has=page.get_by_role("rowheader", name=re.compile(r"^Total \([A-Z]{3}\)$")))
        .last.get_by_role("cell")
        .last.inner_text()
    )


def send_it(people: People, code: str, revision: int) -> None:
    """Released by business development and management, drawn by the worker, sent."""
    for name in ("bd", "management"):
        people[name].goto(f"/projects/{code}/quotations/{revision}/")
        sign(people[name], "Release…")
    acts.make_the_document(people["bd"], code, "quotation", reason=f"Revision {revision}.")
    expect(people["bd"].locator(f"#v{revision} [role=status]")).to_have_text(re.compile("Draft"))
    people["bd"].goto(f"/projects/{code}/quotations/{revision}/")
    press(people["bd"], "Send to the client")
    expect(people["bd"].locator("main")).to_contain_text("is waited for")


def ask_for_a_change(client: Page, code: str) -> None:
    client.goto(f"/portal/{code}/quotation/1/")
    client.get_by_role("link", name="Ask for changes").click()
    client.get_by_label("Line 3", exact=False).fill("Four weeks sooner, please.")
    send(client, "Ask for these changes")


def answer_with_a_revision(business: Page, code: str) -> None:
    business.goto(f"/projects/{code}/quotations/1/")
    business.get_by_role("link", name="New revision").click()
    asked = business.locator(".replies li", has_text="Four weeks sooner")
    asked.get_by_label("What becomes of it").select_option(label="Taken over")
    asked.get_by_label("Reply").fill("The kettle is kept free for it.")
    send(business, "Save the draft")


def accept(client: Page, code: str) -> None:
    """The client finds the quotation under what waits for them."""
    client.goto("/portal/")
    client.get_by_role("region", name="Waiting for you", exact=True).get_by_role("link", name=re.compile(code)).click()
    client.wait_for_url(f"**/portal/{code}/quotation/2/")
    for words in ("The kettle is kept free for it.", ASSUMED):
        expect(client.locator("main")).to_contain_text(words)
    sign(client, "Accept…")
    expect(client.locator(".subheading")).to_contain_text("Accepted")


def write_the_charter(manager: Page, code: str) -> None:
    manager.goto(f"/projects/{code}/charter/")
    writing = manager.locator("#writing")
    writing.get_by_label("Site").select_option(label=SITE)
    writing.get_by_label("Project manager").select_option(label="Project Manager")
    send(manager, "Write the charter from the quotation")
    expect(manager.locator("main")).to_contain_text("The charter is written from the quotation")
    expect(manager.locator("#id_assumptions")).to_have_value(re.compile(f"^{ASSUMED}$", re.MULTILINE))
    expect(manager.get_by_role("link", name="Process Development Report effective")).to_be_visible()


PAPERS = (
    ("pm", "project_charter", "", ("qa", "bd", "pm", "management")),
    ("bd", "inquiry_assessment_report", "Summary", ("qa", "bd", "management")),
    ("bd", "detailed_cost_assessment", "Basis of the figures", ("qa", "bd", "production")),
)


def approve_the_project(people: People, code: str) -> None:
    """The papers of G1 are made from the records and signed; the decision opens small scale."""
    business = people["bd"]
    for kind, prefix in (("confidentiality", "CDA"), ("cooperation", "MSA")):
        acts.record_the_agreement(business, code, kind=kind, number=code.replace("API", prefix), client=CLIENT)
    for author, key, section, signers in PAPERS:
        paper = acts.make_the_document(people[author], code, key)
        if section:
            acts.write_the_section(people[author], paper, section, "Two published steps at a price that two suppliers hold.")
        acts.bring_into_force(people, paper, author=author, signers=signers)
    acts.decide_go(people, code, ("bd", "pm", "management"))
    people["pm"].goto(f"/projects/{code}/")
    expect(people["pm"].locator(".stepper [aria-current=step]")).to_contain_text("Small scale")


def to_the_first_gate(people: People) -> str:
    """All of it, by seven of us and the client; the code of the project."""
    code = the_request_comes(people["bd"])
    choose_the_site(people["bd"], code)
    price_the_waste(people["ehs"])
    published_route.enter_the_compounds(people["research"])
    published_route.enter_the_materials(people["research"])
    route = published_route.build_the_route(people["research"], code)
    published_route.look_at_it(people["research"])
    published_route.enter_a_compound_again(people["research"])
    enter_the_suppliers(people["material"])
    price_the_water(people["material"])
    qualify_the_suppliers(people["qa"])
    inquiry = prepare_the_inquiry(people["research"], route)
    answer_the_inquiry(people["material"], inquiry)
    fix_the_route(people["research"], route)
    propose_the_operations(people["production"], code)
    fill_the_sheets(people, code)
    asked = price_the_scenario(people["bd"], code)
    quoted = quote_the_price(people, code, people["bd"].url)
    take_the_plans(people["bd"], code)
    take_the_waste(people["bd"], code)
    send_it(people, code, 1)
    ask_for_a_change(people["approver.a"], code)
    answer_with_a_revision(people["bd"], code)
    send_it(people, code, 2)
    accept(people["approver.a"], code)

    assert asked == quoted == total_of(people["approver.a"])
    write_the_charter(people["pm"], code)
    approve_the_project(people, code)
    return code


def test_a_published_synthesis_becomes_a_price_that_is_accepted_and_a_project(new_page: Callable[[], Page], stack: Stack) -> None:
    stack.python(PLANT)

    assert to_the_first_gate(People(new_page)).startswith("API-")
