"""Business development logs a request in a minute, by keyboard alone, and completes it field by field."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.entering import sign_in

pytestmark = pytest.mark.browser
IMATINIB = "Cc1ccc(NC(=O)c2ccc(CN3CCN(C)CC3)cc2)cc1Nc1nccc(-c2cccnc2)n1"
CLEAR = """name => {
    const place = (chosen) => document.querySelector(chosen).getBoundingClientRect();
    const field = place(`#id_${name}`);
    return field.top >= place(".topbar").bottom && field.bottom <= place(".rfp-save").top;
}"""
CHANGED = b'name="changed"\r\n\r\nindication\r\n'
ACETIC_ACID = """
  drawn elsewhere

  4  3  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   0  0
    1.5000    0.0000    0.0000 C   0  0
    2.2000    1.2000    0.0000 O   0  0
    2.2000   -1.2000    0.0000 O   0  0
  1  2  1  0
  2  3  2  0
  2  4  1  0
M  END
"""


def test_a_call_is_logged_by_keyboard_and_completed(page: Page) -> None:
    sign_in(page, "bd@demo.example")
    page.goto("/rfps/")

    keys = page.keyboard
    keys.press("n")
    expect(page.locator("#id_client")).to_be_focused()
    the_focus_survives_a_pause(page)
    keys.press("Control+a")
    keys.type("Demo Client of the keyboard", delay=10)
    expect(page.locator("#id_client_country")).to_be_visible()
    for text in ("switz", "Head of Purchasing"):
        keys.press("Tab")
        keys.type(text)  # at once: the next field does not wait for an answer
    expect(page.locator("#id_contact_email")).to_be_visible()
    for text in ("head@example.com", "", "E", "QX-417", "Second source, 2 t a year"):
        keys.press("Tab")
        keys.type(text, delay=10)
    expect(page.get_by_role("complementary", name="Already known")).to_contain_text("Nothing earlier")
    keys.press("Control+Enter")
    page.wait_for_url(re.compile(r"/rfps/RFP-\d{4}-\d{4}/$"))

    page.fill("#id_structure_text", IMATINIB)
    expect(page.locator("#rfp-structure")).to_contain_text("493.62")
    expect(page.locator("[data-save-state]")).to_contain_text("Saved")
    what_is_wrong_is_marked_beside_what_is_saved(page)
    what_is_typed_before_the_refusal_arrives_is_saved(page)
    the_field_in_focus_stands_clear_of_the_bar(page)
    a_folded_answer_is_counted(page)
    an_empty_field_is_refused_in_one_style(page)
    the_drawing_board_opens_once(page)
    a_molfile_is_read_pasted_and_drawn_on(page)
    a_structure_is_drawn(page)
    what_somebody_else_wrote_is_replaced_only_knowingly(page)


def the_focus_survives_a_pause(page: Page) -> None:
    """Half a known name keeps the field of a new client's country; the whole name hides it, before the next Tab."""
    keys = page.keyboard
    keys.type("Demo Cl", delay=10)
    expect(page.locator("#id_client_country")).to_be_visible()
    keys.type("ient A", delay=10)
    keys.press("Tab")
    expect(page.locator("#id_contact")).to_be_focused()
    expect(page.locator("#id_client_country")).to_be_hidden()
    keys.type("New", delay=10)
    page.locator("h1").click()
    keys.press("n")  # leads away elsewhere; here it would lose what was typed
    expect(page.locator("#id_contact")).to_have_value("New")
    page.fill("#id_contact", "")
    page.locator("#id_client").focus()


def an_empty_field_is_refused_in_one_style(page: Page) -> None:
    """In a dialog as on a page: the summary leads to the field, which is red, says why and has the focus."""
    page.click("button[data-dialog=decline]")
    dialog = page.get_by_role("dialog")
    reason = dialog.locator("[name=reason]")
    reason.press("Control+Enter")
    expect(dialog.locator(".error-summary a")).to_have_text("Reason")
    expect(reason).to_be_focused()
    expect(reason).to_have_attribute("aria-invalid", "true")
    expect(dialog.locator(".invalid-feedback")).to_have_text("This field is required.")
    page.keyboard.press("Escape")


def what_is_wrong_is_marked_beside_what_is_saved(page: Page) -> None:
    page.fill("#id_cas_number", "1-2-3")
    page.fill("#id_sample_quantity_g", "12,5")
    page.fill("#id_structure_text", "C1CC(")
    page.fill("#id_indication", "Fever")
    expect(page.locator("#id_cas_number")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_structure_text")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".rfp-structure-old")).to_be_visible()
    expect(page.locator("[data-save-state] a")).to_have_count(2)
    page.locator("#id_indication").press_sequentially("s")
    page.locator("[data-save-state] a").last.hover()
    with page.expect_response(re.compile("/autosave/$")):
        page.mouse.down()  # leaves the field, which saves it: the line under the pointer stays what it was
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "failed")
    page.mouse.up()
    expect(page.locator("#id_cas_number, #id_structure_text").and_(page.locator(":focus"))).to_have_count(1)
    page.fill("#id_cas_number", "")
    page.fill("#id_structure_text", IMATINIB)
    expect(page.locator("[data-save-state]")).to_contain_text("Saved")
    page.reload()
    expect(page.locator("#id_sample_quantity_g")).to_have_value("12.5")
    expect(page.locator("#id_indication")).to_have_value("Fevers")


