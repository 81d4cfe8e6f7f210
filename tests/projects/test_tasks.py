"""Tasks: given out, done by who owns them, in the network, in "my work", and nowhere for a client."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from projects.calendars import WorkingCalendar
from projects.milestones import states_of
from projects.models import Milestone, Phase, Project, Task, WaitingFor
from projects.pictures import gantt_rows, with_tasks
from projects.services import dependencies
from projects.services import tasks as services
from projects.services.milestones import remove_milestone
from projects.services.plan import calendar_of, update_forecasts
from projects.services.team import name_team_member
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
Events = Callable[[Callable[[], object]], list[str]]


@pytest.fixture
def project(db: None) -> Project:
    return make.a_project_in(Phase.SMALL_SCALE)


def draft(milestone: str = "route_selected", **values: Any) -> services.TaskDraft:
    given = {"title": "Buy the catalyst", "department": "research", "duration_days": 5, **values}
    return services.TaskDraft(milestone=milestone, **given)


def add(project: Project, milestone: str = "route_selected", **values: Any) -> Task:
    return services.add_task(project.code, draft(milestone, **values), actor=make.manager())


def forecast(project: Project, key: str) -> date:
    day = Milestone.objects.get(project=project, key=key).forecast_on
    assert day is not None
    return day


def wait_of(task: Task) -> WaitingFor | None:
    return WaitingFor.objects.open().filter(key=f"task:{task.pk}").first()


def today() -> date:
    return timezone.localdate()


# In the plan


def test_a_long_task_moves_its_milestone_and_what_follows(project: Project, events_of: Events) -> None:
    before = {key: forecast(project, key) for key in ("route_selected", "g2")}

    kinds = events_of(lambda: add(project, duration_days=200))

    calendar = calendar_of(Project.objects.get(pk=project.pk))
    moved = calendar.working_days_between(before["route_selected"], forecast(project, "route_selected"))
    assert kinds[0] == "task.added" and "plan.forecasts_moved" in kinds
    assert moved > 100
    assert forecast(project, "g2") > before["g2"]


def test_a_short_task_has_float_and_moves_nothing(project: Project) -> None:
    before = forecast(project, "route_selected")

    task = add(project, duration_days=3)

    assert forecast(project, "route_selected") == before
    assert task.float_days is not None and task.float_days > 3
    assert task.due_on == task.forecast_on


def test_its_work_is_counted_from_what_it_waits_for(project: Project) -> None:
    calendar = calendar_of(Project.objects.get(pk=project.pk))
    first = add(project, duration_days=4)
    then = add(project, duration_days=3, after=first.key, title="Test it")
    later = add(project, "g2", duration_days=2, after="route_selected", title="Tell the others")

    assert first.due_on and first.due_on == calendar.add_working_days(today(), 4)  # G1 was passed today
    assert then.due_on == calendar.add_working_days(first.due_on, 3)
    assert later.due_on == calendar.add_working_days(forecast(project, "route_selected"), 2)


def test_a_task_of_a_later_phase_begins_with_its_phase(project: Project) -> None:
    task = add(project, "pilot_batches_done", department="production")

    assert task.starts_on is not None and task.starts_on > forecast(project, "g2")
    assert wait_of(task) is None


def test_a_late_task_stays_due_and_pushes_its_forecast(project: Project) -> None:
    task = add(project)
    due = task.due_on
    earlier = today() - timedelta(days=60)
    Task.objects.filter(pk=task.pk).update(agreed_on=earlier)
    Milestone.objects.filter(project=project, key="g1").update(actual_on=earlier)

    update_forecasts(Project.objects.select_for_update().get(pk=project.pk), actor=make.manager())

    task = Task.objects.get(pk=task.pk)
    assert task.due_on is not None and due is not None
    assert task.due_on < today() < (task.forecast_on or today())
    assert task.state(today()) == "late"
    wait = wait_of(task)
    assert wait is not None and wait.due_on == task.due_on


def test_a_task_that_began_needs_only_what_is_left(project: Project) -> None:
    task = add(project, duration_days=100)
    services.start_task(project.code, task.pk, on=today() - timedelta(days=28), actor=make.manager())

    started = Task.objects.get(pk=task.pk)

    assert started.forecast_on is not None and task.forecast_on is not None
    assert started.forecast_on < task.forecast_on
    assert started.due_on == task.due_on


def test_loops_through_tasks_are_named(project: Project, nothing_written: Check) -> None:
    first = add(project, title="First")
    second = add(project, after=first.key, title="Second")
    change = draft(title="First", after=second.key)

    round_tasks = nothing_written(
        lambda: services.change_task(project.code, first.pk, change, reason="Tried.", actor=make.manager()), BadInput
    )
    round_milestones = nothing_written(lambda: add(project, after="g2"), BadInput)
    waits = add(project, "g3", after="sample_confirmed", title="Third")
    through_link = nothing_written(
        lambda: dependencies.add_dependency(
            project.code, "sample_confirmed", predecessor="g3", kind="SS", lag_days=0, reason="Tried.", actor=make.manager()
        ),
        BadInput,
    )

    assert "Second" in round_tasks.errors["after"][0]  # type: ignore[attr-defined]
    assert "G2" in round_milestones.errors["after"][0]  # type: ignore[attr-defined]
    assert waits.pk and "circle" in through_link.errors["predecessor"][0]  # type: ignore[attr-defined]


# Who is asked, and who may


def test_the_department_is_asked_then_the_owner_then_nobody(project: Project, events_of: Events) -> None:
    chemist = make.person(Role.RESEARCH)
    task = add(project)
    by_department = wait_of(task)
    services.change_task(project.code, task.pk, draft(owner=chemist), reason="A name.", actor=make.manager())
    by_name = wait_of(task)
    kinds = events_of(lambda: services.finish_task(project.code, task.pk, on=today(), actor=chemist))

    assert by_department is not None and (by_department.user, by_department.role) == (None, "research")
    assert by_name is not None and (by_name.user, by_name.milestone and by_name.milestone.key) == (chemist, "route_selected")
    assert kinds[0] == "task.done"
    assert wait_of(task) is None


def test_taking_back_asks_again(project: Project, events_of: Events) -> None:
    task = add(project)
    services.finish_task(project.code, task.pk, on=today(), actor=make.manager())

    kinds = events_of(lambda: services.reopen_task(project.code, task.pk, reason="The wrong one.", actor=make.manager()))

    assert kinds[0] == "task.reopened"
    assert wait_of(task) is not None
    assert Event.objects.filter(kind="task.reopened").latest("pk").data["before"] == {"done_on": today().isoformat()}


def test_a_phase_that_begins_asks_for_its_tasks() -> None:
    project = make.a_project_ready_for_g1()
    planned = Task.objects.get(project=project, planned_key="kick_off")
    assert wait_of(planned) is None

    make.decide(project)

    wait = wait_of(planned)
    assert wait is not None
    assert (wait.user, wait.due_on) == (make.manager(), Task.objects.get(pk=planned.pk).due_on)


def test_naming_a_member_hands_over_open_tasks(project: Project) -> None:
    chemist = make.person(Role.RESEARCH)
    task = add(project)

    name_team_member(project.code, "research", user=chemist, actor=make.manager())

    wait = wait_of(task)
    assert wait is not None and wait.user == chemist


@pytest.mark.parametrize("act", ["start", "finish"])
def test_only_its_owner_or_a_project_manager_enters_what_happened(project: Project, nothing_written: Check, act: str) -> None:
    chemist = make.person(Role.RESEARCH)
    service = {"start": services.start_task, "finish": services.finish_task}[act]
    task = add(project, owner=chemist)
    others = [make.person(Role.PRODUCTION), make.person(Role.MANAGEMENT), make.person(Role.RESEARCH, name="Another chemist")]

    for other in others:
        nothing_written(lambda other=other: service(project.code, task.pk, on=today(), actor=other), NotAllowed)  # type: ignore[misc]

    service(project.code, task.pk, on=today(), actor=chemist)


@pytest.mark.parametrize("role", [Role.RESEARCH, Role.MANAGEMENT, Role.BUSINESS_DEVELOPMENT])
def test_only_a_project_manager_gives_out_changes_and_removes(project: Project, nothing_written: Check, role: str) -> None:
    task, actor = add(project), make.person(role)

    nothing_written(lambda: services.add_task(project.code, draft(), actor=actor), NotAllowed)
    nothing_written(lambda: services.change_task(project.code, task.pk, draft(), reason="r", actor=actor), NotAllowed)
    nothing_written(lambda: services.remove_task(project.code, task.pk, reason="r", actor=actor), NotAllowed)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": " "}, "title"),
        ({"milestone": "g1"}, "milestone"),  # achieved
        ({"milestone": "nowhere"}, "milestone"),
        ({"department": ""}, "owner"),
        ({"duration_days": 0}, "duration_days"),
        ({"after": "nowhere"}, "after"),
        ({"after": "task:999999"}, "after"),
    ],
)
def test_bad_input_is_named_at_its_field(project: Project, nothing_written: Check, values: dict[str, Any], field: str) -> None:
    refusal = nothing_written(lambda: add(project, **values), BadInput)

    assert list(refusal.errors) == [field]  # type: ignore[attr-defined]


def test_somebody_who_does_not_see_the_project_is_given_nothing(project: Project, nothing_written: Check) -> None:
    stranger = make.person(Role.REGULATORY)

    refusal = nothing_written(lambda: add(project, owner=stranger), BadInput)

    assert "team" in refusal.errors["owner"][0]  # type: ignore[attr-defined]
    add(project, department="regulatory")
    assert Project.objects.visible_to(stranger).filter(pk=project.pk).exists()


def test_days_must_make_sense(project: Project, nothing_written: Check) -> None:
    task, manager = add(project), make.manager()
    services.start_task(project.code, task.pk, on=today(), actor=manager)
    tomorrow, yesterday = today() + timedelta(1), today() - timedelta(1)

    nothing_written(lambda: services.finish_task(project.code, task.pk, on=tomorrow, actor=manager), BadInput)
    nothing_written(lambda: services.finish_task(project.code, task.pk, on=yesterday, actor=manager), BadInput)
    nothing_written(lambda: services.start_task(project.code, task.pk, on=yesterday, actor=manager), Refused)


def test_what_is_done_or_waited_for_stays(project: Project, nothing_written: Check) -> None:
    first, manager = add(project), make.manager()
    second = add(project, after=first.key, title="Second")
    nothing_written(lambda: services.remove_task(project.code, first.pk, reason="Not needed.", actor=manager), Refused)
    services.remove_task(project.code, second.pk, reason="Not needed.", actor=manager)
    services.finish_task(project.code, first.pk, on=today(), actor=manager)

    nothing_written(lambda: services.remove_task(project.code, first.pk, reason="Not needed.", actor=manager), Refused)
    nothing_written(lambda: services.change_task(project.code, first.pk, draft(), reason="r", actor=manager), Refused)


def test_removing_leaves_its_event_and_no_wait(project: Project, events_of: Events) -> None:
    task = add(project, duration_days=200)
    late = forecast(project, "g2")

    kinds = events_of(lambda: services.remove_task(project.code, task.pk, reason="Not needed.", actor=make.manager()))

    assert kinds[0] == "task.removed"
    assert wait_of(task) is None
    assert forecast(project, "g2") < late


def test_a_milestone_with_tasks_is_not_removed(project: Project, nothing_written: Check) -> None:
    add(project, "methods_ready")

    refusal = nothing_written(lambda: remove_milestone(project.code, "methods_ready", reason="r", actor=make.manager()), Refused)

    assert "Buy the catalyst" in str(refusal)


def test_a_removed_default_task_does_not_come_back_with_the_next_draft() -> None:
    project = make.a_planned_project()
    task = Task.objects.get(project=project, planned_key="kick_off")
    services.remove_task(project.code, task.pk, reason="They know each other.", actor=make.manager())

    make.charter(project)

    assert set(project.tasks.values_list("planned_key", flat=True)) == {"pilot_materials", "validation_materials"}


# Pages and pictures


def signed_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def test_the_plan_page_gives_out_changes_and_finishes(project: Project) -> None:
    browser, plan = signed_in(make.manager()), reverse("project-plan", args=[project.code])
    values = {"task-title": "Buy", "task-milestone": "g2", "task-department": "research", "task-duration_days": "3", "task-after": ""}

    nameless = browser.post(reverse("task-add", args=[project.code]), values | {"task-title": ""})
    added = browser.post(reverse("task-add", args=[project.code]), values)
    task = Task.objects.get(project=project, title="Buy")
    opened = browser.get(plan, {"task": task.pk}).content.decode()
    unreasoned = browser.post(reverse("task-change", args=[project.code, task.pk]), values)
    changed = browser.post(reverse("task-change", args=[project.code, task.pk]), values | {"task-title": "Buy two", "task-reason": "More."})
    future = browser.post(reverse("task-finish", args=[project.code, task.pk]), {"done-on": (today() + timedelta(9)).isoformat()})
    done = browser.post(reverse("task-finish", args=[project.code, task.pk]), {"done-on": today().isoformat()})
    again = browser.post(reverse("task-reopen", args=[project.code, task.pk]), {"reopen-reason": "No."})
    removed = browser.post(reverse("task-remove", args=[project.code, task.pk]), {"remove-reason": "No."})

    answers = [nameless, added, unreasoned, changed, future, done, again, removed]
    assert [answer.status_code for answer in answers] == [400, 302, 400, 302, 400, 302, 302, 302]
    assert "cannot be in the future" in future.content.decode()
    assert "Enter when it began" in opened
    assert not Task.objects.filter(pk=task.pk).exists()


def test_a_department_sees_what_it_may_and_why_not_more(project: Project) -> None:
    task = add(project)

    page = signed_in(make.person(Role.RESEARCH)).get(reverse("project-plan", args=[project.code]), {"task": task.pk}).content.decode()
    other = signed_in(make.person(Role.PRODUCTION)).get(reverse("project-plan", args=[project.code]), {"task": task.pk}).content.decode()

    assert reverse("task-finish", args=[project.code, task.pk]) in page
    assert reverse("task-change", args=[project.code, task.pk]) not in page
    assert reverse("task-finish", args=[project.code, task.pk]) not in other
    assert "Its owner or a project manager enters this." in other


def test_the_plan_page_costs_the_same_for_many_tasks(project: Project) -> None:
    browser, address = signed_in(make.manager()), reverse("project-plan", args=[project.code])
    browser.get(address)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 200
        return len(captured)

    before = queries()
    for number in range(3):
        add(project, title=f"Task {number}", owner=make.person(Role.RESEARCH))

    assert queries() == before <= 20


def test_a_task_of_another_project_is_missing(project: Project) -> None:
    other = make.a_project()
    task = add(project)

    answer = signed_in(make.manager()).post(reverse("task-finish", args=[other.code, task.pk]), {"done-on": today().isoformat()})

    assert answer.status_code == 404


def test_the_picture_has_tasks_under_their_milestones_and_none_for_a_client(project: Project) -> None:
    task = add(project, after="g1")
    rows = list(Milestone.objects.filter(project=project))
    states = states_of(rows, today=today(), calendars={project.pk: calendar_of(project)})

    tasks = list(Task.objects.filter(project=project))
    drawn = with_tasks(gantt_rows(rows, states, for_client=False), rows, tasks, today(), WorkingCalendar())

    keys = [row.key for row in drawn]
    place = keys.index(task.key)
    row = drawn[place]
    assert row.dependencies == ["g1"]
    assert (row.start, row.forecast, row.baseline) == (task.starts_on, task.forecast_on, task.due_on)
    assert WorkingCalendar().working_days_between(row.baseline_start, row.baseline) == task.duration_days - 1
    assert "route_selected" in keys[:place] and keys[place + 1 :].count("methods_ready") == 1
    assert not [row for row in gantt_rows(rows, states, for_client=True) if row.key.startswith("task:")]


def test_what_went_ahead_is_said_on_the_plan_page() -> None:
    project = make.a_project_in(Phase.PILOT)  # the kick-off was never entered as held

    page = signed_in(make.manager()).get(reverse("project-plan", args=[project.code])).content.decode()

    assert "Route selected went ahead of Hold the kick-off meeting with the client, which it depends on." in page
