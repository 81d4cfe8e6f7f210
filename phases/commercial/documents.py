"""The document types of commercial supply. Each report is written here from its sections, or uploaded where it was made elsewhere."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from documents.about import AboutKind
from documents.registry import register as register_types
from phases.reports import part, report
from projects.models import Phase

written = partial(report, Phase.COMMERCIAL)
TYPES = (
    written(
        "batch_certificate_of_analysis",
        _("Certificate of Analysis of a shipped batch"),
        "BC",
        Role.QUALITY_ASSURANCE,
        Role.ANALYTICAL,
        about=AboutKind.BATCH,
        sections=(
            part(
                "batch",
                _("Batch"),
                _("Batch number, date of manufacture, release date, retest date, quantity (kg), containers, storage (ICH Q7 11.4)."),
            ),
            part("results", _("Results"), _("Per test: name, method, acceptance limit, numeric result with unit.")),
            part("statement", _("Statement of compliance"), _("Specification number and version; manufacturer, site; remarks.")),
        ),
    ),
    written(
        "continued_process_verification_report",
        _("Continued Process Verification Report"),
        "CV",
        Role.QUALITY_ASSURANCE,
        Role.PRODUCTION,
        about=AboutKind.PERIOD,
        sections=(
            part("period", _("Period and batches"), _("Period, batches made and rejected, reference set.")),
            part(
                "charts",
                _("Charts and signals"),
                _("Chart type, limits with date and method, rule, batch, cause, disposition of each signal."),
            ),
            part("capability", _("Capability and yield"), _("Cpk or Ppk with confidence; trend of yield.")),
            part("materials", _("Material lots and changes"), _("Lots, suppliers, changes in the period."), required=False),
            part("deviations", _("Deviations and stability"), _("With their effect on the state of control.")),
            part("conclusion", _("State of control"), _("In control or not; actions.")),
        ),
    ),
    written(
        "supply_safety_stock_report",
        _("Supply and Safety Stock Report"),
        "SS",
        Role.MATERIAL_CONTROL,
        Role.PROJECT_MANAGER,
        sections=(
            part("forecast", _("Forecast and orders"), _("Demand (kg/month), firm orders, on time in full (%).")),
            part("stock", _("Stock by status"), _("Quarantine, released, rejected (kg), retest dates.")),
            part(
                "safety_stock",
                _("Safety stock and reorder point"),
                _("Demand and its deviation, lead time (weeks), service level (%), result (kg), days of cover."),
            ),
            part(
                "critical_materials",
                _("Critical materials and suppliers"),
                _("Single source, qualification, on order, alarms and what was done."),
            ),
            part("actions", _("Risks and actions"), _("Action, owner, due.")),
        ),
    ),
    written(
        "change_control_record",
        _("Change Control Record"),
        "CC",
        Role.QUALITY_ASSURANCE,
        Role.PRODUCTION,
        about=AboutKind.CHANGE,
        sections=(
            part("change", _("Change"), _("Type, description now and proposed, reason (ICH Q7 13).")),
            part(
                "impact",
                _("Impact"),
                _("Products, batches, documents, validated state, stability; registration and reporting category per market."),
            ),
            part("risk", _("Risk assessment"), _("Risk and its control.")),
            part("client", _("Client"), _("Notification, approval needed, asked, answered.")),
            part("implementation", _("Implementation"), _("Tasks, trial batches, effective batch.")),
            part("effectiveness", _("Effectiveness"), _("Criterion, result, date; closure.")),
        ),
    ),
    written(
        "investigation_report",
        _("Investigation Report"),
        "IR",
        Role.QUALITY_ASSURANCE,
        Role.PRODUCTION,
        about=AboutKind.EVENT,
        sections=(
            part("event", _("Event"), _("What, when, where, batches, requirement, immediate action, class.")),
            part(
                "investigation",
                _("Investigation"),
                _("Method, laboratory phase for out-of-specification results, facts, extent to other batches."),
            ),
            part("root_cause", _("Root cause"), _("Category, evidence, why it was not prevented.")),
            part("impact", _("Impact and disposition"), _("On product and client; disposition; client informed on.")),
            part("actions", _("Corrective and preventive actions"), _("Owner, due, evidence.")),
            part("effectiveness", _("Effectiveness check"), _("Criterion, date, result."), required=False),
        ),
    ),
    written(
        "product_quality_review",
        _("Product Quality Review"),
        "QR",
        Role.QUALITY_ASSURANCE,
        Role.PRODUCTION,
        about=AboutKind.PERIOD,
        sections=(
            part("period", _("Period and batches"), _("Made, rejected, reworked (ICH Q7 2.5).")),
            part("results", _("Critical results"), _("Critical in-process and release results; failures.")),
            part("deviations", _("Deviations and investigations"), _("Critical ones, their causes, adequacy of actions.")),
            part("changes", _("Changes"), _("Of process and methods.")),
            part("stability", _("Stability"), _("Results and trends.")),
            part("returns", _("Returns, complaints, recalls"), _("Number, cause, action.")),
            part("suppliers", _("Suppliers and utilities"), _("State, changes."), required=False),
            part("conclusion", _("Conclusion"), _("State of control, need of revalidation, actions.")),
        ),
    ),
)


def register() -> None:
    register_types(*TYPES)
