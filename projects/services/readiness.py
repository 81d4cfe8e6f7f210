"""The stored summary of each project's current gate, for lists. Decisions never read it; they judge live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Role
from audit.context import Channel, acting
from audit.events import record
from projects import gates
from projects.models import GateReview, Project, ReadinessSummary, WaitingFor
from projects.services.assessing import WAIT, unassessed
from projects.services.owners import stop_asking_to_renew
from projects.services.waiting import close_waits, open_wait

SHOWN = 5


@transaction.atomic
def refresh_readiness(project_ids: Iterable[int]) -> int:
    """Judge the current gates of these projects and store what lists show; the number of queries does not grow with them."""
    ids = list(project_ids)
    reviews = {
        review.project_id: review
        for review in GateReview.objects.current()
        .filter(project__in=ids)
        .select_related("project__project_manager", "project__site")
        .prefetch_related("criteria")
    }
    judged = gates.judge([review.project for review in reviews.values()], reviews)
    _stop_asking(reviews, judged)
    changed, now = changed_decisions(ids), timezone.now()
    _ask_to_judge({pk: found for pk, found in changed.items() if pk in reviews}, reviews)
    summaries = [_summary(reviews[project_id], findings, changed.get(project_id, []), now) for project_id, findings in judged.items()]
    ReadinessSummary.objects.bulk_create(
        summaries,
        update_conflicts=True,
        unique_fields=["project"],
        update_fields=["gate", "met", "total", "first_blocker", "blockers", "expected_on", "without_date", "changed", "refreshed_at"],
    )
    _ask_to_propose({reviews[project_id]: findings for project_id, findings in judged.items()})
    return len(summaries)


def _ask_to_propose(judged: Mapping[GateReview, list[gates.Judged]]) -> None:
    """A gate whose every criterion passes waits for its project manager. Two queries, and more only for gates that are newly ready."""
    keys = {f"gate.propose:{review.pk}": review for review, findings in judged.items() if _is_ready(review, findings)}
    others = [f"gate.propose:{review.pk}" for review in judged if f"gate.propose:{review.pk}" not in keys]
    open_rows = WaitingFor.objects.open()
    open_rows.filter(key__in=others).update(closed_at=timezone.now())
    asked = set(open_rows.filter(key__in=list(keys)).values_list("key", flat=True)) if keys else set()
    for key in keys.keys() - asked:
        review, manager = keys[key], keys[key].project.project_manager
        open_wait(
            key,
            project=review.project,
            user=manager,
            role="" if manager else Role.PROJECT_MANAGER,
            words=_t("%(code)s: every criterion of %(gate)s is met; propose the decision")
            % {"code": review.project.code, "gate": review.gate},
            link=review.get_absolute_url(),
        )


def _is_ready(review: GateReview, judged: list[gates.Judged]) -> bool:
    return review.state == GateReview.State.OPEN and review.project.is_active and all(item.passes for item in judged)


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
        without_date=forecast.reasons[0][:300] if forecast.reasons else "",
        changed=changed,
        refreshed_at=now,
    )


def _ask_to_judge(changed: Mapping[int, list[dict[str, Any]]], reviews: Mapping[int, GateReview]) -> None:
    """Open a wait for each decision whose evidence changed and was not judged, close those that need it no longer."""
    wanted = {f"{WAIT}:{item['review']}": (project_id, item) for project_id, found in changed.items() for item in found}
    rows = WaitingFor.objects.open().filter(project__in=reviews.keys(), key__startswith=f"{WAIT}:")
    waiting = dict(rows.values_list("key", "words"))
    for key in waiting.keys() - wanted.keys():
        close_waits(key)
    for key, (project_id, item) in wanted.items():
        _ask(key, reviews[project_id].project, item, asked=waiting.get(key))


def _ask(key: str, project: Project, item: Mapping[str, Any], *, asked: str | None) -> None:
    """`asked`: the words of a wait that is open already; it names all that has changed by now."""
    names = {"code": project.code, "gate": item["gate"], "round": item["round"], "criteria": "; ".join(item["criteria"])}
    link = reverse("gate-review", args=[project.code, item["gate"], item["round"]])
    words = (_t("%(code)s: judge what changed since %(gate)s was decided: %(criteria)s") % names)[:300]
    if words != asked:
        open_wait(key, project=project, role=Role.QUALITY_ASSURANCE, words=words, link=link)
    if asked is not None:
        return
    review = GateReview.objects.select_related("project").get(pk=item["review"])
    with acting(channel=Channel.WORKER):  # nobody's act, whoever asked for the summary
        record("gate.evidence_changed", review, actor=None, gate=item["gate"], round=item["round"], criteria=names["criteria"])


def changed_decisions(project_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """By project: the latest passing decision of each gate whose evidence has changed since and was not judged, with its criteria.

    The number of queries grows with the gates, never with the projects.
    """
    latest: dict[str, dict[int, GateReview]] = {}
    rows = GateReview.objects.passed().filter(project__in=list(project_ids)).select_related("project__site")
    for review in rows.prefetch_related("criteria", "assessments").order_by("decided_at"):
        if gates.gate_of(review.phase).terminal:
            latest.setdefault(review.phase, {})[review.project_id] = review
    changed: dict[int, list[dict[str, Any]]] = {}
    for reviews in latest.values():
        judged = gates.judge([review.project for review in reviews.values()], reviews)
        for project_id, review in reviews.items():
            keys = unassessed(review, judged[project_id])
            words = [row.words for row in review.criteria.all() if row.key in keys]
            if words:
                found = {"review": review.pk, "gate": review.gate, "round": review.round, "criteria": words}
                changed.setdefault(project_id, []).append(found)
    return changed


def refresh_all(batch: int = 200) -> int:
    """Nightly: every running project, in batches."""
    ids = list(Project.objects.running().values_list("pk", flat=True))
    return sum(refresh_readiness(ids[start : start + batch]) for start in range(0, len(ids), batch))
