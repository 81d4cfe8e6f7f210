"""Conditions that nearly every query asks, in words that are compiled once.

To build and compile them anew takes Django longer than the rest of most queries. What they ask of other tables stays said by querysets;
only their columns are found in each query. (Whole queries that are written once: `accounts.prepared`.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

from django.db import connection, models
from django.db.models import BooleanField, Expression, F
from django.db.models.expressions import RawSQL

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

Words = tuple[str, tuple[Any, ...]]
WHO = -7_315_002  # stands in compiled words for whoever asks; no row has it
_scopes = count()


class Asks(Protocol):
    """What a condition needs to know of somebody of ours."""

    @property
    def pk(self) -> Any: ...

    @property
    def signing_roles(self) -> frozenset[str]: ...


@dataclass(frozen=True)
class Anybody:
    """Whoever has these roles, in compiled words."""

    signing_roles: frozenset[str]
    pk: int = WHO


class Compiled(Expression):
    """words: SQL with {name} where a column stands, and its parameters. columns: by these names, as paths from the model that is asked.
    who: the id that takes the place of WHO.
    """

    conditional = True

    def __init__(self, words: Words, columns: Mapping[str, str], who: int | None = None) -> None:
        super().__init__(output_field=BooleanField())
        self.words, params = words
        self.params = tuple(who if each == WHO else each for each in params)
        self.names = tuple(columns)
        self.columns: list[Any] = [F(path) for path in columns.values()]

    def get_source_expressions(self) -> list[Any]:
        return self.columns

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.columns = list(exprs)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        columns = {name: compiler.compile(column)[0] for name, column in zip(self.names, self.columns, strict=True)}
        return f"({self.words.format(**columns)})", self.params


def column(name: str, output_field: models.Field | None = None) -> RawSQL:
    """In a queryset whose words are compiled: a column of the query that will ask."""
    return RawSQL(f"{{{name}}}", (), output_field)  # noqa: S611 - a name of ours


def rows_in_words(rows: models.QuerySet[Any]) -> Words:
    """Its tables get names that no other words and no query has: a column of the query that asks is never taken for one of theirs."""
    query, scope = rows.order_by().query, next(_scopes)
    query.change_aliases({alias: f"asked{scope}_{place}" for place, alias in enumerate(query.alias_map)})
    sql, params = query.get_compiler(connection=connection).as_sql()
    return f"({sql})", tuple(params)


def exist_in_words(rows: models.QuerySet[Any]) -> Words:
    sql, params = rows_in_words(rows.values("pk"))
    return f"EXISTS {sql}", params


def any_of(parts: Iterable[Words]) -> Words:
    found = list(parts)
    return " OR ".join(sql for sql, _params in found), tuple(param for _sql, params in found for param in params)
