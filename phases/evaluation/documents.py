"""The document types of evaluation: RFP Record, Quotation, Project Charter, and the two of `assessment_documents.py`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from audit.refusals import Blocker
from charts.gantt import GanttRow, gantt
from charts.look import written
from charts.render import COLUMN_WIDTH, drawn
from documents.content import Column, cell, data_table, key_values, numbered
from documents.models import DocumentVersion
from documents.registry import DocumentType, Meaning, NarrativeSection, SignerSlot, SubjectKind
from documents.registry import register as register_types
from phases.evaluation import assessment_documents, rfp_document
from phases.evaluation.quotation_document import BLANK, quotation
from projects.agreements import bearing_on
from projects.charter_criteria import criteria_of, other_criteria
from projects.charter_limits import parted
from projects.charter_texts import budget_of, risk_rows
from projects.models import PHASES, Charter, Deliverable, Milestone, Phase, Project, Quotation, Tailoring
from projects.money import fitted
from projects.price import accepted_quotation
from projects.raci import Letter
from projects.services.quoted_payments import agreed_words
from projects.services.responsibilities import functions, rows_of
from projects.services.tailoring import pending
from projects.steps import MAKE_EFFECTIVE, register_guard


def no_released_quotation(project: Project) -> list[Blocker]:
    """The client gets the revision that two people released; a draft is nobody's offer."""
    row = Quotation.objects.current().filter(project=project).exclude(state=Quotation.State.DRAFT).first()
    if row is not None:
        return []
    return [Blocker("quotation.released", _t("A quotation has to be released first."), reverse("project-evaluation", args=[project.code]))]


def no_charter(project: Project) -> list[Blocker]:
    if hasattr(project, "charter"):
        return []
    return [Blocker("charter.drafted", _t("The charter has to be drafted first."), reverse("project-charter", args=[project.code]))]


def charter(project: Project) -> dict[str, Any]:
    """What is to be done, by whom, when: from the charter, the plan and the accepted quotation."""
    row = project.charter
    accepted = accepted_quotation(project)
    return {
        "subtitle": _t("Charter of project %(code)s") % {"code": project.code},
        "facts": key_values(
            (_t("Project"), f"{project.code} {project.title}"),
            (_t("Client"), project.client.name),
            (_t("Project manager"), project.project_manager),
            (_t("Site"), project.site.name if project.site else ""),
            (_t("Contracted phases"), f"{Phase(project.first_phase).label} – {Phase(project.last_phase).label}"),
            (_t("Planned start"), row.start_on),
            *([(_t("Filing date"), row.filing_on)] if row.filing_on else []),
            *([(_t("Batches"), _batches(row))] if row.batches_reason else []),
            (_t("Accepted quotation"), f"{accepted.label}: {accepted.currency} {cell(accepted.total)}" if accepted else ""),
        ),
        "references": key_values(*_references(project, row)),
        "objectives": row.objectives,
        "background": row.background,
        "scope_in": row.scope_in,
        "scope_out": row.scope_out,
        "deliverables": [deliverables_of(project, phase) for phase in PHASES if project.in_scope(phase)],
        "acceptance": row.acceptance,
        "criteria": _other_criteria(project, row),
        "tailoring": not_applicable(project),
        "milestones": _milestones(project),
        "pictures": {"plan": plan} if (plan := _plan(project)) else {},
        "budget": _budget(project, accepted),
        "payments": _payments(project, accepted),
        "raci": _raci(project, row),
        "chosen_responsibilities": row.responsibilities,
        "team": data_table(
            [Column(_t("Department"), 50), Column(_t("Person"), 50)],
            [(str(member.department), member.user or _t("not named yet")) for member in project.team.select_related("department", "user")],
        ),
        "assumptions": numbered(row.assumptions),
        "dependencies": row.dependencies,
        "depends": _in_parts(row.dependencies, (_t("What"), 50), (_t("From whom"), 26), (_t("By when"), 24)),
        "constraints": numbered(row.constraints),
        "risks": numbered(row.risks),
        "judged_risks": judged_risks(row),
        "governance": row.governance,
        "escalation": row.escalation,
        "levels": _in_parts(row.escalation, (_t("Level"), 10), (_t("Who"), 28), (_t("When it is asked"), 42), (_t("Settled within"), 20)),
        "communication": row.communication,
        "told": _told(row),
    }


def _references(project: Project, row: Charter) -> Iterator[tuple[str, str]]:
    """What stands beside the charter: the agreements that bind, and the default plan that it was made from."""
    for each in bearing_on(project.client_id, project).order_by("kind", "-effective_on"):
        yield str(each.get_kind_display()), _t("%(number)s, from %(day)s") % {"number": each.number, "day": written(each.effective_on)}
    yield _t("Default plan"), str(row.default_plan or _t("of the release"))


