"""What others assume, such as a department in its signed sheet, stands in the ledger of the project too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from audit.events import record
from process.assumptions.models import Assumption

if TYPE_CHECKING:
    from accounts.models import Department, User
    from projects.models import Project

LONGEST = 500  # of the ledger's words
BEYOND = Decimal(10) ** 12  # more than its figures hold
NAMES = ("words", "source", "due_on", "figure", "low", "high", "unit")


@dataclass(frozen=True)
class Assumed:
    """As somebody wrote it down. A figure with its low and high, where there is one. before: what stood there at any time until now."""

    words: str
    figure: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    source: str
    due_on: date | None
    before: tuple[Assumed, ...] = ()

    @property
    def line(self) -> str:
        line = " ".join(self.words.split())
        return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"

    @property
    def values(self) -> tuple[Any, ...]:
        """What the ledger says of it, in the order of NAMES."""
        figures = (self.figure, self.low, self.high)
        told = all(abs(each) < BEYOND for each in figures if each is not None)
        return (self.line, self.source, self.due_on, *((*figures, self.unit) if told else (None, None, None, "")))


@transaction.atomic
def adopt(project: Project, told: Iterable[Assumed], *, department: Department, owner: User) -> list[Assumption]:
    """Enter what the ledger does not say yet, in the same words. owner: who answers for it and confirms it.

    An open row of this owner that nobody has written into since follows what was written anew. The caller has asked whether this
    person may sign for the department.
    """
    ledger = list(Assumption.objects.select_for_update().filter(project=project))
    rows = [row for each in told if each.line and (row := _entered(each, project, owner, ledger)) is not None]
    if rows:
        said = {"code": project.code, "department": department.name, "link": rows[0].get_absolute_url()}
        record("assumptions.adopted", project, actor=owner, after={str(row.position): row.words for row in rows}, **said)
    return rows


def _entered(told: Assumed, project: Project, owner: User, ledger: list[Assumption]) -> Assumption | None:
    """The row that is new, or follows. None where the ledger says it already, whatever figures somebody has given it there."""
    row = next((each for each in ledger if _follows(each, told, owner)), None)
    if row is None and any(each.words.casefold() == told.line.casefold() for each in ledger):
        return None
    if row is None:
        row = Assumption(project=project, owner=owner, position=max((each.position for each in ledger), default=0) + 1)
        ledger.append(row)
    for name, value in zip(NAMES, told.values, strict=True):
        setattr(row, name, value)
    row.save()
    return row


def _follows(row: Assumption, told: Assumed, owner: User) -> bool:
    """Whether the row still says what was written down before, and that is something else now."""
    says = tuple(getattr(row, name) for name in NAMES)
    return row.is_open and row.owner_id == owner.pk and says != told.values and any(says == each.values for each in told.before)
