"""Cells that name a row of another table: the one that is meant, and those that are offered while somebody types."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from django.db.models import Case, F, Value, When
from django.utils.translation import gettext as _t

from audit.refusals import BadInput

if TYPE_CHECKING:
    from worksheets.bound import Bound
    from worksheets.sheets import Lookup

BEGINNING = 3  # letters that two spellings of a name share
LOOKED_THROUGH = 200
SEVERAL = 3


def named(lookup: Lookup, bound: Bound, words: str) -> Any:
    """The one row that the words name, None where there is none. Raises BadInput where there are several."""
    rows = lookup.rows(bound)
    if lookup.find is not None:
        found = list(lookup.find(rows, words)[: SEVERAL + 1])
    else:
        found = next((some for field in lookup.by if (some := list(rows.filter(**{f"{field}__iexact": words})[: SEVERAL + 1]))), [])
    if len(found) > 1:
        names = ", ".join(map(str, found[:SEVERAL])) + (", …" if len(found) > SEVERAL else "")
        raise BadInput({"": _t("Several are called “%(words)s”: %(names)s.") % {"words": words[:80], "names": names}})
    return found[0] if found else None


def offered(lookup: Lookup, bound: Bound, words: str, most: int) -> list[str]:
    """What a cell may name: first what begins with the words, then what holds them."""
    rows = lookup.rows(bound)
    if lookup.find is not None and lookup.shown is None:  # their words are put together row by row
        return _of_words([str(each) for each in rows], words.casefold())[:most]
    begins = Case(When(shown__istartswith=words, then=Value(0)), default=Value(1))
    found = rows.annotate(shown=lookup.shown or F(lookup.by[0])).filter(shown__icontains=words)
    return [str(each) for each in found.order_by(begins, "shown")[:most]]


def nearest(lookup: Lookup, bound: Bound, words: str, most: int) -> list[str]:
    """What may have been meant by words that name nothing: what holds them, else what begins as they do and is written nearly so."""
    if found := offered(lookup, bound, words, most):
        return found
    alike = {each.casefold(): each for each in offered(lookup, bound, words[:BEGINNING], LOOKED_THROUGH)}
    return [alike[each] for each in get_close_matches(words.casefold(), alike, n=most)]


def _of_words(every: list[str], words: str) -> list[str]:
    starting = [each for each in every if each.casefold().startswith(words)]
    return starting + [each for each in every if words in each.casefold() and each not in starting]
