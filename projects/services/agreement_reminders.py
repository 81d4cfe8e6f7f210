"""An agreement that is about to expire asks for its successor, in time for both sides to sign one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Role, User
from audit.events import record
from projects.agreements import SOON, unsucceeded
from projects.models import Agreement, Project, ProjectStatus, Rfp, WaitingFor
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from django.db.models import QuerySet


def remind_of_expiring_agreements(on: date | None = None) -> int:
    """Every night: whoever owns the account is asked once for each agreement that expires soon and has no successor. How many were.

    One for all projects of a client asks while the client has an active project or a request that is not submitted yet. Where a
    successor was found and is withdrawn again, it is asked anew.
    """
    today = on or timezone.localdate()
    _stop_asking_for_what_rests()
    soon = _needed().filter(withdrawn_at=None, expires_on__gte=today, expires_on__lte=today + SOON)
    return sum(_remind(pk, today) for pk in list(soon.values_list("pk", flat=True)))


def _needed() -> QuerySet[Agreement]:
    projects = Project.objects.active().filter(client=OuterRef("client"))
    is_at_work = Exists(projects) | Exists(_drafts(OuterRef("client")))
    return Agreement.objects.filter(Q(project__status=ProjectStatus.ACTIVE) | Q(project=None) & is_at_work)


def _stop_asking_for_what_rests() -> None:
    """What a client has agreed for all projects, once none of them runs; the waits of a project close with it."""
    asked = _asked(project=None)
    for pk in asked - set(_needed().filter(pk__in=asked).values_list("pk", flat=True)) if asked else ():
        close_waits(f"agreement.expiring:{pk}")


def _asked(**conditions: Any) -> set[int]:
    """The agreements whose successor somebody is asked for."""
    waits = WaitingFor.objects.open().filter(key__startswith="agreement.expiring:", **conditions)
    return {int(key.split(":")[1]) for key in waits.values_list("key", flat=True)}


def _drafts(client: Any) -> QuerySet[Rfp]:
    return Rfp.objects.filter(client=client, state=Rfp.State.DRAFT)


@transaction.atomic
def _remind(pk: int, today: date) -> bool:
    agreement = Agreement.objects.select_for_update(of=("self",)).select_related("project__account_owner").get(pk=pk)
    key = f"agreement.expiring:{pk}"
    is_asked = WaitingFor.objects.open().filter(Q(key=key) | Q(key__startswith=f"{key}:")).exists()
    if is_asked or not unsucceeded().filter(pk=pk, expires_on__gte=today).exists():
        return False
    owners = _owners(agreement)
    for owner in owners:
        _ask(agreement, key if len(owners) == 1 else f"{key}:{owner.pk}", owner)
    if not owners:
        _ask(agreement, key, None)
    expires_on = agreement.expires_on
    record("agreement.expiring", agreement, actor=None, kind=agreement.get_kind_display(), number=agreement.number, on=expires_on)
    return True


def _owners(agreement: Agreement) -> list[User]:
    """Of the account: the project's; of what covers all projects those of every one that is active and of every request on its way."""
    if agreement.project is not None:
        return [agreement.project.account_owner] if agreement.project.account_owner else []
    projects = Project.objects.active().filter(client=agreement.client_id).values("account_owner")
    drafts = _drafts(agreement.client_id).values("account_owner")
    return list(User.objects.active().filter(Q(pk__in=projects) | Q(pk__in=drafts)).order_by("pk"))


def _ask(agreement: Agreement, key: str, owner: User | None) -> None:
    """Of one for all projects without the name of the client: more people are asked than may know it."""
    project = agreement.project
    words = (
        _t("%(code)s: the %(kind)s %(number)s expires; record its successor, or withdraw it")
        if project
        else _t("The %(kind)s %(number)s of all projects of a client expires; record its successor, or withdraw it")
    )
    said = {"code": project.code if project else "", "kind": agreement.get_kind_display(), "number": agreement.number}
    open_wait(
        key,
        user=owner,
        role="" if owner else Role.BUSINESS_DEVELOPMENT,
        words=words % said,
        link=agreement.get_absolute_url(),
        project=project,
        due_on=agreement.expires_on,
    )


def settle_reminders(agreement: Agreement) -> None:
    """Called with the locked project or client when an agreement was signed, mended or withdrawn: nobody is asked any more for what has
    its successor, or has ended otherwise. One for all projects of its client may succeed those of each."""
    theirs = Agreement.objects.filter(client=agreement.client_id)
    if agreement.project_id is not None:
        theirs = theirs.filter(project=agreement.project_id)
    for pk in theirs.filter(pk__in=_asked()).exclude(pk__in=unsucceeded().values("pk")).values_list("pk", flat=True):
        close_waits(f"agreement.expiring:{pk}")