def what_is_typed_before_the_refusal_arrives_is_saved(page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/autosave/", hold)
    with page.expect_request("**/autosave/"):
        page.fill("#id_cas_number", "1-2-3")
    page.fill("#id_indication", "Ache")
    page.wait_for_timeout(1000)  # its turn comes, and goes while the first save is under way
    with page.expect_response(lambda answer: "/autosave/" in answer.url and CHANGED in (answer.request.post_data_buffer or b"")):
        held[0].continue_()
    page.unroute("**/autosave/")
    expect(page.locator("#id_cas_number")).to_have_attribute("aria-invalid", "true")
    page.fill("#id_cas_number", "")
    expect(page.locator("[data-save-state]")).to_contain_text("Saved")
    page.reload()
    expect(page.locator("#id_indication")).to_have_value("Ache")


def the_field_in_focus_stands_clear_of_the_bar(page: Page) -> None:
    page.locator("#id_target_timeline").fill("Sample in spring.")
    expect(page.locator(".rfp-save")).to_contain_text("Saved")
    for name in ("compound_role", "sample_quantity_g"):
        page.locator(f"#id_{name}").focus()
        page.wait_for_function(CLEAR, arg=name)  # the page scrolls there smoothly


def a_folded_answer_is_counted(page: Page) -> None:
    more = page.locator("[data-rfp-more]").first
    expect(page.locator("#id_pka")).to_be_hidden()
    more.locator("summary").press("Enter")
    page.fill("#id_pka", "4.1")
    page.keyboard.press("Tab")
    expect(more.locator("[data-rfp-filled]")).to_have_text("1 of 10 filled in")
    expect(page.locator("[data-save-state]")).to_contain_text("Saved")


def the_drawing_board_opens_once(page: Page) -> None:
    page.get_by_role("button", name="Draw").click()
    expect(page.locator("[data-structure-canvas] canvas").first).to_be_visible(timeout=20_000)
    assert page.locator("[data-structure-canvas] > *").count() == 1
    page.keyboard.press("Escape")


def a_molfile_is_read_pasted_and_drawn_on(page: Page) -> None:
    """A file that another program wrote; its first line may be empty. The drawing board begins with it and gives it back."""
    field, result = page.locator("#id_structure_text"), page.locator("#rfp-structure")
    page.set_input_files("#molfile", {"name": "acid.mol", "mimeType": "chemical/x-mdl-molfile", "buffer": ACETIC_ACID.encode()})
    expect(field).to_be_focused()
    expect(field).to_have_value(ACETIC_ACID)
    expect(result).to_contain_text("60.05")
    field.fill(ACETIC_ACID.replace(" O   0  0\n  1  2", " N   0  0\n  1  2"))  # pasted: acetamide
    expect(result).to_contain_text("59.07")

    page.get_by_role("button", name="Draw").click()
    expect(page.locator("[data-structure-canvas] canvas").first).to_be_visible()
    expect(page.locator("[data-structure-words]")).to_be_empty()
    page.get_by_role("button", name="Use this structure").click()

    expect(field).to_have_value("CC(N)=O")
    expect(page.get_by_role("button", name="Draw")).to_be_focused()
    expect(result).to_contain_text("59.07")


def a_structure_is_drawn(page: Page) -> None:
    """One press on the empty board draws a bond between two carbon atoms."""
    page.fill("#id_structure_text", "")
    expect(page.locator("#rfp-structure img")).to_have_count(0)

    page.get_by_role("button", name="Draw").click()
    board = page.locator("[data-structure-canvas] canvas").last
    board.click()
    page.get_by_role("button", name="Use this structure").click()

    expect(page.locator("#id_structure_text")).to_have_value("CC")
    expect(page.locator("#rfp-structure")).to_contain_text("30.07")


def what_somebody_else_wrote_is_replaced_only_knowingly(page: Page) -> None:
    """Whoever was overtaken in one field goes on in another, and puts theirs in its place by typing there again."""
    mine = page.context.new_page()
    mine.goto(page.url)
    with page.expect_response(re.compile("/autosave/$")):
        page.fill("#id_downstream_drug", "Theirs")

    mine.fill("#id_downstream_drug", "Mine")
    expect(mine.locator("[data-save-state]")).to_have_attribute("data-state", "failed")
    with mine.expect_response(re.compile("/autosave/$")) as answer:
        mine.fill("#id_process_challenges", "Heat.")
        mine.keyboard.press("Tab")
    assert answer.value.ok
    expect(mine.locator("#id_downstream_drug")).to_have_attribute("aria-invalid", "true")
    page.reload()
    expect(page.locator("#id_downstream_drug")).to_have_value("Theirs")
    expect(page.locator("#id_process_challenges")).to_have_value("Heat.")

    with mine.expect_response(re.compile("/autosave/$")):
        mine.fill("#id_downstream_drug", "Mine again")
    page.reload()
    expect(page.locator("#id_downstream_drug")).to_have_value("Mine again")
    mine.close()


def test_what_a_file_is_can_be_said(page: Page, places: dict[str, str]) -> None:
    sign_in(page, "bd@demo.example")
    page.goto(f"/rfps/{places['logged']}/")
    files = page.locator("#files")
    expect(files).to_contain_text("No safety data sheet yet")

    files.get_by_text("What is it?").click()
    files.get_by_label("What letter.pdf is").select_option("Safety data sheet")
    with page.expect_navigation():
        files.get_by_role("button", name="Save").click()

    expect(files.get_by_text("Something else?")).to_be_visible()
    expect(files).not_to_contain_text("No safety data sheet yet")
