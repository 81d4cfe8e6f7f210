"""An agreement that is about to expire asks for its successor, in time for both sides to sign one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Role
from audit.events import record
from projects.models import Agreement, ProjectStatus, WaitingFor
from projects.services.waiting import close_waits, open_wait

REMINDED_DAYS = 60  # before it expires


def remind_of_expiring_agreements(on: date | None = None) -> int:
    """Every night: whoever owns the account is asked once for each agreement that expires soon and has no successor. How many were.

    Where a successor was found and is withdrawn again, it is asked anew.
    """
    today = on or timezone.localdate()
    rows = Agreement.objects.filter(withdrawn_at=None, project__status=ProjectStatus.ACTIVE)
    soon = rows.filter(expires_on__gte=today, expires_on__lte=today + timedelta(days=REMINDED_DAYS))
    return sum(_remind(pk) for pk in list(soon.values_list("pk", flat=True)))


@transaction.atomic
def _remind(pk: int) -> bool:
    agreement = Agreement.objects.select_for_update(of=("self",)).select_related("project__account_owner").get(pk=pk)
    key = f"agreement.expiring:{pk}"
    is_asked = WaitingFor.objects.open().filter(key=key).exists()
    if is_asked or agreement.standing not in _BINDING or _successors(agreement, _of_project(agreement)):
        return False
    project, words = agreement.project, _t("%(code)s: the %(kind)s %(number)s expires; record its successor, or withdraw it")
    owner = project.account_owner
    open_wait(
        key,
        user=owner,
        role="" if owner else Role.BUSINESS_DEVELOPMENT,
        words=words % {"code": project.code, "kind": agreement.get_kind_display(), "number": agreement.number},
        link=agreement.get_absolute_url(),
        project=project,
        due_on=agreement.expires_on,
    )
    expires_on = agreement.expires_on
    record("agreement.expiring", agreement, actor=None, kind=agreement.get_kind_display(), number=agreement.number, on=expires_on)
    return True


_BINDING = (Agreement.Standing.IN_FORCE, Agreement.Standing.AHEAD)


def _of_project(agreement: Agreement) -> list[Agreement]:
    rows = Agreement.objects.filter(project=agreement.project_id, kind=agreement.kind, withdrawn_at=None)
    return list(rows.exclude(pk=agreement.pk).prefetch_related("signatories"))


def _successors(agreement: Agreement, others: Iterable[Agreement]) -> list[Agreement]:
    """Signed by both sides, and in force when this one is not any more."""
    end = agreement.expires_on
    return [
        row
        for row in others
        if end is not None
        and row.standing in _BINDING
        and row.effective_on <= end + timedelta(days=1)
        and (row.expires_on is None or row.expires_on > end)
    ]


def settle_reminders(agreement: Agreement) -> None:
    """Called with the locked project when an agreement was signed or withdrawn: nobody is asked any more for what has its successor."""
    if agreement.withdrawn_at is not None:
        close_waits(f"agreement.expiring:{agreement.pk}")
    for other in _of_project(agreement):
        if _successors(other, [agreement]):
            close_waits(f"agreement.expiring:{other.pk}")
