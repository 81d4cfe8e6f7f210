"""Which watched milestones an event moved far enough to tell their watchers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from audit.models import Event
from audit.rows import write_together
from notifications.models import MilestoneWatch

NO_PROJECT = 0  # a milestone is named by its own key, not by that within its project


@dataclass(frozen=True)
class Move:
    """A milestone's new date, as one event tells it: the internal forecast, or (`told`) what the client reads."""

    event: Event
    to: date
    internal: bool
    told: bool


def moves_by_watcher(events: Sequence[Event]) -> dict[tuple[int, int], tuple[MilestoneWatch, list[dict[str, Any]]]]:
    """(person, event) → a watch of that person and what moved; the dates that the watchers know are brought up to date with it."""
    moves = _moves(events)
    if not moves:
        return {}
    wanted = Q(milestone__in=[int(key) for project_id, key in moves if not project_id])
    for project_id, key in moves:
        wanted |= Q(milestone__project_id=project_id, milestone__key=key)
    watches = MilestoneWatch.objects.select_for_update(of=("self",)).select_related("user", "milestone")
    found: dict[tuple[int, int], tuple[MilestoneWatch, list[dict[str, Any]]]] = {}
    changed: dict[int, MilestoneWatch] = {}
    for watch in watches.filter(wanted, user__is_active=True):
        milestone = watch.milestone
        for move in (*moves[(milestone.project_id, milestone.key)], *moves[(NO_PROJECT, str(milestone.pk))]):
            far = _far_enough(watch, move)
            if far:
                found.setdefault((watch.user_id, move.event.pk), (watch, []))[1].append(far)
                changed[watch.pk] = watch
    write_together(changed.values(), ["reference_on"])
    return found


def is_far_enough(watch: MilestoneWatch, to: date) -> bool:
    known = watch.reference_on
    return known != to and (known is None or abs((to - known).days) > watch.days)


def _far_enough(watch: MilestoneWatch, move: Move) -> dict[str, Any] | None:
    """What to tell the watcher, who from now on knows the new date; None when it is not theirs to hear or not far enough."""
    user, event, known = watch.user, move.event, watch.reference_on
    theirs = move.internal if user.is_internal else move.told and event.client_visible and event.client_id == user.client_id
    if not theirs or not is_far_enough(watch, move.to):
        return None
    watch.reference_on = move.to
    days = (move.to - known).days if known else None
    return {"title": watch.milestone.title, "from": known and known.isoformat(), "to": move.to.isoformat(), "days": days}


def _moves(events: Sequence[Event]) -> dict[tuple[int, str], list[Move]]:
    found: dict[tuple[int, str], list[Move]] = defaultdict(list)
    for event in events:
        for name, move in _moves_of(event):
            found[name].append(move)
    return found


def _moves_of(event: Event) -> Iterator[tuple[tuple[int, str], Move]]:
    """The plan moved (ours to know), a date was published (the client's), or a milestone was achieved (both)."""
    if event.kind == "plan.forecasts_moved" and event.project_id:
        for moved in event.data.get("moves", ()):
            if moved.get("to"):
                yield (event.project_id, moved["milestone"]), Move(event, date.fromisoformat(moved["to"]), internal=True, told=False)
    name = (NO_PROJECT, event.object_id)
    if event.kind == "milestone.published" and (on := (event.client_data or {}).get("published_on")):
        yield name, Move(event, date.fromisoformat(on), internal=False, told=True)
    if event.kind == "milestone.achieved" and (on := event.data.get("actual_on")):
        yield name, Move(event, date.fromisoformat(on), internal=True, told=True)
