"""The document types of validation. Each report is written here from its sections, or uploaded where it was made elsewhere."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from documents.about import AboutKind
from documents.registry import register as register_types
from phases.reports import part, report
from projects.models import Phase

written = partial(report, Phase.VALIDATION)
TYPES = (
    written(
        "pre_production_plan",
        _("Pre-production Plan"),
        "PP",
        Role.RESEARCH,
        Role.PRODUCTION,
        sections=(
            part(
                "campaign",
                _("Campaign and batches"),
                _("Purpose, number and size of the batches (kg), planned start and end of each, building, line."),
            ),
            part(
                "equipment",
                _("Vessels and equipment"),
                _("Vessels with occupancy (h), qualification and calibration state, cleaning state."),
            ),
            part("people", _("People and training"), _("Persons per shift, training state by document version.")),
            part("materials", _("Materials"), _("Need against stock and on order (kg), release status, consumables, utilities.")),
            part("sampling", _("In-process control and sampling"), _("Point, quantity, test, method, limit.")),
            part("safety", _("Safety and environment"), _("Measures, waste route, permits.")),
            part("documents", _("Documents to be used"), _("Number and version of master record, protocol, methods, procedures.")),
            part("go_no_go", _("Go/no-go list"), _("Item, owner, state; what is done when one is missing.")),
        ),
    ),
    written(
        "technology_transfer_report",
        _("Technology Transfer Report"),
        "TT",
        Role.PRODUCTION,
        Role.RESEARCH,
        sections=(
            part(
                "scope",
                _("Scope and acceptance"),
                _("Sending and receiving unit, scope (process, methods, cleaning), acceptance criteria (WHO TRS 1044 Annex 4)."),
            ),
            part("process", _("Process"), _("Description, parameters, yields, hold times, reprocessing rules, deviations and lessons.")),
            part("materials", _("Materials"), _("Bill with grade, specification, approved supplier, storage, lead time (d).")),
            part(
                "equipment",
                _("Equipment and premises"),
                _("Sending value, receiving value, gap, modification needed, qualification, calibration."),
            ),
            part(
                "analytical",
                _("Analytical methods"),
                _("Methods, validation state, transfer (comparative, co-validation, revalidation, waiver), results against limits."),
            ),
            part("cleaning", _("Cleaning"), _("Limits (µg/cm²) with basis, method, validation state."), required=False),
            part("handover", _("Documents handed over"), _("Title, number, version, sent, received by.")),
            part("training", _("Training"), _("Topic, trainer, person, document version, date, assessment (%).")),
            part("gaps", _("Gaps and actions"), _("Gap, risk, action, owner, due, evidence, closed.")),
            part("close_out", _("Close-out"), _("Open items, lessons, release to production.")),
        ),
    ),
    written(
        "master_batch_record",
        _("Master Batch Record"),
        "MB",
        Role.PRODUCTION,
        Role.QUALITY_ASSURANCE,
        sections=(
            part("product", _("Product and stage"), _("Name and code, stage, batch size (kg), effective date (ICH Q7 6.4).")),
            part("materials", _("Materials and quantities"), _("Code, grade, quantity or ratio with unit and how it is calculated.")),
            part("equipment", _("Location and main equipment"), _("Building, vessels, instruments, cleaning check.")),
            part(
                "instructions",
                _("Instructions"),
                _("Step by step: order, parameter ranges, cautions, time limits, who performs and who checks."),
            ),
            part("sampling", _("Sampling and in-process limits"), _("Point, amount, test, limit, action when outside.")),
            part("yields", _("Expected yields"), _("Range per stage (kg, %).")),
            part("packaging", _("Packaging, label, storage"), _("Container, label text, storage condition.")),
        ),
    ),
    written(
        "batch_production_record",
        _("Batch Production Record"),
        "BR",
        Role.PRODUCTION,
        Role.QUALITY_ASSURANCE,
        about=AboutKind.BATCH,
        sections=(
            part("batch", _("Batch and master version"), _("Batch number, issue, master record version, start and finish (ICH Q7 6.5).")),
            part("materials", _("Materials weighed"), _("Code, lot, amount (kg), weigher, checker, time.")),
            part("execution", _("Execution"), _("Per step: set value, range, actual value, time, performed by, checked by.")),
            part("in_process", _("In-process results and samples"), _("Test, limit, result; sample, time, amount.")),
            part("yields", _("Yields"), _("Per set point (kg, %), reason where outside.")),
            part("deviations", _("Deviations"), _("Number, description, evaluation, investigation."), required=False),
            part(
                "review", _("Review and disposition"), _("Production review, quality review of critical steps, disposition (ICH Q7 6.7).")
            ),
        ),
    ),
    written(
        "process_validation_protocol",
        _("Process Validation Protocol"),
        "VP",
        Role.QUALITY_ASSURANCE,
        Role.PRODUCTION,
        sections=(
            part("process", _("Process and master record"), _("Description, master record version, roles.")),
            part(
                "parameters",
                _("Attributes and parameters"),
                _("Critical quality attributes, critical parameters with limits, other monitored parameters, component inputs."),
            ),
            part(
                "readiness",
                _("Equipment, people, materials, methods"),
                _("Qualification and calibration, training, suppliers, state of method validation."),
            ),
            part("batches", _("Number of batches"), _("How many, and why (FDA 2011, EU Annex 15).")),
            part("sampling", _("Sampling plan"), _("Point, number, frequency, rationale; stability samples; hold times.")),
            part("criteria", _("Acceptance criteria"), _("In-process and release criteria; acceptance of the whole study.")),
            part("statistics", _("Evaluation"), _("Data to collect, statistical methods, confidence.")),
            part("deviations", _("Deviations and excluded runs"), _("What stops a run, what resets the count, who decides.")),
        ),
    ),
    written(
        "process_validation_report",
        _("Process Validation Report"),
        "VR",
        Role.QUALITY_ASSURANCE,
        Role.PRODUCTION,
        sections=(
            part("summary", _("Summary and conclusion"), _("Validated, validated with conditions, or not; reference to the protocol.")),
            part("batches", _("Batches"), _("Number, date, size (kg), yield (%), disposition.")),
            part("parameters", _("Parameters"), _("Limit, minimum, maximum, mean per parameter.")),
            part(
                "quality_attributes",
                _("Quality attributes"),
                _("Results with mean, standard deviation, capability (Cpk or Ppk) or tolerance interval."),
            ),
            part("deviations", _("Deviations"), _("Each with its effect and its closure.")),
            part("comparison", _("Comparison with pilot"), _("Impurity profile, yields, physical form.")),
            part("recommendations", _("Recommendations"), _("Continued verification, changes to the master record.")),
        ),
    ),
    written(
        "stability_protocol",
        _("Stability Protocol"),
        "SP",
        Role.ANALYTICAL,
        Role.QUALITY_ASSURANCE,
        sections=(
            part("purpose", _("Purpose and batches"), _("Purpose, batch numbers, size (kg), date, process version (ICH Q1A).")),
            part("container", _("Container closure"), _("Simulating the marketed one; orientation.")),
            part(
                "conditions",
                _("Conditions and time points"),
                _("Long-term, intermediate, accelerated (°C / % RH); months; pull window (d), test within (d)."),
            ),
            part(
                "tests",
                _("Tests and limits"),
                _("Test, method version, limit, specification version; samples per point (n × g) and reserve."),
            ),
            part("photostability", _("Photostability"), _("Exposure (lux·h, W·h/m²), forced degradation."), required=False),
            part(
                "evaluation", _("Evaluation"), _("Rule of ICH Q1E, what is a significant change, what triggers the intermediate condition.")
            ),
        ),
    ),
    written(
        "stability_report",
        _("Stability Report"),
        "SR",
        Role.ANALYTICAL,
        Role.QUALITY_ASSURANCE,
        sections=(
            part("summary", _("Summary"), _("Data so far, proposed retest period, storage statement.")),
            part("results", _("Results"), _("Per batch, condition and time point; what was pulled or tested late and why.")),
            part("trends", _("Evaluation and trends"), _("Regression, confidence limit, pooling (ICH Q1E), out-of-trend results.")),
            part("excursions", _("Excursions and deviations"), _("Chambers, investigations, effect."), required=False),
            part("conclusion", _("Retest period and storage"), _("Period, statement, commitment.")),
        ),
    ),
    written(
        "trial_production_summary",
        _("Trial Production Summary Report"),
        "TS",
        Role.PRODUCTION,
        Role.QUALITY_ASSURANCE,
        sections=(
            part("summary", _("Summary"), _("Campaign, batches, outcome, advice for commercial supply.")),
            part(
                "batches",
                _("Batches"),
                _("Number, size (kg), start, end, cycle time (h), yield per step and over all (%), mass balance (%), disposition."),
            ),
            part("parameters", _("Parameters and in-process results"), _("Actual against range.")),
            part("quality", _("Release results and impurity profile"), _("Against specification, laboratory and pilot.")),
            part("deviations", _("Deviations and corrective actions"), _("Including out-of-specification results.")),
            part("equipment", _("Equipment, materials, utilities"), _("Performance; use against plan; waste; observations on safety.")),
            part("cost", _("Cost against estimate"), _("Currency/kg."), required=False),
            part("documents", _("Documents to be changed"), _("Document, from and to version, reason; findings of training.")),
            part("conclusion", _("Conclusion"), _("Recommendation for commercial supply.")),
        ),
    ),
    written(
        "process_procedure",
        _("Process Procedure"),
        "PR",
        Role.PRODUCTION,
        Role.QUALITY_ASSURANCE,
        sections=(
            part("purpose", _("Purpose and scope"), _("Product, stage, site, vessels.")),
            part("materials", _("Materials and equipment"), _("With grades and codes.")),
            part("procedure", _("Procedure"), _("Steps with ranges, time limits, cautions, end points.")),
            part("controls", _("Controls and limits"), _("In-process controls, critical parameters, action when outside.")),
            part("safety", _("Safety, health, environment"), _("Hazards, protection, waste, emergency.")),
            part("changes", _("Changes since the last version"), _("What the findings of validation changed."), required=False),
        ),
    ),
)


def register() -> None:
    register_types(*TYPES)