def judged_risks(row: Charter) -> dict[str, Any] | None:
    """The risks as a table, once one of them is judged or answered; else they are a plain list."""
    rows = risk_rows(row.risks)
    if not any(any(judged) for _words, *judged in rows):
        return None
    columns = [Column(_t("Risk"), 40), Column(_t("Probability"), 13), Column(_t("Impact"), 13), Column(_t("Response"), 34)]
    return data_table(columns, rows)


def _batches(row: Charter) -> str:
    """How many prove the pilot and the validation where it is not the usual number, with the reason."""
    names = {"pilot": row.pilot_batches, "validation": row.validation_batches, "reason": row.batches_reason}
    return _t("%(pilot)d pilot, %(validation)d consecutive validation: %(reason)s") % names


def _milestones(project: Project) -> dict[str, Any]:
    """In the order of their days; one without a day comes last."""
    columns = [
        Column(_t("Milestone"), 44),
        Column(_t("Phase"), 18),
        Column(_t("Planned"), 18),
        Column(_t("Tolerance (working days)"), 20, "right"),
    ]
    dated = [(row, row.baseline_on or row.actual_on or row.forecast_on) for row in Milestone.objects.filter(project=project)]
    dated.sort(key=lambda each: each[1] or date.max)
    return data_table(columns, [(row.title, str(row.get_phase_display()), on, row.tolerance_days) for row, on in dated])


def _plan(project: Project) -> str:
    """The specification of the picture: every milestone that has a day, in the order of the plan. Empty where none has."""
    rows = Milestone.objects.filter(project=project).order_by("order", "id")
    dated = ((row, row.baseline_on or row.actual_on or row.forecast_on) for row in rows)
    drawn_rows = [GanttRow(row.key, row.title, str(row.get_phase_display()), forecast=on) for row, on in dated if on]
    return json.dumps(gantt(drawn_rows, today=project.today, title=_t("Milestones as they are planned"))) if drawn_rows else ""


def _budget(project: Project, accepted: Quotation | None) -> dict[str, Any] | None:
    if accepted is None:
        return None
    rows = [(str(phase.label), fitted(amount, accepted.currency)) for phase, amount in budget_of(accepted)]
    columns = [Column(_t("Phase"), 70), Column(_t("Amount (%(currency)s)") % {"currency": accepted.currency}, 30, "right")]
    return data_table(columns, [*rows, (_t("Together"), fitted(accepted.total, accepted.currency))])


def _payments(project: Project, accepted: Quotation | None) -> dict[str, Any] | None:
    payments = list(Milestone.objects.filter(project=project, kind=Milestone.Kind.PAYMENT))
    if accepted is None or not payments:
        return None
    agreed = agreed_words(project)
    rows = [(row.title, agreed[row.pk], row.amount and fitted(row.amount, accepted.currency)) for row in payments]
    amount = Column(_t("Amount (%(currency)s)") % {"currency": accepted.currency}, 24, "right")
    return data_table([Column(_t("Payment"), 38), Column(_t("Due when"), 38), amount], rows)


def _raci(project: Project, row: Charter) -> dict[str, Any]:
    """The matrix, with its functions numbered: their names are too long for the heads of ten columns."""
    departments = functions()
    columns = [Column(_t("Deliverable"), 100 - 6 * len(departments))]
    columns += [Column(str(number), 6) for number in range(1, len(departments) + 1)]
    rows = [(each.deliverable.title, *(letter or BLANK for letter in each.of(departments))) for each in rows_of(row, project)]
    names = [f"{number}: {department}" for number, department in enumerate(departments, 1)]
    return {"functions": ", ".join(names), "letters": _letters(), "table": data_table(columns, rows)}


def _letters() -> dict[str, Any]:
    """What the letters of the matrix mean."""
    words = ((str(letter), str(letter.label).partition(":")[2].strip()) for letter in Letter)
    return data_table([Column(_t("Letter"), 12), Column(_t("What the function does"), 88)], words)


def deliverables_of(project: Project, phase: Phase) -> dict[str, Any]:
    out = Tailoring.objects.filter(project=project, kind=Tailoring.Kind.DELIVERABLE).values("key")
    rows = Deliverable.objects.filter(project=project, phase=phase).exclude(key__in=out).select_related("department", "owner")
    criteria = criteria_of(rows, project.charter)
    heads = ((_t("Deliverable"), 30), (_t("Answers for it"), 20), (_t("Acceptance criterion"), 36), (_t("Due"), 14))
    columns = [Column(*head) for head in heads]
    printed = ((row.title, row.owner or str(row.department), criteria[row.key], row.due_on) for row in rows)
    return {"phase": str(phase.label), "table": data_table(columns, printed)}


