"""The words of what a version pins, as PostgreSQL's full-text search reads them."""

from __future__ import annotations

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Func

MOST_BYTES = 900_000  # PostgreSQL refuses to keep a mebibyte of words; what is longer is found by number and title alone


class WordsOf(Func):
    """The English words in the strings of a JSON column; its keys and numbers are no words. An index keeps them."""

    output_field = SearchVectorField()
    template = (
        f"(CASE WHEN octet_length((%(expressions)s)::text) < {MOST_BYTES} "
        "THEN jsonb_to_tsvector('english'::regconfig, %(expressions)s, '[\"string\"]'::jsonb) ELSE ''::tsvector END)"
    )
