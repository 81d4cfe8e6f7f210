"""What was found of a gate's criteria is kept with the round that it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from audit.rows import write_together

if TYPE_CHECKING:
    from projects.gates import Judged
    from projects.models import GateReview


def freeze_findings(review: GateReview, judged: Sequence[Judged]) -> None:
    """Write what was found onto the pinned criteria."""
    pinned = {criterion.key: criterion for criterion in review.criteria.all()}
    for item in judged:
        row = pinned[item.key]
        row.met, row.evidence, row.evidence_hash = item.finding.met, [e.frozen() for e in item.finding.evidence], item.finding.content_hash
        row.tailoring = [each.pk for each in item.tailored]
    write_together(pinned.values(), ["met", "evidence", "evidence_hash", "tailoring"])


def missing_of(judged: Sequence[Judged]) -> dict[str, list[str]]:
    """By criterion that does not pass: what is missing, in words."""
    return {item.key: [str(blocker.words) for blocker in item.finding.blockers] for item in judged if not item.passes}
