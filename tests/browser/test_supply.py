"""From the charter to commercial supply in the running product: everybody does their part in a browser of their own.

The way from the enquiry to the charter is `test_enquiry_to_charter.py`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from playwright.sync_api import APIResponse, Locator, Page, expect

from tests.browser import acts
from tests.browser.acts import People
from tests.stack import Stack

pytestmark = pytest.mark.browser

CLIENT = "Demo Client A"
SIDES = (("approver.a", CLIENT), ("approver.b", "Demo Client B"))
MISSING = "API-1999-0001"
TEAM = {
    "Research and development": "Head of Research",
    "Analytical": "Head of Analytical",
    "Production": "Production Manager",
    "Environment, health and safety": "EHS Officer",
    "Quality assurance": "Quality Assurance",
}
SUMMARY = "The ester is cyclised in acetic acid and amidated at 65 °C; five steps, 61 % over all."

# The texts and records that nobody needs to see entered one by one: the same services, the same people.
WRITE_THE_OTHER_SECTIONS = """
from accounts.models import User
from audit.context import Channel, acting
from documents.models import DocumentVersion
from documents.services import save_narrative
author = User.objects.get(email="research@demo.example")
version = DocumentVersion.objects.get(document__project__code="{code}", document__type_key="process_development_report")
with acting(actor=author, channel=Channel.COMMAND):
    for section in version.document.type.narrative:
        if section.key not in version.narrative:
            save_narrative(version.document.number, 1, section.key, f"<p>{{section.title}}: as in the notebook.</p>", actor=author)
"""
PROVE_THE_REST = """
from django.utils import timezone
from accounts.models import Role
from audit.context import Channel, acting
from cdmo.demo.evidence import reference_of
from cdmo.demo.people import holding
from projects.models import Deliverable
from projects.services.evidence import confirm_reference, enter_reference
for row in Deliverable.objects.open().filter(project__code="{code}", phase="{phase}").exclude(key__in={but}).select_related("department"):
    found = reference_of(row, "{code}")
    values = {{"system": found.system, "number": found.number, "record_state": found.state, "record_date": timezone.localdate()}}
    with acting(channel=Channel.COMMAND):
        entered = enter_reference("{code}", row.key, actor=holding(found.role), **values)
        second = Role.MANAGEMENT if found.role == Role.QUALITY_ASSURANCE else Role.QUALITY_ASSURANCE
        confirm_reference("{code}", row.key, entered.pk, actor=holding(second))
