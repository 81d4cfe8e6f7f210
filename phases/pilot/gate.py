"""G3 Release to validation: its criteria, and what pilot scale-up owes.

The records of this phase are native or referenced: each criterion is judged on its deliverables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from projects.gates import Gate, deliverable_criterion, register_gate
from projects.models import Phase
from projects.plans import PhasePlan, PlannedDeliverable, PlannedMilestone, PlannedTask, register_phase_plan
from projects.services.evidence import register_start_guards
from projects.services.plan import set_actual_from
from projects.steps import PILOT_BATCH

if TYPE_CHECKING:
    from projects.models import GateReview, Project


def pass_on(project: Project, review: GateReview, *, actor: Any) -> None:
    """*Go* of G3: its milestone is achieved."""
    set_actual_from(project, "gate:G3", on=project.today, actor=actor)


GATE = Gate(
    key="G3",
    phase=Phase.PILOT,
    title=_("Release to validation"),
    criteria=(
        deliverable_criterion(
            "pilot_batches", _("The required pilot batches succeeded under one process version"), "production", ["pilot_batch_records"]
        ),
        deliverable_criterion(
            "comparability", _("Each quality attribute has a lab-to-pilot verdict"), "analytical", ["comparability_assessment"]
        ),
        deliverable_criterion(
            "vessels", _("The vessel comparison is complete and every adjustment has a reason"), "production", ["vessel_comparison"]
        ),
        deliverable_criterion("process_version", _("The adjusted process version is approved"), "research", ["pilot_process_version"]),
        deliverable_criterion(
            "parameters",
            _("Every parameter is classified and each critical one has an acceptable range with evidence"),
            "research",
            ["critical_process_parameter_register"],
        ),
        deliverable_criterion(
            "risks",
            _("No action on a high risk is open and every high risk has a live control"),
            "ehs",
            ["reaction_hazard_sheet", "hazop_report", "fmea_report"],
            version=2,
        ),
        deliverable_criterion("scale_up_report", _("The Pilot Scale-up Report is effective"), "research", ["pilot_scale_up_report"]),
    ),
    signers=(Role.RESEARCH, Role.PRODUCTION, Role.EHS, Role.QUALITY_ASSURANCE),
    on_go=pass_on,
)

PLAN = PhasePlan(
    phase=Phase.PILOT,
    deliverables=(
        PlannedDeliverable("reaction_hazard_sheet", _("Reaction-hazard Sheet"), "ehs", "hazop_released", "reaction_hazard_sheet"),
        PlannedDeliverable("hazop_report", _("HAZOP Report"), "ehs", "hazop_released", "hazop_report"),
        PlannedDeliverable("fmea_report", _("FMEA Report"), "quality_assurance", "risks_controlled", "fmea_report"),
        PlannedDeliverable("vessel_comparison", _("Vessel comparison with process adjustments"), "production", "vessels_compared"),
        PlannedDeliverable("pilot_process_version", _("Approved process version for pilot"), "research", "vessels_compared"),
        PlannedDeliverable(
            "pilot_batch_records",
            _("Pilot batch records"),
            "production",
            "pilot_batches_done",
            step=PILOT_BATCH,
            needs=2,
            counted_by="pilot_batches",
            starts_after=("reaction_hazard_sheet", "hazop_report"),
        ),
        PlannedDeliverable(
            "comparability_assessment", _("Lab-to-pilot comparability per quality attribute"), "analytical", "comparability_done"
        ),
        PlannedDeliverable(
            "critical_process_parameter_register",
            _("Critical Process Parameter Register"),
            "research",
            "risks_controlled",
            "critical_process_parameter_register",
        ),
        PlannedDeliverable("pilot_scale_up_report", _("Pilot Scale-up Report"), "research", "scale_up_report", "pilot_scale_up_report"),
    ),
    milestones=(
        PlannedMilestone(
            "vessels_compared",
            _("Vessels compared, process adjusted"),
            "internal",
            "production",
            {"g2": 15},
            "deliverable:pilot_process_version",
        ),
        PlannedMilestone(
            "hazop_released", _("HAZOP released before the first charge"), "internal", "ehs", {"g2": 20}, "deliverable:hazop_report"
        ),
        PlannedMilestone(
            "pilot_batches_done",
            _("Pilot batches completed"),
            "contract",
            "production",
            {"vessels_compared": 25, "hazop_released": 20},
            "deliverable:pilot_batch_records",
            shared=True,
        ),
        PlannedMilestone(
            "comparability_done",
            _("Comparability assessed"),
            "internal",
            "analytical",
            {"pilot_batches_done": 10},
            "deliverable:comparability_assessment",
        ),
        PlannedMilestone(
            "risks_controlled",
            _("Risks assessed and controlled"),
            "internal",
            "quality_assurance",
            {"pilot_batches_done": 15},
            "deliverable:fmea_report",
        ),
        PlannedMilestone(
            "scale_up_report",
            _("Pilot Scale-up Report effective"),
            "contract",
            "research",
            {"comparability_done": 10, "risks_controlled": 5},
            "deliverable:pilot_scale_up_report",
            shared=True,
        ),
        PlannedMilestone("g3", _("G3 Release to validation"), "gate", "project_management", {"scale_up_report": 5}, "gate:G3", shared=True),
    ),
    tasks=(
        PlannedTask(
            "pilot_materials",
            _("Order and release the raw materials of the pilot batches"),
            "material_control",
            "pilot_batches_done",
            20,
            after="g2",
        ),
    ),
)


def register() -> None:
    register_gate(GATE)
    register_phase_plan(PLAN)
    register_start_guards(PILOT_BATCH)
