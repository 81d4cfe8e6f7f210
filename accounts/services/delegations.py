"""Signing in another person's place for some days."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Delegation, Role, User
from accounts.services.second_factor import lacks_second_factor, signs
from accounts.services.shared import refuse_if
from audit.events import record
from audit.refusals import Blocker, Refused, require, require_reason


@transaction.atomic
def delegate(*, role: str, receiver: User, starts_on: date, ends_on: date, reason: str, actor: User) -> Delegation:
    """Hand the signing of an own role to another of ours for some days.

    Only a role that was granted can be handed over, so no chain and no circle can form. Raises BadInput at the field.
    """
    require(actor.is_active and actor.is_internal, _("Only people of ours delegate."))
    User.objects.select_for_update(of=("self",)).get(pk=actor.pk)  # two at once would overlap
    today = timezone.localdate()
    refuse_if(role not in actor.roles, "role", _("You hand over only a role that you hold yourself."))
    refuse_if(receiver.pk == actor.pk, "receiver", _("Choose another person."))
    refuse_if(not (receiver.is_active and receiver.is_internal), "receiver", _("Choose an active person of ours."))
    refuse_if(role in receiver.roles, "receiver", _("This person holds the role already."))
    words = _("This person has no second factor yet: who signs in sets one up in the profile. Hand the role over then.")
    refuse_if(signs([role]) and lacks_second_factor(receiver), "receiver", words)
    refuse_if(starts_on < today, "starts_on", _("The first day lies in the past."))
    refuse_if(ends_on < starts_on, "ends_on", _("The last day lies before the first."))
    require_reason(reason)
    overlapping = Delegation.objects.filter(giver=actor, role=role, ended_at=None, starts_on__lte=ends_on, ends_on__gte=starts_on)
    refuse_if(overlapping.exists(), "starts_on", _("This role is already handed over for some of these days."))
    row = Delegation.objects.create(giver=actor, receiver=receiver, role=role, starts_on=starts_on, ends_on=ends_on, reason=reason.strip())
    record(
        "delegation.given", row, actor=actor, reason=row.reason, role=str(row.get_role_display()), receiver=receiver.full_name,
        starts_on=starts_on, ends_on=ends_on, concerns=[receiver.pk],
    )  # fmt: skip
    return row


@transaction.atomic
def end_delegation(delegation_id: int, *, actor: User) -> Delegation:
    """Take it back: the giver or an administrator. What was signed meanwhile stays."""
    row = Delegation.objects.visible_to(actor).select_for_update(of=("self",)).select_related("giver", "receiver").get(pk=delegation_id)
    require(actor.pk == row.giver_id or actor.has_role(Role.ADMINISTRATOR), _("Who gave it takes it back, or an administrator."))
    if row.is_over(timezone.localdate()):
        raise Refused(Blocker("delegation.over", _("This delegation is over.")))
    row.ended_at, row.ended_by = timezone.now(), actor
    row.save(update_fields=["ended_at", "ended_by"])
    people = [row.giver_id, row.receiver_id]
    record("delegation.ended", row, actor=actor, role=str(row.get_role_display()), receiver=row.receiver.full_name, concerns=people)
    return row
