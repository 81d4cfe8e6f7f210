"""What every table of the catalogue has in common."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User

CAS_NUMBER = RegexValidator(r"^[1-9][0-9]{1,6}-[0-9]{2}-[0-9]$", _("A CAS number looks like 50-78-2."))
COUNTRY = RegexValidator(r"^[A-Z]{2}$", _("Two capital letters (ISO 3166), for example CN."))
NOT_BELOW_ZERO = MinValueValidator(Decimal(0), _("Not below zero."))
MORE_THAN_NOTHING = MinValueValidator(Decimal("0.001"), _("More than nothing."))


class ForATime:
    """Something that holds from one day to another, the last one included; without a last day, on. begins: the field of the first."""

    begins = "quoted_on"
    valid_until: Any

    def holds_on(self, day: date) -> bool:
        first: date = getattr(self, self.begins)
        return first <= day and not self.has_expired(day)

    def has_expired(self, day: date) -> bool:
        return self.valid_until is not None and self.valid_until < day


def standing_on(price: ForATime, day: date) -> str:
    if price.holds_on(day):
        return _t("valid")
    return _t("expired") if price.has_expired(day) else _t("not yet valid")


class InternalQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """What we buy, from whom and with what stands in no contract: to a client there is nothing."""
        return self.all() if user.is_active and user.is_internal else self.none()
