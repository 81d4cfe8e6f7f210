"""Who waits for whom. Opened and closed by the services of the things waited for, never by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from accounts.models import Role, User
from audit.client_role import as_application
from audit.events import record
from audit.rows import write_together
from projects.calendars import WorkingCalendar
from projects.forecasting import calendar_of
from projects.models import ApprovalRequest, ChangeOrder, Deliverable, Milestone, Project, Quotation, Rfp, WaitingFor
from projects.plans import phase_plan

if TYPE_CHECKING:
    from accounts.models import Client

Asked = Quotation | ChangeOrder | ApprovalRequest | Rfp
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
    with nullcontext() if project or client else as_application():  # before there is a project, our people's work is no client's row
        wait, _created = WaitingFor.objects.update_or_create(
            key=key, closed_at=None, defaults=values, create_defaults={**values, "since": timezone.now()}
        )
    return wait


@dataclass(frozen=True)
class Owed:
    """Work of a project whose owner, or else whose role, is waited for; `milestone` waits with it."""

    key: str
    words: str
    link: str
    user: User | None
    role: str
    due_on: date | None
    milestone: Milestone | None


def open_waits(project: Project, owed: Sequence[Owed]) -> None:
    """`open_wait` for many things of a project that the caller has locked: three statements, however many they are."""
    rows = {row.key: row for row in WaitingFor.objects.open().filter(key__in=[each.key for each in owed]).select_for_update()}
    known, now = list(rows.values()), timezone.now()
    for each in owed:
        row = rows.setdefault(each.key, WaitingFor(key=each.key, since=now))
        row.project, row.client = project, None
        row.words, row.link, row.user, row.role = str(each.words)[:300], each.link, each.user, each.role
        row.due_on, row.milestone = each.due_on, each.milestone
    write_together(known, ["project", "client", "words", "link", "user", "role", "due_on", "milestone"])
    WaitingFor.objects.bulk_create([row for row in rows.values() if row.pk is None])


def close_waits(prefix: str) -> int:
    """Close every open wait whose key is `prefix` or starts with `prefix:`, and what it escalated to; how many were closed."""
    open_rows, now = WaitingFor.objects.open(), timezone.now()
    rows = open_rows.filter(key=prefix) | open_rows.filter(key__startswith=f"{prefix}:")
    escalated = [f"{ESCALATION}:{pk}" for pk in rows.exclude(escalated_at=None).values_list("pk", flat=True)]
    if escalated:
        with as_application():  # what our people were asked instead of a client is no client's row
            open_rows.filter(key__in=escalated).update(closed_at=now)
    return rows.update(closed_at=now)


def _fed_milestone(key: str, project: Project) -> Milestone | None:
    """The milestone that waits with it: of the deliverable whose evidence it is, of the payment, else the gate of the present phase."""
    kind, _colon, number = key.partition(":")
    rows = Milestone.objects.filter(project=project)
    if kind == "payment.invoice":
        return rows.filter(pk=number).first()
    if kind != "evidence.confirm":
        return rows.filter(kind=Milestone.Kind.GATE, phase=project.phase).first()
    owed = Deliverable.objects.filter(project=project, references__pk=number).values_list("phase", "key").first()
    return rows.filter(key=fed_key(*owed)).first() if owed else None


def fed_key(phase: str, key: str) -> str:
    """The milestone that waits for this deliverable of the plan."""
    return next((item.milestone for item in phase_plan(phase).deliverables if item.key == key), "")


def postpone_waits(due: Mapping[str, date | None]) -> None:
    """By key: what these open waits wait for is due on another day. Two queries."""
    rows = list(WaitingFor.objects.open().filter(key__in=due).select_for_update()) if due else []
    for row in rows:
        row.due_on = due[row.key]
    write_together(rows, ["due_on"])


def close_waits_of(project: Project) -> int:
    """Nobody is waited for on a project that is over; how many waits were closed."""
    return WaitingFor.objects.open().filter(project=project).update(closed_at=timezone.now())


def too_late_since(wait: WaitingFor) -> date:
    """The first day on which this wait has waited too long.

    A client's answer is followed up while it can still be given: so many working days before its day, but not before it has waited as
    long, and on the day itself at the latest.
    """
    calendar, began = calendar_of(wait.project) if wait.project else WorkingCalendar(), timezone.localdate(wait.since)
    waited = calendar.add_working_days(began, ESCALATION_DAYS + 1)
    if wait.due_on is None:
        return waited
    if wait.client_id:
        return max(calendar.add_working_days(wait.due_on, -ESCALATION_DAYS), min(waited, wait.due_on))
    return calendar.add_working_days(max(began, wait.due_on), ESCALATION_DAYS + 1)


def escalate_waits(on: date | None = None) -> int:
    """Every night: what waits for one of ours for too long goes to management, what waits for a client to who leads the project; once.

    What waits for management itself has nowhere to go. How many went.
    """
    today = on or timezone.localdate()
    rows = WaitingFor.objects.open().running().filter(escalated_at=None).exclude(key__startswith=f"{ESCALATION}:")
    rows = rows.exclude(Q(role=Role.MANAGEMENT, user=None) | Q(user__in=User.objects.holding(Role.MANAGEMENT)))
    late = [row.pk for row in rows.select_related("project__site") if too_late_since(row) <= today]
    return sum(_escalate(pk, today) for pk in late)


@transaction.atomic
def _escalate(pk: int, today: date) -> bool:
    rows = WaitingFor.objects.open().select_for_update(of=("self",))
    people = ("project__project_manager", "project__account_owner")
    wait = rows.select_related("project", "user", *people).filter(pk=pk, escalated_at=None).first()
    if wait is None:
        return False
    wait.escalated_at = timezone.now()
    wait.save(update_fields=["escalated_at"])
    if wait.client_id:
        _follow_up(wait, today)
    else:
        _tell_management(wait)
    return True


def _tell_management(wait: WaitingFor) -> None:
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


def _follow_up(wait: WaitingFor, today: date) -> None:
    """Whoever leads the project asks the client how it stands; the client is reminded in its own words, while it can still answer."""
    asked = _asked_of_client(wait)
    leading = (wait.project.project_manager, wait.project.account_owner) if wait.project else (getattr(asked, "account_owner", None),)
    named = next((person for person in leading if person and person.is_active), None)
    link, day = _page_of_ours(asked), timezone.localdate(wait.since)
    values = {"day": date_format(day, "j M Y"), "words": wait.words}
    open_wait(
        f"{ESCALATION}:{wait.pk}",
        project=wait.project,
        user=named,
        role="" if named else Role.BUSINESS_DEVELOPMENT,
        words=_t("The client has not answered since %(day)s: %(words)s") % values,
        link=link,
        due_on=wait.due_on,
    )
    who = named.full_name if named else str(Role.BUSINESS_DEVELOPMENT.label)
    record("wait.unanswered", wait.project, actor=None, who=who, day=day, words=wait.words, wait=wait.pk, link=link)
    if getattr(asked, "valid_until", today) >= today:
        code = wait.project.code if wait.project else ""
        record("wait.reminded", asked, actor=None, words=wait.words, key=wait.key, project=code, due_on=wait.due_on, link=link)


def _asked_of_client(wait: WaitingFor) -> Asked:
    """What the client is to answer, by the key of its wait."""
    kind, _colon, number = wait.key.partition(":")
    if kind == "quotation.answer":
        return Quotation.objects.get(pk=number)
    if kind == "change_order.answer":
        return ChangeOrder.objects.get(pk=number)
    if kind == "rfp.question":
        return Rfp.objects.select_related("account_owner").get(pk=number.partition(":")[0])
    return ApprovalRequest.objects.select_related("project").get(pk=number)


def _page_of_ours(asked: Asked) -> str:
    """Where ours see what was asked, and take it back or send the next revision."""
    if not isinstance(asked, ApprovalRequest):
        return asked.get_absolute_url()
    return (
        f"{reverse('project-sharing', args=[asked.project.code])}#approvals"
        if asked.project
        else reverse("document-detail", args=[asked.key])
    )
