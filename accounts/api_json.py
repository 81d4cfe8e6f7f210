"""The JSON of the API: how values are written, and rows of a list by the declaration of their shape, without one object a row."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

_other: Any = JSONEncoder().default  # type: ignore[no-untyped-call]  # Decimal, lazy texts and what else orjson does not know
HOW = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def as_json(data: Any) -> bytes:
    """As rest_framework writes it, many times faster; so it writes what orjson cannot, such as numbers beyond 64 bits."""
    try:
        return orjson.dumps(data, default=_other, option=HOW)
    except orjson.JSONEncodeError:
        return bytes(JSONRenderer().render(data))


class Renderer(JSONRenderer):
    """`application/json`."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None) -> Any:
        return b"" if data is None else as_json(data)


@cache
def sources(shape: type[serializers.BaseSerializer[Any]]) -> dict[str, tuple[str, ...]]:
    """Field → where it is read from, as a serializer of this shape would: ("client", "code")."""
    declared: Any = shape()
    return {name: tuple(field.source_attrs) for name, field in declared.fields.items()}


def rows_of(shape: type[serializers.BaseSerializer[Any]], rows: QuerySet[Any]) -> list[tuple[int, dict[str, Any]]]:
    """(primary key, representation) of each row; for a shape whose fields are columns, of the row itself or of one that it refers to."""
    read = sources(shape)
    found = rows.values_list("pk", *("__".join(source) for source in read.values()))
    return [(row[0], dict(zip(read, row[1:], strict=True))) for row in found]
