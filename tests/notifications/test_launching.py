"""A gate's go launches the work of the next phase: with owners and days, and one message to each who owes some of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from projects.models import Deliverable, Milestone, Phase, Project, Task, WaitingFor
from projects.services import owners
from projects.services.tasks import TaskDraft, add_task
from tests.notifications.conftest import told
from tests.projects import factories as make

pytestmark = pytest.mark.django_db


def test_the_work_of_a_new_phase_is_told_in_one_message_to_each_who_owes_some_and_to_nobody_else(project: Project) -> None:
    chemist = make.person(Role.RESEARCH, name="Dana Reyes")
    of_pilot = Deliverable.objects.open().filter(project=project, phase=Phase.PILOT)
    day = timezone.localdate() + timedelta(days=30)
    own = of_pilot.filter(department__key="analytical")[0]
    of_pilot.filter(pk=own.pk).update(owner=chemist, due_on=day)
    milestone = Milestone.objects.open().filter(project=project, phase=Phase.PILOT)[0]
    add_task(project.code, TaskDraft("Order the starting material", milestone.key, owner=chemist), actor=make.manager())
    make.finish_phase(project)
    make.propose(project, "go_with_conditions", conditions=(make.a_condition(),))

    notifications = [each for each in told(lambda: make.sign(project)) if each.event.kind == "work.asked"]

    assert {each.asked for each in notifications} == {True}
    of_chemist = {each.event.data["who"]: each for each in notifications if each.user_id == chemist.pk}
    by_name, by_role = of_chemist.pop(chemist.full_name), of_chemist.pop(str(Role.RESEARCH.label))
    assert not of_chemist
    assert {title for title, _day in by_name.event.data["work"]} == {own.title, "Order the starting material"}
    assert [own.title, day.isoformat()] in by_name.event.data["work"]
    owed = of_pilot.filter(department__key="research", owner=None)
    assert {title for title, _day in by_role.event.data["work"]} == {row.title for row in owed}
    assert all(row.title in by_role.event.words for row in owed)
    assert len({(each.user_id, each.event.data["who"]) for each in notifications}) == len(notifications)
    assert {each.delivery for each in notifications} == {"digest"}


def test_the_go_of_g1_launches_the_work_with_owners_and_days_and_tells_each_owner_once() -> None:
    project, chemist = make.a_project_ready_for_g1(), make.person(Role.RESEARCH, name="Dana Reyes")
    owed = Deliverable.objects.open().filter(project=project, phase=Phase.SMALL_SCALE)
    own = owed.filter(department__key="analytical")[0]
    owed.filter(pk=own.pk).update(owner=chemist)
    milestone = Milestone.objects.open().filter(project=project, phase=Phase.SMALL_SCALE)[0]
    task = add_task(project.code, TaskDraft("Screen the solvents", milestone.key, owner=chemist), actor=make.manager())
    make.propose(project)
    make.sign(project, Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER)
    waits = WaitingFor.objects.open().filter(project=project, key__in=[f"deliverable:{row.pk}" for row in owed])
    assert not waits.exists()

    messages = [each for each in told(lambda: make.sign(project)) if each.event.kind == "work.asked"]

    rows = list(owed.select_related("department", "owner"))
    launched = {wait.key: (wait.user, wait.role, wait.due_on) for wait in waits}
    roles = {row.pk: "" if row.owner else owners.ROLE_OF_DEPARTMENT.get(row.department.key, row.department.key) for row in rows}
    assert launched == {f"deliverable:{row.pk}": (row.owner, roles[row.pk], row.due_on) for row in rows}
    assert all(row.due_on for row in rows)
    assert WaitingFor.objects.open().get(key=task.key).user == chemist
    told_of = {(each.user_id, each.event.data["who"]): each.event.data["work"] for each in messages}
    assert len(told_of) == len(messages)
    theirs = [(row.title, row.due_on) for row in (Deliverable.objects.get(pk=own.pk), Task.objects.get(pk=task.pk))]  # days as launched
    assert sorted(told_of[chemist.pk, chemist.full_name]) == sorted([title, day.isoformat()] for title, day in theirs)
    assert {title for work in told_of.values() for title, _day in work} >= {row.title for row in rows}
