"""The account of a delay: working days by the side that moved the date, from what was published. Pure.

Each publication costs the working days between the date told before and the date it tells, on the side or sides it names; the first one
counts from the contract's baseline. What was achieved on another day than told, and not yet explained, is on nobody's side. So the days of
a milestone add up exactly to the way from its baseline to its actual date, or to its last published one while it is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from projects.models import Publication

if TYPE_CHECKING:
    from projects.calendars import WorkingCalendar

SIDES = tuple(side.value for side in Publication.Side)


def side_labels() -> list[str]:
    """The sides in words, in the order of `Account.by_side`."""
    return [str(Publication.Side(side).label) for side in SIDES]


@dataclass(frozen=True)
class Told:
    """A publication, in the order of telling.

    shares: its days by side where they are on several, `side` being one of them. pk: its row, for whoever wants to see it.
    """

    to_date: date
    side: str
    shares: Mapping[str, int] = field(default_factory=dict)
    pk: int = 0


@dataclass(frozen=True)
class Account:
    """The delay of one milestone. days: working days by side, earlier is negative. agreed_days: of the total, by change orders.

    unassigned: days up to the actual date that nobody has explained yet. steps: each publication with a side and the working days that
    it cost on it; they add up to `days`.
    """

    key: str
    title: str
    baseline: date
    published: date
    days: Mapping[str, int]
    agreed_days: int = 0
    actual: date | None = None
    unassigned: int = 0
    steps: Sequence[tuple[Told, str, int]] = ()

    @property
    def ends_on(self) -> date:
        """Where the account ends: what happened, or was told last."""
        return self.actual or self.published

    @property
    def total(self) -> int:
        return sum(self.days.values()) + self.unassigned

    @property
    def moved(self) -> bool:
        """Whether there is anything to account for."""
        return bool(any(self.days.values()) or self.unassigned)

    @property
    def by_side(self) -> list[int]:
        """The days in the order of SIDES."""
        return [self.days[side] for side in SIDES]


def account_of(
    key: str,
    title: str,
    baseline: date,
    told: Sequence[Told],
    calendar: WorkingCalendar,
    *,
    agreed: date | None = None,
    actual: date | None = None,
) -> Account | None:
    """The account of one milestone, None where nothing was told. baseline: the contract's; agreed: the present one."""
    if not told:
        return None
    days, steps, before = dict.fromkeys(SIDES, 0), [], baseline
    for publication in told:
        cost = calendar.working_days_between(before, publication.to_date)
        for side, number in _by_side(publication, cost).items():
            days[side] += number
            steps.append((publication, side, number))
        before = publication.to_date
    agreed_days = calendar.working_days_between(baseline, agreed) if agreed else 0
    unassigned = calendar.working_days_between(before, actual) if actual else 0
    return Account(key, title, baseline, before, days, agreed_days, actual, unassigned, steps)


def _by_side(publication: Told, cost: int) -> dict[str, int]:
    """Whole on one side where nothing is split; else what a calendar that changed since adds or takes away is on that side too."""
    shares = dict(publication.shares)
    shares[publication.side] = shares.get(publication.side, 0) + cost - sum(publication.shares.values())
    return shares


def driving(accounts: Iterable[Account]) -> Account | None:
    """The account that speaks for the project: of the milestone that comes last in time, which ends what the client waits for."""
    return max(accounts, key=lambda account: (account.ends_on, account.baseline), default=None)