def _other_criteria(project: Project, row: Charter) -> dict[str, Any] | None:
    """Of samples, batches and whatever else the charter names beside its deliverables."""
    found = other_criteria(Deliverable.objects.filter(project=project), row)
    return data_table([Column(_t("What is accepted"), 30), Column(_t("Acceptance criterion"), 70)], found) if found else None


def _told(row: Charter) -> dict[str, Any] | None:
    """The communication plan."""
    heads = ((_t("Who"), 24), (_t("What"), 26), (_t("How often"), 20), (_t("Language"), 13), (_t("By which way"), 17))
    return _in_parts(row.communication, *heads)


def _in_parts(text: str, *heads: tuple[str, int]) -> dict[str, Any] | None:
    """As a table, once a line says more than its first part; else it is a plain text."""
    rows = parted(text, len(heads))
    return data_table([Column(*head) for head in heads], rows) if any(any(parts[1:]) for parts in rows) else None


def not_applicable(project: Project) -> dict[str, Any] | None:
    """What is taken out of the phases, each with its reason: approved by the signatures under the charter. Nothing where all applies."""
    rows = Tailoring.objects.filter(project=project)
    if not rows:
        return None
    return data_table(
        [Column(_t("Does not apply"), 36), Column(_t("Phase"), 14), Column(_t("Kind"), 14), Column(_t("Justification"), 36)],
        [(row.title, str(row.get_phase_display()), str(row.get_kind_display()), row.justification) for row in rows],
    )


def unprinted_tailoring(version: Any) -> list[Blocker]:
    """Guard: an uploaded charter does not print what it would put in force."""
    document = version.document if isinstance(version, DocumentVersion) else None
    if (
        document is None
        or document.type_key != "project_charter"
        or version.is_generated
        or document.project is None
        or not pending(document.project)
    ):
        return []
    words = _t("An uploaded charter does not carry what does not apply to the project: make it from the data.")
    return [Blocker("charter.tailoring", words, reverse("project-charter", args=[document.project.code]) + "#tailoring")]


def approved(*roles: Role) -> tuple[SignerSlot, ...]:
    return tuple(SignerSlot(Meaning.APPROVED, role) for role in roles)


TYPES = (
    DocumentType(
        key="rfp_record",
        title=_("RFP Record"),
        phase=Phase.EVALUATION,
        number_prefix="RR",
        template="documents/types/rfp_record.html",
        build_context=rfp_document.rfp_record,
        template_version="5",
        signers=approved(Role.PROJECT_MANAGER),
        subject=SubjectKind.RFP,
        requesters=frozenset({Role.BUSINESS_DEVELOPMENT}),
        dated_by=rfp_document.DATED_BY,
        build_dating=rfp_document.dating,
    ),
    DocumentType(
        key="quotation",
        title=_("Quotation"),
        phase=Phase.EVALUATION,
        number_prefix="QU",
        template="documents/types/quotation.html",
        build_context=quotation,
        narrative=(NarrativeSection("letter", _("Letter"), _("A few words to the client at the beginning.")),),
        requesters=frozenset({Role.BUSINESS_DEVELOPMENT}),
        missing=no_released_quotation,
        template_version="5",
        # What was offered and who released it; the client's choice and signature come after it and make no other offer of it.
        dated_by=("content_hash", "released"),
    ),
    DocumentType(
        key="project_charter",
        title=_("Project Charter"),
        phase=Phase.EVALUATION,
        number_prefix="PC",
        template="documents/types/project_charter.html",
        build_context=charter,
        figures=lambda snapshot: drawn(snapshot["data"].get("pictures", {}), COLUMN_WIDTH),  # one of version 6 has none
        template_version="7",
        signers=(
            SignerSlot(Meaning.REVIEWED, Role.QUALITY_ASSURANCE),
            *approved(Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER, Role.MANAGEMENT),
        ),
        requesters=frozenset({Role.PROJECT_MANAGER, Role.BUSINESS_DEVELOPMENT}),
        missing=no_charter,
        follows_data=True,
        # Dates move with the plan and are told by publication and change order, not by a new charter.
        dated_by=(
            "facts",
            "objectives",
            "background",
            "scope_in",
            "scope_out",
            "tailoring",
            "assumptions",
            "dependencies",
            "constraints",
            "risks",
            "governance",
            "escalation",
            "acceptance",
            "communication",
            "chosen_responsibilities",
        ),
    ),
    *assessment_documents.TYPES,
)


def register() -> None:
    register_types(*TYPES)
    register_guard(MAKE_EFFECTIVE, unprinted_tailoring)
