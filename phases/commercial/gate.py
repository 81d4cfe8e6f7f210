"""G5 Commercial review: its criteria, and what commercial supply owes.

The records of this phase are native or referenced: each criterion is judged on its deliverables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from projects.gates import Gate, deliverable_criterion, register_gate
from projects.models import Phase
from projects.plans import PhasePlan, PlannedDeliverable, PlannedMilestone, register_phase_plan
from projects.services.plan import set_actual_from
from projects.services.rounds import repeat_yearly

if TYPE_CHECKING:
    from projects.models import GateReview, Project


def pass_on(project: Project, review: GateReview, *, actor: Any) -> None:
    """*Go* of G5: the year is reviewed; the next review asks for the next year's evidence."""
    set_actual_from(project, "gate:G5", on=project.today, actor=actor)
    repeat_yearly(project, review, actor=actor)


GATE = Gate(
    key="G5",
    phase=Phase.COMMERCIAL,
    title=_("Commercial review"),
    criteria=(
        deliverable_criterion("supply", _("Supply plan and safety stock are set"), "material_control", ["supply_safety_stock_report"]),
        deliverable_criterion(
            "control",
            _("The process is in a state of control or each signal is dispositioned"),
            "quality_assurance",
            ["continued_process_verification_report"],
        ),
        deliverable_criterion("investigations", _("No investigation or action is overdue"), "quality_assurance", ["investigation_status"]),
        deliverable_criterion("cost_and_yield", _("Cost and yield against target are reviewed"), "production", ["cost_yield_review"]),
        deliverable_criterion(
            "product_quality_review", _("The year's Product Quality Review is effective"), "quality_assurance", ["product_quality_review"]
        ),
    ),
    signers=(Role.QUALITY_ASSURANCE, Role.PROJECT_MANAGER),
    on_go=pass_on,
    terminal=False,
)

PLAN = PhasePlan(
    phase=Phase.COMMERCIAL,
    deliverables=(
        PlannedDeliverable(
            "supply_safety_stock_report",
            _("Supply and Safety Stock Report"),
            "material_control",
            "first_shipment",
            "supply_safety_stock_report",
        ),
        PlannedDeliverable(
            "first_commercial_certificate",
            _("Certificate of Analysis of the first commercial batch"),
            "quality_assurance",
            "first_shipment",
            "batch_certificate_of_analysis",
        ),
        PlannedDeliverable(
            "continued_process_verification_report",
            _("Continued Process Verification Report"),
            "quality_assurance",
            "g5",
            "continued_process_verification_report",
        ),
        PlannedDeliverable(
            "investigation_status",
            _("Status of investigations and actions"),
            "quality_assurance",
            "g5",
            "investigation_report",
            needs_all=True,
        ),
        PlannedDeliverable("cost_yield_review", _("Review of cost and yield against target"), "production", "g5"),
        PlannedDeliverable("product_quality_review", _("Product Quality Review"), "quality_assurance", "g5", "product_quality_review"),
    ),
    milestones=(
        PlannedMilestone(
            "first_shipment",
            _("First commercial shipment"),
            "delivery",
            "production",
            {"g4": 60},
            "deliverable:first_commercial_certificate",
            shared=True,
        ),
        PlannedMilestone("g5", _("G5 Commercial review"), "gate", "project_management", {"first_shipment": 190}, "gate:G5", shared=True),
    ),
)


def register() -> None:
    register_gate(GATE)
    register_phase_plan(PLAN)
