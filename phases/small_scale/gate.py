"""G2 Release to pilot: its criteria, and what small-scale development owes.

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
from projects.plans import PhasePlan, PlannedDeliverable, PlannedMilestone, PlannedTask, register_phase_plan
from projects.services.plan import set_actual_from
from projects.steps import SHIP_SAMPLE

if TYPE_CHECKING:
    from projects.models import GateReview, Project


def pass_on(project: Project, review: GateReview, *, actor: Any) -> None:
    """*Go* of G2: its milestone is achieved."""
    set_actual_from(project, "gate:G2", on=project.today, actor=actor)


GATE = Gate(
    key="G2",
    phase=Phase.SMALL_SCALE,
    title=_("Release to pilot"),
    criteria=(
        deliverable_criterion("route", _("A route is chosen and scored on all six factors"), "research", ["route_selection_report"]),
        deliverable_criterion(
            "methods", _("Every material in scope has a method at the needed level"), "analytical", ["method_validation_report"]
        ),
        deliverable_criterion(
            "sample",
            _("A sample was shipped and both parties signed its confirmation"),
            "research",
            ["sample_certificate", "sample_confirmation"],
            waivable=False,
        ),
        deliverable_criterion(
            "confirmation_runs",
            _("The confirmation runs met every criterion after the sample's confirmation"),
            "research",
            ["confirmation_runs"],
            version=2,
            orders=(Order(("sample_confirmation",), "confirmation_runs"),),
        ),
        deliverable_criterion(
            "process_development_report", _("The Process Development Report is effective"), "research", ["process_development_report"]
        ),
    ),
    signers=(Role.RESEARCH, Role.ANALYTICAL, Role.PROJECT_MANAGER),
    on_go=pass_on,
)

PLAN = PhasePlan(
    phase=Phase.SMALL_SCALE,
    deliverables=(
        PlannedDeliverable("route_selection_report", _("Route Selection Report"), "research", "route_selected", "route_selection_report"),
        PlannedDeliverable(
            "method_validation_report", _("Analytical Method Validation Report"), "analytical", "methods_ready", "method_validation_report"
        ),
        PlannedDeliverable(
            "sample_certificate",
            _("Certificate of Analysis of the sample"),
            "analytical",
            "sample_shipped",
            "certificate_of_analysis",
            step=SHIP_SAMPLE,
        ),
        PlannedDeliverable(
            "sample_confirmation", _("Sample Confirmation"), "project_management", "sample_confirmed", "sample_confirmation"
        ),
        PlannedDeliverable(
            "confirmation_runs", _("Confirmation runs on the process that goes to pilot"), "research", "confirmation_runs_done"
        ),
        PlannedDeliverable(
            "process_development_report", _("Process Development Report"), "research", "process_report", "process_development_report"
        ),
    ),
    milestones=(
        PlannedMilestone(
            "route_selected", _("Route selected"), "internal", "research", {"g1": 30}, "deliverable:route_selection_report", shared=True
        ),
        PlannedMilestone(
            "methods_ready",
            _("Analytical methods at the needed level"),
            "internal",
            "analytical",
            {"route_selected": 25},
            "deliverable:method_validation_report",
        ),
        PlannedMilestone(
            "sample_shipped",
            _("Sample shipped"),
            "delivery",
            "research",
            {"route_selected": 40},
            "deliverable:sample_certificate",
            shared=True,
        ),
        PlannedMilestone(
            "sample_confirmed",
            _("Sample confirmed by both parties"),
            "contract",
            "project_management",
            {"sample_shipped": 15},
            "deliverable:sample_confirmation",
            shared=True,
        ),
        PlannedMilestone(
            "confirmation_runs_done",
            _("Confirmation runs completed"),
            "internal",
            "research",
            {"sample_confirmed": 20, "methods_ready": 10},
            "deliverable:confirmation_runs",
        ),
        PlannedMilestone(
            "process_report",
            _("Process Development Report effective"),
            "contract",
            "research",
            {"confirmation_runs_done": 15},
            "deliverable:process_development_report",
            shared=True,
        ),
        PlannedMilestone("g2", _("G2 Release to pilot"), "gate", "project_management", {"process_report": 5}, "gate:G2", shared=True),
    ),
    tasks=(
        PlannedTask("kick_off", _("Hold the kick-off meeting with the client"), "project_management", "route_selected", 1, after="g1"),
        PlannedTask(
            "starting_materials",
            _("Justify the starting materials of the registration intermediate (ICH Q11, section 5)"),
            "regulatory",
            "route_selected",
            10,
            after="g1",
            roles=(CompoundRole.REGISTRATION_INTERMEDIATE,),
        ),
        PlannedTask(
            "gmp_start",
            _("Agree with the client on the step at which GMP begins (ICH Q7, table 1)"),
            "quality_assurance",
            "route_selected",
            5,
            after="g1",
            roles=(CompoundRole.REGISTRATION_INTERMEDIATE,),
        ),
    ),
)


def register() -> None:
    register_gate(GATE)
    register_phase_plan(PLAN)
