"""The account of a delay: working days by the side that moved the date, from what was published. Pure.

Each publication costs the working days between the date told before and the date it tells, on the side it names; the first one counts
from the contract's baseline. So the days of a milestone add up exactly to the way from its baseline to its last published date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from projects.models import Publication

if TYPE_CHECKING:
    from projects.calendars import WorkingCalendar

SIDES = tuple(side.value for side in Publication.Side)


@dataclass(frozen=True)
class Told:
    """A publication, in the order of telling. pk: its row, for whoever wants to see it."""

    to_date: date
    side: str
    pk: int = 0


@dataclass(frozen=True)
class Account:
    """The delay of one milestone. days: working days by side, earlier is negative. agreed_days: of the total, by change orders.

    steps: each publication with the working days that it cost; they add up to `days`.
    """

    key: str
    title: str
    baseline: date
    published: date
    days: Mapping[str, int]
    agreed_days: int = 0
    steps: Sequence[tuple[Told, int]] = ()

    @property
    def total(self) -> int:
        return sum(self.days.values())

    @property
    def by_side(self) -> list[int]:
        """The days in the order of SIDES."""
        return [self.days[side] for side in SIDES]


def account_of(
    key: str, title: str, baseline: date, told: Sequence[Told], calendar: WorkingCalendar, *, agreed: date | None = None
) -> Account | None:
    """The account of one milestone, None where nothing was told. baseline: the contract's; agreed: the present one."""
    if not told:
        return None
    days = dict.fromkeys(SIDES, 0)
    steps = []
    before = baseline
    for publication in told:
        cost = calendar.working_days_between(before, publication.to_date)
        days[publication.side] += cost
        steps.append((publication, cost))
        before = publication.to_date
    agreed_days = calendar.working_days_between(baseline, agreed) if agreed else 0
    return Account(key, title, baseline, before, days, agreed_days, steps)


def driving(accounts: Iterable[Account]) -> Account | None:
    """The account that speaks for the project: of the milestone told last in time, which ends what the client waits for."""
    return max(accounts, key=lambda account: (account.published, account.baseline), default=None)
