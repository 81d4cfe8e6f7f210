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
def remind_of_expiring_agreements() -> int:
    from audit.context import acting
    from projects.services import agreement_reminders

    with acting(channel="worker"):
        return agreement_reminders.remind_of_expiring_agreements()


@shared_task
def ask_for_access_review() -> bool:
    from audit.context import acting
    from projects.services import access_reminders

    with acting(channel="worker"):
        return access_reminders.ask_for_access_review()


@shared_task
def ask_for_supplier_reviews() -> int:
    from audit.context import acting
    from projects.services import supplier_reviews

    with acting(channel="worker"):
        return supplier_reviews.ask_for_supplier_reviews()


@shared_task
def escalate_waits() -> int:
    from audit.context import acting
    from projects.services import waiting

    with acting(channel="worker"):
        return waiting.escalate_waits()


@shared_task
def recompute_stale_plans() -> int:
    from audit.context import acting
    from projects.services import recompute

    with acting(channel="worker"):
        return recompute.recompute_stale_plans()


@shared_task
def move_plans_to_today() -> int:
    from audit.context import acting
    from projects.services import recompute

    with acting(channel="worker"):
        return recompute.a_day_has_passed()


@shared_task
def refresh_stale_facts() -> int:
    from projects.services import facts

    return facts.refresh_stale_facts()


@shared_task
def mark_all_facts() -> None:
    from projects.services import facts

    facts.mark_all_facts()
