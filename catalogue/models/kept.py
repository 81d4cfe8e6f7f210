"""What every table of the catalogue has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models

if TYPE_CHECKING:
    from accounts.models import User


class InternalQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """What we buy, from whom and with what stands in no contract: to a client there is nothing."""
        return self.all() if user.is_active and user.is_internal else self.none()
