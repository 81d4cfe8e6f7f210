"""From rows of the plan to dates: which calendar counts for what, and what the network says. Reads nothing, writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from projects.calendars import WorkingCalendar
from projects.models import Milestone
from projects.schedule import Activity, Link, Schedule, propagate

if TYPE_CHECKING:
    from accounts.models import Client
    from catalogue.models import Site
    from projects.models import MilestoneLink, Project

# Where both sides must be at work: a date the client keeps with us does not fall on the client's holiday.
KEPT_BY_BOTH = frozenset({Milestone.Kind.CONTRACT, Milestone.Kind.DELIVERY, Milestone.Kind.PAYMENT, Milestone.Kind.FILING})


def calendar_of(project: Project) -> WorkingCalendar:
    """The working days of the project's site; without a site, Monday to Friday."""
    return _calendar_at(project.site) if project.site else WorkingCalendar()


def calendar_for(milestone: Milestone, project: Project) -> WorkingCalendar:
    """The working days on which the milestone can fall: the site's, and the client's too where both sides keep the date."""
    site = calendar_of(project)
    if milestone.kind not in KEPT_BY_BOTH:
        return site
    client = _calendar_at(project.client)
    adds_nothing = client in (site, WorkingCalendar(), WorkingCalendar(country=site.country))
    return site if adds_nothing else replace(site, also=client)


def _calendar_at(place: Site | Client) -> WorkingCalendar:
    return WorkingCalendar(country=place.country, closures=place.closures, worked=place.worked_days)


def is_provisional(milestone: Milestone, project: Project, day: date | None) -> bool:
    """The day lies in a year whose holidays are not announced where it counts. What has happened is not provisional."""
    return day is not None and milestone.actual_on is None and calendar_for(milestone, project).is_provisional(day)


@dataclass(frozen=True)
class Changes:
    """What differs from the plan as it is: "not before" by milestone key, lag by (predecessor key, successor key)."""

    earliest: Mapping[str, date | None] = field(default_factory=dict)
    lags: Mapping[tuple[str, str], int] = field(default_factory=dict)


def schedule_of(
    project: Project,
    milestones: Sequence[Milestone],
    links: Iterable[MilestoneLink],
    *,
    today: date,
    changes: Changes | None = None,
) -> Schedule:
    """The plan's network worked through, with `changes` laid over it. Raises ScheduleError for a loop."""
    changes = changes or Changes()
    keys = {milestone.pk: milestone.key for milestone in milestones}
    return propagate(
        [_activity(milestone, project, changes) for milestone in milestones],
        [_link(link, keys, changes) for link in links],
        calendar_of(project),
        today,
        finish_by=promised_end(milestones, calendar_of(project)),
    )


def _activity(milestone: Milestone, project: Project, changes: Changes) -> Activity:
    calendar = calendar_for(milestone, project)
    return Activity(
        key=milestone.key,
        duration_days=milestone.duration_days,
        earliest=changes.earliest.get(milestone.key, milestone.earliest_on),
        actual_start=milestone.actual_on if milestone.duration_days == 0 else None,
        actual_finish=milestone.actual_on,
        calendar=calendar if calendar.also else None,
    )


def _link(link: MilestoneLink, keys: Mapping[int, str], changes: Changes) -> Link:
    pair = keys[link.predecessor_id], keys[link.successor_id]
    return Link(*pair, kind=link.kind, lag_days=changes.lags.get(pair, link.lag_days))


def promised_end(milestones: Iterable[Milestone], calendar: WorkingCalendar) -> date | None:
    """Float is counted towards the last promised date plus its tolerance: a plan on its baseline has exactly the tolerance left.

    Without this, every milestone of the critical path would be "at risk" from the first day.
    """
    promised = [(m.baseline_on, m.tolerance_days) for m in milestones if m.baseline_on]
    return calendar.add_working_days(*max(promised)) if promised else None
