"""What a request of the demo says of each molecule beside its story.

Dosage forms, strengths and physical data are those of the published labels and assessment reports, rounded as they stand there; what a
client wants, and every scale, price and band, is invented.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cdmo.demo.molecules import (
    APIXABAN,
    ARIPIPRAZOLE,
    DAPAGLIFLOZIN,
    IBRUTINIB,
    IMATINIB,
    LENALIDOMIDE,
    LEVETIRACETAM,
    OSELTAMIVIR,
    PREGABALIN,
    RIVAROXABAN,
    SITAGLIPTIN,
    TICAGRELOR,
    TOFACITINIB,
)

COMMON: dict[str, Any] = {
    "administration_route": "oral",
    "gmp_needed": "full",
    "clinical_stage": "commercial",
    "conflict_check": "none",
    "validation_batches": 3,
    "reference_standard": "available",
    "ip_wish": "client",
    "pricing_wish": "fixed",
    "incoterm_wanted": "DAP",
}
ASKED_LATER = ("exposure_band", "ctd_author", "batch_size_wanted_kg")


def _brief(form: str, strength_mg: int, steps: int, batch_kg: int, band: int, **more: Any) -> dict[str, Any]:
    return {
        **COMMON,
        "dosage_form": form,
        "highest_strength_mg": Decimal(strength_mg),
        "number_of_steps": steps,
        "route_available": "literature",
        "batch_size_wanted_kg": Decimal(batch_kg),
        "exposure_band": band,
        "ctd_author": "maker",
        **more,
    }


def _years(*kg: int) -> dict[str, Decimal]:
    return {f"forecast_year_{year}_kg": Decimal(amount) for year, amount in enumerate(kg, 1)}


TOFACITINIB_BRIEF = _brief(
    "Film-coated tablet", 10, 3, 25, 3,
    special_conditions=["hydrogenation"], source_wish="second", timeline_is="flexible", sample_purpose="Comparison with the first source",
    methods_available="Assay and related substances by HPLC: validated at the first source, to be transferred.",
    decision_criteria="Price per kilogram at 400 kg a year, and a site that has been inspected for Japan.", currency_wanted="USD",
    delivery_place="Osaka", inspections_wanted="FDA and PMDA, last five years",
    **_years(0, 100, 250, 400, 400),
)  # fmt: skip
BRIEFS: dict[str, dict[str, Any]] = {
    # What is left open shows what a missing answer does to the price.
    TOFACITINIB.name: {name: said for name, said in TOFACITINIB_BRIEF.items() if name not in ASKED_LATER},
    SITAGLIPTIN.name: _brief(
        "Film-coated tablet", 100, 3, 150, 2,
        special_conditions=["biocatalysis"], source_wish="second", timeline_is="firm", route_available="none", genotoxic_concern="yes",
        impurities_known="7-Nitroso-3-(trifluoromethyl)-5,6,7,8-tetrahydro[1,2,4]triazolo[4,3-a]pyrazine (NTTP), by a trace method.",
        pka="8.8 (amine)", polymorph_wanted="Free base; the phosphate monohydrate is made by the client", currency_wanted="USD",
        largest_scale_run_g=Decimal(120), purity_area_percent=Decimal("99.2"), patents_known="Enzyme variants of the transaminase route.",
        **_years(500, 2000, 4000, 6000, 6000),
    ),
    APIXABAN.name: _brief(
        "Film-coated tablet", 5, 4, 80, 3,
        special_conditions=["pressure"], source_wish="first", timeline_is="firm", route_available="client", polymorph_wanted="Form N-1",
        particle_size_d90_um=Decimal(89), hygroscopicity="not", solubility_mg_per_ml=Decimal("0.03"), currency_wanted="EUR",
        largest_scale_run_g=Decimal(2500), yield_per_step_percent=Decimal(85), reference_standard="supplied", ctd_author="both",
        **_years(300, 900, 1500, 1500, 1500),
    ),
    IMATINIB.name: _brief(
        "Film-coated tablet", 400, 4, 200, 3,
        clinical_stage="generic", source_wish="first", timeline_is="firm", genotoxic_concern="yes", melting_point_c=Decimal("212"),
        impurities_known="N-(5-amino-2-methylphenyl)-4-(3-pyridyl)-2-pyrimidineamine, limit by ICH M7.", currency_wanted="USD",
        **_years(2000, 5000, 8000, 8000, 8000),
    ),
    ARIPIPRAZOLE.name: _brief(
        "Tablet", 30, 2, 120, 3,
        source_wish="second", timeline_is="flexible", polymorph_wanted="Anhydrous form", monographs=["USP", "PhEur"],
        hygroscopicity="not", pka="7.6 (piperazine)", currency_wanted="EUR", decision_criteria="Two prices are compared.",
    ),
    OSELTAMIVIR.name: _brief(
        "Capsule", 75, 8, 250, 2,
        special_conditions=["azide"], energetic_groups="Azide on the published route", timeline_is="firm", source_wish="second",
        currency_wanted="USD",
    ),
    IBRUTINIB.name: _brief(
        "Film-coated tablet", 560, 4, 40, 4,
        polymorph_wanted="Form A", genotoxic_concern="yes", source_wish="first", currency_wanted="USD", timeline_is="flexible",
        inspections_wanted="FDA",
    ),
    LENALIDOMIDE.name: _brief(
        "Capsule", 25, 3, 15, 4,
        clinical_stage="generic", special_conditions=["hydrogenation"], dsc_known="no", energetic_groups="Nitro, in the intermediate",
        source_wish="only", currency_wanted="USD", exposure_limit_ug_per_m3=Decimal(1),
    ),
    RIVAROXABAN.name: _brief(
        "Film-coated tablet", 20, 4, 180, 3,
        polymorph_wanted="Modification I, micronised", melting_point_c=Decimal(230), solubility_mg_per_ml=Decimal("0.007"),
        genotoxic_concern="yes", source_wish="second", currency_wanted="EUR", starting_material_agreed="no",
        **_years(1000, 2000, 3000, 3000, 3000),
    ),
    TICAGRELOR.name: _brief(
        "Film-coated tablet", 90, 4, 90, 2,
        special_conditions=["diazo"], route_available="client", solubility_mg_per_ml=Decimal("0.01"), dsc_known="yes",
        energetic_groups="Diazonium, in the triazole formation", largest_scale_run_g=Decimal(800), source_wish="second",
        currency_wanted="USD",
    ),
    PREGABALIN.name: _brief(
        "Capsule", 300, 4, 300, 2,
        special_conditions=["biocatalysis", "hydrogenation"], pka="4.2 (acid); 10.6 (amine)", log_p=Decimal("-1.35"),
        route_available="client",
        controlled_as="US schedule V", monographs=["USP", "PhEur"], source_wish="first", currency_wanted="USD",
    ),
    DAPAGLIFLOZIN.name: _brief(
        "Film-coated tablet", 10, 4, 100, 3,
        special_conditions=["cryogenic", "organometallic"], polymorph_wanted="(S)-Propanediol monohydrate", route_available="client",
        source_wish="first", currency_wanted="USD", reference_standard="supplied",
    ),
    LEVETIRACETAM.name: _brief(
        "Film-coated tablet", 1000, 3, 1000, 1,
        clinical_stage="generic", solubility_mg_per_ml=Decimal(1040), monographs=["USP", "PhEur"], route_available="client",
        source_wish="first", currency_wanted="EUR", ctd_author="client",
    ),
}  # fmt: skip
