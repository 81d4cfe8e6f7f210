"""What is tried on a plan, and the dependencies as they would then be. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from projects.network import Link, Relation, loop_through

Names = tuple[str, str, str]  # what tells a dependency from every other: predecessor, successor, relation


@dataclass(frozen=True)
class Changes:
    """What differs from the plan as it is. Milestones and tasks (`task:<id>`) by their keys, dependencies by their names.

    earliest: "not before". durations: working days of work. lags, kinds: of the dependencies that stay; dropped: those that go;
    added: new ones. removed: milestones that leave the plan.
    """

    earliest: Mapping[str, date | None] = field(default_factory=dict)
    durations: Mapping[str, int] = field(default_factory=dict)
    lags: Mapping[Names, int] = field(default_factory=dict)
    kinds: Mapping[Names, str] = field(default_factory=dict)
    dropped: frozenset[Names] = frozenset()
    added: tuple[Link, ...] = ()
    removed: frozenset[str] = frozenset()

    @property
    def touched(self) -> set[Names]:
        """The dependencies of the plan that are tried in another way."""
        return {*self.lags, *self.kinds, *self.dropped}


def names_of(link: Link) -> Names:
    return link.predecessor, link.successor, str(link.kind)


def links_tried(links: Iterable[Link], durations: Mapping[str, int], changes: Changes, *, besides: Sequence[Link]) -> list[Link]:
    """The dependencies of the milestones, changed, dropped, added, and led over what is removed.

    durations: of every milestone, as tried. besides: what the tasks wait for. An added one that the plan has no place for any more (an
    end is gone, it would close a loop) is left out: whoever applies it is told.
    """
    kept = [link for link in links if names_of(link) not in changes.dropped]
    found = [_changed(link, changes) for link in kept]
    for link in changes.added:
        pairs = [(each.predecessor, each.successor) for each in (*found, *besides)]
        if {link.predecessor, link.successor} <= set(durations) and not loop_through(pairs, link.predecessor, link.successor):
            found.append(link)
    for key in sorted(changes.removed):
        found += bridges(found, key, durations.get(key, 0))
        found = [link for link in found if key not in (link.predecessor, link.successor)]
    return found


def _changed(link: Link, changes: Changes) -> Link:
    names = names_of(link)
    return replace(link, kind=changes.kinds.get(names, link.kind), lag_days=changes.lags.get(names, link.lag_days))


def bridges(links: Iterable[Link], key: str, duration_days: int) -> list[Link]:
    """What is missing once `key` leaves: from each predecessor to each successor, over both lags and the work that leaves with it."""
    after_finish = [link for link in links if link.kind == Relation.FINISH_START]
    bound = {(link.predecessor, link.successor) for link in after_finish}
    return [
        Link(ahead.predecessor, behind.successor, lag_days=ahead.lag_days + duration_days + behind.lag_days)
        for ahead in after_finish
        if ahead.successor == key
        for behind in after_finish
        if behind.predecessor == key and (ahead.predecessor, behind.successor) not in bound
    ]
