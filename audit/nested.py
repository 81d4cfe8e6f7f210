"""Rows that hang on others, read in the query of these: a page that asks many tables saves a query for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import DEFAULT_DB_ALIAS
from django.db.models import CharField, DecimalField, F, Field, Func, JSONField, Model, OuterRef, QuerySet
from django.db.models.functions import Cast

MOST = 100  # arguments that a function of PostgreSQL takes


@dataclass(frozen=True)
class Nested:
    """Rows of a model with those that they point to by these names, each after what it hangs on: ("price", "price__supplier")."""

    model: type[Model]
    related: tuple[str, ...] = ()

    def in_query(self, rows: QuerySet[Any]) -> ArraySubquery:
        """What `rows_in` reads, in the order of the rows: to be annotated. rows: of the model, tied by OuterRef."""
        columns = [_told(path, field) for path, model in self._models for field in model._meta.concrete_fields]
        if len(columns) > MOST:
            raise ValueError(f"{self.model.__name__} with {self.related} has more columns than PostgreSQL takes at once.")
        return ArraySubquery(rows.values(told=Func(*columns, function="JSONB_BUILD_ARRAY", output_field=JSONField())))

    def rows_in(self, told: Iterable[Sequence[Any]]) -> list[Any]:
        return [self._row(iter(values)) for values in told]

    @property
    def _models(self) -> Iterator[tuple[str, type[Model]]]:
        yield "", self.model
        for path in self.related:
            model: Any = self.model
            for name in path.split("__"):
                model = model._meta.get_field(name).related_model
            yield path, model

    def _row(self, values: Iterator[Any]) -> Model:
        found: dict[str, Any] = {path: _restored(model, values) for path, model in self._models}
        for path in self.related:
            holder, _separator, name = path.rpartition("__")
            if found[holder] is not None:
                setattr(found[holder], name, found[path])
        return found[""]  # type: ignore[no-any-return]


def _told(path: str, field: Field[Any, Any]) -> Any:
    """As JSON can say it: a decimal number as its digits."""
    column = F(f"{path}__{field.attname}" if path else field.attname)
    return Cast(column, CharField()) if isinstance(field, DecimalField) else column


def _restored(model: type[Model], values: Iterator[Any]) -> Model | None:
    """None where nothing is pointed to."""
    fields = model._meta.concrete_fields
    own = [field.to_python(value) for field, value in zip(fields, islice(values, len(fields)), strict=True)]
    row = model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in fields], own)
    return row if row.pk is not None else None


def carrying(parents: QuerySet[Any], *names: str) -> QuerySet[Any]:
    """Each with the rows of these relations, which `attach` need not ask for then."""
    kinds = {name: parents.model._meta.get_field(name) for name in names}
    return parents.annotate(**{_mark(name): Nested(kind.related_model).in_query(_tied(kind)) for name, kind in kinds.items()})


def attach(parents: Sequence[Model], *names: str) -> None:
    """As `prefetch_related_objects` reads the rows that hang on these, but those of all names in one query; none of what was `carrying`."""
    waiting = [each for each in parents if not set(names) <= getattr(each, "_prefetched_objects_cache", {}).keys()]
    if not waiting:
        return
    model: Any = type(waiting[0])
    told = {each.pk: each for each in waiting if all(_mark(name) in each.__dict__ for name in names)}
    if asked := {each.pk for each in waiting} - told.keys():
        told |= {each.pk: each for each in carrying(model._base_manager.filter(pk__in=asked).only("pk"), *names)}
    for parent in waiting:
        for name in names:
            _keep(parent, name, model._meta.get_field(name), getattr(told[parent.pk], _mark(name)))
    for parent in waiting:
        for name in names:
            parent.__dict__.pop(_mark(name), None)  # what is written after this is read anew


def _mark(name: str) -> str:
    return f"told_{name}"


def _tied(kind: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = kind.related_model._default_manager.filter(**{kind.field.name: OuterRef("pk")})
    return rows


def _keep(parent: Any, name: str, kind: Any, told: Iterable[Sequence[Any]]) -> None:
    """Where Django looks for what is read already."""
    rows = Nested(kind.related_model).rows_in(told)
    for row in rows:
        setattr(row, kind.field.name, parent)
    found = getattr(parent, name).get_queryset()
    found._result_cache, found._prefetch_done = rows, True
    parent.__dict__.setdefault("_prefetched_objects_cache", {})[name] = found
