"""What an RFP still needs, at two levels: to be submitted, and to be complete. Reads fields, writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add, and_
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Case, Q, When
from django.utils.translation import gettext_lazy as _

from projects.limits import EMPTY

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable
    from django.utils.functional import _StrPromise

    from projects.models import Rfp

SUBMIT = "submit"
COMPLETE = "complete"


@dataclass(frozen=True)
class Question:
    """A field that is empty, the words to ask the client for it, and the level that needs it. also: fields that answer it as well."""

    field: str
    words: str | _StrPromise
    level: str
    also: tuple[str, ...] = ()

    def is_open(self, rfp: Rfp) -> bool:
        """Answered is: not empty. Zero is an answer for a quantity."""
        return all(getattr(rfp, name) in EMPTY for name in self.fields)

    @property
    def fields(self) -> tuple[str, ...]:
        """All that answer it."""
        return (self.field, *self.also)


QUESTIONS: tuple[Question, ...] = (
    Question("structure_text", _("Which structure? Send SMILES or a molfile."), SUBMIT),
    Question("downstream_drug", _("Which downstream drug is it for?"), SUBMIT),
    Question("indication", _("Which indication does the drug treat?"), SUBMIT),
    Question("target_markets", _("For which markets?"), SUBMIT),
    Question("compound_role", _("Is it the API, a registration intermediate, another intermediate or a starting material?"), SUBMIT),
    Question("process_challenges", _("Which challenges does the process hold?"), SUBMIT),
    Question("target_timeline", _("What is the target timeline?"), SUBMIT),
    Question("submission_requirements", _("Which regulatory submissions are planned?"), SUBMIT),
    # What section 1 stars besides is asked and does not block: who does not know it yet can still be assessed and quoted.
    Question("clinical_stage", _("At which clinical stage is the drug?"), COMPLETE),
    Question("gmp_needed", _("Which GMP is needed: none, for clinical trials, or full?"), COMPLETE),
    Question("number_of_steps", _("How many steps does the process have?"), COMPLETE),
    Question("route_available", _("Is there a route, of yours or from the literature?"), COMPLETE),
    Question("cas_number", _("What is the CAS number?"), COMPLETE),
    Question("maximum_daily_dose_mg", _("What is the maximum daily dose? Impurity limits follow from it."), COMPLETE),
    Question("treatment_duration", _("How long does the treatment last?"), COMPLETE),
    Question("sample_quantity_g", _("How many grams of sample?"), COMPLETE),
    Question("pilot_quantity_kg", _("How many kilograms at pilot scale?"), COMPLETE),
    Question("validation_batches", _("How many validation batches?"), COMPLETE),
    Question("validation_quantity_kg", _("How many kilograms per validation batch?"), COMPLETE),
    Question("commercial_quantity_kg_per_year", _("How many kilograms a year commercially?"), COMPLETE),
    Question("batch_size_wanted_kg", _("How many kilograms shall a commercial batch be?"), COMPLETE),
    Question("exposure_band", _("What is the occupational exposure band or limit?"), COMPLETE, also=("exposure_limit_ug_per_m3",)),
    Question("ctd_author", _("Who writes the sections of the dossier on the substance?"), COMPLETE),
    Question("quotation_needed_on", _("When is the quotation needed?"), COMPLETE),
)


def answering(rfp: Rfp, field: str) -> str:
    """The name of the field that answers the question: its own, or the one that is answered in its place."""
    also = next((question.also for question in QUESTIONS if question.field == field), ())
    return next((name for name in (field, *also) if getattr(rfp, name) not in EMPTY), field)


@dataclass(frozen=True)
class Completeness:
    """How many of the questions are answered, and which are open."""

    answered: int
    total: int
    open: tuple[Question, ...]

    @property
    def percent(self) -> int:
        return percent_of(self.answered, self.total)

    @property
    def open_for_submit(self) -> tuple[Question, ...]:
        return tuple(question for question in self.open if question.level == SUBMIT)


def percent_of(answered: int, total: int = len(QUESTIONS)) -> int:
    return round(100 * answered / total)


def completeness_of(rfp: Rfp) -> Completeness:
    missing = tuple(question for question in QUESTIONS if question.is_open(rfp))
    return Completeness(len(QUESTIONS) - len(missing), len(QUESTIONS), missing)


def answered_in_sql(path: str = "") -> Combinable:
    """How many of the questions are answered, for the database to compute. path: the way to the request ("project__rfp__")."""
    return reduce(add, (Case(When(_is_open(question, path), then=0), default=1) for question in QUESTIONS))


def _is_open(question: Question, path: str) -> Q:
    return reduce(and_, (_is_empty(name, path) for name in question.fields))


def _is_empty(name: str, path: str) -> Q:
    field = apps.get_model("projects", "Rfp")._meta.get_field(name)
    if field.null:
        return Q(**{f"{path}{name}": None})
    return Q(**{f"{path}{name}": "" if field.empty_strings_allowed else []})
