"""The stored summary of each project's current gate, for lists. Decisions never read it; they judge live."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from projects import gates
from projects.models import GateReview, Project, ReadinessSummary

SHOWN = 5


@transaction.atomic
def refresh_readiness(project_ids: Iterable[int]) -> int:
    """Judge the current gates of these projects and store what lists show; the number of queries does not grow with them."""
    reviews = {
        review.project_id: review
        for review in GateReview.objects.current().filter(project__in=project_ids).select_related("project").prefetch_related("criteria")
    }
    judged = gates.judge([review.project for review in reviews.values()], reviews)
    now = timezone.now()
    rows = [_summary(reviews[project_id], findings, now) for project_id, findings in judged.items()]
    ReadinessSummary.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["project"],
        update_fields=["gate", "met", "total", "first_blocker", "blockers", "expected_on", "refreshed_at"],
    )
    return len(rows)


def _summary(review: GateReview, judged: list[gates.Judged], now: datetime) -> ReadinessSummary:
    open_items = [item for item in judged if not item.finding.met]
    reasons = gates.unmet(judged)
    dates = [item.finding.expected for item in open_items]
    return ReadinessSummary(
        project_id=review.project_id,
        gate=review.gate,
        met=len(judged) - len(open_items),
        total=len(judged),
        first_blocker=str(reasons[0].words)[:300] if reasons else "",
        blockers=[reason.as_dict() for reason in reasons[:SHOWN]],
        expected_on=max((d for d in dates if d), default=None) if all(dates) else None,
        refreshed_at=now,
    )


def refresh_all(batch: int = 200) -> int:
    """Nightly: every running project, in batches."""
    ids = list(Project.objects.running().values_list("pk", flat=True))
    return sum(refresh_readiness(ids[start : start + batch]) for start in range(0, len(ids), batch))
