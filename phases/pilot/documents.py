"""The document types of pilot scale-up. Each report is written here from its sections, or uploaded where it was made elsewhere."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from documents.registry import register as register_types
from phases.reports import part, report
from projects.models import Phase

written = partial(report, Phase.PILOT)
TYPES = (
    written(
        "reaction_hazard_sheet",
        _("Reaction-hazard Sheet"),
        "RH",
        Role.EHS,
        Role.RESEARCH,
        sections=(
            part("scope", _("Step, scale and vessel"), _("Step and process version, batch size (kg), vessel, worst case assumed.")),
            part(
                "desired",
                _("Desired reaction"),
                _("Heat of reaction (kJ/mol), heat released (kJ/kg), adiabatic rise (K), accumulation (%), MTSR (°C); how measured."),
            ),
            part(
                "decomposition",
                _("Decomposition"),
                _("Onset (°C), energy (kJ/kg), TMRad at the process temperature (h), TD24 (°C)."),
            ),
            part("criticality", _("Criticality"), _("MTT (°C), criticality class 1 to 5 (Stoessel) and what it asks for.")),
            part("gas", _("Gas evolution"), _("Amount (L/kg), greatest rate (L/min), capacity of vent and scrubber."), required=False),
            part("substances", _("Substances"), _("Toxicity, flammability, dust explosion, exposure band, incompatibilities.")),
            part("measures", _("Measures"), _("Limits of dosing and temperature, loss of cooling or stirring, emergency measures.")),
            part(
                "release",
                _("Conclusion and release"),
                _("Whether the first charge into the named vessel is released, under which conditions."),
            ),
        ),
    ),
    written(
        "hazop_report",
        _("HAZOP Report"),
        "HZ",
        Role.EHS,
        Role.PRODUCTION,
        sections=(
            part(
                "scope",
                _("Scope and method"),
                _(
                    "Plant and vessels, P&ID number and revision, batch steps, matrix used (named), guide "
                    "words (IEC 61882), team by discipline, sessions."
                ),
            ),
            part(
                "design_intent",
                _("Nodes and design intent"),
                _(
                    "Node or part, its design intent, elements and parameters studied (flow, temperature, "
                    "pressure, level, composition, agitation, time, sequence)."
                ),
            ),
            part(
                "worksheet",
                _("Deviations and safeguards"),
                _(
                    "Per node: guide word, deviation, causes, consequences, prevention and "
                    "mitigation, risk before and after, recommendation."
                ),
            ),
            part("not_credible", _("Deviations judged not credible"), _("Each with its reason."), required=False),
            part(
                "actions",
                _("Recommendations and actions"),
                _("Action, owner, due, closed, reference; what has to be closed before the first charge."),
            ),
            part(
                "release",
                _("Conclusion and release"),
                _("Whether the first charge into the named vessel is released, under which conditions."),
            ),
        ),
    ),
    written(
        "fmea_report",
        _("FMEA Report"),
        "FM",
        Role.QUALITY_ASSURANCE,
        Role.RESEARCH,
        sections=(
            part(
                "scope",
                _("Scope, team and method"),
                _("Boundary, team, date, variant of the method (IEC 60812), version of the scales for severity, occurrence and detection."),
            ),
            part(
                "worksheet",
                _("Failure modes"),
                _("Unit operation, function, failure mode, effect on quality, safety and supply, S, cause, O, controls, D, criticality."),
            ),
            part(
                "high_risks",
                _("High risks and their controls"),
                _("Every high risk, the control that answers it, high severity whatever the risk number."),
            ),
            part("actions", _("Actions"), _("Action, owner, due, done, evidence; S, O, D and criticality after it.")),
            part("residual_risk", _("Residual risk"), _("What is accepted, by whom and why.")),
        ),
    ),
    written(
        "critical_process_parameter_register",
        _("Critical Process Parameter Register"),
        "CP",
        Role.RESEARCH,
        Role.QUALITY_ASSURANCE,
        sections=(
            part("quality_attributes", _("Critical quality attributes"), _("Attribute, unit, limit, basis (Q6A, Q3A, dose), severity.")),
            part("material_attributes", _("Critical material attributes"), _("Material, attribute, limit."), required=False),
            part(
                "parameters",
                _("Process parameters"),
                _(
                    "Unit operation, parameter, unit, set point, normal operating range, proven "
                    "acceptable range, linked attributes, class, rationale."
                ),
            ),
            part("evidence", _("Evidence"), _("Per critical parameter: experiment, pilot batch or study that supports its range.")),
            part(
                "control_strategy",
                _("Control strategy"),
                _("Control type, alarm limits, in-process controls, sampling, step of the batch record (ICH Q8, Q11)."),
            ),
        ),
    ),
    written(
        "pilot_scale_up_report",
        _("Pilot Scale-up Report"),
        "PS",
        Role.RESEARCH,
        Role.PRODUCTION,
        sections=(
            part("summary", _("Summary"), _("Batches, scale, yield and purity, verdict, what is open, what is advised for validation.")),
            part(
                "vessels",
                _("Comparison of vessels"),
                _(
                    "Lab, pilot, plant: working volume (L), fill (%), area to volume (m²/m³), power per "
                    "volume (W/L), heat transfer (W/m²K), cooling (W/kg)."
                ),
            ),
            part("adjustments", _("Adjustments of the process"), _("Each adjustment and its reason; the process version that goes on.")),
            part(
                "reaction_hazard",
                _("Reaction hazard"),
                _(
                    "Heat of reaction (kJ/mol), adiabatic rise (K), MTSR (°C), MTT (°C), TD24 (°C), "
                    "criticality class, gas evolution, emergency measures."
                ),
            ),
            part(
                "batches",
                _("Pilot batches"),
                _("Number, date, size (kg), yield (%), purity (area %), cycle time (h), deviations, disposition."),
            ),
            part(
                "comparability",
                _("Comparability with the laboratory"),
                _("Per quality attribute: laboratory, pilot, verdict (comparable, shifted, more variable), consequence."),
            ),
            part("risks", _("Risks and controls"), _("High risks of HAZOP and FMEA, the live control of each.")),
            part(
                "cost",
                _("Cost and yield against estimate"),
                _("Material and utility use, waste, cost (currency/kg) against the estimate."),
                required=False,
            ),
            part("conclusion", _("Conclusion"), _("Whether the process is ready for validation, under which conditions.")),
        ),
    ),
)


def register() -> None:
    register_types(*TYPES)
