"""Inquiry Assessment Report and Detailed Cost Assessment Form: what the departments' sheets say, side by side, and what is recorded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from audit.refusals import Blocker
from audit.signatures import content_hash
from documents.content import Column, data_table, key_values, shortest
from documents.registry import DocumentType, Meaning, SignerSlot
from phases.evaluation.assessment_views import gravest, views_on_paper
from phases.evaluation.enquiries import days_until
from phases.evaluation.margin import cost_bands, price_against_cost
from phases.evaluation.models import DepartmentAssessment, InquiryAssessment
from phases.evaluation.printed_plans import costs_on_paper, plans_on_paper, printed
from phases.evaluation.worksheets import ASSUMPTIONS, RISKS
from phases.reports import identity_of, part
from process.costs.counting import what_counts
from process.costs.paper import pictures_on_paper, scenario_on_paper
from process.paper import DATED_BY, drawn_on_paper, recorded_dating, recorded_on_paper
from projects.completeness import completeness_of
from projects.models import Phase, Project, Quotation, QuotationLine

REQUESTERS = frozenset({Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER})


def _sheets(project: Project) -> list[DepartmentAssessment]:
    rows = DepartmentAssessment.objects.filter(project=project).with_tables()
    return list(rows.select_related("owner", "signed_off_by", "project__site"))


def open_sheets(project: Project) -> list[Blocker]:
    """A report on figures that nobody has signed off would be nobody's word."""
    return [
        Blocker(
            f"sheet.{row.department.key}",
            _t("The sheet of %(department)s is not signed off.") % {"department": str(row.department)},
            row.get_absolute_url(),
            owner=str(row.owner or row.department),
            expected=row.due_on,
        )
        for row in _sheets(project)
        if row.state != DepartmentAssessment.State.SIGNED_OFF
    ]


def no_recommendation(project: Project) -> list[Blocker]:
    reasons = open_sheets(project)
    if not InquiryAssessment.objects.filter(project=project).exists():
        link = reverse("project-evaluation", args=[project.code])
        reasons.append(Blocker("assessment.missing", _t("No recommendation is recorded."), link, owner=str(_("Business development"))))
    return reasons


def inquiry_assessment(project: Project) -> dict[str, Any]:
    """Is it feasible, at what cost, in what time, under which assumptions and risks, what is recommended, and how long all that took."""
    found, sheets = _recommendation(project), _sheets(project)
    recorded = recorded_on_paper(project)
    views = views_on_paper(project, sheets, recorded.pop("parts"))
    now = {"plans": plans_on_paper(sheets), "views": views, "gravest": gravest(sheets), "clock": _clock(project, found, sheets)}
    return _assessed(project, found, sheets) | recorded | now


def inquiry_dating(project: Project) -> dict[str, Any]:
    """What makes the report out of date; how long it took follows from that."""
    return _assessed(project, _recommendation(project), _sheets(project)) | recorded_dating(project)


def inquiry_pictures(data: Mapping[str, Any]) -> dict[str, str]:
    return pictures_on_paper(data.get("clock")) | drawn_on_paper(data)


def _recommendation(project: Project) -> InquiryAssessment:
    return InquiryAssessment.objects.select_related("recommended_by").get(project=project)


def _clock(project: Project, found: InquiryAssessment, sheets: Sequence[DepartmentAssessment]) -> dict[str, Any]:
    """Until everything was there that the report rests on: a clock that still runs could not be submitted."""
    signed = (row.signed_off_at for row in sheets if row.signed_off_at)
    picture = days_until(project, sheets, max((found.recommended_at, *signed)))
    columns = [Column(picture.head[0], 34), *(Column(head, 22, "right") for head in picture.head[1:])]
    return {"table": data_table(columns, picture.rows), "pictures": {"clock": json.dumps(picture.spec)}}


