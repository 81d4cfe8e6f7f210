"""What every table of the catalogue has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User

CAS_NUMBER = RegexValidator(r"^[1-9][0-9]{1,6}-[0-9]{2}-[0-9]$", _("A CAS number looks like 50-78-2."))
COUNTRY = RegexValidator(r"^[A-Z]{2}$", _("Two capital letters (ISO 3166), for example CN."))


class InternalQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """What we buy, from whom and with what stands in no contract: to a client there is nothing."""
        return self.all() if user.is_active and user.is_internal else self.none()
