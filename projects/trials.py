"""A scratch plan read: what is tried, what would follow from it, and where the plan has moved away under it. Writes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from projects.baselines import Compared, Dated, compared
from projects.forecasting import calendar_for, calendar_of, schedule_of, task_links
from projects.models import Milestone, MilestoneLink, Project, Relation, Scratch, Task
from projects.network import Link, loop_through
from projects.schedule import Schedule
from projects.services.baselines import dated_now
from projects.what_if import Changes, Names, names_of

BETWEEN = ">"


@dataclass(frozen=True)
class Plan:
    """The plan of a project as it is: its milestones, what they wait for, and the tasks. Three queries."""

    project: Project
    rows: list[Milestone]
    links: list[MilestoneLink]
    tasks: list[Task]

    @cached_property
    def milestones(self) -> dict[str, Milestone]:
        return {row.key: row for row in self.rows}

    @cached_property
    def named(self) -> dict[Names, MilestoneLink]:
        return {link.names: link for link in self.links}

    @cached_property
    def titles(self) -> dict[str, str]:
        return {row.key: row.title for row in self.rows} | {task.key: task.title for task in self.tasks}

    @cached_property
    def durations(self) -> dict[str, int]:
        """Working days of work by key, of milestones and tasks that are open."""
        tasks = {task.key: task.duration_days for task in self.tasks if task.done_on is None}
        return {row.key: row.duration_days for row in self.rows if row.actual_on is None} | tasks

    @cached_property
    def task_pairs(self) -> list[tuple[str, str]]:
        """Who waits for whom where a task is one of the two."""
        return [(link.predecessor, link.successor) for link in task_links(self.tasks, self.rows)]

    @property
    def fingerprint(self) -> str:
        """Another one for every plan on which a trial would have to be looked at again."""
        rows = [(row.key, row.earliest_on, row.duration_days, row.actual_on) for row in self.rows]
        links = sorted((*link.names, link.lag_days) for link in self.links)
        tasks = [(task.key, task.duration_days, task.done_on) for task in self.tasks]
        return hashlib.sha256(json.dumps([rows, links, tasks], default=str).encode()).hexdigest()


def plan_of(project: Project) -> Plan:
    links = MilestoneLink.objects.filter(successor__project=project).select_related("predecessor", "successor")
    tasks = Task.objects.filter(project=project).select_related("milestone", "owner", "department", "after_task", "after_milestone")
    return Plan(project, list(Milestone.objects.filter(project=project)), list(links), list(tasks))


def changes_of(scratch: Scratch) -> Changes:
    """The stored changes as the network takes them."""
    kept = scratch.changes
    return Changes(
        earliest={key: date.fromisoformat(day) if day else None for key, day in kept.get("earliest", {}).items()},
        durations=kept.get("durations", {}),
        lags={_read(names): days for names, days in kept.get("lags", {}).items()},
        kinds={_read(names): kind for names, kind in kept.get("kinds", {}).items()},
        dropped=frozenset(_read(names) for names in kept.get("dropped", [])),
        added=tuple(Link(*row) for row in kept.get("added", [])),
        removed=frozenset(kept.get("removed", [])),
    )


def stored(changes: Changes, plan: Plan) -> dict[str, Any]:
    """As the row of a scratch plan keeps them, with what the plan says there now."""
    return {
        "earliest": {key: day and day.isoformat() for key, day in changes.earliest.items()},
        "durations": dict(changes.durations),
        "lags": {_written(names): days for names, days in changes.lags.items()},
        "kinds": {_written(names): kind for names, kind in changes.kinds.items()},
        "dropped": sorted(_written(names) for names in changes.dropped),
        "added": [[*names_of(link), link.lag_days] for link in changes.added],
        "removed": sorted(changes.removed),
        "seen": seen(changes, plan),
    }


def seen(changes: Changes, plan: Plan) -> dict[str, dict[str, Any]]:
    """What the plan says of everything that is tried; what it no longer has is missing. Titles stay for what goes."""
    around = {key: sorted([*link.names, link.lag_days] for link in plan.links if key in link.names[:2]) for key in changes.removed}
    told = {*changes.earliest, *changes.durations, *changes.removed, *(key for names in changes.touched for key in names[:2])}
    open_rows = {key: row for key, row in plan.milestones.items() if row.actual_on is None}
    return {
        "earliest": {key: str(open_rows[key].earliest_on or "") for key in changes.earliest if key in open_rows},
        "durations": {key: plan.durations[key] for key in changes.durations if key in plan.durations},
        "lags": {_written(names): plan.named[names].lag_days for names in changes.touched if names in plan.named},
        "around": {key: around[key] for key in changes.removed if key in open_rows},
        "titles": {key: plan.titles[key] for key in told if key in plan.titles},
    }


def _read(names: str) -> Names:
    ahead, behind, kind = names.split(BETWEEN)
    return ahead, behind, kind


def _written(names: Names) -> str:
    return BETWEEN.join(names)


# What would follow


@dataclass(frozen=True)
class Trial:
    """The plan as it is and as tried, worked through."""

    plan: Plan
    before: Schedule
    after: Schedule

    @cached_property
    def rows(self) -> list[Compared]:
        """Every milestone of the plan, what would be taken out at the end."""
        kept = [row for row in self.plan.rows if row.key in self.after.items]
        on = {row.pk: row.actual_on or self.after.items[row.key].finish for row in kept}
        after = {row.pk: Dated(row.title, row.phase, on[row.pk], achieved=row.actual_on is not None) for row in kept}
        project = self.plan.project
        own = {row.pk: calendar_for(row, project) for row in self.plan.rows}
        return compared(dated_now(self.plan.rows), after, calendar_of(project), own)

    @property
    def ends(self) -> list[Compared]:
        """What the plan is for: the filing where it has one, else the milestone that now comes last."""
        filing = {row.pk for row in self.plan.rows if row.kind == Milestone.Kind.FILING}
        last = max((row for row in self.rows if row.before), key=lambda row: row.before or date.min, default=None)
        return [row for row in self.rows if row.pk in filing] or ([last] if last else [])

    def critical(self, schedule: Schedule) -> list[str]:
        """The critical path in titles, in order of time."""
        return [self.plan.titles[key] for key in schedule.critical]


def trial_of(plan: Plan, changes: Changes) -> Trial:
    today = plan.project.today
    before, after = (
        schedule_of(plan.project, plan.rows, plan.links, tasks=plan.tasks, today=today, changes=each) for each in (None, changes)
    )
    return Trial(plan, before, after)


# Where the plan has moved away


def conflicts(scratch: Scratch, plan: Plan) -> list[str]:
    """What the plan no longer says as it did when it was tried, each by name."""
    changes, then = changes_of(scratch), scratch.changes.get("seen", {})
    return list(_conflicts(changes, plan, then, seen(changes, plan)))


def _conflicts(changes: Changes, plan: Plan, then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    titles = {**then.get("titles", {}), **plan.titles}
    gone = _t("“%(title)s” is no longer open in the plan.")
    for key in sorted({*changes.earliest, *changes.durations, *changes.removed} - set(plan.durations)):
        yield gone % {"title": titles.get(key, key)}
    for key, was in then.get("earliest", {}).items():
        if now["earliest"].get(key, was) != was:
            values = {"title": titles[key], "was": _day(was), "now": _day(now["earliest"][key])}
            yield _t("“%(title)s” was not before %(was)s when this was tried; it is not before %(now)s now.") % values
    for key, days in then.get("durations", {}).items():
        if now["durations"].get(key, days) != days:
            values = {"title": titles[key], "was": days, "now": now["durations"][key]}
            yield _t("“%(title)s” was %(was)d working days of work when this was tried; it is %(now)d now.") % values
    yield from _of_dependencies(changes, then, now, titles)
    for key, links in then.get("around", {}).items():
        if now["around"].get(key, links) != links:
            yield _t("What “%(title)s” waits for, or what waits for it, has changed since it was taken out here.") % {"title": titles[key]}
    yield from (words for _number, words in added_errors(changes, plan, titles))


def _of_dependencies(changes: Changes, then: Mapping[str, Any], now: Mapping[str, Any], titles: Mapping[str, str]) -> Iterator[str]:
    for names in sorted(changes.touched):
        ahead, behind, kind = names
        values: dict[str, Any] = {"behind": titles.get(behind, behind), "ahead": titles.get(ahead, ahead), "kind": Relation(kind).label}
        was, lag = then.get("lags", {}).get(_written(names)), now["lags"].get(_written(names))
        if lag is None:
            yield _t("“%(behind)s” no longer waits for “%(ahead)s” (%(kind)s).") % values
        elif was not in (None, lag):
            values |= {"was": was, "now": lag}
            yield _t("“%(behind)s” after “%(ahead)s” (%(kind)s): the lag was %(was)d when this was tried; it is %(now)d now.") % values


def _day(iso: str) -> str:
    return date_format(date.fromisoformat(iso), "j M Y") if iso else _t("any day")


def added_errors(changes: Changes, plan: Plan, titles: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Of the added dependencies, by their place: why the plan cannot take one: an end that is gone, twice the same, a loop."""
    pairs = [*plan.task_pairs, *(names[:2] for names in plan.named if names not in changes.dropped)]
    open_keys = {row.key for row in plan.rows if row.actual_on is None}
    taken = {(*names[:2], changes.kinds.get(names, names[2])) for names in plan.named if names not in changes.dropped}
    for number, link in enumerate(changes.added):
        names, loop = names_of(link), loop_through(pairs, link.predecessor, link.successor)
        if link.predecessor not in plan.milestones or link.successor not in open_keys:
            yield number, _t("Choose two milestones of the plan, of which the second is open.")
        elif link.predecessor == link.successor:
            yield number, _t("A milestone does not wait for itself.")
        elif names in taken:
            values = {"behind": titles[link.successor], "ahead": titles[link.predecessor]}
            yield number, _t("“%(behind)s” waits for “%(ahead)s” by this relation already; change that dependency.") % values
        elif loop:
            yield number, _t("The dependencies would run in a circle: %(loop)s.") % {"loop": " → ".join(titles[key] for key in loop)}
        else:
            taken.add(names)
            pairs.append(names[:2])
