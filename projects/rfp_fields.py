"""The fields of a request in the groups of fields.md section 1. Forms, API, spreadsheets, portal and RFP Record read this one list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import DecimalField
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from audit.refusals import Words
from audit.seen import words_of
from projects.limits import EMPTY
from projects.models import Rfp

if TYPE_CHECKING:
    from django.db.models import Field


@dataclass(frozen=True)
class Group:
    """asked: what a first call is about, shown at once. more: folded until somebody needs it."""

    key: str
    title: Words
    asked: tuple[str, ...]
    more: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return self.asked + self.more


GROUPS = (
    Group(
        "molecule",
        _("Molecule"),
        ("compound_name", "cas_number", "structure_text"),
        (
            "iupac_name", "polymorph_wanted", "particle_size_d10_um", "particle_size_d50_um", "particle_size_d90_um", "pka", "log_p",
            "solubility_mg_per_ml", "hygroscopicity", "melting_point_c",
        ),
    ),
    Group("role", _("Role of the compound"), ("compound_role", "gmp_needed")),
    Group(
        "product",
        _("Product context"),
        (
            "downstream_drug", "indication", "clinical_stage", "maximum_daily_dose_mg", "treatment_duration", "target_markets",
        ),
        ("dosage_form", "administration_route", "highest_strength_mg"),
    ),
    Group(
        "need",
        _("Need"),
        (
            "wanted", "sample_quantity_g", "pilot_quantity_kg", "validation_batches", "validation_quantity_kg",
            "commercial_quantity_kg_per_year", "batch_size_wanted_kg",
        ),
        (
            "sample_purpose", "forecast_year_1_kg", "forecast_year_2_kg", "forecast_year_3_kg", "forecast_year_4_kg", "forecast_year_5_kg",
        ),
    ),
    Group(
        "process",
        _("Status of the process"),
        ("number_of_steps", "route_available", "process_challenges"),
        (
            "largest_scale_run_g", "yield_per_step_percent", "purity_area_percent", "chromatography", "special_conditions",
            "patents_known",
        ),
    ),
    Group(
        "analytical",
        _("Analytical"),
        (),
        (
            "reference_standard", "reference_standard_mg", "genotoxic_concern", "methods_available", "specification_proposed",
            "impurities_known", "monographs",
        ),
    ),
    Group(
        "regulatory",
        _("Regulatory"),
        ("submission_requirements", "ctd_author"),
        ("starting_material_agreed", "inspections_wanted"),
    ),
    Group(
        "safety",
        _("Safety"),
        ("exposure_band", "exposure_limit_ug_per_m3"),
        ("energetic_groups", "dsc_known", "controlled_as", "transport_class"),
    ),
    Group(
        "timing",
        _("Timing"),
        ("quotation_needed_on", "first_sample_wanted_on", "filing_planned_on", "target_timeline"),
        ("timeline_is", "start_wanted_on", "clinical_supply_on", "launch_planned_on"),
    ),
    Group(
        "commercial",
        _("Commercial"),
        (),
        (
            "budget_low", "budget_high", "currency_wanted", "pricing_wish", "incoterm_wanted", "delivery_place", "ip_wish", "source_wish",
            "decision_expected_on", "decision_criteria",
        ),
    ),
)  # fmt: skip
STARRED = frozenset({
    "compound_name", "structure_text", "compound_role", "gmp_needed", "downstream_drug", "clinical_stage", "target_markets",
    "sample_quantity_g", "number_of_steps", "process_challenges", "submission_requirements", "quotation_needed_on", "target_timeline",
})  # fmt: skip
PEOPLE = Group("parties", _("People"), ("contact", "channel", "account_owner"), ("conflict_check", "conflict_check_note"))
GIVEN = tuple(name for group in GROUPS for name in group.fields)  # by a client, or by one of us for it
OURS = PEOPLE.more  # nobody but us answers these
UNTOLD = ("process_challenges", "patents_known", "decision_criteria")  # we write our own thoughts there, which the client does not read


def field_of(name: str) -> Field[Any, Any]:
    found: Field[Any, Any] = Rfp._meta.get_field(name)  # type: ignore[assignment]
    return found


def label_of(name: str) -> str:
    """The words of a field, as they stand in a sentence."""
    return str(field_of(name).verbose_name)


def heading_of(name: str) -> str:
    """The words of a field, as its form shows them."""
    return str(capfirst(label_of(name)))


def unit_of(name: str) -> str:
    """What stands in brackets at the end of the words of a number: (kg)."""
    found = re.search(r"\(([^()]+)\)$", label_of(name)) if isinstance(field_of(name), DecimalField) else None
    return found[1] if found else ""


def choices_of(name: str) -> list[tuple[str, Words]]:
    """What may be chosen, without “not asked yet”; empty where an answer is typed."""
    field = field_of(name)
    choices: Any = field.base_field.choices if isinstance(field, ArrayField) else field.choices
    return [(key, words) for key, words in choices or () if key]


def answer_of(rfp: Rfp, name: str) -> Any:
    """The answer as somebody reads it: choices by their words, several with a comma between. Empty where nobody has answered."""
    value = getattr(rfp, name)
    if value in EMPTY:
        return ""
    words = {key: str(label) for key, label in choices_of(name)}
    if isinstance(value, list):
        return ", ".join(words.get(each) or each for each in value)
    return words.get(value, value) if words else value


def written_answer(rfp: Rfp, name: str) -> str:
    """The answer on a page: days as everywhere, numbers without the zeros of their column, which would read as thousands."""
    value = getattr(rfp, name)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(answer_of(rfp, name)) if isinstance(value, list) else words_of(rfp, name)


def answers_of(rfp: Rfp) -> list[tuple[Group, list[tuple[str, str]]]]:
    """What is answered, group by group, as label and words."""
    rows = ((group, [name for name in group.fields if getattr(rfp, name) not in EMPTY]) for group in (*GROUPS, PEOPLE))
    return [(group, [(heading_of(name), written_answer(rfp, name)) for name in names]) for group, names in rows if names]
