"""Gate Minutes, one document for each round: what was decided, on which evidence, by whose votes; signed by QA and project manager."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from audit.refusals import Blocker
from documents.about import About, AboutKind, words_of
from documents.content import Column, data_table, day, key_values, moment
from documents.models import DocumentVersion
from documents.registry import DocumentType, Meaning, SignerSlot
from documents.registry import register as register_types
from projects.gates import gate_of
from projects.models import GateCondition, GateCriterion, GateReview, GateSignature, Project
from projects.steps import WRITE_MINUTES, register_guard

if TYPE_CHECKING:
    from django.db.models import QuerySet


def decided(project: Project) -> QuerySet[GateReview]:
    """The rounds that were decided, newest first; one that was left without a decision has no minutes."""
    rows = GateReview.objects.filter(project=project, state=GateReview.State.DECIDED).exclude(proposed_decision="")
    return rows.select_related("proposed_by").order_by("-decided_at", "-id")


def reference_of(review: GateReview) -> str:
    """What its minutes are about: G2-1 is the first round of G2."""
    return f"{review.gate}-{review.round}"


def decided_rounds(project: Project) -> dict[str, str]:
    return {reference_of(review): words_of(AboutKind.GATE_ROUND, reference_of(review)) for review in decided(project)}


def no_decision(project: Project) -> list[Blocker]:
    if decided(project).exists():
        return []
    return [Blocker("gate.decided", _t("A gate has to be decided first."), reverse("project-gate", args=[project.code]))]


def gate_minutes(project: Project, about: str) -> dict[str, Any]:
    """The record of one decision as it was signed: nothing in it is judged again. Raises LookupError for a round without one."""
    code, _dash, number = about.partition("-")
    review = decided(project).filter(gate=code, round=number).first() if number.isdecimal() else None
    if review is None:
        raise LookupError(f"{about} of this project is not decided.")
    gate = gate_of(review.phase)
    return {
        "subtitle": _t("%(gate)s %(title)s, round %(round)s") % {"gate": review.gate, "title": gate.title, "round": review.round},
        "facts": key_values(
            (_t("Project"), f"{project.code} {project.title}"),
            (_t("Client"), project.client.name),
            (_t("Meeting"), review.meeting_on),
            (_t("Proposed by"), review.proposed_by),
            (_t("Proposed"), review.proposed_at),
            (_t("Decided"), review.decided_at),
            (_t("Decision"), review.get_proposed_decision_display()),
            (_t("Return to"), review.get_proposed_return_to_display() if review.proposed_return_to else ""),
            (_t("Reason"), review.proposal_reason),
            (_t("Effect on cost"), review.proposed_cost_effect),
            (_t("Hash of the evidence"), review.evidence_hash),
        ),
        "agenda": review.agenda,
        "minutes": review.minutes,
        "criteria": _criteria(review),
        "waivers": _waivers(review),
        "conditions": _conditions(review),
        "votes": _votes(review),
    }


def signed_or_in_review(review: GateReview) -> list[Blocker]:
    """What was said stands once the document that prints it is before its signers; a refusal opens it again."""
    rows = DocumentVersion.objects.filter(
        document__project=review.project_id,
        document__type_key=GATE_MINUTES.key,
        document__about_reference=reference_of(review),
        state__in=(DocumentVersion.State.IN_REVIEW, DocumentVersion.State.EFFECTIVE),
    )
    return [
        Blocker(
            "gate.minutes_signed",
            _t("The Gate Minutes %(number)s are %(state)s.")
            % {"number": version.document.number, "state": version.get_state_display().lower()},
            version.document.get_absolute_url(),
        )
        for version in rows.select_related("document")
    ]


def _criteria(review: GateReview) -> dict[str, Any]:
    waived = set(review.waivers.granted().values_list("criterion_key", flat=True))  # type: ignore[attr-defined]
    conditional = set(review.conditions.filter(proposal_number=review.proposal_number).values_list("criterion_key", flat=True))

    def standing(row: GateCriterion) -> str:
        if row.tailoring:
            return _t("Not applicable")
        if row.met:
            return _t("Met")
        if row.key in waived:
            return _t("Waived")
        return _t("On condition") if row.key in conditional else _t("Not met")

    return data_table(
        [Column(_t("Criterion"), 40), Column(_t("Finding"), 14), Column(_t("Evidence"), 46)],
        [(row.words, standing(row), "\n".join(_evidence(item) for item in row.evidence)) for row in review.criteria.all()],
    )


def _evidence(item: dict[str, Any]) -> str:
    return f"{item['label']} ({item['hash'][:12]})" if item["hash"] else str(item["label"])


def _waivers(review: GateReview) -> dict[str, Any]:
    rows = review.waivers.granted().select_related("decided_by")  # type: ignore[attr-defined]
    return data_table(
        [Column(_t("Waived criterion"), 34), Column(_t("Justification"), 36), Column(_t("Signed by"), 30)],
        [(row.criterion_words, row.justification, f"{row.decided_by}, {moment(row.decided_at)}") for row in rows],
        empty=_t("Nothing was waived."),
    )


def _conditions(review: GateReview) -> dict[str, Any]:
    rows = review.conditions.filter(proposal_number=review.proposal_number).select_related("owner")
    return data_table(
        [
            Column(_t("Condition"), 30),
            Column(_t("Owner"), 16),
            Column(_t("Due"), 12),
            Column(_t("Locks, once overdue"), 20),
            Column(_t("Client, once overdue"), 22),
        ],
        [(row.words, row.owner, day(row.due_on), row.step_words, _told(row)) for row in rows],
        empty=_t("No conditions were set."),
    )


def _told(row: GateCondition) -> str:
    return (
        _t("told: %(words)s") % {"words": row.client_words} if row.tell_client else _t("not told: %(words)s") % {"words": row.untold_reason}
    )


def _votes(review: GateReview) -> dict[str, Any]:
    """Every vote of the round, those on proposals that were refused included."""
    rows = review.gate_signatures.select_related("signer", "on_behalf_of")
    return data_table(
        [Column(_t("Proposal"), 10), Column(_t("Role"), 20), Column(_t("Person"), 26), Column(_t("Vote"), 24), Column(_t("When"), 20)],
        [
            (
                row.proposal_number,
                row.get_role_display(),
                _t("%(name)s for %(other)s") % {"name": row.signer, "other": row.on_behalf_of} if row.on_behalf_of else row.signer,
                _vote(row),
                row.signed_at,
            )
            for row in rows
        ],
    )


def _vote(row: GateSignature) -> str:
    """A refusal, a signature, or a signature with a dissent that did not stop the decision."""
    if row.refused:
        return _t("Dissent: %(reason)s") % {"reason": row.reason}
    return _t("Signed, with dissent: %(reason)s") % {"reason": row.reason} if row.reason else _t("Signed")


GATE_MINUTES = DocumentType(
    key="gate_minutes",
    title=_("Gate Minutes"),
    phase="",
    number_prefix="GM",
    template="documents/types/gate_minutes.html",
    build_context=gate_minutes,
    missing=no_decision,
    signers=(SignerSlot(Meaning.APPROVED, Role.QUALITY_ASSURANCE), SignerSlot(Meaning.APPROVED, Role.PROJECT_MANAGER)),
    follows_data=True,
    dated_by=None,
    usual_reason=_("Minutes of the decision."),
    about=About(AboutKind.GATE_ROUND, decided_rounds),
)


def register() -> None:
    register_types(GATE_MINUTES)
    register_guard(WRITE_MINUTES, signed_or_in_review)
