"""What may be done to a milestone, and what the client learns of it. The arithmetic is tested in test_schedule.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from projects.milestones import critical_of, states_of
from projects.models import Baseline, BaselineMilestone, Deliverable, Milestone, Phase, Project, Publication, Rfp, Task, WaitingFor
from projects.pictures import gantt_rows
from projects.services import plan, publishing
from projects.services.sharing import set_visibility
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
Events = Callable[[Callable[[], object]], list[str]]
KEY = "sample_shipped"


@pytest.fixture
def project(db: None) -> Project:
    return make.a_project_in(Phase.SMALL_SCALE)


def milestone(project: Project, key: str = KEY) -> Milestone:
    return Milestone.objects.get(project=project, key=key)


def reschedule(project: Project, key: str = KEY, days: int = 200, reason: str = "The reactor is occupied.") -> list[Milestone]:
    return plan.reschedule_milestone(
        project.code, key, not_before=timezone.localdate() + timedelta(days=days), actor=make.manager(), reason=reason
    )


def publish(project: Project, key: str = KEY, **values: Any) -> Publication:
    given = {"reason_class": "capacity", "side": "cdmo", "reason": "The reactor is occupied.", **values}
    return publishing.publish_milestone(project.code, key, actor=make.manager(), **given)


def share(project: Project, key: str, visibility: str = "shared") -> None:
    set_visibility(project.code, "milestone", key, visibility=visibility, actor=make.manager())


def test_go_of_g1_takes_the_baseline_and_tells_the_client(project: Project) -> None:
    row = milestone(project)

    assert row.baseline_on == row.forecast_on == row.published_on
    assert Baseline.objects.get(project=project).milestones.count() == project.milestones.count()
    assert not any(item.unpublished for item in project.milestones.all())


def test_a_baseline_is_immutable(project: Project) -> None:
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        BaselineMilestone.objects.filter(baseline__project=project).update(planned_on=timezone.localdate())


def test_due_dates_and_their_waits_follow_the_milestone_unless_a_person_chose_them(project: Project) -> None:
    fed, chosen = Deliverable.objects.get(project=project, key="sample_confirmation"), "route_selection_report"
    assert fed.due_on == milestone(project, "sample_confirmed").forecast_on
    Deliverable.objects.filter(project=project, key=chosen).update(due_on=date(2031, 1, 7))

    reschedule(project, "route_selected")

    fed.refresh_from_db()
    assert fed.due_on == milestone(project, "sample_confirmed").forecast_on > timezone.localdate() + timedelta(days=200)
    assert WaitingFor.objects.open().get(key=f"deliverable:{fed.pk}").due_on == fed.due_on
    assert Deliverable.objects.get(project=project, key=chosen).due_on == date(2031, 1, 7)


@pytest.mark.parametrize(("zone", "day"), [("Asia/Shanghai", 13), ("America/New_York", 12), ("", 12)])
def test_a_day_on_record_is_the_site_s(project: Project, zone: str, day: int) -> None:
    if zone:
        assert project.site
        project.site.time_zone = zone
    else:
        project.site = None
    with timezone.override("UTC"):
        assert project.day_of(datetime(2026, 3, 12, 20, 0, tzinfo=UTC)) == date(2026, 3, day)


def test_rescheduling_moves_what_follows_and_tells_the_client_nothing(project: Project, events_of: Events) -> None:
    before = {row.key: row for row in project.milestones.all()}

    kinds = events_of(partial(reschedule, project))

    after = {row.key: row for row in project.milestones.all()}
    assert kinds == ["milestone.rescheduled", "plan.forecasts_moved"]
    assert after["g2"].forecast_on > before["g2"].forecast_on
    assert after["methods_ready"].forecast_on == before["methods_ready"].forecast_on
    assert {row.published_on for row in after.values()} == {row.published_on for row in before.values()}
    assert not Event.objects.filter(kind__in=kinds, client_visible=True).exists()


def test_rescheduling_needs_a_reason(project: Project, nothing_written: Check) -> None:
    nothing_written(partial(reschedule, project, reason=" "), BadInput)


def test_what_is_achieved_is_not_rescheduled(project: Project, nothing_written: Check) -> None:
    nothing_written(partial(reschedule, project, "g1"), Refused)


def test_publishing_writes_how_many_days_and_on_whose_side(project: Project, events_of: Events) -> None:
    reschedule(project)
    before = milestone(project)

    kinds = events_of(partial(publish, project, side="client", reason_class="client_input"))

    row = Publication.objects.filter(milestone=before).latest("published_at")
    assert kinds == ["milestone.published", "plan.published"]
    assert (row.from_date, row.to_date, row.side) == (before.published_on, before.forecast_on, "client")
    assert row.days == plan.calendar_of(project).working_days_between(row.from_date, row.to_date) > 0
    assert milestone(project).published_on == before.forecast_on


@pytest.mark.parametrize(("values", "field"), [({"reason_class": ""}, "reason_class"), ({"side": ""}, "side"), ({"reason": ""}, "reason")])
def test_a_publication_says_everything(project: Project, values: dict[str, str], field: str, nothing_written: Check) -> None:
    reschedule(project)

    refusal = nothing_written(partial(publish, project, **values), BadInput)

    assert refusal.errors.keys() == {field}  # type: ignore[attr-defined]


def test_what_the_client_knows_is_not_published_again(project: Project, nothing_written: Check) -> None:
    refusal = nothing_written(partial(publish, project), Refused)

    assert list(refusal.blockers) == publishing.publication_blockers(milestone(project))  # type: ignore[attr-defined]


def test_an_internal_milestone_is_shared_before_it_is_published(project: Project, nothing_written: Check) -> None:
    nothing_written(partial(publish, project, "methods_ready"), Refused)
    share(project, "methods_ready")

    assert publish(project, "methods_ready", reason="").from_date is None


@pytest.mark.parametrize(("visibility", "kind"), [("shared", "milestone.shared"), ("internal", "milestone.unshared")])
def test_sharing_is_recorded_once(project: Project, visibility: str, kind: str, events_of: Events) -> None:
    key = "methods_ready" if visibility == "shared" else KEY

    assert events_of(partial(share, project, key, visibility)) == [kind]
    assert events_of(partial(share, project, key, visibility)) == []


def test_the_record_sets_the_date_that_it_knows(project: Project, nothing_written: Check) -> None:
    refusal = nothing_written(lambda: plan.achieve_milestone(project.code, KEY, on=timezone.localdate(), actor=make.manager()), Refused)

    assert refusal.blockers[0].link.endswith("/deliverables/sample_certificate/")  # type: ignore[attr-defined]


def own_milestone(project: Project) -> Milestone:
    """One that nothing in the record feeds, as a change order may bring it."""
    return Milestone.objects.create(project=project, key="payment", title="Second payment", phase="small_scale", kind="payment", order=99)


def test_a_person_enters_the_date_that_the_record_does_not_know(project: Project, events_of: Events) -> None:
    row = own_milestone(project)
    today = timezone.localdate()

    kinds = events_of(lambda: plan.achieve_milestone(project.code, row.key, on=today, actor=make.manager()))

    assert (kinds, milestone(project, row.key).actual_on) == (["milestone.achieved", "payment.ready_to_invoice"], today)


def test_an_actual_date_is_not_in_the_future_and_not_entered_twice(project: Project, nothing_written: Check) -> None:
    row, today = own_milestone(project), timezone.localdate()
    achieve = partial(plan.achieve_milestone, project.code, row.key, actor=make.manager())

    nothing_written(partial(achieve, on=today + timedelta(days=1)), BadInput)
    achieve(on=today)
    nothing_written(partial(achieve, on=today), Refused)


@pytest.mark.parametrize("role", [Role.RESEARCH, Role.QUALITY_ASSURANCE, Role.BUSINESS_DEVELOPMENT, Role.MANAGEMENT])
def test_the_plan_is_the_project_managers(project: Project, role: str, nothing_written: Check) -> None:
    day = timezone.localdate()

    nothing_written(
        lambda: plan.reschedule_milestone(project.code, KEY, not_before=day, actor=make.person(role), reason="Mine."), NotAllowed
    )
    nothing_written(
        lambda: publishing.publish_milestone(project.code, KEY, reason_class="other", side="cdmo", reason="Mine.", actor=make.person(role)),
        NotAllowed,
    )


def test_states_follow_the_plan_for_us_and_the_published_dates_for_the_client(project: Project) -> None:
    reschedule(project)
    rows = list(project.milestones.all())
    how = {"today": timezone.localdate(), "calendars": {project.pk: plan.calendar_of(project)}}

    ours, theirs = states_of(rows, **how), states_of(rows, **how, for_client=True)

    late = milestone(project).pk
    assert (ours[late].value, theirs[late].value) == ("late", "on_track")


def test_the_critical_path_is_marked_for_us_and_never_for_the_client(project: Project) -> None:
    """It follows forecasts that were not published."""
    rows = list(Milestone.objects.filter(project=project))
    critical = critical_of(rows)
    least = min(row.float_days for row in rows if row.actual_on is None and row.float_days is not None)

    assert critical
    assert {row.float_days for row in rows if row.pk in critical} == {least}
    states = states_of(rows, today=timezone.localdate(), calendars={project.pk: plan.calendar_of(project)})
    marked = {row.key for row in gantt_rows(rows, states, for_client=False) if row.critical}
    assert marked == {row.key for row in rows if row.pk in critical}
    assert not any(row.critical for row in gantt_rows(rows, states, for_client=True))


def test_a_milestone_does_not_wait_for_itself(project: Project) -> None:
    row = milestone(project)

    with pytest.raises(IntegrityError), transaction.atomic():
        row.predecessors.create(predecessor=row)


@pytest.mark.parametrize(("role", "is_on"), [("registration", True), ("api", False), ("", False)])
def test_a_registration_intermediate_switches_on_its_tasks(role: str, is_on: bool) -> None:
    project = make.a_project()
    Rfp.objects.filter(pk=project.rfp_id).update(compound_role=role)

    make.charter(Project.objects.get(pk=project.pk))

    tasks = set(Task.objects.filter(project=project).values_list("planned_key", flat=True))
    its_own = {"starting_materials", "gmp_start", "dossier_of_intermediate"}
    assert ("kick_off" in tasks, its_own & tasks) == (True, its_own if is_on else set())
