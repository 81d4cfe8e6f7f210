"""G4 Release to commercial supply: its criteria, and what validation owes.

The records of this phase are native or referenced: each criterion is judged on its deliverables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from projects.deliverable_findings import Order
from projects.gates import Gate, deliverable_criterion, register_gate
from projects.models import Phase
from projects.models.rfp_choices import CompoundRole
from projects.plans import FILING, PhasePlan, PlannedDeliverable, PlannedMilestone, PlannedTask, register_phase_plan
from projects.services.evidence import register_start_guards
from projects.services.plan import set_actual_from
from projects.steps import VALIDATION_BATCH

if TYPE_CHECKING:
    from projects.models import GateReview, Project

# A project whose charter plans no master batch record before the batches starts without one.
START_GUARDS = ("pre_production_plan", "technology_transfer_report", "process_validation_protocol", "issued_master_batch_record")


def pass_on(project: Project, review: GateReview, *, actor: Any) -> None:
    """*Go* of G4: its milestone is achieved."""
    set_actual_from(project, "gate:G4", on=project.today, actor=actor)


GATE = Gate(
    key="G4",
    phase=Phase.VALIDATION,
    title=_("Release to commercial supply"),
    criteria=(
        deliverable_criterion(
            "start_guards",
            _("The start conditions held for every validation batch"),
            "production",
            ["pre_production_plan", "technology_transfer_report", "process_validation_protocol"],
            version=2,
            orders=(Order(START_GUARDS, "validation_batch_records", of_first=True),),
        ),
        deliverable_criterion(
            "validation_batches",
            _("The required number of consecutive validation batches succeeded under one process version"),
            "production",
            ["validation_batch_records"],
        ),
        deliverable_criterion(
            "stability",
            _("A stability study has started on every validation batch with its time-zero results"),
            "analytical",
            ["stability_protocol", "stability_time_zero"],
        ),
        deliverable_criterion(
            "quality_events", _("Quality events of the validation batches are closed"), "quality_assurance", ["quality_events_closed"]
        ),
        deliverable_criterion(
            "trial_production_summary", _("The Trial Production Summary Report is effective"), "production", ["trial_production_summary"]
        ),
        deliverable_criterion(
            "process_validation_report", _("The Process Validation Report is effective"), "quality_assurance", ["process_validation_report"]
        ),
        deliverable_criterion(
            "procedures",
            _("The Process Procedure and the revised master batch record are effective"),
            "production",
            ["process_procedure", "master_batch_record"],
        ),
    ),
    signers=(Role.QUALITY_ASSURANCE, Role.PRODUCTION, Role.PROJECT_MANAGER),
    on_go=pass_on,
)

PLAN = PhasePlan(
    phase=Phase.VALIDATION,
    deliverables=(
        PlannedDeliverable("pre_production_plan", _("Pre-production Plan"), "research", "ready_for_validation", "pre_production_plan"),
        PlannedDeliverable(
            "technology_transfer_report",
            _("Technology Transfer Report"),
            "production",
            "ready_for_validation",
            "technology_transfer_report",
        ),
        PlannedDeliverable(
            "process_validation_protocol",
            _("Process Validation Protocol"),
            "quality_assurance",
            "ready_for_validation",
            "process_validation_protocol",
        ),
        PlannedDeliverable(
            "issued_master_batch_record", _("Master Batch Record for the validation batches"), "production", "ready_for_validation"
        ),
        PlannedDeliverable(
            "validation_batch_records",
            _("Batch Production Records of the validation batches"),
            "production",
            "validation_batches_done",
            "batch_production_record",
            step=VALIDATION_BATCH,
            starts_after=START_GUARDS,
            needs_all=True,
            needs=3,
            counted_by="validation_batches",
        ),
        PlannedDeliverable("stability_protocol", _("Stability Protocol"), "analytical", "validation_batches_done", "stability_protocol"),
        PlannedDeliverable("stability_time_zero", _("Stability time-zero results"), "analytical", "stability_started", "stability_report"),
        PlannedDeliverable(
            "quality_events_closed", _("Closure of quality events of the validation batches"), "quality_assurance", "validation_report"
        ),
        PlannedDeliverable(
            "trial_production_summary", _("Trial Production Summary Report"), "production", "validation_report", "trial_production_summary"
        ),
        PlannedDeliverable(
            "process_validation_report",
            _("Process Validation Report"),
            "quality_assurance",
            "validation_report",
            "process_validation_report",
        ),
        PlannedDeliverable("process_procedure", _("Process Procedure"), "production", "g4", "process_procedure"),
        PlannedDeliverable("master_batch_record", _("Revised Master Batch Record"), "production", "g4", "master_batch_record"),
    ),
    milestones=(
        PlannedMilestone(
            "ready_for_validation",
            _("Ready for validation batch 1"),
            "internal",
            "production",
            {"g3": 40},
            "deliverable:process_validation_protocol",
            shared=True,
        ),
        PlannedMilestone(
            "validation_batches_done",
            _("Validation batches completed"),
            "contract",
            "production",
            {"ready_for_validation": 45},
            "deliverable:validation_batch_records",
            shared=True,
        ),
        PlannedMilestone(
            "stability_started",
            _("Stability studies started, time zero tested"),
            "contract",
            "analytical",
            {"validation_batches_done": 20},
            "deliverable:stability_time_zero",
            shared=True,
        ),
        PlannedMilestone(
            "validation_report",
            _("Process Validation Report effective"),
            "contract",
            "quality_assurance",
            {"validation_batches_done": 30},
            "deliverable:process_validation_report",
            shared=True,
        ),
        PlannedMilestone(
            "g4",
            _("G4 Release to commercial supply"),
            "gate",
            "project_management",
            {"validation_report": 10, "stability_started": 5},
            "gate:G4",
            shared=True,
        ),
    ),
    tasks=(
        PlannedTask(
            "validation_materials",
            _("Order and release the raw materials of the validation batches"),
            "material_control",
            "validation_batches_done",
            30,
            after="g3",
        ),
        PlannedTask(
            "dossier_of_intermediate",
            _("Write what the client's dossier says of the registration intermediate (3.2.S.2.2 to 3.2.S.2.4)"),
            "regulatory",
            "validation_report",
            20,
            after="validation_batches_done",
            roles=(CompoundRole.REGISTRATION_INTERMEDIATE,),
        ),
    ),
    # six months of stability data, of about 130 working days, and the report
    filing=PlannedMilestone(FILING, _("Filing"), "filing", "regulatory", {"stability_started": 130, "validation_report": 20}, shared=True),
)


def register() -> None:
    register_gate(GATE)
    register_phase_plan(PLAN)
    register_start_guards(VALIDATION_BATCH)
