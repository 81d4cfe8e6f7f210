"""What others assume, such as a department in its signed sheet, stands in the ledger of the project too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from audit.events import record
from process.assumptions.models import Assumption

if TYPE_CHECKING:
    from accounts.models import Department, User
    from projects.models import Project

LONGEST = 500  # of the ledger's words
BEYOND = Decimal(10) ** 12  # more than its figures hold


@dataclass(frozen=True)
class Assumed:
    """As somebody wrote it down. A figure with its low and high, where there is one."""

    words: str
    figure: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    source: str
    due_on: date | None

    @property
    def line(self) -> str:
        line = " ".join(self.words.split())
        return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"

    @property
    def is_told_in_figures(self) -> bool:
        return all(abs(each) < BEYOND for each in (self.figure, self.low, self.high) if each is not None)


@transaction.atomic
def adopt(project: Project, told: Iterable[Assumed], *, department: Department, owner: User) -> list[Assumption]:
    """Enter what the ledger does not say yet, in the same words. owner: who answers for it and confirms it.

    The caller has asked whether this person may sign for the department.
    """
    known = {words.casefold() for words in Assumption.objects.filter(project=project).values_list("words", flat=True)}
    new = {line.casefold(): each for each in told if (line := each.line) and line.casefold() not in known}
    if not new:
        return []
    last = Assumption.objects.filter(project=project).aggregate(last=Max("position"))["last"] or 0
    rows = [_row(each, project, owner, last + place) for place, each in enumerate(new.values(), 1)]
    Assumption.objects.bulk_create(rows)
    said = {"code": project.code, "department": department.name, "link": rows[0].get_absolute_url()}
    record("assumptions.adopted", project, actor=owner, after={str(row.position): row.words for row in rows}, **said)
    return rows


def _row(told: Assumed, project: Project, owner: User, position: int) -> Assumption:
    row = Assumption(project=project, position=position, words=told.line, source=told.source, owner=owner, due_on=told.due_on)
    if told.is_told_in_figures:
        row.figure, row.low, row.high, row.unit = told.figure, told.low, told.high, told.unit
    return row
