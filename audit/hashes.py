"""Content hashes: SHA-256 over one canonical JSON text, so that equal content has an equal hash wherever it is computed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.functional import Promise


def canonical(value: Any) -> Any:
    """JSON value with one spelling for each content.

    Numbers that are not whole are written as decimal text without trailing zeros (1.50 and 1.5 are one content, whatever the
    column's scale);
    moments in UTC; sets sorted; lazy texts in English, so that the hash does not depend on the reader's language.
    """
    if isinstance(value, Enum):
        return canonical(value.value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str | UUID | Promise):
        return str(value)
    if isinstance(value, float | Decimal):
        return _plain(Decimal(repr(value)) if isinstance(value, float) else value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(canonical(key)): canonical(entry) for key, entry in value.items()}
    if isinstance(value, AbstractSet):
        return sorted((canonical(entry) for entry in value), key=_text)
    if isinstance(value, list | tuple):
        return [canonical(entry) for entry in value]
    raise TypeError(f"{type(value).__name__} has no canonical form; give plain values.")


def canonical_content(content: Mapping[str, Any]) -> dict[str, Any]:
    with translation.override("en"):
        result: dict[str, Any] = canonical(content)
    return result


def canonical_json(content: Mapping[str, Any]) -> str:
    return _text(canonical_content(content))


def hash_of(content: Mapping[str, Any]) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def _plain(number: Decimal) -> str:
    if not number.is_finite():
        raise ValueError(f"{number} has no place in a record.")
    text = format(number, "f")  # not normalize(): that rounds to the precision of the arithmetic
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if number == 0 else text


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
