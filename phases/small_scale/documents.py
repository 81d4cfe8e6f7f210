"""The document types of small-scale development. The Process Development Report has a shape of its own; the others share one."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from documents.about import AboutKind
from documents.registry import INPUTS, DocumentType, Meaning, NarrativeSection, SignerSlot
from documents.registry import register as register_types
from phases.reports import identity_of, inputs_of, part, records_of, report, team_of
from projects.models import Phase, Project

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
    return {
        "subtitle": _t("Process Development Report, small scale"),
        "team": team_of(project),
        "evidence": records_of(project, Phase.SMALL_SCALE, "process_development_report"),
        **development_dating(project),
    }


def development_dating(project: Project) -> dict[str, Any]:
    return {
        "identity": identity_of(project),
        "challenges": project.rfp.process_challenges,
        INPUTS: inputs_of(project, Phase.SMALL_SCALE, "process_development_report"),
    }


written = partial(report, Phase.SMALL_SCALE)
TYPES = (
    DocumentType(
        key="process_development_report",
        title=_("Process Development Report"),
        phase=Phase.SMALL_SCALE,
        number_prefix="PD",
        template="documents/types/process_development_report.html",
        build_context=process_development_report,
        narrative=SECTIONS,
        dated_by=("identity", "challenges", INPUTS),
        reads=("deliverables",),
        build_dating=development_dating,
        signers=(
            SignerSlot(Meaning.REVIEWED, Role.ANALYTICAL),
            SignerSlot(Meaning.APPROVED, Role.RESEARCH),
            SignerSlot(Meaning.APPROVED, Role.PROJECT_MANAGER),
        ),
        requesters=frozenset({Role.RESEARCH, Role.ANALYTICAL, Role.PROJECT_MANAGER}),
    ),
    written(
        "route_selection_report",
        _("Route Selection Report"),
        "RS",
        Role.RESEARCH,
        Role.PROJECT_MANAGER,
        sections=(
            part("candidates", _("Candidate routes"), _("Steps, yields (%), materials, cost (currency/kg) of each.")),
            part(
                "scorecard",
                _("Scorecard"),
                _(
                    "Safety, efficiency and cost, scalability, intellectual property, raw-material "
                    "supply, environmental impact: score, weight, reason."
                ),
            ),
            part("comparison", _("Comparison and sensitivity"), _("What the ranking depends on."), required=False),
            part("decision", _("Decision"), _("Route chosen, by whom, when, why; what was rejected and why.")),
            part("risks", _("Risks and open questions"), _("With the experiment that answers each.")),
        ),
    ),
    written(
        "method_validation_report",
        _("Analytical Method Validation Report"),
        "MV",
        Role.ANALYTICAL,
        Role.QUALITY_ASSURANCE,
        sections=(
            part("methods", _("Methods and materials"), _("Method, version, material, purpose, level needed in this phase (ICH Q2(R2)).")),
            part(
                "characteristics",
                _("Characteristics and criteria"),
                _("Specificity, accuracy, precision, range, limits of detection and quantitation, robustness: criterion of each."),
            ),
            part("results", _("Results"), _("Result against criterion; raw data referenced.")),
            part("standards", _("Reference standards"), _("Lot, purity (%), source."), required=False),
            part("deviations", _("Deviations"), _("With their effect."), required=False),
            part("conclusion", _("Conclusion"), _("Suitable for which use.")),
        ),
    ),
    written(
        "certificate_of_analysis",
        _("Certificate of Analysis of the sample"),
        "CO",
        Role.ANALYTICAL,
        Role.QUALITY_ASSURANCE,
        about=AboutKind.BATCH,
        sections=(
            part("batch", _("Batch"), _("Batch number, date of manufacture, quantity (g), storage, retest date.")),
            part("results", _("Results"), _("Per test: name, method, limit, numeric result with unit.")),
            part("statement", _("Statement of compliance"), _("Specification and version; remarks.")),
        ),
    ),
    written(
        "sample_confirmation",
        _("Sample Confirmation"),
        "SC",
        Role.PROJECT_MANAGER,
        Role.ANALYTICAL,
        client_signs=True,
        sections=(
            part("sample", _("Sample and shipment"), _("Batch, quantity (g), certificate, shipped on, received on.")),
            part("criteria", _("Acceptance criteria"), _("As agreed with the client.")),
            part("results", _("Results of both sides"), _("Our result, the client's result, difference.")),
            part(
                "verdict",
                _("The client's verdict"),
                _("Accepted, accepted with comment, rejected with reason; who, when, where it is recorded."),
            ),
        ),
    ),
)


def register() -> None:
    register_types(*TYPES)
