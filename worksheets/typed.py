"""What was typed into the cells of a row, read by the fields of its columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from worksheets.columns import Cell, ChoiceField, Column, NotChosen
from worksheets.lookups import named, nearest

if TYPE_CHECKING:
    from worksheets.bound import Bound
    from worksheets.sheets import Lookup

Values = dict[str, Any]
SHOWN_NEAR = 3
ASKED_FOR_NEAR = 20  # rows of one request that are told what may have been meant


class Unread(BadInput):
    """400: cells that cannot be read. values: what the others of the row say."""

    def __init__(self, errors: dict[str, list[str]], values: Values) -> None:
        self.values = values
        super().__init__(errors)


class Typed:
    """The reader of one request: what a cell names is looked for once, and again only when a row was written that may be what is named.

    found: by column and words; None where nothing is called so. unknown: columns of the row read last whose words name nothing that is
    there; the writer may have it entered. offered: by column of that row, what may have been meant, to be taken in place of what was typed.
    """

    def __init__(self, bound: Bound) -> None:
        self.bound, self.sheet = bound, bound.sheet
        self.readers = {column.name: Column(column.name, "", self.sheet.reader(column)) for column in self.sheet.typed}
        self.found: dict[tuple[str, str], Any] = {}
        self.near: dict[tuple[str, str], list[str]] = {}
        self.entered: list[tuple[str, str]] = []
        self.unknown: list[str] = []
        self.offered: dict[str, list[str]] = {}

    def begin(self) -> None:
        """Another row: what the one before had entered stays found."""
        self.entered, self.unknown, self.offered = [], [], {}

    def written(self) -> None:
        """A row was written: it may be what the cells of another name."""
        if None in self.found.values():
            self._forget_misses({column.name for column in self.sheet.typed if column.lookup is not None and self._is_own(column.lookup)})

    def _is_own(self, lookup: Lookup) -> bool:
        return lookup.rows(self.bound).model is self.sheet.model

    def _forget_misses(self, names: Collection[str]) -> None:
        self.found = {key: row for key, row in self.found.items() if row is not None or key[0] not in names}

    def take_back(self) -> None:
        """The row was refused, so that what was entered for it is gone again."""
        for key in self.entered:
            del self.found[key]

    def read(self, typed: Mapping[str, Any], create: Collection[str]) -> Values:
        """Every cell by the field of its column. Raises Unread with every cell that cannot be read."""
        values: Values = {}
        errors: dict[str, list[str]] = {}
        for name, value in typed.items():
            if name not in self.readers:
                errors[name] = [_t("There is no such column, or nobody types it.")]
                continue
            try:
                values[name] = self._cell(name, value, create)
            except ValidationError as wrong:
                errors[name] = wrong.messages
                if isinstance(wrong, NotChosen) and isinstance(self.readers[name].field, ChoiceField):  # of several the others would go
                    self.offered[name] = wrong.near
            except BadInput as bad:
                errors[name] = [words for said in bad.errors.values() for words in said]
        if errors:
            raise Unread(errors, values)
        return values

    def words(self, name: str, value: Any) -> str:
        """What a cell tells, as people read it."""
        key = {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
        labels = dict(getattr(self.readers[name].field, "choices", ()))
        return str(labels.get(key, key)) if key not in (None, "") else _t("nothing")

    def _cell(self, name: str, typed: Any, create: Collection[str]) -> Any:
        column = self.sheet.column(name)
        source, value = self.sheet.source(column), self.readers[name].read(Cell("", typed))
        if source is None:
            return value
        if value in (None, "") and source.has_default():
            return source.get_default()
        if column.lookup is not None:
            return self._named(column.lookup, name, str(value or ""), create)
        return source.to_python(value) if value is not None else None

    def _named(self, lookup: Lookup, name: str, words: str, create: Collection[str]) -> Any:
        if not words:
            return None
        key = (name, words.casefold())
        if key not in self.found:
            self.found[key] = named(lookup, self.bound, words)
        if self.found[key] is None and lookup.create is not None:
            if name in create:
                self._forget_misses(self.readers)
                self.found[key] = lookup.create(words, self.bound.user)
                self.entered.append(key)
            else:
                self.unknown.append(name)
        if self.found[key] is None:
            raise ValidationError(self._unknown(lookup, key, words))
        return self.found[key]

    def _unknown(self, lookup: Lookup, key: tuple[str, str], words: str) -> str:
        """With what may have been meant; asked for the first of many rows alone."""
        if key not in self.near and len(self.near) < ASKED_FOR_NEAR:
            self.near[key] = nearest(lookup, self.bound, words, SHOWN_NEAR)
        if near := self.near.get(key):
            self.offered[key[0]] = near
            return _t("There is no “%(words)s”. Near it: %(names)s.") % {"words": words[:80], "names": ", ".join(near)}
        return _t("There is no “%(words)s”.") % {"words": words[:80]}


def alike(one: Any, other: Any) -> bool:
    """Nothing is nothing, and 1 is 1.0, however JSON tells it."""
    if one in (None, "") or other in (None, ""):
        return one in (None, "") and other in (None, "")
    return one == other or str(one) == str(other)
