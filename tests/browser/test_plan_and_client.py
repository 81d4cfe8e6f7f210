"""What a project manager gives out and shows, pressed in the running product, and what the client answers to it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import TODAY, People, a_project, press, send, sign
from tests.browser.sheets import Grid
from tests.stack import Stack

pytestmark = pytest.mark.browser


def test_work_is_given_out_shown_and_approved(stack: Stack, new_page: Callable[[], Page]) -> None:
    people, code = People(new_page), a_project(stack, story="SMALL_SCALE", molecule="TOFACITINIB", phase="small_scale")
    manager, approver = people["pm"], people["approver.a"]

    a_milestone_is_added_and_removed(manager, code)
    a_task_is_given_out_begun_and_done(manager, code)
    a_risk_is_named_and_the_report_sent(manager, code)
    a_certificate_is_begun_and_taken_out(manager, code)
    a_milestone_is_shared_for_approval(manager, code)
    the_client_approves_it(approver, code)
    the_log_says_what_was_visible(manager, code)


def a_milestone_is_added_and_removed(page: Page, code: str) -> None:
    page.goto(f"/projects/{code}/milestones/")
    page.fill("#id_title", "Polymorph chosen")
    page.fill("#id_reason", "The salt decides the process.")
    press(page, "Add")
    row = page.get_by_role("row", name=re.compile("Polymorph chosen"))
    row.get_by_role("link", name=re.compile("^Change")).click()
    page.get_by_text("Remove it from the plan").click()
    page.fill("#id_remove-reason", "It comes with the route.")
    press(page, "Remove this milestone")
    expect(page.get_by_role("row", name=re.compile("Polymorph chosen"))).to_have_count(0)


def a_task_is_given_out_begun_and_done(page: Page, code: str) -> None:
    page.goto(f"/projects/{code}/plan/?task=new")
    page.fill("#task-new-task-title", "Order the chiral amine")
    page.select_option("#task-new-task-milestone", "process_report")
    page.select_option("#task-new-task-department", "material_control")
    page.get_by_role("dialog").locator("[type=submit]").click()
    for button in ("Name it", "Leave out"):
        page.locator("#tasks").get_by_role("link", name="Order the chiral amine").click()
        send(page, f"{button} Order the chiral amine")
    for opened, button in (("Enter when it began", "Started"), ("", "Done")):
        page.locator("#tasks").get_by_role("link", name="Order the chiral amine").click()
        if opened:
            page.get_by_text(opened).click()
        form = page.get_by_role("dialog").locator("form").filter(has=page.get_by_role("button", name=button, exact=True))
        form.locator("input[type=date]").fill(TODAY)
        form.locator("[type=submit]").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#tasks").get_by_role("row", name=re.compile("Order the chiral amine"))).to_contain_text("Done")


def a_risk_is_named_and_the_report_sent(page: Page, code: str) -> None:
    grid = Grid(page, "project-risks", "text").open(f"/projects/{code}/risks/")
    grid.press("Add a row")
    late = "The amine comes late.\tMedium\tMedium\tAsk a second maker.\tproject manager\tno"
    grid.paste(f"{late}\nThe dryer fails.\tOften\tLow\tRent one.\tpm@demo.example")
    expect(grid.status).to_contain_text("One row is not saved")
    grid.type(grid.cell("The dryer fails.", "likelihood"), "Low")
    expect(grid.status).to_contain_text("Saved")
    grid.type(grid.cell("The amine comes late.", "impact"), "High")
    grid.answer_the_reason("Nobody else has it in stock.")
    expect(grid.status).to_contain_text("Saved")
    for button in ("Name it", "Leave out", "Name it"):
        a_risk_is_opened(grid)
        send(page, f"{button} The amine comes late.")
    for act, field in (("Close the risk", "close"), ("Open it again", "reopen")):
        a_risk_is_opened(grid)
        page.get_by_role("dialog").locator(f"#id_{field}-reason").fill("The maker wrote to us.")
        send(page, act)
        expect(page.get_by_role("dialog")).to_have_count(0)
    page.goto(f"/projects/{code}/status-report/")
    expect(page.get_by_role("region", name=re.compile("What .* gets"))).to_contain_text("The amine comes late.")
    page.fill("#id_message", "The amine is late; the dates hold.")
    press(page, "Issue and share status report")
    expect(page.locator("#v2")).to_contain_text("Sent to")  # the story told the first one


def a_risk_is_opened(grid: Grid) -> None:
    grid.cell("The amine comes late.", "standing").get_by_role("link").click()
    expect(grid.page.get_by_role("dialog", name="The amine comes late.")).to_be_visible()


def a_certificate_is_begun_and_taken_out(page: Page, code: str) -> None:
    page.goto(f"/projects/{code}/documents/")
    page.fill("#about-certificate_of_analysis", "B-1")
    page.locator("#certificate_of_analysis").get_by_role("button", name=re.compile("^Make")).click()
    page.wait_for_url(re.compile(r"/documents/[^/?]+/$"))
    press(page, "Take it out")
    page.get_by_role("dialog").get_by_label("Reason").fill("There is no such batch.")
    page.get_by_role("dialog").locator("[type=submit]").click()
    expect(page.get_by_role("main")).to_contain_text("it was begun by mistake")


def a_milestone_is_shared_for_approval(page: Page, code: str) -> None:
    page.goto(f"/projects/{code}/sharing/")
    page.check("input[name=items][value='milestone:process_report']")
    page.select_option("#id_visibility", "for_approval")
    page.fill("#id_words", "Please confirm the date of the report.")
    press(page, "Show what the client will see")
    press(page, re.compile("Do it for 1 item"))
    expect(page.locator("#approvals").locator("xpath=ancestor::section")).to_contain_text("Please confirm the date of the report.")


def the_client_approves_it(page: Page, code: str) -> None:
    page.goto(f"/portal/{code}/")
    page.get_by_role("link", name=re.compile("approve or reject .Process Development Report", re.IGNORECASE)).click()
    expect(page.get_by_text("Please confirm the date of the report.")).to_be_visible()
    sign(page, "Approve…")
    expect(page.locator(".subheading")).to_contain_text("Approved")


def the_log_says_what_was_visible(page: Page, code: str) -> None:
    page.goto(f"/projects/{code}/sharing/log/")
    expect(page.get_by_role("main")).to_contain_text("Process Development Report")
