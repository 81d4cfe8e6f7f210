"""The first administrator, whom nobody can appoint."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.services import give_role, open_account
from audit.context import Channel, acting
from audit.events import record
from audit.refusals import Blocker, Refused


@transaction.atomic
def create_first_administrator(*, email: str, full_name: str, password: str, function: str = "", time_zone: str = "UTC") -> User:
    """For the command line only. Refused as soon as there is an active administrator; the record names the system as actor."""
    if User.objects.active().holding(Role.ADMINISTRATOR).exists():
        raise Refused(Blocker("administrator.exists", _("There is an administrator, who opens all further accounts.")))
    with acting(channel=Channel.SYSTEM):
        user = open_account(email=email, full_name=full_name, password=password, function=function, time_zone=time_zone)
        record("person.created", user, actor=None, kind=str(user.get_kind_display()))
        give_role(user, Role.ADMINISTRATOR, actor=None, reason=_t("The first administrator."))
    return user
