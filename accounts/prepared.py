"""Queries that the ORM writes once in a process; each time they are asked with other values.

Writing a query costs the ORM more than the database needs to answer a small one. What every request of a client's system asks is worth
keeping; everything else is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet

FIRST_HOLE = 9_000_000_000_000_000_000  # no key and no code is this number
Rows = Callable[..., QuerySet[Any]]


class Prepared:
    """`rows` gives a queryset of tuples (`values_list`) from stand-ins for the values: whole numbers that the ORM takes for real ones."""

    def __init__(self, rows: Rows, *names: str) -> None:
        self.rows, self.names = rows, names

    @cached_property
    def text(self) -> tuple[str, list[tuple[str | None, Any]]]:
        """The SQL, and what to give with it: by name what comes each time, else what never changes."""
        holes = {str(FIRST_HOLE + number): name for number, name in enumerate(self.names)}
        compiler = self.rows(*(int(hole) for hole in holes)).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        given = [(holes.get(str(value)), value) for value in params]
        if {name for name, _value in given} - {None} != set(self.names) or compiler.get_converters([each[0] for each in compiler.select]):
            raise ValueError(f"A value has no place in the query, or a column is not given as the database has it: {sql}")
        return sql, given

    def with_values(self, **values: Any) -> tuple[str, list[Any]]:
        sql, given = self.text
        return sql, [values[name] if name else value for name, value in given]

    def ask(self, **values: Any) -> Sequence[tuple[Any, ...]]:
        """The rows as the database gives them: for columns that no field of Django converts."""
        with connection.cursor() as cursor:
            cursor.execute(*self.with_values(**values))
            return cursor.fetchall()
