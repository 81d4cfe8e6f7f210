"""Who of a client can answer what it is asked; with nobody, it is not asked."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _t

from accounts.models import Client, Role, User
from audit.refusals import Blocker


def approvers_of(client_id: int) -> QuerySet[User]:
    """Those whose signature answers for the client."""
    return User.objects.active().holding(Role.CLIENT_APPROVER).filter(client_id=client_id).order_by("full_name")


def approver_blockers(client_id: int) -> list[Blocker]:
    """Why this client cannot be asked: nobody of it could answer. One query where somebody can."""
    if approvers_of(client_id).exists():
        return []
    words = _t("No approver of %(client)s has an account; an administrator opens one.")
    words %= {"client": Client.objects.filter(pk=client_id).first()}
    return [Blocker("client.no_approver", words, owner=str(Role.ADMINISTRATOR.label))]
