"""Words are looked up in their indexes first, and whoever may see what says them is asked of what was found.

Nothing is cut off before the rights are asked: somebody who sees little would miss what is theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, transaction
from django.db.models import BooleanField, F, Func, QuerySet


class OneOf(Func):
    """`column = ANY (ARRAY(…))`: where `IN` is asked, the database reads every row that may be seen, and then what it says."""

    template = "%(expressions)s"
    arg_joiner = " = ANY "
    output_field = BooleanField()

    def __init__(self, column: str, found: QuerySet[Any, Any]) -> None:
        super().__init__(F(column), ArraySubquery(found, template="(ARRAY(%(subquery)s))"))


@contextmanager
def indexes_only() -> Iterator[None]:
    """Until the end of the transaction: for a word that most texts say, the database would rather read and take apart every text."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
