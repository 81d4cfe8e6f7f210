"""What the clock of the background work rings for, and when (UTC)."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab


def schedule(sweep_seconds: float) -> dict[str, dict[str, Any]]:
    """`sweep_seconds`: how often it looks for forgotten work."""
    return {
        "outbox": {"task": "audit.tasks.sweep_outbox", "schedule": sweep_seconds},
        "documents": {"task": "documents.tasks.sweep_documents", "schedule": sweep_seconds},
        # One that nobody took up before the next is rung is not worth a hand: they would gather before those who wait for a PDF.
        "files": {"task": "documents.tasks.read_files", "schedule": sweep_seconds, "options": {"expires": sweep_seconds}},
        "freshness": {"task": "documents.tasks.refresh_all_out_of_date", "schedule": crontab(hour=2, minute=40)},
        "notifications": {"task": "notifications.tasks.sweep_notifications", "schedule": sweep_seconds},
        "plans": {"task": "projects.tasks.recompute_stale_plans", "schedule": sweep_seconds},
        "today": {"task": "projects.tasks.move_plans_to_today", "schedule": crontab(hour=1, minute=10)},
        "readiness": {"task": "projects.tasks.refresh_all_readiness", "schedule": crontab(hour=2, minute=10)},
        "facts": {"task": "projects.tasks.refresh_stale_facts", "schedule": sweep_seconds},
        "imports": {"task": "worksheets.tasks.sweep_imports", "schedule": sweep_seconds},
        "facts of today": {"task": "projects.tasks.mark_all_facts", "schedule": crontab(hour=2, minute=20)},
        "supplier mails": {"task": "process.tasks.sweep_supplier_mails", "schedule": sweep_seconds},
        "evaluation": {"task": "phases.tasks.ask_in_evaluation", "schedule": crontab(hour=1, minute=40)},
        "escalation": {"task": "projects.tasks.escalate_waits", "schedule": crontab(hour=4, minute=20)},
        "agreements": {"task": "projects.tasks.remind_of_expiring_agreements", "schedule": crontab(hour=4, minute=15)},
        "access review": {"task": "projects.tasks.ask_for_access_review", "schedule": crontab(hour=4, minute=5)},
        "offers": {"task": "process.tasks.look_at_offers_again", "schedule": crontab(hour=4, minute=6)},
        "supplier reviews": {"task": "projects.tasks.ask_for_supplier_reviews", "schedule": crontab(hour=4, minute=8)},
        "answers": {"task": "accounts.tasks.forget_old_answers", "schedule": crontab(minute=40)},
        "conditions": {"task": "projects.tasks.tell_overdue_conditions", "schedule": crontab(hour=4, minute=10)},
    }
