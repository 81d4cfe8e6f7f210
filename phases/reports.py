"""Reports of a phase that people write: what the record knows stands at their head, the science in the sections.

Each phase declares its reports with `report(...)`; all of them print by one template. A report that was made elsewhere is uploaded
under the same type, and reviewed and signed alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from accounts.models import Role
from documents.about import About, AboutKind
from documents.content import Column, data_table, key_values, shortest
from documents.registry import INPUTS, DocumentType, Meaning, NarrativeSection, SignerSlot, document_type
from projects.gates import gate_of
from projects.models import PHASES, Deliverable, GateCondition, GateWaiver, Milestone, Phase, Project, TeamMember
from projects.models.conditions import GateCondition as Condition
from projects.variance import told_variance, variance_words

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

TEMPLATE = "documents/types/report.html"
READS = ("deliverables", "reviews__conditions__owner")  # what dates a report
CLIENT_SIGNS = (SignerSlot(Meaning.ACCEPTED, Role.CLIENT_APPROVER),)


def part(key: str, title: str | _StrPromise, help: str | _StrPromise = "", *, required: bool = True) -> NarrativeSection:
    """A section; it must hold text before the review unless it is not `required`."""
    return NarrativeSection(key, title, help, required)


def report(
    phase: Phase,
    key: str,
    title: str | _StrPromise,
    prefix: str,
    *approvers: Role,
    sections: Sequence[NarrativeSection],
    about: AboutKind | None = None,
    client_signs: bool = False,
) -> DocumentType:
    """Quality assurance reviews where it does not approve; the named roles approve; the client's approver may sign last.

    `about`: a project has one about each.
    """
    reviewer = () if Role.QUALITY_ASSURANCE in approvers else (SignerSlot(Meaning.REVIEWED, Role.QUALITY_ASSURANCE),)
    return DocumentType(
        key=key,
        title=title,
        phase=phase,
        number_prefix=prefix,
        template=TEMPLATE,
        build_context=partial(facts_of, phase, key),
        narrative=tuple(sections),
        dated_by=("identity", "asked", INPUTS),
        build_dating=partial(dating_of, phase, key),
        reads=READS,
        about=About(about) if about else None,
        signers=(*reviewer, *(SignerSlot(Meaning.APPROVED, role) for role in approvers), *(CLIENT_SIGNS if client_signs else ())),
    )


def facts_of(phase: Phase, key: str, project: Project, about: str = "") -> dict[str, Any]:
    """Identity, people, records and dates of the phase, and what its gate accepted or asked for."""
    return {
        "subtitle": f"{project.code} {project.title}",
        "team": team_of(project),
        "records": records_of(project, phase, key),
        "milestones": _milestones(project, phase),
        "waivers": _waivers(project, phase),
        "conditions": _conditions(project, phase),
        **dating_of(phase, key, project, about),
    }


def dating_of(phase: Phase, key: str, project: Project, about: str = "") -> dict[str, Any]:
    """What makes a report out of date: another identity, another condition of an earlier gate, another input.

    A waiver at the gate of the phase itself is printed, and decided on the report: it comes after it and makes it no less true.
    """
    named = document_type(key).about
    return {
        "identity": [*(key_values((named.kind.label, about)) if named else []), *identity_of(project)],
        "asked": _asked(project, phase),
        INPUTS: inputs_of(project, phase, key),
    }


def inputs_of(project: Project, phase: str, key: str) -> dict[str, str]:
    """Key → hash of the evidence of what is done and stands before it in the plan of the phase.

    Only before: two reports that print each other would make each other out of date without end.
    """
    rows = [row for row in project.deliverables.all() if row.phase == phase]
    own = next((row.order for row in rows if row.document_type == key), None)
    return {row.key: row.evidence_hash for row in rows if row.done_at and (own is None or row.order < own)}


def _asked(project: Project, phase: Phase) -> list[Any]:
    """What the gates of earlier phases set as conditions. How far they are met is printed, and makes no report untrue; what the gate
    of the phase itself asks for is decided on the report, and so comes after it."""
    before = PHASES[: PHASES.index(phase)]
    rows = (row for review in project.reviews.all() if review.phase in before for row in review.conditions.all())
    return [[row.label, row.words, str(row.owner), row.due_on] for row in rows if row.state != Condition.State.PROPOSED]


def identity_of(project: Project) -> list[Any]:
    compound, rfp = project.compound, project.rfp
    return key_values(
        (_t("Product"), compound.name),
        (_t("Project"), project.code),
        (_t("Client"), project.client.name),
        (_t("Site"), project.site.name if project.site else ""),
        (_t("CAS number"), compound.cas_number),
        (_t("Molecular formula"), compound.formula),
        (_t("Molar mass (g/mol)"), f"{compound.molar_mass_g_per_mol:.2f}" if compound.molar_mass_g_per_mol else ""),
        (_t("InChIKey"), compound.inchikey),
        (_t("SMILES"), compound.smiles),
        (_t("Downstream drug"), rfp.downstream_drug),
        (_t("Maximum daily dose (mg/day)"), shortest(rfp.maximum_daily_dose_mg)),
    )


def team_of(project: Project) -> dict[str, Any]:
    rows = TeamMember.objects.filter(project=project).exclude(user=None).select_related("department", "user")
    return data_table(
        [Column(_t("Department"), 50), Column(_t("Person"), 50)],
        [(member.department, member.user) for member in rows],
        empty=_t("No team is named."),
    )


def records_of(project: Project, phase: str, key: str) -> dict[str, Any]:
    """The other deliverables of the phase; the report itself is none of its own records."""
    rows = Deliverable.objects.filter(project=project, phase=phase).exclude(document_type=key)
    return data_table(
        [Column(_t("Deliverable"), 44), Column(_t("Record"), 38), Column(_t("Done"), 18)],
        [(row.title, row.evidence_label, _done(row)) for row in rows],
        empty=_t("The plan of the phase has no deliverables yet."),
    )


def _done(row: Deliverable) -> Any:
    if row.not_applicable:
        return _t("not applicable")
    return row.done_at.date() if row.done_at else _t("open")


def _milestones(project: Project, phase: str) -> dict[str, Any]:
    """As the client was told them, because a report may be shown to the client: forecasts that nobody published stay out."""
    rows = Milestone.objects.filter(project=project, phase=phase).exclude(kind=Milestone.Kind.PAYMENT)
    return data_table(
        [
            Column(_t("Milestone"), 36),
            Column(_t("Agreed"), 16),
            Column(_t("Forecast"), 16),
            Column(_t("Actual"), 16),
            Column(_t("Difference (working days)"), 16),
        ],
        [_told(row, project) for row in rows],
        empty=_t("The phase has no milestones yet."),
    )


def _told(row: Milestone, project: Project) -> tuple[Any, ...]:
    published, days = (row.published_on, told_variance(row, project)) if row.is_shared else (None, None)
    return row.title, row.agreed_on, published, row.actual_on, variance_words(days)


def _waivers(project: Project, phase: Phase) -> dict[str, Any] | None:
    gate = gate_of(phase).key
    asked = (row for review in project.reviews.all() if review.gate == gate for row in review.waivers.all())
    rows = [row for row in asked if row.state == GateWaiver.State.GRANTED]
    if not rows:
        return None
    return data_table(
        [Column(_t("Waived criterion"), 40), Column(_t("Justification"), 36), Column(_t("Signed by"), 24)],
        [(row.criterion_words, row.justification, row.decided_by) for row in rows],
    )


def _conditions(project: Project, phase: Phase) -> dict[str, Any] | None:
    """Of every decision so far: a later phase works under what an earlier gate asked for."""
    rows = GateCondition.objects.filter(review__project=project).exclude(state=Condition.State.PROPOSED).select_related("owner", "review")
    if not rows:
        return None
    return data_table(
        [Column(_t("Condition"), 40), Column(_t("Gate"), 10), Column(_t("Owner"), 20), Column(_t("Due"), 14), Column(_t("State"), 16)],
        [(row.words, row.review.gate, row.owner, row.due_on, str(row.get_state_display())) for row in rows],
    )
