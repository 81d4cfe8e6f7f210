"""Doorbells of the projects app; the work is in the services."""

from celery import shared_task


@shared_task
def refresh_all_readiness() -> int:
    from projects.services.readiness import refresh_all

    return refresh_all()
