"""The stored facts of each project, for boards and key figures: replaced in the background, project by project. Decisions never read them.

The standing of a project is its place in the queue: whatever may change its facts marks it, and a worker computes what is marked. It is
locked before the records are read, so that what commits meanwhile marks it once more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import structlog
from celery import current_app
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from projects.kpi_cases import kpi_cases
from projects.lateness import standings
from projects.models import KpiCase, Project, ProjectStanding

log = structlog.get_logger(__name__)
REFRESH = "projects.tasks.refresh_stale_facts"
AT_ONCE = 50  # projects of one transaction
A_TURN = 1000  # projects of one task


@transaction.atomic
def mark_facts(projects: QuerySet[Project]) -> None:
    """Queue these projects and call a worker once this has committed."""
    now, ids = timezone.now(), list(projects.order_by("pk").values_list("pk", flat=True))
    if not ids:
        return
    new = projects.filter(standing=None).order_by("pk").values_list("pk", flat=True)
    ProjectStanding.objects.bulk_create([ProjectStanding(project_id=pk, stale_since=now) for pk in new], ignore_conflicts=True)
    _lock(ids)  # whoever computes them now has read before this
    if ProjectStanding.objects.filter(project__in=ids, stale_since=None).update(stale_since=now) or new:
        transaction.on_commit(call_worker)


def call_worker() -> None:
    try:
        current_app.signature(REFRESH).delay()
    except (BrokerError, OSError) as failure:
        log.warning("facts.bell_not_heard", error=str(failure))  # the sweep finds the rows


def mark_all_facts() -> None:
    """Every night: today has moved, and nothing that was missed stays so."""
    mark_facts(Project.objects.all())


def refresh_stale_facts() -> int:
    """Compute what is queued; how many projects. One that fails stays queued and stops no other."""
    ids = list(ProjectStanding.objects.stale().values_list("pk", flat=True)[:A_TURN])
    done = sum(_tried(ids[start : start + AT_ONCE]) for start in range(0, len(ids), AT_ONCE))
    if done == A_TURN:  # there may be more: other work has its turn first
        call_worker()
    return done


def _tried(ids: Sequence[int]) -> int:
    try:
        return _taken(ids)
    except Exception:
        if len(ids) > 1:
            return sum(_tried([pk]) for pk in ids)
        log.exception("facts.not_refreshed", project=ids[0])
        return 0


@transaction.atomic
def _taken(ids: Sequence[int]) -> int:
    """What another worker has is left to it."""
    rows = ProjectStanding.objects.stale().filter(pk__in=ids).select_for_update(skip_locked=True)
    return refresh_facts(list(rows.values_list("pk", flat=True)))


@transaction.atomic
def refresh_facts(project_ids: Collection[int]) -> int:
    """Compute the facts of these projects and write what is new in them; the number of queries does not grow with the projects."""
    _lock(project_ids)
    projects = list(Project.objects.filter(pk__in=project_ids).select_related("client", "site", "rfp"))
    rows, now = standings(projects, today=timezone.localdate()), timezone.now()
    for row in rows:
        row.refreshed_at = now
    ProjectStanding.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["project"],
        update_fields=[field.name for field in ProjectStanding._meta.concrete_fields if not field.primary_key],
    )
    _replace_cases(projects)
    return len(rows)


def _lock(project_ids: Collection[int]) -> None:
    """In one order, so that two never wait for each other."""
    list(ProjectStanding.objects.filter(project__in=project_ids).order_by("project_id").select_for_update().values_list("pk"))


def _replace_cases(projects: Sequence[Project]) -> None:
    """A case whose facts are the same stays the row that it is."""
    stored = {case.facts: case.pk for case in KpiCase.objects.filter(project__in=projects)}
    found = {case.facts: case for case in kpi_cases(projects)}
    gone = [pk for facts, pk in stored.items() if facts not in found]
    if gone:
        KpiCase.objects.filter(pk__in=gone).delete()
    KpiCase.objects.bulk_create([case for facts, case in found.items() if facts not in stored])
