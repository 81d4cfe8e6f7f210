"""Who waits for whom. Opened and closed by the services of the things waited for, never by themselves."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Role
from audit.events import record
from projects.calendars import WorkingCalendar
from projects.forecasting import calendar_of
from projects.models import Deliverable, Milestone, Project, WaitingFor
from projects.plans import phase_plan

if TYPE_CHECKING:
    from accounts.models import Client, User

ESCALATION = "escalation"
ESCALATION_DAYS = 5  # working days after it is due, or after it began where it has no date


def open_wait(
    key: str,
    *,
    words: str,
    link: str,
    project: Project | None = None,
    user: User | None = None,
    role: str = "",
    client: Client | None = None,
    due_on: date | None = None,
) -> WaitingFor:
    """Open the wait named `key`, or bring an open one up to date. Runs in the caller's transaction."""
    values = {
        "words": str(words)[:300],
        "link": link,
        "project": project,
        "user": user,
        "role": role,
        "client": client,
        "due_on": due_on,
        "milestone": _fed_milestone(key, project) if project else None,
    }
    wait, _created = WaitingFor.objects.update_or_create(
        key=key, closed_at=None, defaults=values, create_defaults={**values, "since": timezone.now()}
    )
    return wait


def close_waits(prefix: str) -> int:
    """Close every open wait whose key is `prefix` or starts with `prefix:`, and what it escalated to; how many were closed."""
    open_rows, now = WaitingFor.objects.open(), timezone.now()
    rows = open_rows.filter(key=prefix) | open_rows.filter(key__startswith=f"{prefix}:")
    escalated = [f"{ESCALATION}:{pk}" for pk in rows.exclude(escalated_at=None).values_list("pk", flat=True)]
    if escalated:
        open_rows.filter(key__in=escalated).update(closed_at=now)
    return rows.update(closed_at=now)


def _fed_milestone(key: str, project: Project) -> Milestone | None:
    """The milestone that waits with it: that of the deliverable, of the payment, else the gate of the present phase."""
    kind, _colon, number = key.partition(":")
    rows = Milestone.objects.filter(project=project)
    if kind == "payment.invoice":
        return rows.filter(pk=number).first()
    if kind == "task":
        return rows.filter(tasks__pk=number).first()
    deliverables = Deliverable.objects.filter(project=project)
    if kind == "deliverable":
        deliverables = deliverables.filter(pk=number)
    elif kind == "evidence.confirm":
        deliverables = deliverables.filter(references__pk=number)
    else:
        return rows.filter(kind=Milestone.Kind.GATE, phase=project.phase).first()
    owed = deliverables.values_list("phase", "key").first()
    feeds = next((item.milestone for item in phase_plan(owed[0]).deliverables if item.key == owed[1]), "") if owed else ""
    return rows.filter(key=feeds).first()


def postpone_waits(key: str, due_on: date | None) -> None:
    """What an open wait waits for is due on another day."""
    WaitingFor.objects.open().filter(key=key).update(due_on=due_on)


def close_waits_of(project: Project) -> int:
    """Nobody is waited for on a project that is over; how many waits were closed."""
    return WaitingFor.objects.open().filter(project=project).update(closed_at=timezone.now())


def too_late_since(wait: WaitingFor) -> date:
    """The first day on which this wait has waited too long."""
    counted_from = max(timezone.localdate(wait.since), wait.due_on or date.min)
    calendar = calendar_of(wait.project) if wait.project else WorkingCalendar()
    return calendar.add_working_days(counted_from, ESCALATION_DAYS + 1)


def escalate_waits(on: date | None = None) -> int:
    """Every night: what waits for one of ours for too long goes to management, once. How many went."""
    today = on or timezone.localdate()
    rows = WaitingFor.objects.open().running().filter(escalated_at=None, client=None).exclude(key__startswith=f"{ESCALATION}:")
    late = [row.pk for row in rows.select_related("project__site") if too_late_since(row) <= today]
    return sum(_escalate(pk) for pk in late)


@transaction.atomic
def _escalate(pk: int) -> bool:
    wait = (
        WaitingFor.objects.open().select_for_update(of=("self",)).select_related("project", "user").filter(pk=pk, escalated_at=None).first()
    )
    if wait is None:
        return False
    wait.escalated_at = timezone.now()
    wait.save(update_fields=["escalated_at"])
    who = wait.user.full_name if wait.user else str(Role(wait.role).label)
    open_wait(
        f"{ESCALATION}:{wait.pk}",
        project=wait.project,
        role=Role.MANAGEMENT,
        words=_t("Waits too long for %(who)s: %(words)s") % {"who": who, "words": wait.words},
        link=wait.link,
        due_on=wait.due_on,
    )
    record("wait.escalated", wait.project, actor=None, who=who, words=wait.words, wait=wait.pk, link=wait.link)
    return True
