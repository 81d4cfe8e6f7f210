"""A worksheet in the browser: a pasted block, two people on one row, keys alone, the way back, an import, and no script at all."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.acts import send
from tests.browser.entering import sign_in
from tests.stack import Stack
from tests.worksheets.tables import csv_text

pytestmark = pytest.mark.browser

PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
ENTER = """
from accounts.models import User
from audit.context import acting
from worksheets.changing import ADD, Change, change_rows
actor = User.objects.get(email="material@demo.example")
with acting(actor=actor, channel="command"):
    rows = [Change(ADD, values={{"code": f"{stem}-{{n:03}}", "name": f"{stem} {{n:03}}", "kind": "reagent"}}) for n in range({count})]
    change_rows("materials", rows, actor=actor, all_or_none=True)
"""
ASK = """
from catalogue.models import Material
print({question})
"""


def materials(stack: Stack, stem: str, count: int = 3) -> None:
    stack.python(ENTER.format(stem=stem, count=count))


def ask(stack: Stack, question: str) -> str:
    return stack.python(ASK.format(question=question)).splitlines()[-1]


def open_grid(page: Page, path: str = "/materials/") -> None:
    page.goto(path)
    expect(page.locator("[data-sheet][data-ready]")).to_be_visible()


def status(page: Page) -> Locator:
    return page.locator("[data-sheet-status]")


def only(page: Page, words: str) -> None:
    """Filter the names."""
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Filter: Name").press_sequentially(words)
    expect(status(page)).to_contain_text(" of ")


def cell(page: Page, words: str) -> Locator:
    return page.locator(".tabulator-row .tabulator-cell").get_by_text(words, exact=True)


def row_of(page: Page, words: str) -> Locator:
    return page.locator(".tabulator-row").filter(has=page.get_by_text(words, exact=True))


def at(page: Page, code: str, field: str) -> Locator:
    return row_of(page, code).locator(f"[tabulator-field=c_{field}]")


def test_of_two_hundred_pasted_rows_the_right_ones_are_saved_and_the_wrong_cell_keeps_what_was_typed(page: Page, stack: Stack) -> None:
    sign_in(page, "material@demo.example")
    open_grid(page)
    page.get_by_role("button", name="Add a row").click()
    lines = [f"PST-{n:03}\tPasted {n:03}\t99 %\t{'poison' if n == 77 else 'solvent'}\t\t92,14" for n in range(200)]

    page.evaluate(PASTE, "\n".join(lines))

    expect(status(page)).to_contain_text("One row is not saved, all others are")
    assert ask(stack, "Material.objects.filter(code__startswith='PST').count()") == "199"
    page.get_by_role("button", name="Show the next wrong cell").click()
    wrong = at(page, "PST-077", "kind")
    expect(wrong).to_have_text("poison")
    expect(wrong).to_have_class(re.compile("sheet-wrong"))
    expect(status(page)).to_contain_text("“poison” is none of the possible values")
    page.keyboard.type("sol")
    page.keyboard.press("Enter")
    expect(status(page)).to_contain_text("Saved: 200 rows.")
    assert ask(stack, "Material.objects.get(code='PST-077').molar_mass_g_per_mol") == "92.14"


def test_the_first_column_stays_in_sight_while_the_others_are_scrolled_sideways(page: Page, stack: Stack) -> None:
    for stem in ("FRZ", "OTH"):
        materials(stack, stem, 1)
    sign_in(page, "material@demo.example")
    page.set_viewport_size({"width": 900, "height": 800})
    open_grid(page)
    only(page, "FRZ")
    first, second, last = (at(page, "FRZ-000", name) for name in ("code", "name", "valid_prices"))
    place = first.bounding_box()
    expect(second).to_be_in_viewport(ratio=1)
    expect(last).not_to_be_in_viewport()

    page.locator(".tabulator-tableholder").evaluate("(holder) => { holder.scrollLeft = holder.scrollWidth; }")

    expect(last).to_be_in_viewport(ratio=1)
    expect(second).not_to_be_in_viewport()
    expect(first).to_be_in_viewport(ratio=1)
    assert first.bounding_box() == place


def test_of_two_people_on_one_row_the_second_sees_the_first_one_s_value_and_chooses(new_page: Callable[[], Page], stack: Stack) -> None:
    materials(stack, "TWO", 1)
    first, second = new_page(), new_page()
    for page, email in ((first, "material@demo.example"), (second, "research@demo.example")):
        sign_in(page, email)
        open_grid(page)
        only(page, "TWO")

    for page, words in ((first, "cool"), (second, "dry")):
        at(page, "TWO-000", "grade").click()
        page.keyboard.type(words)
        page.keyboard.press("Enter")
        expect(status(page)).to_contain_text("Saved" if page is first else "not saved")

    expect(at(second, "TWO-000", "grade")).to_have_text("dry")
    expect(status(second)).to_contain_text("It now says: “cool”")
    second.get_by_role("button", name="Keep mine: dry").click()
    expect(status(second)).to_contain_text("Saved")
    assert ask(stack, "Material.objects.get(code='TWO-000').grade") == "dry"


def test_a_row_is_added_changed_filled_down_and_taken_back_by_keys_alone(page: Page, stack: Stack) -> None:
    materials(stack, "KEY", 2)
    sign_in(page, "material@demo.example")
    open_grid(page)
    only(page, "KEY")
    page.locator(".tabulator-tableholder").focus()

    for key in ("ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    page.keyboard.type("98 %")
    page.keyboard.press("Enter")
    expect(at(page, "KEY-000", "grade")).to_have_text("98 %")
    page.keyboard.press("Control+d")
    expect(at(page, "KEY-001", "grade")).to_have_text("98 %")
    expect(status(page)).to_contain_text("Saved")
    page.keyboard.press("Control+z")
    expect(at(page, "KEY-001", "grade")).to_have_text("")
    expect(status(page)).to_contain_text("Taken back")
    page.keyboard.press("Delete")
    assert ask(stack, "*Material.objects.filter(code__startswith='KEY').order_by('code').values_list('grade', flat=True)") == "98 %"

    page.keyboard.press("Control+Enter")
    for words in ("KEY-NEW", "KEY new", "", "cat"):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
    expect(row_of(page, "KEY-NEW").locator("[tabulator-field=c_kind]")).to_have_text("Catalyst")
    expect(status(page)).not_to_contain_text("not saved")
    page.wait_for_timeout(300)
    assert ask(stack, "Material.objects.get(code='KEY-NEW').kind") == "catalyst"


def test_rows_that_were_taken_away_come_back(page: Page, stack: Stack) -> None:
    materials(stack, "GON", 3)
    sign_in(page, "material@demo.example")
    open_grid(page)
    only(page, "GON")
    page.on("dialog", lambda dialog: dialog.accept())
    at(page, "GON-000", "name").click()
    at(page, "GON-001", "name").click(modifiers=["Shift"])

    page.get_by_role("button", name="Take rows away").click()
    expect(row_of(page, "GON-000")).to_have_count(0)
    assert ask(stack, "Material.objects.filter(code__startswith='GON').count()") == "1"
    page.get_by_role("button", name="Undo").click()

    expect(row_of(page, "GON-001")).to_have_count(1)
    expect(status(page)).to_contain_text("Taken back")
    assert ask(stack, "Material.objects.filter(code__startswith='GON').count()") == "3"


def test_a_price_asks_for_its_reason_and_enters_a_supplier_that_is_new(page: Page, stack: Stack) -> None:
    materials(stack, "PRC", 1)
    sign_in(page, "material@demo.example")
    open_grid(page, "/materials/PRC-000/")
    page.get_by_role("button", name="Add a row").click()
    for words in ("Entirely New Chemicals", "25", "4,80", "eur", *[""] * 5, "12 Mar 2026"):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
    expect(status(page)).to_contain_text("One row is not saved")
    page.locator(".tabulator-row [tabulator-field=c_supplier]").click()
    page.get_by_role("button", name="Enter the supplier: Entirely New Chemicals").click()
    expect(status(page)).to_contain_text("Saved")

    page.locator(".tabulator-row [tabulator-field=c_price_per_kg]").click()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Why does it change?")
    dialog.get_by_label("Reason").fill("New list")
    dialog.get_by_role("button", name="Save with this reason").click()

    expect(dialog).to_be_hidden()
    expect(status(page)).to_contain_text("Saved")
    page.reload()
    expect(page.locator("main")).to_contain_text("Reason: New list")
    expect(page.locator("main")).to_contain_text("5.00 EUR/kg")


def test_three_bad_rows_of_an_import_are_named_and_nothing_is_written(page: Page, stack: Stack) -> None:
    sign_in(page, "material@demo.example")
    head = ("Code", "Name", "Kind", "CAS number")
    rows = [(f"IMP-{n:03}", f"Imported {n:03}", "Solvent", "") for n in range(40)]
    rows[3], rows[20] = ("", "No code", "Solvent", ""), ("IMP-020", "Twenty", "Poison", "")
    rows[39] = ("IMP-039", "Last", "Solvent", "108-88-4")
    page.goto("/materials/")
    page.get_by_role("link", name="Import…").click()

    upload(page, csv_text(head, *rows))
    expect(page.locator("main")).to_contain_text("3 of 40 rows are wrong")
    for words in ("This field is required", "C22", "D41", "check digit"):
        expect(page.locator("main")).to_contain_text(words)
    page.get_by_role("link", name="Upload the corrected file").click()
    upload(page, csv_text(head, *rows[:3], *rows[4:20]))
    send(page, "Import 19 rows")

    expect(page.locator("main")).to_contain_text("imported")
    assert ask(stack, "Material.objects.filter(code__startswith='IMP').count()") == "19"


def upload(page: Page, text: str) -> None:
    page.set_input_files("input[type=file]", {"name": "materials.csv", "mimeType": "text/csv", "buffer": text.encode()})
    send(page, "Upload and check")


def test_without_a_script_a_row_is_added_and_changed_by_its_form(browser: Browser, stack: Stack) -> None:
    context = browser.new_context(base_url=stack.url, java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("input[name=login]", "material@demo.example")
    page.fill("input[name=password]", "demo-stirred-tank")
    page.locator("form").filter(has=page.locator("input[name=password]")).locator("[type=submit]").first.click()

    page.goto("/worksheets/materials/rows/new/")
    page.locator("#id_code").fill("BARE-1")
    page.locator("#id_name").fill("Bare")
    page.locator("#id_kind").select_option("Solvent")
    page.locator("#id_cas_number").fill("108-88-4")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("The check digit of CAS number 108-88-4 is wrong")
    page.locator("#id_cas_number").fill("108-88-3")
    page.get_by_role("button", name="Save").click()

    expect(page.locator("main")).to_contain_text("The row was added.")
    assert ask(stack, "Material.objects.get(code='BARE-1').cas_number") == "108-88-3"
    context.close()


def test_who_may_not_change_a_table_reads_why(page: Page, stack: Stack) -> None:
    materials(stack, "LCK", 1)
    sign_in(page, "analytical@demo.example")
    open_grid(page)
    only(page, "LCK")

    expect(page.locator("main")).to_contain_text("Materials are kept by research, material control and production.")
    expect(page.get_by_role("button", name="Add a row")).to_have_count(0)
    at(page, "LCK-000", "grade").dblclick()
    expect(page.locator(".sheet-editor")).to_have_count(0)
