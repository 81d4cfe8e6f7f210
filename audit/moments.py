"""How a moment is written on every page."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format


def written(value: datetime) -> str:
    """12 Mar 2026 14:05 UTC+8, in the active zone and language. Letters would not do: CST alone names three zones."""
    local = timezone.localtime(value) if timezone.is_aware(value) else timezone.make_aware(value)
    return f"{date_format(local)} {date_format(local, 'TIME_FORMAT')} {_zone(local.utcoffset() or timedelta())}"


def _zone(offset: timedelta) -> str:
    sign = "-" if offset < timedelta() else "+"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    if not hours and not minutes:
        return "UTC"
    return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")