def _assessed(project: Project, found: InquiryAssessment, sheets: Sequence[DepartmentAssessment]) -> dict[str, Any]:
    rfp = project.rfp
    return {
        "subtitle": f"{project.code} {project.title}",
        "identity": identity_of(project),
        "wanted": rfp.wanted,
        "recommendation": key_values(
            (_t("Recommendation"), found.get_recommendation_display()),
            (_t("Reasons"), found.reason),
            (_t("Conditions"), found.conditions),
            (_t("Recommended by"), found.recommended_by),
            (_t("Recommended"), found.recommended_at),
        ),
        "feasibility": data_table(
            [Column(_t("Department"), 22), Column(_t("Score (1–5)"), 20), Column(_t("Reasons"), 58)],
            [(str(row.department), row.feasibility_words, row.feasibility_reason) for row in sheets],
        ),
        "band": _band(sheets),
        "durations": data_table(
            [Column(_t("Department"), 60), Column(_t("Duration (weeks)"), 40, "right")],
            [(str(row.department), shortest(row.duration_weeks)) for row in sheets],
        ),
        "assumptions": printed(sheets, ASSUMPTIONS, "assumption_rows"),
        "risks": printed(sheets, RISKS, "risk_rows"),
        "planned": {row.department.key: content_hash(row) for row in sheets},  # dates the plans, however a release prints them
        "challenges": rfp.process_challenges,
        "questions": data_table(
            [Column(_t("Question"), 50), Column(_t("Answer"), 50)],
            [(row.question, row.answer or _t("open")) for row in rfp.clarifications.all()],
            empty=_t("No question was asked."),
        ),
        "missing": [str(question.words) for question in completeness_of(rfp).open],
        "signed_off": _signed_off(sheets),
    }


def cost_assessment(project: Project) -> dict[str, Any]:
    """The departments' costs, the scenario that is worked out in depth, and the prices of the current quotation."""
    sheets = _sheets(project)
    views = costs_on_paper(sheets)
    told = {"views": views, "told": [each["key"] for each in views]}
    return _costs(project, sheets) | told | {"scenario": scenario_on_paper(project)}


def cost_dating(project: Project) -> dict[str, Any]:
    """What makes the form out of date. Of the scenarios only the printed one; to tell that, nothing is drawn."""
    return _costs(project, _sheets(project))


def _costs(project: Project, sheets: Sequence[DepartmentAssessment]) -> dict[str, Any]:
    quotation = Quotation.objects.current().filter(project=project).prefetch_related("lines").first()
    return {
        "subtitle": f"{project.code} {project.title}",
        "identity": identity_of(project),
        "quantities": key_values(
            (_t("Samples (g)"), shortest(project.rfp.sample_quantity_g)),
            (_t("Pilot (kg)"), shortest(project.rfp.pilot_quantity_kg)),
            (_t("Validation, per batch (kg)"), shortest(project.rfp.validation_quantity_kg)),
            (_t("Commercial (kg/year)"), shortest(project.rfp.commercial_quantity_kg_per_year)),
        ),
        "costs": data_table(
            [
                Column(_t("Department"), 28),
                Column(_t("Currency"), 12),
                Column(_t("Low"), 20, "right"),
                Column(_t("Base"), 20, "right"),
                Column(_t("High"), 20, "right"),
            ],
            [(str(row.department), row.currency, row.cost_low, row.cost_base, row.cost_high) for row in sheets],
        ),
        "band": _band(sheets),
        "counted": what_counts(project),
        "price": _price(quotation) if quotation else None,
        "result": price_against_cost(quotation, cost_bands(sheets)) if quotation else [],
        "assumptions": printed(sheets, ASSUMPTIONS, "assumption_rows"),
        "signed_off": _signed_off(sheets),
    }


def _band(sheets: Iterable[DepartmentAssessment]) -> dict[str, Any]:
    columns = [Column(_t("All departments"), 28), *(Column(label, 24, "right") for label in (_t("Low"), _t("Base"), _t("High")))]
    rows = [(band.currency, band.low, band.base, band.high) for band in cost_bands(sheets)]
    return data_table(columns, rows, empty=_t("No sheet gives a cost."))


def _signed_off(sheets: Iterable[DepartmentAssessment]) -> dict[str, Any]:
    return data_table(
        [Column(_t("Sheet"), 34), Column(_t("Signed off by"), 36), Column(_t("Date and time"), 30)],
        [(str(row.department), row.signed_off_by, row.signed_off_at) for row in sheets],
    )


def _price(quotation: Quotation) -> dict[str, Any]:
    """Everything that the quotation names, options and what is excluded too; the total is of what makes up the price."""
    columns = [
        Column(_t("Phase"), 20),
        Column(_t("Description"), 44),
        Column(_t("Standing"), 14),
        Column(quotation.currency, 22, "right"),
    ]
    excluded = QuotationLine.Standing.EXCLUDED
    lines = [
        (
            str(line.get_phase_display()),
            line.description,
            _t("Chosen option") if line.chosen else str(line.get_standing_display()),
            None if line.standing == excluded else line.amount,
        )
        for line in quotation.lines.all()
    ]
    return data_table(columns, [*lines, ("", _t("Total"), "", quotation.total)], caption=quotation.label)


