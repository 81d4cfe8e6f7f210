"""Answers as JSON keeps them, and back: what was computed once is read, not computed again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

LATER = {"later": True}
"""The metadata of a field that came after hashes were kept: at its default it is no part of one."""
TOLD = {"told": True}
"""Of one that only says in words what another figure counts with: it is never part of a hash."""


def plain(value: Any, *, hashed: bool = False) -> Any:
    """What JSON can hold: fields by name, numbers of money as text, dates as ISO. hashed: for a hash that is kept through releases."""
    if is_dataclass(value) and not isinstance(value, type):
        shown = (field for field in fields(value) if not (hashed and _is_left_out(field, value)))
        return {field.name: plain(getattr(value, field.name), hashed=hashed) for field in shown}
    if isinstance(value, Mapping):
        return {str(key): plain(each, hashed=hashed) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each, hashed=hashed) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _is_left_out(field: Field[Any], value: Any) -> bool:
    return "told" in field.metadata or ("later" in field.metadata and getattr(value, field.name) == field.default)


def restored(kind: Any, kept: Any) -> Any:
    """`plain` taken back, for dataclasses with tuples and mappings. What was not kept has its default, what is gone is left out."""
    inner = get_args(kind)
    if kept is None:
        return None
    if isinstance(kind, UnionType):
        return restored(next(each for each in inner if each is not NoneType), kept)
    if get_origin(kind) is tuple:
        return tuple(restored(inner[0], each) for each in kept)
    if get_origin(kind) is not None:
        return {restored(inner[0], key): restored(inner[1], each) for key, each in kept.items()}
    if is_dataclass(kind):
        return kind(**{name: restored(each, kept[name]) for name, each in _fields(kind).items() if name in kept})  # type: ignore[arg-type, operator]
    if kind is date:
        return date.fromisoformat(kept)
    return kind(kept) if issubclass(kind, Decimal | StrEnum) else kept


@cache
def _fields(kind: Any) -> dict[str, Any]:
    types = get_type_hints(kind)
    return {field.name: types[field.name] for field in fields(kind)}
