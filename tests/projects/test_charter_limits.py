"""What a project depends on, what binds it and to whom what stands in its way goes: written into the charter, kept, printed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from accounts.models import Role
from phases.evaluation.documents import charter as paper_of
from projects.charter_api import CharterSerializer
from projects.charter_limits import parted
from projects.models import Charter, Project, Rfp
from projects.services.clarifications import ask_clarification
from projects.services.quotation_parts import Input
from tests.projects import factories as make
from tests.projects.test_charter_writing import write
from tests.projects.test_quotation_offers import PARTS, accept, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make.a_project()


def test_dependencies_constraints_and_escalation_are_written_from_the_records(project: Project) -> None:
    make.person(Role.CLIENT_APPROVER, name="Ada Approver")
    Rfp.objects.filter(pk=project.rfp_id).update(gmp_needed="full", filing_planned_on=date(2029, 3, 12), timeline_is="firm")
    ask_clarification(project.rfp.number, question="Which polymorph | form?", actor=make.person(Role.BUSINESS_DEVELOPMENT))
    inputs = (Input("Reference standard, 5 g"), Input("Methods", date(2028, 5, 2)))
    accept(sent(project, parts=replace(PARTS, inputs=inputs), incoterm="DAP", delivery_place="Basel"), 2)

    charter = write(project)

    client, leader = project.client.name, str(make.manager())
    assert parted(charter.dependencies, 3) == [
        ("Reference standard, 5 g", client, "before the work that needs it"),
        ("Methods", client, "2 May 2028"),
        ("Answer: Which polymorph / form?", client, "before the work that needs it"),
        ("Answers and signatures of its approver: quotations, change orders, documents", client, "by the day that each request names"),
    ]
    assert charter.constraints.splitlines() == [
        "Budget: EUR 170,000.01 as accepted; more takes a change order that both sides accept",
        "Filing by 12 Mar 2029 (firm)",
        "Quality: Full ICH Q7",
        "Markets: European Union, United States",
        "Delivery: DAP, Basel",
    ]
    levels = parted(charter.escalation, 4)
    assert [(level[0], level[3]) for level in levels] == [
        ("1", "2 working days"),
        ("2", "5 working days"),
        ("3", "10 working days"),
        ("at once", "the same day"),
    ]
    assert levels[0][1] == leader and "Ada Approver" in levels[2][1] and "longer than 5 working days" in levels[1][2]


def test_what_somebody_wrote_of_them_stays_and_a_new_leader_stands_in_the_levels(project: Project) -> None:
    accept(sent(project))
    write(project)
    Charter.objects.update(dependencies="The pilot plant | us | in May", constraints="One campaign a year")
    other = make.person(Role.PROJECT_MANAGER, name="Olga Other")

    again = write(project, project_manager=other)

    assert (again.dependencies, again.constraints) == ("The pilot plant | us | in May", "One campaign a year")
    assert parted(again.escalation, 4)[0][1] == "Olga Other"


def test_dependencies_and_levels_are_tables_on_paper_and_in_the_api_answer(project: Project) -> None:
    accept(sent(project))
    charter = write(project)

    data = paper_of(Project.objects.select_related("charter").get())

    assert [len(data[name]["columns"]) for name in ("depends", "levels")] == [3, 4]
    assert data["constraints"] == charter.constraints.splitlines()
    said = CharterSerializer(charter).data
    assert [said[name] for name in ("dependencies", "constraints", "escalation")] == [
        charter.dependencies,
        charter.constraints,
        charter.escalation,
    ]
    Charter.objects.update(dependencies="Only words")
    assert paper_of(Project.objects.select_related("charter").get())["depends"] is None
