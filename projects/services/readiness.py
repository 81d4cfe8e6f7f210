"""The stored summary of each project's current gate, for lists. Decisions never read it; they judge live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from projects import gates
from projects.models import GateReview, Project, ReadinessSummary
from projects.services.owners import stop_asking_to_renew

SHOWN = 5


@transaction.atomic
def refresh_readiness(project_ids: Iterable[int]) -> int:
    """Judge the current gates of these projects and store what lists show; the number of queries does not grow with them."""
    ids = list(project_ids)
    reviews = {
        review.project_id: review
        for review in GateReview.objects.current().filter(project__in=ids).select_related("project").prefetch_related("criteria")
    }
    judged = gates.judge([review.project for review in reviews.values()], reviews)
    _stop_asking(reviews, judged)
    changed, now = changed_decisions(ids), timezone.now()
    rows = [_summary(reviews[project_id], findings, changed.get(project_id, []), now) for project_id, findings in judged.items()]
    ReadinessSummary.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["project"],
        update_fields=["gate", "met", "total", "first_blocker", "blockers", "expected_on", "without_date", "changed", "refreshed_at"],
    )
    return len(rows)


def _stop_asking(reviews: Mapping[int, GateReview], judged: Mapping[int, list[gates.Judged]]) -> None:
    """What was renewed is asked of nobody any more. Costs nothing where no return asked for it."""
    for project_id, findings in judged.items():
        review = reviews[project_id]
        for key in {item.key for item in findings if item.passes} & set(review.renew_criteria):
            stop_asking_to_renew(review, key)


def _summary(review: GateReview, judged: list[gates.Judged], changed: list[dict[str, Any]], now: datetime) -> ReadinessSummary:
    reasons = gates.unmet(judged)
    forecast = gates.forecast(judged, timezone.localdate())
    return ReadinessSummary(
        project_id=review.project_id,
        gate=review.gate,
        met=sum(item.passes for item in judged),
        total=len(judged),
        first_blocker=str(reasons[0].words)[:300] if reasons else "",
        blockers=[reason.as_dict() for reason in reasons[:SHOWN]],
        expected_on=forecast.on,
        without_date=forecast.without_date[0][:300] if forecast.without_date else "",
        changed=changed,
        refreshed_at=now,
    )


def changed_decisions(project_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """By project: the latest passing decision of each gate whose evidence has changed since, with its criteria.

    The number of queries grows with the gates, never with the projects.
    """
    latest: dict[str, dict[int, GateReview]] = {}
    rows = GateReview.objects.passed().filter(project__in=list(project_ids)).select_related("project").prefetch_related("criteria")
    for review in rows.order_by("decided_at"):
        if gates.gate_of(review.phase).terminal:
            latest.setdefault(review.phase, {})[review.project_id] = review
    changed: dict[int, list[dict[str, Any]]] = {}
    for reviews in latest.values():
        judged = gates.judge([review.project for review in reviews.values()], reviews)
        for project_id, review in reviews.items():
            words = [row.words for row in gates.changed_criteria(review, judged[project_id])]
            if words:
                changed.setdefault(project_id, []).append({"gate": review.gate, "round": review.round, "criteria": words})
    return changed


def refresh_all(batch: int = 200) -> int:
    """Nightly: every running project, in batches."""
    ids = list(Project.objects.running().values_list("pk", flat=True))
    return sum(refresh_readiness(ids[start : start + batch]) for start in range(0, len(ids), batch))
