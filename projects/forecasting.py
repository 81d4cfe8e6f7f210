"""From rows of the plan to dates: which calendar counts for what, and what the network says. Reads nothing, writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from projects.calendars import WorkingCalendar
from projects.models import PHASES, Milestone, Phase
from projects.schedule import Activity, Link, Relation, Schedule, propagate
from projects.what_if import Changes, links_tried

if TYPE_CHECKING:
    from accounts.models import Client
    from catalogue.models import Site
    from projects.models import MilestoneLink, Project, Task

# Where both sides must be at work: a date the client keeps with us does not fall on the client's holiday.
KEPT_BY_BOTH = frozenset({Milestone.Kind.CONTRACT, Milestone.Kind.DELIVERY, Milestone.Kind.PAYMENT, Milestone.Kind.FILING})


def calendar_of(project: Project) -> WorkingCalendar:
    """The working days of the project's site; without a site, Monday to Friday."""
    return calendar_at(project.site) if project.site else WorkingCalendar()


def working_day_in(project: Project, days: int) -> date:
    """What a date is proposed as that lies so many days ahead: nobody begins or answers on a Sunday."""
    return calendar_of(project).next_working_day(project.today + timedelta(days=days))


def calendar_for(milestone: Milestone, project: Project) -> WorkingCalendar:
    """The working days on which the milestone can fall: the site's, and the client's too where both sides keep the date."""
    return calendar_for_kind(milestone.kind, calendar_of(project), calendar_at(project.client))


def calendar_for_kind(kind: str, site: WorkingCalendar, client: WorkingCalendar) -> WorkingCalendar:
    """The same, of the calendars themselves."""
    if kind not in KEPT_BY_BOTH:
        return site
    adds_nothing = client in (site, WorkingCalendar(), WorkingCalendar(country=site.country))
    return site if adds_nothing else replace(site, also=client)


def calendar_at(place: Site | Client) -> WorkingCalendar:
    """The working days of a place as it was read."""
    return WorkingCalendar(country=place.country, subdivision=place.subdivision, closures=place.closures, worked=place.worked_days)


def is_provisional(milestone: Milestone, project: Project, day: date | None) -> bool:
    """The day lies in a year whose holidays are not announced where it counts. What has happened is not provisional."""
    return day is not None and milestone.actual_on is None and calendar_for(milestone, project).is_provisional(day)


def schedule_of(
    project: Project,
    milestones: Sequence[Milestone],
    links: Iterable[MilestoneLink],
    *,
    tasks: Sequence[Task],
    today: date,
    changes: Changes | None = None,
) -> Schedule:
    """The plan's network worked through, with `changes` laid over it. Raises ScheduleError for a loop."""
    changes = changes or Changes()
    keys, fed = {milestone.pk: milestone.key for milestone in milestones}, {task.milestone_id for task in tasks}
    kept = [milestone for milestone in milestones if milestone.pk in fed or milestone.key not in changes.removed]
    behind = task_links(tasks, kept)
    durations = {milestone.key: changes.durations.get(milestone.key, milestone.duration_days) for milestone in milestones}
    plan = [Link(keys[link.predecessor_id], keys[link.successor_id], link.kind, link.lag_days) for link in links]
    changes = replace(changes, removed=changes.removed - {milestone.key for milestone in kept})
    return propagate(
        [*(activity_of(milestone, project, changes) for milestone in kept), *(activity_of_task(task, changes) for task in tasks)],
        [*links_tried(plan, durations, changes, besides=behind), *behind],
        calendar_of(project),
        today,
        finish_by=promised_end(kept, calendar_of(project)),
    )


def activity_of(milestone: Milestone, project: Project, changes: Changes | None = None) -> Activity:
    calendar, changes = calendar_for(milestone, project), changes or Changes()
    duration_days = changes.durations.get(milestone.key, milestone.duration_days)
    return Activity(
        key=milestone.key,
        title=milestone.title,
        duration_days=duration_days,
        earliest=changes.earliest.get(milestone.key, milestone.earliest_on),
        finish_by=milestone.finish_by,
        actual_start=milestone.started_on if duration_days else milestone.actual_on,
        actual_finish=milestone.actual_on,
        calendar=calendar if calendar.also else None,
    )


def activity_of_task(task: Task, changes: Changes | None = None) -> Activity:
    durations = changes.durations if changes else {}
    return Activity(
        key=task.key,
        title=task.title,
        duration_days=durations.get(task.key, task.duration_days),
        earliest=task.earliest_on,
        actual_start=task.started_on if task.duration_days else task.done_on,
        actual_finish=task.done_on,
    )


def task_links(tasks: Sequence[Task], milestones: Sequence[Milestone]) -> list[Link]:
    """What each task waits for, and the milestone that waits for it: not for its work to begin, for its date."""
    keys = {milestone.pk: milestone.key for milestone in milestones}
    names = {task.pk: task.key for task in tasks}
    openings = _openings(milestones)
    phases = {milestone.pk: milestone.phase for milestone in milestones}
    links = []
    for task in tasks:
        ahead = names.get(task.after_task_id or 0) or keys.get(task.after_milestone_id or 0) or openings.get(phases[task.milestone_id])
        if ahead:
            links.append(Link(ahead, task.key))
        links.append(Link(task.key, keys[task.milestone_id], Relation.FINISH_FINISH))
    return links


def _openings(milestones: Sequence[Milestone]) -> dict[str, str]:
    """By phase, the gate of this plan that opens it."""
    gates = {milestone.phase: milestone.key for milestone in milestones if milestone.kind == Milestone.Kind.GATE}
    found: dict[str, str] = {}
    for place, phase in enumerate(PHASES):
        before = [gates[Phase(earlier)] for earlier in PHASES[:place] if earlier in gates]
        if before:
            found[phase.value] = before[-1]
    return found


def promised_end(milestones: Iterable[Milestone], calendar: WorkingCalendar) -> date | None:
    """Float is counted towards the last promised date plus its tolerance: a plan on its baseline has exactly the tolerance left.

    Without this, every milestone of the critical path would be "at risk" from the first day.
    """
    promised = [(m.baseline_on, m.tolerance_days) for m in milestones if m.baseline_on]
    return calendar.add_working_days(*max(promised)) if promised else None
