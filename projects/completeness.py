"""What an RFP still needs, at two levels: to be submitted, and to be complete. Pure: reads fields, writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from projects.models import Rfp

SUBMIT = "submit"
COMPLETE = "complete"


@dataclass(frozen=True)
class Question:
    """A field that is empty, the words to ask the client for it, and the level that needs it."""

    field: str
    words: str | _StrPromise
    level: str


QUESTIONS: tuple[Question, ...] = (
    Question("structure_text", _("Which structure? Send SMILES or a molfile."), SUBMIT),
    Question("downstream_drug", _("Which downstream drug is it for?"), SUBMIT),
    Question("indication", _("Which indication does the drug treat?"), SUBMIT),
    Question("target_markets", _("For which markets?"), SUBMIT),
    Question("registration_intermediate", _("Is the compound a registration intermediate?"), SUBMIT),
    Question("process_challenges", _("Which challenges does the process hold?"), SUBMIT),
    Question("target_timeline", _("What is the target timeline?"), SUBMIT),
    Question("submission_requirements", _("Which regulatory submissions are planned?"), SUBMIT),
    Question("cas_number", _("What is the CAS number?"), COMPLETE),
    Question("maximum_daily_dose_mg", _("What is the maximum daily dose? Impurity limits follow from it."), COMPLETE),
    Question("treatment_duration", _("How long does the treatment last?"), COMPLETE),
    Question("sample_quantity_g", _("How many grams of sample?"), COMPLETE),
    Question("pilot_quantity_kg", _("How many kilograms at pilot scale?"), COMPLETE),
    Question("validation_quantity_kg", _("How many kilograms per validation batch?"), COMPLETE),
    Question("commercial_quantity_kg_per_year", _("How many kilograms a year commercially?"), COMPLETE),
    Question("quotation_needed_on", _("When is the quotation needed?"), COMPLETE),
)


@dataclass(frozen=True)
class Completeness:
    """How many of the questions are answered, and which are open."""

    answered: int
    total: int
    open: tuple[Question, ...]

    @property
    def percent(self) -> int:
        return round(100 * self.answered / self.total)

    @property
    def open_for_submit(self) -> tuple[Question, ...]:
        return tuple(question for question in self.open if question.level == SUBMIT)


def completeness_of(rfp: Rfp) -> Completeness:
    """Answered is: not empty. Zero is an answer for a quantity."""
    missing = tuple(question for question in QUESTIONS if getattr(rfp, question.field) in (None, "", []))
    return Completeness(len(QUESTIONS) - len(missing), len(QUESTIONS), missing)
