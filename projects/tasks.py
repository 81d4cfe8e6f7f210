"""Doorbells of the projects app; the work is in the services."""

from celery import shared_task


@shared_task
def refresh_all_readiness() -> int:
    from projects.services.readiness import refresh_all

    return refresh_all()


@shared_task
def tell_overdue_conditions() -> int:
    from audit.context import acting
    from projects.services import conditions

    with acting(channel="worker"):
        return conditions.tell_overdue_conditions()


@shared_task
def escalate_waits() -> int:
    from audit.context import acting
    from projects.services import waiting

    with acting(channel="worker"):
        return waiting.escalate_waits()
