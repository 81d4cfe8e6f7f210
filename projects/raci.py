"""Who does, answers for, is consulted on and informed of each deliverable (RACI). Pure: what nobody chose follows from who owns it.

One function answers for each deliverable (A), at least one does it (R); one that does both has RA.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import Department
    from projects.models import Deliverable

Chosen = Mapping[str, Mapping[str, str]]  # letters by function, by deliverable
ANSWERING, ADVISING, INFORMED = "project_management", "quality_assurance", "business_development"


class Letter(models.TextChoices):
    DOES = "R", _("R: does it")
    ANSWERS = "A", _("A: answers for it")
    BOTH = "RA", _("RA: does it and answers for it")
    ADVISES = "C", _("C: is consulted")
    HEARS = "I", _("I: is informed")


@dataclass(frozen=True)
class Row:
    """A deliverable with the letters of the functions, by key; nothing for one that has no part in it."""

    deliverable: Deliverable
    letters: Mapping[str, str]

    def of(self, functions: Sequence[Department]) -> list[str]:
        return [self.letters.get(each.key, "") for each in functions]


def usual(owner: str) -> dict[str, str]:
    """What follows from whose deliverable it is."""
    found = {INFORMED: Letter.HEARS, ADVISING: Letter.ADVISES, ANSWERING: Letter.ANSWERS}
    return {key: str(letter) for key, letter in (found | {owner: Letter.BOTH if owner == ANSWERING else Letter.DOES}).items()}


def matrix(deliverables: Iterable[Deliverable], chosen: Chosen) -> list[Row]:
    """Asks for the departments of the deliverables."""
    return [Row(row, letters_in(chosen, row)) for row in deliverables]


def letters_in(chosen: Chosen, deliverable: Deliverable) -> Mapping[str, str]:
    """As chosen, else as usual."""
    return chosen.get(deliverable.key) or usual(deliverable.department.key)


def wrong_letters(letters: Mapping[str, str]) -> str:
    """What is wrong with a row, in words; nothing where it is right."""
    given = [letter for letter in letters.values() if letter]
    if not set(given) <= set(Letter.values):
        return _t("Choose R, A, RA, C or I.")
    answering = sum(letter in (Letter.ANSWERS, Letter.BOTH) for letter in given)
    if answering != 1:
        return _t("Exactly one function answers for it (A or RA); here it is %(number)d.") % {"number": answering}
    if not any(letter in (Letter.DOES, Letter.BOTH) for letter in given):
        return _t("Somebody has to do it (R or RA).")
    return ""
