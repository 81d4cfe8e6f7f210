"""The charter written from the accepted quotation in one step, and who does and answers for each deliverable."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from catalogue.models import Site
from phases.evaluation.charter_sources import said_in_sheets
from phases.evaluation.documents import charter as paper_of
from phases.evaluation.models import DepartmentAssessment
from projects.charter_communication import communication_rows
from projects.charter_criteria import criterion_rows
from projects.charter_texts import risk_line, risk_rows, texts_of
from projects.gates import all_gates
from projects.models import Charter, Milestone, Phase, Project, TeamMember
from projects.price import accepted_quotation
from projects.services import responsibilities
from projects.services.charter_writing import write_charter
from projects.services.responsibilities import set_responsibilities
from tests.projects import factories as make
from tests.projects.test_quotation_offers import accept, as_person, sent
from worksheets.changing import ADD, Change, change_rows

pytestmark = pytest.mark.django_db
KEY = "route_selection_report"


@pytest.fixture
def project() -> Project:
    return make.a_project()


def write(project: Project, **values: Any) -> Charter:
    given = {"site": make.a_site(), "project_manager": make.manager(), "start_on": timezone.localdate(), "actor": make.manager()}
    return write_charter(project.code, **(given | values))


def test_the_accepted_quotation_fills_the_charter(project: Project) -> None:
    sheet = DepartmentAssessment.objects.get(project=project, department__key="research")
    risks = [Change(ADD, values={"text": words}) for words in ("Polymorphs.", "A patent.")]
    change_rows(f"sheet-risks:{sheet.pk}", risks, actor=make.person(Role.RESEARCH), all_or_none=True)
    accept(sent(project, assumptions="Assays are ours."), 2)

    charter = write(project)

    planned = Project.objects.get()
    assert (planned.first_phase, planned.last_phase) == (Phase.EVALUATION, Phase.COMMERCIAL)  # a price per kg is agreed
    assert "Delivered: Process development report" in charter.objectives and "Delivered: Screening report" in charter.objectives
    assert "Pilot: Second polymorph screen (Screening report)" in charter.scope_in and charter.scope_in.startswith("All of it.")
    assert charter.scope_out == "Toxicology batch"
    assert charter.assumptions == "Assays are ours."
    assert charter.risks.splitlines() == ["Research and development: Polymorphs.", "Research and development: A patent."]
    payments = Milestone.objects.filter(project=project, kind="payment")
    assert sum(row.amount or 0 for row in payments) == Decimal("170000.01")
    assert None not in {row.actual_on or row.forecast_on for row in payments}
    assert Event.objects.filter(kind="charter.written").count() == 1


def test_background_and_governance_are_written_from_the_records(project: Project) -> None:
    make.sign_off_sheets(project)
    accept(sent(project))

    charter = write(project)

    background, governance = charter.background, charter.governance
    rfp = project.rfp
    assert background.startswith(f"Request: {rfp.number} of {project.client.name}, received on ")
    assert f"Compound: {rfp.compound_name}, CAS {rfp.cas_number}, {rfp.formula}, " in background and f"Wanted: {rfp.wanted}" in background
    assert "Feasibility sheets signed: " in background and "Research and development (" in background
    assert "over EUR 150,000.00, accepted on " in background
    assert governance.startswith(f"Project manager: {make.manager()}\nTeam: ")
    assert f"Research and development: {make.person(Role.RESEARCH)}" in governance
    assert "Gate G1 Project approval: decided by the signatures of Business development, Project manager, Management" in governance
    assert "Project Status Report" in governance and len(background) < 8000 and len(governance) < 4000


def test_acceptance_criteria_and_who_is_told_are_written_from_the_records(project: Project) -> None:
    approver = make.person(Role.CLIENT_APPROVER, name="Ada Approver")
    approver.language = "zh-hans"
    approver.save(update_fields=["language"])
    accept(sent(project, sample_acceptance="Purity 98 % | assay", batch_acceptance="As specified"), 2)

    charter = write(project)

    assert charter.acceptance == "Samples | Purity 98 % / assay\nBatches | As specified"
    told = communication_rows(charter.communication)
    shared = Milestone.objects.filter(project=project, share_at_launch=True).count()
    assert shared and told[0][:2] == (f"{project.client.name}: Ada Approver, Client approver", f"Dates of the {shared} shared milestones")
    assert (told[0][3], told[1][0], told[2][3]) == ("简体中文 (Simplified Chinese), English", "Ada Approver, Client approver", "English")
    assert [row[1] for row in told[2:]] == [
        "Project Status Report",
        "Deliverables, tasks and answers that are waited for",
        "Readiness and decision of the gates G1, G2, G3, G4, G5",
    ]
    assert str(make.manager()) in told[3][0] and all(all(row) for row in told)
    Charter.objects.update(communication="Ada | everything")
    assert write(project).communication == "Ada | everything"


def test_each_deliverable_is_printed_with_its_criterion_and_the_rest_beside_it(project: Project) -> None:
    accept(sent(project, sample_acceptance="Purity 98 %"), 2)
    charter = write(project)
    title = project.deliverables.get(key=KEY).title
    charter.acceptance += f"\n{title.upper()} | The client agrees."
    charter.save(update_fields=["acceptance"])

    data = paper_of(Project.objects.select_related("charter").get())

    rows = {row[0]: row[2] for part in data["deliverables"] for row in part["table"]["rows"]}
    assert rows[title] == "The client agrees."
    assert rows["Process Development Report"] == "Its document is in effect, with every signature that it needs."
    assert rows["Pilot batch records"] == "Needed by the charter: the records of at least 2 batches."
    assert data["criteria"]["rows"] == [["Samples", "Purity 98 %"]]
    assert [row[1] for row in data["told"]["rows"]][-1].startswith("Readiness and decision of the gates")


def test_lines_of_criteria_and_of_the_plan_are_taken_apart() -> None:
    assert list(criterion_rows("- Samples | 98 % | assay\n\nAs agreed\n• Batches |")) == [
        ("Samples", "98 % | assay"),
        ("", "As agreed"),
        ("", "Batches"),
    ]
    assert communication_rows("Ada | all\n - \nBo|x|daily|English|mail | phone") == [
        ("Ada", "all", "", "", ""),
        ("Bo", "x", "daily", "English", "mail | phone"),
    ]


def test_the_page_and_the_form_of_the_charter_hold_them(project: Project) -> None:
    accept(sent(project, batch_acceptance="As specified"), 2)
    write(project)
    browser, address = as_person(make.manager()), reverse("project-charter", args=[project.code])

    page = browser.get(address).content.decode()

    assert "Batches | As specified" in page and "Dates of the" in page
    assert "Needed by the charter: the records of at least 2 batches." in page


def test_the_days_of_the_background_are_those_of_the_site(project: Project) -> None:
    """Between these two zones there is always another day."""
    make.sign_off_sheets(project)
    accept(sent(project))
    quotation, said = accepted_quotation(project), []
    assert quotation is not None
    quotation.project = project

    for zone in ("Etc/GMT+12", "Pacific/Kiritimati"):
        project.site = Site(time_zone=zone)
        texts = texts_of(project, quotation, said_in_sheets(project).background)
        said.append(texts["background"].splitlines())

    west, east = said
    assert len(west) == len(east)
    assert [line.split(":")[0] for line, other in zip(west, east, strict=True) if line != other] == [
        "Request",
        "Feasibility sheets signed",
        "Quotation",
    ]


def test_gates_outside_the_contract_govern_nothing(project: Project) -> None:
    make.accepted_quotation(project)  # of less than all phases

    charter = write(project)

    gates = [line.split()[1] for line in charter.governance.splitlines() if line.startswith("Gate ")]
    assert gates == [gate.key for gate in all_gates() if charter.project.in_scope(gate.phase)] and "G5" not in gates


def test_another_leader_is_named_anew_and_what_somebody_wrote_stays(project: Project) -> None:
    accept(sent(project))
    other = make.person(Role.PROJECT_MANAGER, name="Another Leader")
    write(project)

    second = write(project, project_manager=other)
    Charter.objects.update(governance="Call every week.")
    third = write(project)

    assert second.governance.startswith(f"Project manager: {other}\n") and str(make.manager()) != str(other)
    assert third.governance == "Call every week."


def test_what_the_sheets_judge_of_a_risk_stands_in_the_charters_table(project: Project) -> None:
    sheet = DepartmentAssessment.objects.get(project=project, department__key="research")
    judged = {"text": "Polymorphs | hydrates.", "probability": "Medium", "impact": "High", "response": "Screen first.\nThen seed."}
    risks = [Change(ADD, values=judged), Change(ADD, values={"text": "A patent."})]
    change_rows(f"sheet-risks:{sheet.pk}", risks, actor=make.person(Role.RESEARCH), all_or_none=True)
    accept(sent(project))

    write(project)

    data = paper_of(project)
    assert data["judged_risks"]["rows"] == [
        ["Research and development: Polymorphs / hydrates.", "Medium", "High", "Screen first. Then seed."],
        ["Research and development: A patent.", "–", "–", "–"],
    ]
    Charter.objects.update(risks="A patent.\n- Polymorphs.")
    plain = paper_of(Project.objects.get())
    assert plain["judged_risks"] is None and plain["risks"] == ["A patent.", "Polymorphs."]


@pytest.mark.parametrize(
    ("judged", "line"),
    [
        (("Low", "High", "Ask."), "A risk | Low | High | Ask."),
        (("", "", "Ask | twice."), "A risk |  |  | Ask / twice."),
        (("Low", "", ""), "A risk | Low"),
        (("", "", ""), "A risk"),
    ],
)
def test_the_line_of_a_risk_is_taken_apart_as_it_was_put_together(judged: tuple[str, str, str], line: str) -> None:
    assert risk_line("A risk", *judged) == line
    assert risk_rows(f"\n{line}\n - ") == [("A risk", judged[0], judged[1], judged[2].replace("|", "/"))]


def test_whoever_worked_on_the_offer_is_on_the_team(project: Project) -> None:
    make.sign_off_sheets(project)
    accept(sent(project))

    write(project)

    named = dict(TeamMember.objects.exclude(user=None).filter(project=project).values_list("department__key", "user__full_name"))
    assert named["research"] == make.person(Role.RESEARCH).full_name


def test_what_somebody_wrote_before_stays(project: Project) -> None:
    accept(sent(project))
    make.charter(project)
    Charter.objects.filter(project=project).update(scope_out="Nothing else.")

    charter = write(project)

    assert charter.objectives == "Develop the process and supply the substance." and charter.scope_out == "Nothing else."
    assert charter.scope_in.startswith("All of it.")


def test_the_phases_of_a_draft_become_those_that_are_paid_for(project: Project) -> None:
    make.accepted_quotation(project)  # of less than all phases
    make.charter(project)
    assert Project.objects.get().last_phase == Phase.COMMERCIAL

    given = {"write-site": make.a_site().pk, "write-project_manager": make.manager().pk, "write-start_on": timezone.localdate().isoformat()}
    page = as_person(make.manager()).post(reverse("project-charter-write", args=[project.code]), given, follow=True).content.decode()

    assert Project.objects.get().last_phase == Phase.PILOT
    assert not project.milestones.filter(phase=Phase.COMMERCIAL).exists()
    assert "The contracted phases follow the quotation: Evaluation to Pilot." in page


def test_a_phase_in_which_something_happened_stays_and_is_said(project: Project) -> None:
    make.accepted_quotation(project)
    make.charter(project)
    planned = set(project.milestones.values_list("key", flat=True))
    again = project.milestones.filter(phase=Phase.COMMERCIAL)[:1]
    assert Milestone.objects.filter(pk__in=again).update(round=2)

    given = {"write-site": make.a_site().pk, "write-project_manager": make.manager().pk, "write-start_on": timezone.localdate().isoformat()}
    page = as_person(make.manager()).post(reverse("project-charter-write", args=[project.code]), given, follow=True).content.decode()

    assert Project.objects.get().last_phase == Phase.COMMERCIAL
    assert planned <= set(project.milestones.values_list("key", flat=True))
    assert "Commercial stays in scope: " in page


def test_whoever_has_left_is_not_named_on_the_team(project: Project) -> None:
    make.sign_off_sheets(project)
    accept(sent(project))
    User.objects.filter(pk=make.person(Role.RESEARCH).pk).update(is_active=False)

    write(project)

    assert TeamMember.objects.get(project=project, department__key="research").user is None
    assert TeamMember.objects.get(project=project, department__key="production").user == make.person(Role.PRODUCTION)


def test_without_an_accepted_quotation_nothing_is_written(project: Project) -> None:
    sent(project)

    with pytest.raises(Refused, match="has not accepted a quotation"):
        write(project)

    page = as_person(make.manager()).get(reverse("project-charter", args=[project.code])).content.decode()
    assert "The client has not accepted a quotation yet." in page and not Charter.objects.exists()


def test_who_may_not_draft_the_charter_writes_none(project: Project) -> None:
    accept(sent(project))

    with pytest.raises(NotAllowed):
        write(project, actor=make.person(Role.RESEARCH))


def test_the_page_writes_it_in_one_step_and_says_what_is_missing(project: Project) -> None:
    accept(sent(project), 2)
    browser, address = as_person(make.manager()), reverse("project-charter-write", args=[project.code])
    data = {"write-site": make.a_site().pk, "write-project_manager": make.manager().pk, "write-start_on": timezone.localdate().isoformat()}

    missing = browser.post(address, data | {"write-site": ""})
    done = browser.post(address, data)
    page = browser.get(done["Location"]).content.decode()

    assert (missing.status_code, done.status_code) == (400, 302)
    assert "Budget and payments" in page and "EUR 70,000.01" in page and "Down payment" in page


def test_what_belongs_to_no_field_stands_above_the_form(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_values: Any) -> None:
        raise BadInput({"last_phase": ["The last phase comes before the first."]})

    accept(sent(project))
    monkeypatch.setattr("projects.views.charter.write_charter", refuse)
    data = {"write-site": make.a_site().pk, "write-project_manager": make.manager().pk, "write-start_on": timezone.localdate().isoformat()}

    refused = as_person(make.manager()).post(reverse("project-charter-write", args=[project.code]), data)

    assert refused.status_code == 400
    assert "The last phase comes before the first." in refused.content.decode()


def test_the_api_writes_it_too(project: Project) -> None:
    accept(sent(project))
    body = {"site": make.a_site().key, "project_manager": make.manager().email, "start_on": timezone.localdate().isoformat()}

    answer = as_person(make.manager()).post(f"/api/v1/projects/{project.code}/charter/", body, content_type="application/json")

    assert (answer.status_code, answer.json()["scope_out"].splitlines()[-1]) == (201, "Toxicology batch")


# Responsibilities


def test_the_charter_prints_budget_payments_and_responsibilities(project: Project) -> None:
    accept(sent(project), 2)
    write(project)
    set_responsibilities(project.code, {KEY: {"research": "RA"}}, actor=make.manager())

    data = paper_of(project)

    amounts = [row[-1].replace("\N{NARROW NO-BREAK SPACE}", " ") for row in data["budget"]["rows"]]
    assert amounts == ["100 000.00", "70 000.01", "170 000.01"]
    assert [row[1] for row in data["payments"]["rows"]][:2] == ["The quotation is accepted", "Gate G2, Release to pilot, is passed"]
    number = [each.key for each in responsibilities.functions()].index("research") + 1
    title = project.deliverables.get(key=KEY).title
    (row,) = [row for row in data["raci"]["table"]["rows"] if row[0] == title]
    assert row[number] == "RA" and data["chosen_responsibilities"] == {KEY: {"research": "RA"}}
