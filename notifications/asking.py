"""Which wait an event opened: whoever is waited for is asked, and the message leads to where the wait leads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q

from audit.models import Event
from projects.models import WaitingFor

# How the key of the wait begins that an event of this kind opens or ages: by the event's object, by its project, or by the wait
# that the event names by number or key.
WAIT_OF_KIND = {
    "gate.proposed": "gate.sign:{object}",
    "gate.meeting_called": "gate.meeting:{object}",
    "gate.decision_requested": "gate.request:{object}",
    "gate.evidence_changed": "gate.evidence_changed:{object}",
    "condition.set": "condition:{object}",
    "condition.answered": "condition:{object}",
    "condition.rejected": "condition:{object}",
    "condition.overdue": "condition:{object}",
    "waiver.requested": "waiver:{object}",
    "quotation.release_signed": "quotation.release:{object}",
    "quotation.sent": "quotation.answer:{object}",
    "quotation.changes_asked": "quotation.changes:{object}",
    "quotation.changes_withdrawn": "quotation.answer:{object}",
    "change_order.release_signed": "change_order.release:{object}",
    "change_order.drafted": "change_order.release:{object}",
    "change_order.released": "change_order.send:{object}",
    "change_order.sent": "change_order.answer:{object}",
    "change_order.declined": "change_order.revise:{object}",
    "approval.asked": "approval.answer:{object}",
    "approval.rejected": "approval.rejected:{object}",
    "rfp.logged": "rfp.complete:{object}",
    "rfp.question_asked": "rfp.question:{object}",
    "milestone.achieved": "plan.explain:{object}",
    "account.objected": "account.objection:{object}",
    "deliverable.reopened": "deliverable:{object}",
    "agreement.expiring": "agreement.expiring:{object}",
    "payment.ready_to_invoice": "payment.invoice:{object}",
    "evidence.entered": "evidence.confirm:{object}",
    "deliverable.asked": "deliverable:{object}",
    "work.asked": "{key}",
    "deliverable.assigned": "deliverable:{object}",
    "deliverable.renewed": "deliverable:{object}",
    "task.added": "task:{object}",
    "task.changed": "task:{object}",
    "task.reopened": "task:{object}",
    "plan.forecasts_moved": "plan.publish:{project}",
    "milestone.shared": "plan.publish:{project}",
    "wait.escalated": "escalation:{wait}",
    "wait.unanswered": "escalation:{wait}",
    "wait.reminded": "{key}",
    "assumption.arrived": "assumption.arrived:{object}",
    "cost.offered": "cost.offers:{object}",
    "inquiry.prepared": "inquiry.send:{object}",
    "inquiry.sent": "inquiry.answers:{object}",
    "inquiry.to_hand_over": "inquiry.mail:{object}",
    "inquiry.not_mailed": "inquiry.mail:{object}",
    "sheet.opened": "sheet:{object}",
    "sheet.opened_for": "sheet:{object}",
    "sheet.assigned": "sheet:{object}",
    "sheet.moved": "sheet:{object}",
    "sheet.followed_site": "sheet:{object}",
    "sheet.reopened": "sheet:{object}",
}
OF_MANY = frozenset({"work.asked"})  # of all that somebody is asked for at once: its own page shows them, that of the wait one
# Where the key names another object than the event does (a version of the event's document), both lead to the same page and are
# matched by it.
WAIT_OF_PAGE = {
    "document.submitted": "document.sign",
    "document.signed": "document.sign",
    "document.failed": "document.failed",
    "document.refused": "document.rework",
}
CLOCKS_DIFFER_BY = timedelta(seconds=5)  # between the database, which dates events, and the process that dates waits


def waits_of(events: Iterable[Event]) -> list[WaitingFor]:
    """The open waits that a batch of events opened, in one query."""
    wanted, any_wait = Q(pk__in=[]), False
    for event in events:
        key = key_of(event)
        if key:
            wanted |= Q(key=key) | Q(key__startswith=f"{key}:")
        elif event.kind in WAIT_OF_PAGE:
            wanted |= Q(key__startswith=f"{WAIT_OF_PAGE[event.kind]}:", link=event.link)
        any_wait = any_wait or bool(key) or event.kind in WAIT_OF_PAGE
    return list(WaitingFor.objects.open().filter(wanted)) if any_wait else []


def opened_by(wait: WaitingFor, event: Event) -> bool:
    key = key_of(event)
    if key:
        return wait.key == key or wait.key.startswith(f"{key}:")
    if event.kind in WAIT_OF_PAGE:
        # One signature may leave others open that were asked for earlier: only what this event opened is news.
        recent = wait.since >= event.at - CLOCKS_DIFFER_BY
        return recent and wait.key.startswith(f"{WAIT_OF_PAGE[event.kind]}:") and wait.link == event.link
    return False


def key_of(event: Event) -> str:
    """The beginning of the key; nothing for a kind that opens no wait of its own."""
    names = {"object": event.object_id, "project": event.project_id, "wait": event.data.get("wait"), "key": event.data.get("key")}
    return WAIT_OF_KIND.get(event.kind, "").format(**names)
