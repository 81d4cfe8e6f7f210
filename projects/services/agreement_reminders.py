"""An agreement that is about to expire asks for its successor, in time for both sides to sign one."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Role
from audit.events import record
from projects.agreements import SOON, ending
from projects.models import Agreement, ProjectStatus, WaitingFor
from projects.services.waiting import close_waits, open_wait


def remind_of_expiring_agreements(on: date | None = None) -> int:
    """Every night: whoever owns the account is asked once for each agreement that expires soon and has no successor. How many were.

    Where a successor was found and is withdrawn again, it is asked anew.
    """
    today = on or timezone.localdate()
    rows = Agreement.objects.filter(withdrawn_at=None, project__status=ProjectStatus.ACTIVE)
    soon = rows.filter(expires_on__gte=today, expires_on__lte=today + SOON)
    return sum(_remind(pk, today) for pk in list(soon.values_list("pk", flat=True)))


@transaction.atomic
def _remind(pk: int, today: date) -> bool:
    agreement = Agreement.objects.select_for_update(of=("self",)).select_related("project__account_owner").get(pk=pk)
    key = f"agreement.expiring:{pk}"
    is_asked = WaitingFor.objects.open().filter(key=key).exists()
    if is_asked or not ending(agreement.project_id).filter(pk=pk, expires_on__gte=today).exists():
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


def settle_reminders(agreement: Agreement) -> None:
    """Called with the locked project when an agreement was signed, mended or withdrawn: nobody is asked any more for what has its
    successor, or has ended otherwise."""
    still = ending(agreement.project_id).values("pk")
    for pk in Agreement.objects.filter(project=agreement.project_id).exclude(pk__in=still).values_list("pk", flat=True):
        close_waits(f"agreement.expiring:{pk}")
