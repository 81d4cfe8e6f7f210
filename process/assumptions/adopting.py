"""What others assume, such as a department in its signed sheet, stands in the ledger of the project too."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.currencies import CODES
from audit.events import record
from process.assumptions.ledger import line_of
from process.assumptions.models import BEYOND, Assumption
from process.assumptions.settling import follow_owner

if TYPE_CHECKING:
    from accounts.models import Department, User
    from projects.models import Project

LONGEST = 500  # of the ledger's words
NAMES = ("words", "source", "confidence", "due_on", "figure", "low", "high", "unit")
SIGNS = "€$£¥"
FIGURES = slice(4, None)  # of NAMES


@dataclass(frozen=True)
class Assumed:
    """As somebody wrote it down. A figure with its low and high, where there is one. before: what stood there at any time until now."""

    words: str
    figure: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    source: str
    confidence: str
    due_on: date | None
    before: tuple[Assumed, ...] = ()

    @property
    def line(self) -> str:
        line = " ".join(self.words.split())
        return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"

    @property
    def is_money(self) -> bool:
        """What we pay stays ours."""
        return self.unit.partition("/")[0].strip().upper() in CODES or any(sign in self.unit for sign in SIGNS)

    @property
    def values(self) -> tuple[Any, ...]:
        """What the ledger says of it, in the order of NAMES."""
        figures = (self.figure, self.low, self.high)
        told = all(abs(each) < BEYOND for each in figures if each is not None)
        return (self.line, self.source, self.confidence, self.due_on, *((*figures, self.unit) if told else (None, None, None, "")))


@dataclass(frozen=True)
class _Entry:
    """A row that is new or follows, with what it said; or one that is kept, because somebody gave it other figures."""

    row: Assumption
    was: str = ""
    kept: bool = False

    @property
    def says(self) -> str:
        return " · ".join(filter(None, (line_of(self.row), str(self.row.owner or ""))))


@transaction.atomic
def adopt(project: Project, told: Iterable[Assumed], *, department: Department, owner: User, signers: Collection[int]) -> list[Assumption]:
    """Enter what the ledger does not say yet, in the same words. owner: who answers for it and confirms it; signers: whoever did so far.

    An open row of a signer that nobody has written into since follows what was written anew, and is the newest signer's. Where somebody
    gave a row other figures they stay, and the record says that the signature is not for them. The caller has asked whether this
    person may sign for the department.
    """
    ledger = list(Assumption.objects.select_for_update(of=("self",)).select_related("owner").filter(project=project))
    entries = [entry for each in told if each.line and (entry := _entered(each, project, owner, signers, ledger)) is not None]
    kept, taken = [each for each in entries if each.kept], [each for each in entries if not each.kept]
    said = {"code": project.code, "department": department.name, "link": Assumption(project=project).get_absolute_url()}
    if taken:
        before = {str(each.row.position): each.was for each in taken if each.was}
        record("assumptions.adopted", project, actor=owner, before=before, after=_by_place(taken), **said)
    if kept:
        titles = "; ".join(each.row.words[:120] for each in kept)
        record("assumptions.kept", project, actor=owner, after=_by_place(kept), titles=titles, **said)
    return [each.row for each in taken]


def _by_place(entries: Iterable[_Entry]) -> dict[str, str]:
    return {str(each.row.position): each.says for each in entries}


def _entered(told: Assumed, project: Project, owner: User, signers: Collection[int], ledger: list[Assumption]) -> _Entry | None:
    """None where the ledger says it already."""
    row = _theirs(told, signers, ledger)
    if row is not None and not told.confidence:
        told = replace(told, confidence=row.confidence)  # people say how sure they are of what the sheet is silent about
    same = next((each for each in ledger if each.words.casefold() == told.line.casefold()), None)
    if row is None and same is not None:
        return _Entry(same, kept=True) if same.is_open and _says(same)[FIGURES] != told.values[FIGURES] else None
    if row is not None and _says(row) == told.values and row.owner_id == owner.pk:
        return None
    was = _Entry(row).says if row is not None else ""
    if row is None:
        row = Assumption(project=project, position=max((each.position for each in ledger), default=0) + 1, for_client=True)
        ledger.append(row)
    for name, value in zip(NAMES, told.values, strict=True):
        setattr(row, name, value)
    row.for_client, row.owner = row.for_client and (bool(row.question) or not told.is_money), owner
    row.save()
    follow_owner(row)
    return _Entry(row, was)


def _theirs(told: Assumed, signers: Collection[int], ledger: Iterable[Assumption]) -> Assumption | None:
    """The open row of a signer that still says what was written down, now or before."""
    rows = [row for row in ledger if row.is_open and row.owner_id in signers]
    wanted = (_but_how_sure(told.values), *(_but_how_sure(each.values) for each in told.before))
    return next((row for values in wanted for row in rows if _but_how_sure(_says(row)) == values), None)


def _but_how_sure(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(value for name, value in zip(NAMES, values, strict=True) if name != "confidence")


def _says(row: Assumption) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in NAMES)
