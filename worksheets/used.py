"""Where a row is used that somebody wants to take away."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

if TYPE_CHECKING:
    from accounts.models import User

NAMED = 3


def where_used(rows: Iterable[Any], user: User) -> str:
    """suppliers' prices: Toluene: Demo Chemicals; planned operations: 2. Named is what this person may see, the others are counted."""
    ordered = sorted(rows, key=lambda row: (str(row._meta.verbose_name_plural), row.pk))
    return "; ".join(_of_kind(kind, list(same), user) for kind, same in groupby(ordered, lambda row: type(row)))


def _of_kind(kind: Any, rows: list[Any], user: User) -> str:
    seen: list[Any] = []
    if hasattr(kind._default_manager, "visible_to"):
        shown = kind._default_manager.visible_to(user).filter(pk__in=[row.pk for row in rows])
        seen = list(shown.select_related()[:NAMED])  # their words name what they belong to
    words, others = [str(row) for row in seen], len(rows) - len(seen)
    if others:
        words.append(_t("%(others)d more") % {"others": others} if seen else str(others))
    return f"{kind._meta.verbose_name_plural}: {', '.join(words)}"
