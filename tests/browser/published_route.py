"""What research does in the browser with the published synthesis: enters compounds, materials and the route, and looks at what it gives."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Page, expect

from tests.browser import published
from tests.browser.acts import send
from tests.browser.sheets import Grid
from tests.worksheets.tables import csv_text


def import_rows(page: Page, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A spreadsheet, where the page asks for one."""
    page.set_input_files("input[type=file]", {"name": "rows.csv", "mimeType": "text/csv", "buffer": csv_text(head, *rows).encode()})
    send(page, "Upload and check")
    send(page, f"Import {len(rows)} rows")


def enter_the_compounds(research: Page) -> None:
    """With their structures, of which the molar masses of the materials follow."""
    Grid(research, "compounds", "name").open("/compounds/").section.get_by_role("link", name="Import").click()
    import_rows(research, ("Name", "CAS number", "Structure (SMILES)"), list(published.compound_rows()))


def enter_the_materials(research: Page) -> None:
    grid = Grid(research, "materials", "code").open("/materials/")
    grid.press("Add a row")
    grid.paste(published.material_rows())
    expect(grid.status).to_contain_text("Saved")
    for material, mass in published.MOLAR_MASSES.items():
        expect(grid.cell(material.code, "molar_mass_g_per_mol")).to_have_text(mass)


def build_the_route(research: Page, code: str) -> str:
    """Imported but for the last two inputs, which are pasted; gives the address of its version."""
    research.goto(f"/projects/{code}/routes/")
    research.locator("main").get_by_role("link", name="Import").click()
    import_rows(research, published.ROUTE_HEAD, list(published.route_rows()))
    research.goto(f"/projects/{code}/routes/")
    with research.expect_navigation():
        research.get_by_role("link", name=published.ROUTE).click()
    address = research.url
    inputs = Grid(research, "step-inputs", "step").open(address)
    inputs.names().last.click()
    inputs.press("Add a row")
    inputs.paste(published.pasted_rows())
    expect(inputs.status).to_contain_text("Saved")
    expect(research.locator("#route-figures")).to_contain_text(published.PMI)
    research.goto(address)
    return address


def look_at_it(research: Page) -> None:
    """What the page of its version shows: scheme, figures, findings."""
    for see in (_see_the_scheme, _see_the_figures, _see_the_screen):
        see(research)


def _see_the_scheme(research: Page) -> None:
    """Both steps, each compound with its structure (a picture is named after what it shows), and all that goes in at the arrows."""
    scheme = research.get_by_role("region", name="Scheme of the route")
    for name in (published.HYDROXYLAMINE.name, published.ESTER, published.ALKENE, published.AMINE):
        expect(scheme.locator("svg svg", has=research.locator("title", has_text=name)).first).to_be_visible()
    for words in published.AT_THE_ARROWS:
        expect(scheme.locator("text", has_text=words)).to_be_visible()


def _see_the_figures(research: Page) -> None:
    """As they are worked out by hand from the equations."""
    expect(research.locator("#route-figures")).to_contain_text(published.OVERALL)
    table = research.get_by_role("region", name="Table of mass intensity")
    for step, percent in published.ATOM_ECONOMY.items():
        expect(table.get_by_role("row").filter(has_text=step).locator("[data-label='Atom economy']")).to_have_text(percent)
    for material, kg in published.FRESH_KG.items():
        row = research.locator("#balance-figures").get_by_role("row").filter(has_text=material.name)
        expect(row.locator("[data-label='Fresh, kg']")).to_have_text(kg)


def _see_the_screen(research: Page) -> None:
    """The class of each solvent; the metal of the catalyst and the N–O bonds, which are known by the structures."""
    section = research.locator("#sheet-findings")
    section.scroll_into_view_if_needed()
    findings = section.locator(".tabulator-table .tabulator-row")
    for solvent, words in published.CLASSES.items():
        expect(findings.filter(has_text="Residual solvents").filter(has_text=solvent.name)).to_contain_text(words)
    expect(findings.filter(has_text="Elemental impurities").filter(has_text=published.COPPER.name)).to_contain_text("Copper, class 3")
    for name in (published.HYDROXYLAMINE.name, published.ESTER):
        expect(findings.filter(has_text="Energetic groups").filter(has_text=name)).to_contain_text("hydroxylamine")


def enter_a_compound_again(research: Page) -> None:
    """Under another name and in another spelling: the key of the structure finds what the route has made."""
    grid = Grid(research, "compounds", "name").open("/compounds/")
    grid.press("Add a row")
    grid.paste("Transfer reagent\t\t\tCC(C)(C)C(=O)ON(Cc1ccccc1)Cc1ccccc1")
    expect(grid.status).to_contain_text("One row is not saved")
    expect(grid.section).to_contain_text(f"There is {published.ESTER} already.")
