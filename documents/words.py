"""The words of what is searched, as PostgreSQL's full-text search reads them.

The tables of versions and of files' texts have a column `words`, which the database derives when data or text are written (migration
0010). No model names it, so that nobody who reads a row brings it along. An index alone did not do: to see whether the parts of a CAS
number stand together, the database took every text apart again that has them anywhere.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func
from django.db.models.sql.compiler import SQLCompiler

MOST_BYTES = 900_000  # PostgreSQL refuses to keep a mebibyte of words; of a longer version the text alone is kept, or nothing


class KeptWords(Func):
    """The column of words of the table that is asked."""

    output_field = SearchVectorField()

    def __init__(self) -> None:
        super().__init__(F("pk"))

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_context: Any) -> tuple[str, Any]:  # type: ignore[override]
        key, params = compiler.compile(self.get_source_expressions()[0])
        return f'{key.rpartition(".")[0]}."words"', params


class WordsOf(Func):
    """The English words in the strings of a JSON column, as the indexes of the releases before kept them (migration 0006)."""

    output_field = SearchVectorField()
    template = (
        f"(CASE WHEN octet_length((%(expressions)s)::text) < {MOST_BYTES} "
        "THEN jsonb_to_tsvector('english'::regconfig, %(expressions)s, '[\"string\"]'::jsonb) ELSE ''::tsvector END)"
    )
