"""Doorbells of the phases; the work is in the slices."""

from celery import shared_task


@shared_task
def ask_in_evaluation() -> int:
    from audit.context import acting
    from phases.evaluation import asking

    with acting(channel="worker"):
        return asking.ask_everywhere()
