"""Working plans out again in the background, one project and one transaction at a time."""

from __future__ import annotations

from functools import partial

import structlog
from celery import current_app
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from projects.models import Project, StalePlan
from projects.services.facts import mark_facts
from projects.services.plan import update_forecasts

log = structlog.get_logger(__name__)
RECOMPUTE = "projects.tasks.recompute_stale_plans"


def ask_to_recompute(projects: QuerySet[Project]) -> int:
    """Queue the running projects among these; how many. Runs in the caller's transaction and calls a worker once it commits."""
    running = projects.running().filter(milestones__actual_on=None).distinct()  # type: ignore[attr-defined]
    rows = [StalePlan(project_id=pk, since=timezone.now()) for pk in running.values_list("pk", flat=True)]
    StalePlan.objects.bulk_create(rows, ignore_conflicts=True)
    transaction.on_commit(partial(_call_worker))
    return len(rows)


def _call_worker() -> None:
    try:
        current_app.signature(RECOMPUTE).delay()
    except (BrokerError, OSError) as failure:
        log.warning("plan.bell_not_heard", error=str(failure))  # the sweep finds the rows


def recompute_stale_plans() -> int:
    """Work out every queued plan; how many. One that fails stays queued and stops no other."""
    done, queued = 0, list(StalePlan.objects.values_list("pk", flat=True))
    for pk in queued:
        try:
            done += _recompute(pk)
        except Exception:
            log.exception("plan.not_recomputed", project=pk)
    mark_facts(Project.objects.filter(pk__in=queued))  # float that moves alone is no event
    return done


@transaction.atomic
def _recompute(pk: int) -> bool:
    row = StalePlan.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    if row is None:  # another worker has it
        return False
    row.delete()  # first, so that whoever asks again while this works waits for it and is not taken for the same wish
    project = Project.objects.select_for_update(of=("self",)).select_related("client", "site", "project_manager").get(pk=pk)
    if project.is_active:
        update_forecasts(project, actor=None)
    return True


@transaction.atomic
def a_day_has_passed() -> int:
    """Every night: nothing that is not done can be forecast for yesterday."""
    return ask_to_recompute(Project.objects.all())
