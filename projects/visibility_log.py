"""The log of what was visible when: read from its own rows, which are written with each change and never changed.

What the client could read of an item at a moment (a date told, a version in effect) comes from the record of those acts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from projects.models import SHOWN_TO_CLIENT, VisibilityChange
from projects.shareable import find_shareable, shareables

if TYPE_CHECKING:
    from audit.refusals import Words
    from projects.models import Project


@dataclass(frozen=True)
class Spell:
    """A time in which the client saw one item in one state; `ended` is the row that ended it. `told`: what it could read of it."""

    began: VisibilityChange
    ended: VisibilityChange | None
    told: str = ""

    @property
    def kind_words(self) -> Words:
        declared = find_shareable(self.began.kind)
        return declared.words if declared else self.began.kind

    @property
    def until(self) -> datetime | None:
        return self.ended.at if self.ended else None

    def overlaps(self, start: datetime, end: datetime) -> bool:
        return self.began.at < end and (self.until is None or self.until > start)


def changes_of(project: Project) -> list[VisibilityChange]:
    """Every change of what the client saw of a project, first to last; documents of its request included. One query."""
    about = Q(project=project)
    for each in shareables():
        about |= Q(kind=each.kind, item_id__in=each.of_project(project).order_by().values("pk"))
    return list(VisibilityChange.objects.filter(about).select_related("by").order_by("at", "pk"))


def shown_at(project: Project, moment: datetime) -> set[tuple[str, int]]:
    """(kind, id) of everything that the client saw at a moment."""
    last = {(row.kind, row.item_id): row for row in changes_of(project) if row.at <= moment}
    return {item for item, row in last.items() if row.is_shown}


def spells_of(project: Project) -> list[Spell]:
    """The whole log, in the order in which things were shown, with what the client could read of each at its end, or now."""
    return _with_told(_spells(changes_of(project)), timezone.now())


def shown_on(project: Project, day: date) -> list[Spell]:
    """What the client saw at any time of that day on the reader's clock, with what it could read of it at the end of the day."""
    start = timezone.make_aware(datetime.combine(day, time()))
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
    found = [spell for spell in _spells(changes_of(project)) if spell.overlaps(start, end)]
    return _with_told(found, min(end - timedelta(microseconds=1), timezone.now()))


def since_of(project: Project) -> dict[tuple[str, int], VisibilityChange]:
    """By (kind, id): the change that brought the present state."""
    return {(row.kind, row.item_id): row for row in changes_of(project)}


def _spells(rows: Sequence[VisibilityChange]) -> list[Spell]:
    def item(row: VisibilityChange) -> tuple[str, int]:
        return row.kind, row.item_id

    spells = []
    for _item, group in groupby(sorted(rows, key=item), key=item):
        changes = list(group)
        following: Iterable[VisibilityChange | None] = [*changes[1:], None]
        spells += [Spell(row, after) for row, after in zip(changes, following, strict=True) if row.visibility in SHOWN_TO_CLIENT]
    return sorted(spells, key=lambda spell: (spell.began.at, spell.began.pk))


def _with_told(spells: Sequence[Spell], latest: datetime) -> list[Spell]:
    """A fixed number of queries for each kind."""
    moments = [(spell, min(spell.until or latest, latest)) for spell in spells]
    told = {}
    for each in shareables():
        wanted = {(spell.began.item_id, at) for spell, at in moments if spell.began.kind == each.kind}
        told.update({(each.kind, *key): words for key, words in (each.told(wanted) if wanted else {}).items()})
    return [replace(spell, told=told.get((spell.began.kind, spell.began.item_id, at), "")) for spell, at in moments]
