"""The document types of small-scale development. The Process Development Report is made here; the others are uploaded."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from documents.content import Column, data_table, key_values, shortest
from documents.registry import DocumentType, Meaning, NarrativeSection, SignerSlot, made_elsewhere
from documents.registry import register as register_types
from projects.models import Deliverable, Phase, Project, TeamMember

# The sections of ICH M4Q 3.2.S.2.6 and Q11, in the order in which the work is told; each help names what a reader looks for.
SECTIONS = (
    NarrativeSection(
        "summary",
        _("Summary"),
        _("Route, scale reached, yield and purity, what is open, what is advised for pilot."),
        required=True,
    ),
    NarrativeSection(
        "route_selection",
        _("Route selection"),
        _("Candidates; score on safety, efficiency and cost, scalability, intellectual property, supply, environment; decision and date."),
        required=True,
    ),
    NarrativeSection(
        "starting_materials",
        _("Starting materials"),
        _("Proposed regulatory starting materials with justification, carry-over of impurities, supplier, specification (ICH Q11)."),
        required=True,
    ),
    NarrativeSection(
        "process_description",
        _("Process description"),
        _(
            "Per step: reagents (equiv., kg/kg), solvents (L/kg), temperature (°C), time (h), addition rate, stirring, end point, work-up, "
            "isolation, drying (°C, mbar, h), hold times, yield (%), minimum and maximum stirred volume (L/kg)."
        ),
        required=True,
    ),
    NarrativeSection(
        "parameter_studies",
        _("Parameter studies"),
        _("Parameter, unit, range studied, responses, design, set point, normal and proven acceptable range, criticality with rationale."),
        required=True,
    ),
    NarrativeSection(
        "quality_attributes",
        _("Quality attributes"),
        _("Attribute, limit, justification, link to parameters, materials."),
        required=True,
    ),
    NarrativeSection(
        "impurities",
        _("Impurities"),
        _(
            "Name, origin, fate and purge, limit, spike and purge data, ICH M7 class and control option; residual solvents (ppm), "
            "elemental impurities (µg/g)."
        ),
        required=True,
    ),
    NarrativeSection(
        "solid_state", _("Solid state"), _("Polymorph screen, XRPD, DSC, particle size, solubility (g/L) against temperature, seeding.")
    ),
    NarrativeSection(
        "analytical",
        _("Analytical methods"),
        _("Method per material and step, status, validation (ICH Q2(R2))."),
        required=True,
    ),
    NarrativeSection(
        "safety",
        _("Process safety"),
        _("Heat of reaction (kJ/mol), adiabatic rise (K), MTSR (°C), onset, gas evolution (L/kg), hazard class, what limits the scale."),
        required=True,
    ),
    NarrativeSection(
        "green_metrics",
        _("Green metrics"),
        _("Process mass intensity (kg/kg), E-factor (kg waste/kg), atom economy (%), solvents (%)."),
    ),
    NarrativeSection(
        "confirmation_runs",
        _("Confirmation runs"),
        _("Run, scale (g), yield (%), purity (area %), impurities; mean and standard deviation."),
        required=True,
    ),
    NarrativeSection(
        "scale_up_advice",
        _("Advice for scale-up"),
        _("Critical points, needs of equipment, open risks, draft control strategy, effect on cost."),
        required=True,
    ),
)


def process_development_report(project: Project) -> dict[str, Any]:
    """What the record knows: the compound, the people, the evidence of the phase. The science is written in the sections."""
    compound, rfp = project.compound, project.rfp
    return {
        "subtitle": _t("Process Development Report, small scale"),
        "identity": key_values(
            (_t("Product"), compound.name),
            (_t("Project"), project.code),
            (_t("CAS number"), compound.cas_number),
            (_t("Molecular formula"), compound.formula),
            (_t("Molar mass (g/mol)"), f"{compound.molar_mass_g_per_mol:.2f}" if compound.molar_mass_g_per_mol else ""),
            (_t("InChIKey"), compound.inchikey),
            (_t("SMILES"), compound.smiles),
            (_t("Downstream drug"), rfp.downstream_drug),
            (_t("Maximum daily dose (mg/day)"), shortest(rfp.maximum_daily_dose_mg)),
        ),
        "challenges": rfp.process_challenges,
        "team": data_table(
            [Column(_t("Department"), 50), Column(_t("Person"), 50)],
            [
                (member.department.name, member.user)
                for member in TeamMember.objects.filter(project=project).exclude(user=None).select_related("department", "user")
            ],
            empty=_t("No team is named."),
        ),
        "evidence": data_table(
            [Column(_t("Deliverable"), 44), Column(_t("Record"), 38), Column(_t("Done"), 18)],
            [
                (row.title, row.evidence_label, row.done_at.date() if row.done_at else _t("open"))
                for row in Deliverable.objects.filter(project=project, phase=Phase.SMALL_SCALE).exclude(key="process_development_report")
            ],
            empty=_t("The plan of the phase has no deliverables yet."),
        ),
    }


TYPES = (
    DocumentType(
        key="process_development_report",
        title=_("Process Development Report"),
        phase=Phase.SMALL_SCALE,
        number_prefix="PD",
        template="documents/types/process_development_report.html",
        build_context=process_development_report,
        narrative=SECTIONS,
        signers=(
            SignerSlot(Meaning.REVIEWED, Role.ANALYTICAL),
            SignerSlot(Meaning.APPROVED, Role.RESEARCH),
            SignerSlot(Meaning.APPROVED, Role.PROJECT_MANAGER),
        ),
        requesters=frozenset({Role.RESEARCH, Role.ANALYTICAL, Role.PROJECT_MANAGER}),
    ),
    made_elsewhere(
        Phase.SMALL_SCALE,
        "route_selection_report",
        _("Route Selection Report"),
        "RS",
        Role.RESEARCH,
        Role.PROJECT_MANAGER,
    ),
    made_elsewhere(
        Phase.SMALL_SCALE,
        "method_validation_report",
        _("Analytical Method Validation Report"),
        "MV",
        Role.ANALYTICAL,
        Role.QUALITY_ASSURANCE,
    ),
    made_elsewhere(
        Phase.SMALL_SCALE,
        "certificate_of_analysis",
        _("Certificate of Analysis of the sample"),
        "CO",
        Role.ANALYTICAL,
        Role.QUALITY_ASSURANCE,
    ),
    made_elsewhere(
        Phase.SMALL_SCALE,
        "sample_confirmation",
        _("Sample Confirmation"),
        "SC",
        Role.PROJECT_MANAGER,
        Role.ANALYTICAL,
    ),
)


def register() -> None:
    register_types(*TYPES)
