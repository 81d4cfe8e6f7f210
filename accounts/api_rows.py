"""Rows of the API's lists by the declaration of their shape, without one object a row; newest first, by a key."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

Shape = type[serializers.BaseSerializer[Any]]
Row = tuple[int, dict[str, Any]]  # the primary key, and what is shown
Rows = list[Row]


@cache
def sources(shape: Shape) -> dict[str, tuple[str, ...]]:
    """Field → where a serializer of this shape reads it from: ("client", "code")."""
    declared: Any = shape()
    return {name: tuple(field.source_attrs) for name, field in declared.fields.items()}


def columns_of(shape: Shape) -> list[str]:
    """For `values_list`: the key, then the fields of a shape all of whose fields are columns, of the row or of one it refers to."""
    return ["pk", *("__".join(source) for source in sources(shape).values())]  # type: ignore[arg-type]


def as_rows(shape: Shape, found: Iterable[tuple[Any, ...]]) -> list[Row]:
    names = sources(shape)  # type: ignore[arg-type]
    return [(row[0], dict(zip(names, row[1:], strict=True))) for row in found]


def newest(rows: QuerySet[Any], before: int | None, most: int) -> QuerySet[Any]:
    """At most so many, from behind the one with this key on."""
    rows = rows.order_by("-pk")
    return (rows if before is None else rows.filter(pk__lt=before))[:most]