"""


NOT_CONFIRMED = "Not done: Sample Confirmation. Needed: the signature of the client's approver, who is asked when ours are given."


def test_a_project_goes_from_its_charter_to_commercial_supply(new_page: Callable[[], Page], stack: Stack) -> None:
    people = People(new_page)

    code = acts.a_project(stack, story="SMALL_SCALE", molecule="APIXABAN", phase="small_scale", days_ago=75)
    agree_on_quality(people["bd"], code)
    acts.name_the_team(people["pm"], code, TEAM)
    develop(people, code, stack)
    scale_up(people, code, stack)
    validate(people, code, stack)

    people["pm"].goto(f"/projects/{code}/")
    expect(current_phase(people["pm"])).to_contain_text("Commercial")
    the_client_sees_it_in_the_portal(people, code)
    a_token_reads_the_milestones(people, new_page(), code)


def agree_on_quality(business: Page, code: str) -> None:
    """A second quality agreement is recorded with its signatories and copy, corrected and withdrawn."""
    acts.record_the_agreement(business, code, kind="quality", number=code.replace("API", "QAB"), client=CLIENT)
    acts.correct_the_agreement(business, code.replace("API", "QAC"))
    acts.withdraw_the_agreement(business, "It belongs to another project.")


def develop(people: People, code: str, stack: Stack) -> None:
    """Small scale: the report is made here and signed; G2 refuses as long as the sample is not confirmed."""
    refer(people, code, "method_validation_report", by="analytical", record=("eDMS", "DOC-MV-12", "Effective"))
    report = acts.make_the_document(people["research"], code, "process_development_report")
    acts.write_the_section(people["research"], report, "Summary", SUMMARY)
    stack.python(WRITE_THE_OTHER_SECTIONS.format(code=code))
    acts.bring_into_force(people, report, author="research", signers=("analytical", "research", "pm"))
    stack.python(PROVE_THE_REST.format(code=code, phase="small_scale", but=["sample_confirmation"]))
    go_is_refused(people["pm"], code, NOT_CONFIRMED)
    refer(people, code, "sample_confirmation", by="pm", record=("eDMS", "DOC-SC-3", "Signed by both parties"))
    refer(people, code, "confirmation_runs", by="research", record=("ELN", "ELN-0412", "Closed"))  # after it, wherever the day begins
    acts.decide_go(people, code, ("research", "analytical", "pm"))


def scale_up(people: People, code: str, stack: Stack) -> None:
    hazop = acts.upload_the_document(people["ehs"], code, "hazop_report")
    acts.bring_into_force(people, hazop, author="ehs", signers=("qa", "ehs", "production"))
    refer(people, code, "reaction_hazard_sheet", by="ehs", record=("eDMS", "DOC-RH-4", "Effective"))
    refer(people, code, "pilot_batch_records", by="production", record=("MES", "MES-P-0012", "Closed"))
    stack.python(PROVE_THE_REST.format(code=code, phase="pilot", but=[]))
    acts.decide_go(people, code, ("research", "production", "ehs", "qa"))


def validate(people: People, code: str, stack: Stack) -> None:
    """Three proofs are left for the browser; G4 says go."""
    left = ["process_validation_report", "quality_events_closed", "master_batch_record"]
    stack.python(PROVE_THE_REST.format(code=code, phase="validation", but=left))
    report = acts.upload_the_document(people["qa"], code, "process_validation_report")
    acts.bring_into_force(people, report, author="qa", signers=("qa", "production"))
    refer(people, code, "quality_events_closed", by="production", record=("eDMS", "DEV-0031", "Closed"))
    refer(people, code, "master_batch_record", by="production", record=("eDMS", "MBR-0107 rev. 2", "Effective"))
    acts.decide_go(people, code, ("qa", "production", "pm"))


def refer(people: People, code: str, key: str, *, by: str, record: tuple[str, str, str]) -> None:
    """Entered by whose record it is, confirmed by a second person who saw it there."""
    system, number, state = record
    acts.enter_the_reference(people[by], code, key, system=system, number=number, state=state)
    acts.confirm_the_reference(people["qa"], code, key)


def current_phase(page: Page) -> Locator:
    return page.locator(".stepper [aria-current=step]")


def go_is_refused(page: Page, code: str, reason: str) -> None:
    """With one criterion unmet: the page says why beside the locked button, and page and API refuse with the same words."""
    page.goto(f"/projects/{code}/gate/")
    expect(page.get_by_role("button", name="Propose go", exact=True, disabled=True)).to_have_accessible_description(reason)
    expect(page.locator("#criterion-sample")).to_contain_text(reason)
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()

    by_page = page.request.post(f"/projects/{code}/gate/propose/", form={"decision": "go", "csrfmiddlewaretoken": token})
    by_api = page.request.post(f"/api/v1/projects/{code}/gate/proposal/", data={"decision": "go"}, headers={"X-CSRFToken": token})
    findings = page.request.get(f"/api/v1/projects/{code}/gate/").json()

    assert by_page.status == by_api.status == 409
    assert reason in unescape(by_page.text())
    assert [blocker["words"] for blocker in by_api.json()["blockers"]] == [reason]
    assert (findings["state"], findings["met"], findings["total"]) == ("open", 4, 5)
    assert [item["key"] for item in findings["criteria"] if not item["met"]] == ["sample"]


def the_client_sees_it_in_the_portal(people: People, code: str) -> None:
    """Their own people; to another client's people it does not exist."""
    own, foreign = (people[name] for name, _client in SIDES)
    own.goto(f"/portal/{code}/")
    row = own.get_by_role("row", name=re.compile("^G4 Release to commercial supply Validation"))  # the account of the delay names it too
    expect(row).to_contain_text("Achieved")
    answer = foreign.goto(f"/portal/{code}/")
    assert answer
    assert answer.status == 404


def a_token_reads_the_milestones(people: People, nobody: Page, code: str) -> None:
    """One call with the client's token; to another client's token the project does not exist."""
    own, foreign = (acts.make_a_token(people[name], client=client, system="ERP") for name, client in SIDES)

    milestones = ask(nobody, own, f"milestones/?project={code}").json()["results"]

    gates = {row["key"]: row for row in milestones if row["kind"] == "gate"}
    assert {row["project"] for row in milestones} == {code}
    assert {key: row["state"] for key, row in gates.items() if row["actual"]} == dict.fromkeys(["g1", "g2", "g3", "g4"], "achieved")
    assert {"phase", "title", "baseline", "forecast", "last_change"} <= set(gates["g4"])
    assert ask(nobody, foreign, "milestones/").json()["results"] == []
    for path in ("projects/{}/", "projects/{}/gate/", "milestones/?project={}"):
        there, missing = (ask(nobody, foreign, path.format(each)) for each in (code, MISSING))
        assert (there.status, there.text()) == (missing.status, missing.text())


def ask(page: Page, token: str, path: str) -> APIResponse:
    return page.request.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
