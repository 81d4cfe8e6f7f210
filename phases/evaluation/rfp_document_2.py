"""What version 2 of the RFP Record said of a request, as it would say it now: records of that time go out of date by it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _t

from documents.content import Column, data_table, key_values, shortest
from projects.models import Rfp
from projects.models.rfp_choices import CompoundRole, Market, Submission, YesNo

PARTS = ("product", "treatment", "molecule", "challenges", "timeline", "dates", "quantities")


def parts_of_version_2(rfp: Rfp) -> dict[str, Any]:
    return {
        "product": key_values(
            (_t("Downstream drug"), rfp.downstream_drug),
            (_t("Indication"), rfp.indication),
            (_t("Target markets"), _labels(Market, rfp.target_markets)),
            (_t("Registration intermediate"), _is_registration_intermediate(rfp).label),
            (_t("Maximum daily dose (mg/day)"), shortest(rfp.maximum_daily_dose_mg)),
            (_t("Regulatory submissions"), _labels(Submission, rfp.submission_requirements)),
        ),
        "treatment": key_values(
            (_t("Duration of treatment"), rfp.get_treatment_duration_display() if rfp.treatment_duration else ""),
        ),
        "molecule": key_values(
            (_t("Name or code"), rfp.compound_name),
            (_t("CAS number"), rfp.cas_number),
            (_t("Molecular formula"), rfp.formula),
            (_t("Molar mass (g/mol)"), f"{rfp.molar_mass_g_per_mol:.2f}" if rfp.molar_mass_g_per_mol else ""),
            (_t("InChIKey"), rfp.inchikey),
            (_t("SMILES"), rfp.smiles),
        ),
        "challenges": rfp.process_challenges,
        "timeline": rfp.target_timeline,
        "dates": key_values(
            (_t("Quotation needed on"), rfp.quotation_needed_on),
            (_t("First sample wanted on"), rfp.first_sample_wanted_on),
            (_t("Filing planned on"), rfp.filing_planned_on),
        ),
        "quantities": data_table(
            [Column(_t("Quantity"), 60), Column(_t("Amount"), 20, "right"), Column(_t("Unit"), 20)],
            [
                (_t("Samples"), shortest(rfp.sample_quantity_g), "g"),
                (_t("Pilot"), shortest(rfp.pilot_quantity_kg), "kg"),
                (_t("Validation, per batch"), shortest(rfp.validation_quantity_kg), "kg"),
                (_t("Commercial"), shortest(rfp.commercial_quantity_kg_per_year), _t("kg/year")),
            ],
        ),
    }


def _is_registration_intermediate(rfp: Rfp) -> YesNo:
    """The question that was asked before the role of the compound was."""
    if not rfp.compound_role:
        return YesNo.UNKNOWN
    return YesNo.YES if rfp.compound_role == CompoundRole.REGISTRATION_INTERMEDIATE else YesNo.NO


def _labels(choices: Any, keys: Iterable[str]) -> str:
    return ", ".join(str(choices(key).label) for key in keys)
