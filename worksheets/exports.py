"""Lists as files: each list of the product declares what its file holds, and answers as XLSX and CSV with the filters of its page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import Http404

if TYPE_CHECKING:
    from accounts.requests import SignedInRequest

CHUNK = 1000  # rows of a list that are in memory at once
Value = Callable[[Any], Any]


@dataclass(frozen=True)
class Table:
    """name: of the file. rows: read while they are sent, so that a file of any length takes the same memory."""

    name: str
    head: Sequence[str]
    rows: Iterable[Sequence[Any]]


@dataclass(frozen=True)
class Export:
    """make(request, code) builds the table of what this person sees on the page of the list, or refuses as the page does.

    of_project: `code` names the project.
    """

    key: str
    make: Callable[[SignedInRequest, str], Table]
    of_project: bool = False


_exports: dict[str, Export] = {}


def register_export(*exports: Export) -> None:
    for each in exports:
        if _exports.setdefault(each.key, each) != each:
            raise ValueError(f"Two exports are called {each.key!r}.")


def export_of(key: str, *, of_project: bool) -> Export:
    found = _exports.get(key)
    if found is None or found.of_project != of_project:
        raise Http404
    return found


def all_exports() -> tuple[Export, ...]:
    return tuple(_exports.values())


def table_of(name: str, columns: Sequence[tuple[Any, Value]], rows: Iterable[Any]) -> Table:
    """columns: heading and what stands below it, given the row. A query is read a chunk at a time."""
    read = in_chunks(rows) if isinstance(rows, QuerySet) else rows
    return Table(name, [str(heading) for heading, _value in columns], ([value(row) for _heading, value in columns] for row in read))


def in_chunks(rows: QuerySet[Any], *names: str) -> Iterator[Any]:
    """The rows in their order, or of each the values of these names; of all rows only the keys are in memory at once.

    A cursor of the server would not do: behind PgBouncer there is none, and without one the driver fetches everything with the first row.
    What is deleted while the file is written is left out.
    """
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        some = keys[start : start + CHUNK]
        chunk = rows.order_by().filter(pk__in=some)
        found = {key: values for key, *values in chunk.values_list("pk", *names)} if names else {row.pk: row for row in chunk}
        yield from (found[key] for key in some if key in found)


def of(path: str, *, empty: Any = None) -> Value:
    """The value at the end of `client.name`; nothing where one of the links is missing; a choice in its words."""
    *links, last = path.split(".")

    def read(row: Any) -> Any:
        for link in links:
            row = getattr(row, link, None)
        if row is None:
            return empty
        display = getattr(row, f"get_{last}_display", None)
        value = display() if display else getattr(row, last, None)
        return empty if value is None else value

    return read
