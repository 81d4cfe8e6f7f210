"""What a project manager answers for, in the running product: dates that the client is told, gates that hold what was agreed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date, timedelta
from email.message import EmailMessage
from typing import TypeVar

import pytest
from playwright.sync_api import Page, expect

from projects.plans import needed_before
from projects.steps import VALIDATION_BATCH
from tests.browser import acts
from tests.browser.acts import NOW, PATIENCE, People
from tests.browser.entering import sign_in
from tests.stack import Stack

pytestmark = pytest.mark.browser

Found = TypeVar("Found", bool, list[EmailMessage])
SECOND_MANAGER = "second.manager@demo.example"
REASON = "The enzyme for the second step arrives two weeks later than ordered."
A_SECOND_MANAGER = """
from accounts.models import Role, RoleGrant, User
from cdmo.demo.people import PASSWORD
user, made = User.objects.get_or_create(email="{email}", defaults={{"full_name": "Second Manager", "kind": User.Kind.INTERNAL}})
user.set_password(PASSWORD)
user.save()
RoleGrant.objects.get_or_create(user=user, role=Role.PROJECT_MANAGER, ended_at=None)
"""
PROVE_DELIVERABLES = """
from django.utils import timezone
from accounts.models import Role
from audit.context import Channel, acting
from cdmo.demo.evidence import reference_of
from cdmo.demo.people import holding
from projects.models import Deliverable
from projects.services.evidence import confirm_reference, enter_reference
for row in Deliverable.objects.open().filter(project__code="{code}", {which}).select_related("department"):
    found = reference_of(row, "{code}")
    values = {{"system": found.system, "number": found.number, "record_state": found.state, "record_date": timezone.localdate()}}
    with acting(channel=Channel.COMMAND):
        entered = enter_reference("{code}", row.key, actor=holding(found.role), **values)
        second = Role.MANAGEMENT if found.role == Role.QUALITY_ASSURANCE else Role.QUALITY_ASSURANCE
        confirm_reference("{code}", row.key, entered.pk, actor=holding(second))
