"""Evidence that changed after its decision: somebody judges it, says why, and the warning rests until it changes again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.capacities import capacity, giver_of
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none
from projects import gates
from projects.models import EvidenceAssessment, GateReview, Project
from projects.permissions import ASSESSORS
from projects.services.locking import locked, not_active
from projects.services.waiting import close_waits

if TYPE_CHECKING:
    from accounts.models import User

WAIT = "gate.evidence_changed"


def is_compared(review: GateReview) -> bool:
    """Whether its evidence is held against what it is now: a passed decision, not a review that repeats each year."""
    return review.is_passed and gates.gate_of(review.phase).terminal


def assessment_of(review: GateReview, key: str, evidence_hash: str) -> EvidenceAssessment | None:
    """How the evidence as it is now was judged. Reads the assessments that the review has prefetched."""
    rows = [row for row in review.assessments.all() if (row.criterion_key, row.evidence_hash) == (key, evidence_hash)]
    return rows[-1] if rows else None


def unassessed(review: GateReview, judged: list[gates.Judged]) -> dict[str, str]:
    """Criteria whose evidence changed and was not judged since, each with the hash of its evidence now."""
    live = {item.key: item.finding.content_hash for item in judged}
    changed = {row.key: live[row.key] for row in gates.changed_criteria(review, judged)}
    return {key: now for key, now in changed.items() if assessment_of(review, key, now) is None}


def assessment_blockers(review: GateReview) -> list[Blocker]:
    """Why no change can be judged on this decision."""
    if is_compared(review):
        return not_active(review.project)
    words = _t("Only the evidence of a passed decision is held against what it is now.")
    return [Blocker("gate.not_compared", words, reverse("project-gate", args=[review.project.code]))]


@act
def assess_change(code: str, gate: str, number: int, criterion: str, *, verdict: str, reason: str, actor: User) -> EvidenceAssessment:
    """Judge that the evidence of one criterion is no longer what was decided on: the decision stands, or a new one is needed; and why."""
    project = locked(code, actor)
    review = _locked_review(project, gate, number)
    require_permission("projects.assess_change", actor, project)
    require_none(assessment_blockers(review))
    judged = gates.judge([project], {project.pk: review})[project.pk]
    waiting = unassessed(review, judged)
    if criterion not in waiting:
        words = _t("The evidence of this criterion has not changed since it was last judged.")
        require_none([Blocker("gate.not_changed", words, reverse("gate-review", args=[code, gate, number]))])
    _check(verdict, reason)
    giver = giver_of(capacity(actor, *ASSESSORS))
    assessment = EvidenceAssessment.objects.create(
        review=review,
        criterion_key=criterion,
        evidence_hash=waiting[criterion],
        verdict=verdict,
        reason=reason.strip(),
        actor=actor,
        on_behalf_of=giver,
        assessed_at=timezone.now(),
    )
    record(
        "gate.evidence_assessed",
        review,
        actor=actor,
        on_behalf_of=giver,
        reason=reason.strip(),
        gate=gate,
        round=number,
        criterion=next(row.words for row in review.criteria.all() if row.key == criterion),
        verdict=str(assessment.get_verdict_display()),
    )
    if len(waiting) == 1:
        close_waits(f"{WAIT}:{review.pk}")
    return assessment


def _locked_review(project: Project, gate: str, number: int) -> GateReview:
    rows = GateReview.objects.select_for_update(of=("self",)).prefetch_related("criteria", "assessments")
    review = rows.get(project=project, gate=gate, round=number)
    review.project = project
    return review


def _check(verdict: str, reason: str) -> None:
    errors: dict[str, list[str]] = {}
    if verdict not in EvidenceAssessment.Verdict.values:
        errors["verdict"] = [_t("Say whether the decision stands.")]
    if not reason.strip():
        errors["reason"] = [_t("Say why; it stays in the record.")]
    if errors:
        raise BadInput(errors)
