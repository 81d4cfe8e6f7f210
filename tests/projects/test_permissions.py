"""Who may do what: the table that the rules must give, written independently of them, and isolation of clients."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import rules

from accounts.models import CLIENT_ROLES, DEPARTMENT_ROLES, INTERNAL_ROLES, Department, Role
from accounts.permissions import allowed
from catalogue.models import SHEET_DEPARTMENTS
from projects.models import Deliverable, GateReview, Milestone, Phase, Project, Quotation, Rfp, Task
from projects.permissions import revenue_readable_by
from tests.projects import factories as make

pytestmark = pytest.mark.django_db

BD, PM, QA, MANAGEMENT = Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER, Role.QUALITY_ASSURANCE, Role.MANAGEMENT
EXPECTED: dict[str, set[Role]] = {
    "projects.log_rfp": {BD, PM, Role.CLIENT_APPROVER},
    "projects.attach_to_rfp": {BD, PM, Role.CLIENT_APPROVER},
    "projects.name_reader": {BD, PM, MANAGEMENT},
    "projects.edit_rfp": {BD, PM},
    "projects.submit_rfp": {BD, PM},
    "projects.move": {PM, MANAGEMENT},
    "projects.cancel": {PM, MANAGEMENT, BD},
    "projects.choose_site": {BD, PM},
    "projects.pass_out_of_scope": {PM, QA},
    "projects.propose_gate": {PM},
    "projects.draft_charter": {PM, BD},
    "projects.plan": {PM},
    "projects.work_on_task": {PM},  # and whoever owns the task
    "projects.change_defaults": {Role.ADMINISTRATOR, MANAGEMENT, QA},
    "projects.publish": {PM},
    "projects.share": {PM, BD},
    "projects.quote": {BD},
    "projects.release_quotation": {BD, MANAGEMENT},
    "projects.answer_quotation": {Role.CLIENT_APPROVER},
    "projects.record_agreement": {BD, PM},
    "catalogue.cite_compound": {BD, PM},
    "projects.enter_evidence": {*DEPARTMENT_ROLES, PM, QA, BD},
    "projects.confirm_evidence": {*DEPARTMENT_ROLES, PM, QA, MANAGEMENT},
    "projects.read_portfolio": {BD, PM, QA, MANAGEMENT},
    "projects.read_revenue": {BD, PM, MANAGEMENT},
    "projects.request_decision": INTERNAL_ROLES - {Role.ADMINISTRATOR},
    "projects.confirm_condition": {QA, PM, MANAGEMENT},
    "projects.request_waiver": {PM},
    "projects.decide_waiver": {QA},
    "projects.assess_change": {QA, PM},
    "projects.open_loop": {PM, QA},
    "projects.edit_calendars": {PM, MANAGEMENT},
    "projects.book_vessel": {Role.PRODUCTION, MANAGEMENT, Role.ADMINISTRATOR},  # for upkeep; for a project, with the project
    "projects.order_change": {BD, PM},
    "projects.release_change_order": {BD, MANAGEMENT},
    "projects.answer_change_order": {Role.CLIENT_APPROVER},
    "projects.answer_approval": {Role.CLIENT_APPROVER},
    "projects.answer_account": {Role.CLIENT_APPROVER},
    "projects.reply_to_account": {PM},
    "projects.plan_payment": {BD, PM},
    "projects.invoice": {BD},
    "projects.save_view": set(INTERNAL_ROLES),
    "projects.change_view": set(),  # of a view: its owner
}
PEOPLE = sorted(INTERNAL_ROLES | CLIENT_ROLES)


@pytest.mark.parametrize("name", EXPECTED)
def test_permission_by_role(name: str) -> None:
    assert {role for role in PEOPLE if allowed(name, make.person(role))} == EXPECTED[name]


def test_every_permission_of_projects_is_in_the_table() -> None:
    assert {name for name in rules.permissions.permissions if name.startswith("projects.")} == {
        name for name in EXPECTED if name.startswith("projects.")
    }


@pytest.mark.parametrize("name", EXPECTED)
def test_who_is_not_active_may_nothing(name: str) -> None:
    for role in EXPECTED[name]:
        user = make.person(role)
        user.is_active = False

        assert not allowed(name, user)


def test_a_name_that_nobody_registered_is_an_error() -> None:
    with pytest.raises(KeyError):
        allowed("projects.juggle", make.manager())


def test_the_portfolio_is_seen_by_role_and_else_by_team() -> None:
    project = make.a_project()

    seen = {role for role in INTERNAL_ROLES if Project.objects.visible_to(make.person(role)).filter(pk=project.pk).exists()}

    asked = {Role(key) for key in SHEET_DEPARTMENTS}
    assert seen == {BD, PM, QA, MANAGEMENT, *asked}


def test_the_database_knows_whose_revenue_a_person_reads() -> None:
    """The manager of the one project, and everybody else: asked of the database they read what the rule says."""
    projects = [make.a_project(make.a_client(code)) for code in ("DCA", "DCB")]
    Project.objects.filter(pk=projects[0].pk).update(project_manager=make.person(PM))
    projects = list(Project.objects.order_by("pk"))

    for role in PEOPLE:
        user = make.person(role)
        read = list(Project.objects.filter(revenue_readable_by(user)).order_by("pk"))
        assert read == [project for project in projects if allowed("projects.read_revenue", user, project)], role


def test_a_named_team_member_sees_the_project() -> None:
    project = make.a_project()
    engineer = make.person(Role.REGULATORY)
    project.team.create(department=Department.objects.get(key="regulatory"), user=engineer)

    assert list(Project.objects.visible_to(engineer)) == [project]


THINGS: dict[str, Callable[[make.User], list[object]]] = {
    "projects": lambda user: list(Project.objects.visible_to(user)),
    "requests": lambda user: list(Rfp.objects.visible_to(user)),
    "milestones": lambda user: list(Milestone.objects.visible_to(user)),
    "tasks": lambda user: list(Task.objects.visible_to(user)),
    "deliverables": lambda user: list(Deliverable.objects.visible_to(user)),
    "quotations": lambda user: list(Quotation.objects.visible_to(user)),
    "reviews": lambda user: list(GateReview.objects.visible_to(user)),
}


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("role", sorted(CLIENT_ROLES))
def test_a_foreign_clients_people_see_nothing(thing: str, role: str) -> None:
    make.a_project_in(Phase.SMALL_SCALE)

    assert THINGS[thing](make.person(role, client=make.a_client("DCB"))) == []


def test_a_client_sees_of_its_own_only_what_is_for_it() -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    viewer = make.person(Role.CLIENT_VIEWER)

    assert THINGS["projects"](viewer) == [project]
    assert {row.visibility for row in THINGS["milestones"](viewer)} == {"shared"}  # type: ignore[attr-defined]
    assert {row.state for row in THINGS["quotations"](viewer)} == {"accepted"}  # type: ignore[attr-defined]
    assert THINGS["tasks"](viewer) == THINGS["reviews"](viewer) == THINGS["deliverables"](viewer) == THINGS["requests"](viewer) == []
