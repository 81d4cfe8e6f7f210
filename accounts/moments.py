"""A moment as a reader of the API asks for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_filters import fields
from django_filters import rest_framework as filters

FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class MomentField(fields.IsoDateTimeField):
    """Converted to UTC: the database knows the odd offsets of no far year."""

    def to_python(self, value: Any) -> datetime | None:
        moment = super().to_python(value)
        if moment is None:
            return None
        if not FIRST <= moment < LAST:
            raise ValidationError(_("A moment between the years 1970 and 2200."))
        return moment.astimezone(UTC)


class MomentFilter(filters.IsoDateTimeFilter):
    field_class = MomentField