"""
EVERYTHING_IS_SENT = """
from audit.outbox import lag_seconds
from notifications.models import MailMessage
print(not any(lag_seconds().values()) and not MailMessage.objects.filter(state__in=("queued", "sending")).exists())
"""


@pytest.fixture(scope="module")
def dated(stack: Stack) -> str:
    """A project in small scale whose client knows every shared date and was sent every mail about it."""
    code = acts.a_project(stack, story="SMALL_SCALE", molecule="LINEZOLID", phase="small_scale")
    assert _until(lambda: stack.python(EVERYTHING_IS_SENT) == "True")
    return code


def slip(page: Page, code: str, key: str, days: int) -> None:
    """The project manager moves a milestone within the plan; the client is told nothing yet."""
    page.goto(f"/projects/{code}/plan/{key}/")
    page.click("button[data-dialog=reschedule]")
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=not_before]").fill((NOW.date() + timedelta(days=days)).isoformat())
    dialog.locator("[name=reason]").fill("Internal: the supplier failed the audit.")
    dialog.locator("[type=submit]").click()
    expect(dialog).to_have_count(0)


def look_at_the_mail(page: Page, code: str) -> tuple[str, str]:
    """All pending dates with their reason; gives the subject and the body that the page shows."""
    page.goto(f"/projects/{code}/publish/")
    page.select_option("[name=reason_class]", "material")
    page.select_option("[name=side]", "third_party")
    page.fill("[name=reason]", REASON)
    acts.press(page, "Show the mail")
    shown = page.get_by_role("region", name="The mail that the client gets")
    return shown.locator("strong").first.inner_text(), shown.locator(".mail-text").inner_text()


def words_of(text: str) -> list[str]:
    return text.split()


def test_a_slipped_date_is_published_with_its_reason_and_read_by_client_and_system(
    new_page: Callable[[], Page], stack: Stack, dated: str
) -> None:
    people = People(new_page)
    manager, approver = people["pm"], people["approver.a"]
    approver.goto(f"/portal/{dated}/")
    before = approver.locator("main").inner_text()
    already = len(stack.mails_to("approver.a@demo.example"))

    slip(manager, dated, "confirmation_runs_done", 300)
    approver.reload()
    assert approver.locator("main").inner_text() == before  # nothing is told that was not published
    subject, body = look_at_the_mail(manager, dated)
    moving = manager.locator("input[name=keys][type=checkbox]").count()
    acts.press(manager, re.compile(r"^Publish \d+ dates$"))

    expect(manager.get_by_text(f"Published {moving} dates")).to_be_visible()
    (mail,) = _until(lambda: stack.mails_to("approver.a@demo.example")[already:])
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert mail["Subject"] == subject
    assert words_of(plain.get_content()) == words_of(body)
    assert REASON in " ".join(words_of(body))
    approver.reload()
    row = approver.get_by_role("region", name="Table of milestones").get_by_role("row").filter(has_text="G2 Release to pilot")
    expect(row).to_contain_text(REASON)
    expect(row).to_contain_text("Third party")
    expect(approver.locator("main")).not_to_contain_text("failed the audit")

    secret = acts.make_a_token(approver, client="Demo Client A", system=f"ERP of {dated}")
    answer = new_page().request.get(f"/api/v1/milestones/?project={dated}", headers={"Authorization": f"Bearer {secret}"})
    assert answer.ok, answer.text()
    assert "failed the audit" not in answer.text()
    (told,) = [each for each in answer.json()["results"] if each["key"] == "g2"]
    forecast = date.fromisoformat(told["forecast"])
    approver.goto(f"/portal/{dated}/")
    expect(row).to_contain_text(f"{forecast.day} {forecast:%b %Y}")
    assert told["last_change"]["reason"] == REASON


def test_two_managers_publish_at_once_and_the_client_is_told_once(new_page: Callable[[], Page], stack: Stack, dated: str) -> None:
    stack.python(A_SECOND_MANAGER.format(email=SECOND_MANAGER))
    first, second = new_page(), new_page()
    sign_in(first, "pm@demo.example")
    sign_in(second, SECOND_MANAGER)
    slip(first, dated, "g2", 420)
    for page in (first, second):
        look_at_the_mail(page, dated)
    count = "from audit.models import Event; print(Event.objects.filter(kind='plan.published', project_id__isnull=False).count())"
    before, mails = int(stack.python(count)), len(stack.mails_to("approver.a@demo.example"))

    for page in (first, second):  # neither waits for the other's answer
        page.evaluate("document.querySelector('button[name=confirmed]').click()")
    said = [page.locator("[data-refusal], .messages, [role=status]").first for page in (first, second)]
    for page in (first, second):
        page.wait_for_function("!document.querySelector('button[name=confirmed]')")

    told = [page.get_by_text(re.compile(r"Published \d+ date")).count() > 0 for page in (first, second)]
    refused = [page.locator("[data-refusal]").count() > 0 for page in (first, second)]
    assert sorted(told) == [False, True], [each.inner_text() for each in said]
    assert refused == [not each for each in told]
    assert int(stack.python(count)) == before + 1
    _until(lambda: stack.mails_to("approver.a@demo.example")[mails:])
    time.sleep(3)  # a second mail would come as soon as the first
    assert len(stack.mails_to("approver.a@demo.example")) == mails + 1


def test_evidence_that_changed_after_the_decision_is_flagged(new_page: Callable[[], Page], dated: str) -> None:
    people = People(new_page)
    manager = people["pm"]
    manager.goto(f"/projects/{dated}/gate/G1/1/")
    expect(manager.get_by_text("Evidence changed since")).to_have_count(0)

    acts.enter_the_reference(people["bd"], dated, "inquiry_assessment_report", system="eDMS", number="DOC-CHANGED-7", state="Effective")
    acts.confirm_the_reference(people["qa"], dated, "inquiry_assessment_report")

    manager.reload()
    notice = manager.locator(".notice-warning").filter(has_text="Evidence changed since")
    expect(notice).to_be_visible()
    expect(manager.locator(".differences").filter(has_text="DOC-CHANGED-7")).to_be_visible()


def test_a_condition_locks_the_second_validation_batch_until_it_is_met(new_page: Callable[[], Page], stack: Stack) -> None:
    people = People(new_page)
    code = acts.a_project(stack, story="VALIDATION", molecule="CELECOXIB", phase="pilot")
    stack.python(PROVE_DELIVERABLES.format(code=code, which="phase='pilot'"))
    go_with_a_condition(people, code)
    stack.python(PROVE_DELIVERABLES.format(code=code, which=f"key__in={list(needed_before(VALIDATION_BATCH))}"))
    make_overdue(stack, code)
    production = people["production"]
    first, second = (acts.upload_the_document(production, code, "batch_production_record", about=batch) for batch in ("V-01", "V-02"))

    acts.bring_into_force(people, first, author="production", signers=("production", "qa"))
    refused = refused_for(production, second)
    assert "Locked by condition" in refused and "Qualify the second dryer" in refused

    meet_the_condition(people, code)
    acts.bring_into_force(people, second, author="production", signers=("production", "qa"))


def refused_for(page: Page, document: str) -> str:
    """The button may not be pressed, and the service says why as well."""
    page.goto(document)
    button = page.locator("[aria-disabled=true]").filter(has_text="Submit for review")
    expect(button).to_be_visible()
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    answer = page.request.post(f"{document}v1/submit/", headers={"X-CSRFToken": token, "Referer": document})
    assert answer.status == 409
    page.goto(document)
    expect(page.locator("#v1 [role=status]")).to_have_text(re.compile("Draft"))
    return page.locator(f"#{button.get_attribute('aria-describedby')}").text_content() or ""


def go_with_a_condition(people: People, code: str) -> None:
    """Everything is met, and the second dryer must be qualified before the second validation batch."""
    manager = people["pm"]
    manager.goto(f"/projects/{code}/gate/conditions/")
    row = manager.get_by_role("group", name="Condition 1")
    row.locator("[name$=words]").first.fill("Qualify the second dryer.")
    row.locator("[name$=owner]").select_option(label="Production Manager")
    row.locator("[name$=due_on]").fill((NOW.date() + timedelta(days=20)).isoformat())
    row.locator("[name$=step]").select_option(label="Starting a validation batch")
    row.locator("[name$=step_number]").fill("2")
    manager.locator("form [name=reason]").fill("The dryer is installed; its qualification runs beside batch 1.")
    acts.press(manager, "Propose go with conditions")
    expect(manager.locator("#proposal-title")).to_be_visible()
    for name in ("research", "production", "ehs", "qa"):
        people[name].goto(f"/projects/{code}/gate/")
        acts.sign(people[name], "Sign")
    manager.goto(f"/projects/{code}/")
    expect(manager.locator(".stepper [aria-current=step]")).to_contain_text("Validation")


def make_overdue(stack: Stack, code: str) -> None:
    """Weeks pass. The guards of the table are the product's; the clock is the test's."""
    connection = stack.database.connect("cdmo")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE projects_gatecondition AS c SET due_on = current_date - 3 FROM projects_gatereview AS r JOIN projects_project AS p "
            "ON p.id = r.project_id WHERE r.id = c.review_id AND p.code = %s AND c.words LIKE 'Qualify the second dryer%%'",
            [code],
        )
        assert cursor.rowcount == 1
    connection.close()


def meet_the_condition(people: People, code: str) -> None:
    owner, other = people["production"], people["qa"]
    owner.goto(f"/projects/{code}/gate/")
    owner.get_by_role("link", name=re.compile("Qualify the second dryer|Condition|C1")).first.click()
    acts.press(owner, "Give the evidence")
    dialog = owner.get_by_role("dialog")
    dialog.locator("[name=words]").fill("Qualification report QR-118 is effective.")
    dialog.locator("[type=submit]").click()
    expect(owner.locator("main")).to_contain_text("QR-118")
    other.goto(owner.url)
    acts.press(other, "Confirm")
    expect(other.locator(".subheading")).to_contain_text("Met")


def _until(found: Callable[[], Found]) -> Found:
    """The worker sends in its own time."""
    for _second in range(PATIENCE // 1000):
        if answer := found():
            return answer
        time.sleep(1)
    return found()