def _signers(*approvers: Role) -> tuple[SignerSlot, ...]:
    return (SignerSlot(Meaning.REVIEWED, Role.QUALITY_ASSURANCE), *(SignerSlot(Meaning.APPROVED, role) for role in approvers))


TYPES = (
    DocumentType(
        key="inquiry_assessment_report",
        title=_("Inquiry Assessment Report"),
        phase=Phase.EVALUATION,
        number_prefix="IA",
        template="documents/types/inquiry_assessment_report.html",
        build_context=inquiry_assessment,
        figures=lambda snapshot: inquiry_pictures(snapshot["data"]),
        template_version="14",
        for_us=True,
        dated_by=(
            "subtitle",
            "identity",
            "wanted",
            "recommendation",
            "feasibility",
            "band",
            "durations",
            "assumptions",
            "risks",
            "planned",
            "challenges",
            "questions",
            "missing",
            "signed_off",
            *DATED_BY,
        ),
        build_dating=inquiry_dating,
        narrative=(
            part("summary", _("Summary"), _("Five sentences for whoever decides: feasible, at what price band, by when, with which risk.")),
            part("control", _("Cost controllability"), _("How firm the figures are, what can still move the price."), required=False),
            part("capacity", _("Capacity window"), _("Dates and vessels that could take the campaigns."), required=False),
            part("safety", _("Safety class"), _("Hazards of the route, containment, what has to be measured first."), required=False),
            part("intellectual_property", _("Intellectual property"), _("Freedom to operate, what belongs to whom."), required=False),
            part("regulatory", _("Regulatory view"), _("Starting materials, submissions, markets."), required=False),
            part("supply", _("Supply of raw materials"), _("Key materials, suppliers, lead times (d), single sources."), required=False),
            part("environment", _("Environmental view"), _("Waste, solvents, expected process mass intensity (kg/kg)."), required=False),
            part("schedule", _("Schedule"), _("What can be ready when, against what the client wants."), required=False),
        ),
        signers=_signers(Role.BUSINESS_DEVELOPMENT, Role.MANAGEMENT),
        requesters=REQUESTERS,
        missing=no_recommendation,
        follows_data=True,
    ),
    DocumentType(
        key="detailed_cost_assessment",
        title=_("Detailed Cost Assessment Form"),
        phase=Phase.EVALUATION,
        number_prefix="CA",
        template="documents/types/detailed_cost_assessment.html",
        build_context=cost_assessment,
        figures=lambda snapshot: pictures_on_paper(snapshot["data"].get("scenario")),
        template_version="13",
        for_us=True,
        dated_by=("identity", "quantities", "costs", "band", "counted", "price", "result", "assumptions", "signed_off"),
        build_dating=cost_dating,
        narrative=(
            part(
                "basis",
                _("Basis of the figures"),
                _("Scenario, price base date, exchange rates with date, source class of the main figures."),
            ),
            part(
                "materials",
                _("Raw materials and solvents"),
                _("Consumption (kg/kg), price (currency/kg), recovery, supplier, quote date."),
                required=False,
            ),
            part("labour", _("Development labour"), _("Tasks, time, rate."), required=False),
            part("quality_control", _("Quality control"), _("Samples, tests, consumables, outside laboratories."), required=False),
            part("production", _("Production"), _("Vessels, occupancy (h), labour, utilities, waste, modification."), required=False),
            part("ehs", _("Environment, health and safety"), _("Studies, permits, measurements, protection."), required=False),
            part("dossier", _("Stability, validation, dossier"), _("Included, optional or excluded."), required=False),
            part("risk", _("Overheads, contingency, risk"), _("Rates (%), risk items as probability × cost."), required=False),
            part("sensitivity", _("Sensitivity"), _("To yield, batch size and the main raw material."), required=False),
        ),
        signers=_signers(Role.BUSINESS_DEVELOPMENT, Role.PRODUCTION),
        requesters=REQUESTERS,
        missing=open_sheets,
        follows_data=True,
    ),
)
