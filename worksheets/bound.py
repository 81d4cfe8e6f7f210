"""A worksheet as one reader has it: its parent found, its rows read, and why it may not be changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet, Sum
from django.urls import reverse

from accounts.api_rows import newest
from accounts.permissions import allowed
from audit.refusals import Blocker, Missing
from worksheets.reading_cells import kind_of, told
from worksheets.sheets import SheetColumn, Worksheet, sheet_of

if TYPE_CHECKING:
    from accounts.models import User

Values = dict[str, Any]
Derived = Mapping[Any, Mapping[str, Any]]
BIGGEST = 2**63 - 1  # a key
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Bound:
    """address: as in "materials", or "supplier-prices:12" where the sheet has a parent. asked: what the sheet's `ask` is told."""

    sheet: Worksheet
    parent: Any
    user: User
    asked: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def address(self) -> str:
        return f"{self.sheet.key}:{getattr(self.parent, self.sheet.parent_key)}" if self.sheet.parent else self.sheet.key

    @property
    def scope(self) -> str:
        return self.address.partition(":")[2]

    @property
    def own_page(self) -> str:
        return reverse("worksheet", args=[self.address])

    @property
    def page(self) -> str:
        """Where people find it."""
        return self.sheet.page(self.parent) if self.sheet.page else self.own_page

    @property
    def is_readable(self) -> bool:
        return not self.sheet.readers or allowed(self.sheet.readers, self.user, self.parent)

    @property
    def currency(self) -> str:
        return self.sheet.currency_of(self.parent)

    @cached_property
    def blockers(self) -> list[Blocker]:
        """Why this person cannot change anything here now; the page says the same."""
        if not allowed(self.sheet.permission, self.user, self.parent):
            return [Blocker("permission", self.sheet.who)]
        return list(self.sheet.blockers(self.parent))

    def base(self) -> QuerySet[Any]:
        """The rows that this person sees, with the rows that their cells name. What they belong to is the parent itself, no copy."""
        manager: Any = self._rows_of_parent()
        rows = manager.visible_to(self.user) if hasattr(manager, "visible_to") else manager.all()
        links = [*(column.name for column in self.sheet.columns if column.lookup is not None), *self.sheet.beside]
        rows = rows.select_related(*links) if links else rows
        order = [*self.sheet.within, self.sheet.order, "pk"] if self.sheet.order else list(self.sheet.model._meta.ordering or ["pk"])
        return rows.order_by(*order)  # said aloud, for annotations that group would forget the model's own

    def _rows_of_parent(self) -> Any:
        """The manager that the parent has for them, where one leads to this model; else, as over another table, they are found by its
        name.
        """
        manager: Any = self.sheet.model._default_manager
        if not self.sheet.parent:
            return manager
        link: Any = None if "__" in self.sheet.parent else self.sheet.model._meta.get_field(self.sheet.parent)
        if link is None or link.remote_field.hidden or link.model is not self.sheet.model:
            return manager.get_queryset().filter(**{self.sheet.parent: self.parent}).select_related(self.sheet.parent)
        return getattr(self.parent, link.remote_field.get_accessor_name())

    def query(self) -> QuerySet[Any]:
        """The same with everything that computed columns read."""
        return self.sheet.rows(self.base())

    def rows(self, keys: Iterable[Any] | None = None) -> list[Any]:
        """All of them, or those with these keys, as the page shows them."""
        wanted = None if keys is None else set(keys)
        if self.sheet.found is None:
            return list(self.query() if wanted is None else self.query().filter(pk__in=wanted))
        return [row for row in self.sheet.found(self.parent) if wanted is None or row.pk in wanted]

    def row(self, key: int) -> Any:
        """Raises Missing where there is none that this person sees."""
        found = self.rows([key]) if key <= BIGGEST else []
        if not found:
            raise Missing
        return found[0]

    def keys(self) -> list[Any]:
        return list(self.query().values_list("pk", flat=True)) if self.sheet.found is None else [row.pk for row in self.rows()]

    def held_rows(self, keys: Collection[Any]) -> list[Any]:
        """To be written, under their lock; what is computed is held with the parent (`hold`)."""
        if self.sheet.found is not None or not keys:
            return self.rows(keys)
        rows = self.base().filter(pk__in=[key for key in keys if key <= BIGGEST]).order_by("pk")
        return list(rows.select_for_update(of=("self",)))

    def newest(self, before: int | None, most: int) -> list[Any]:
        """At most so many by their keys, the greatest first, from behind this one on: what was entered last, where rows are kept."""
        if self.sheet.found is None:
            return list(newest(self.query(), before, most))
        rows = sorted(self.rows(), key=lambda row: -row.pk)
        return [row for row in rows if before is None or row.pk < before][:most]

    def locked(self, row: Model) -> str:
        return str(self.sheet.locked(row)) if self.sheet.locked else ""

    def value(self, row: Model, column: SheetColumn) -> Any:
        return column.reads(row)

    def values(self, row: Model, names: Iterable[str] | None = None) -> Values:
        """What the cells tell, as JSON."""
        return {name: tell(read(row)) for name, read, tell in self.sheet.cells if names is None or name in names}

    def derived(self, rows: Sequence[Any]) -> Derived:
        """What rests on several rows, by the key of each."""
        if self.sheet.ask is not None and self.asked:
            self.sheet.ask(self.parent, self.asked)
        return self.sheet.together(rows, self.parent) if self.sheet.together else {}

    def table(self, rows: Sequence[Any]) -> list[Values]:
        """Every row as the grid has it: id, values, and where cells lead; `locked` says why a row cannot be changed."""
        return self._table(rows, self.derived(rows))

    def whole(self, rows: Sequence[Any]) -> tuple[list[Values], Values]:
        """The table and its totals; what rests on several rows is computed once for both."""
        derived = self.derived(rows)
        return self._table(rows, derived), self._totals(rows, derived)

    def told(self, rows: Sequence[Any]) -> list[Values]:
        """The same of some of the rows, in their order; what rests on the others is computed with all of them."""
        return self.part(rows)[0] if self._rests_on_others else self.table(rows)

    def part(self, rows: Sequence[Any], of: Sequence[Any] | None = None) -> tuple[list[Values], Values]:
        """Some of the rows, with the totals of all. of: all of them, where they are read already."""
        if not self.needs_all_rows:
            return self.table(rows), self.totals()
        every = self.rows() if of is None else of
        if self._rests_on_others:
            table, totals = self.whole(every)
            found = {each["id"]: each for each in table}
            return [found[row.pk] for row in rows], totals
        derived = self.derived(rows if self.sheet.totals else every)
        return self._table(rows, derived), self._totals(every, derived)

    def _table(self, rows: Sequence[Any], derived: Derived) -> list[Values]:
        return [self._row(row, derived.get(row.pk, {})) for row in rows]

    def _row(self, row: Model, derived: Mapping[str, Any]) -> Values:
        values = self.values(row) | {name: told(value) for name, value in derived.items()}
        told_row: Values = {"id": row.pk, "values": values}
        if links := {column.name: column.link(row) for column in self.sheet.columns if column.link is not None}:
            told_row["links"] = links
        if why := self.locked(row):
            told_row["locked"] = why
        return told_row

    def after(self, keys: Iterable[Any]) -> tuple[list[Values], Values]:
        """Of the rows that were written their values now, of all others what follows from them; and the totals."""
        if not self.needs_all_rows:
            return self.table(self.rows(keys)), self.totals()
        wanted, rows = set(keys), self.rows()
        return self.whole(rows) if self._rests_on_others else self.part([row for row in rows if row.pk in wanted], rows)

    @property
    def needs_all_rows(self) -> bool:
        """Whether a row or a total rests on the others."""
        return self._rests_on_others or self._totals_need_rows

    @property
    def _rests_on_others(self) -> bool:
        return self.sheet.together is not None and not self.sheet.alone

    @property
    def _totals_need_rows(self) -> bool:
        sheet = self.sheet
        return sheet.gathered is None and (
            sheet.totals is not None or any(column.total and not column.is_typed for column in sheet.columns)
        )

    def totals(self) -> Values:
        """The sums, by the database where the columns are its own."""
        if self._totals_need_rows:
            return self.totals_of(self.rows())
        if self.sheet.gathered is not None:
            return self._totals(self.sheet.gathered(self.base()), {})
        names = [column.name for column in self.sheet.columns if column.total]
        if not names:
            return {}
        sums = self.query().order_by().aggregate(**{f"sum_{name}": Sum(name) for name in names})
        return {name: told(sums[f"sum_{name}"]) for name in names}

    def totals_of(self, rows: Sequence[Any]) -> Values:
        return self._totals(rows, {} if self.sheet.totals else self.derived(rows))

    def _totals(self, rows: Sequence[Any], derived: Derived) -> Values:
        if self.sheet.totals is not None:
            return {name: told(value) for name, value in self.sheet.totals(rows, self.parent).items()}
        summed = [column for column in self.sheet.columns if column.total]
        return {column.name: told(_sum(self, rows, column, derived)) for column in summed}

    def columns(self) -> list[Values]:
        """The columns as grid and API describe them."""
        return [_described(self, column) for column in self.sheet.columns]


def _sum(bound: Bound, rows: Sequence[Any], column: SheetColumn, derived: Derived) -> Any:
    if column.derived:
        values = [derived[row.pk][column.name] for row in rows if column.name in derived.get(row.pk, {})]
    else:
        values = [bound.value(row, column) for row in rows]
    given = [value for value in values if value is not None]
    return sum(given) if given and not (column.whole and None in values) else None


def _described(bound: Bound, column: SheetColumn) -> Values:
    sheet = bound.sheet
    source = sheet.source(column)
    reader = sheet.reader(column) if column.is_typed else None
    choices = [(key, str(label)) for key, label in (getattr(reader, "choices", None) or ()) if key not in ("", None)]
    kind = column.kind or kind_of(source, column)
    return {
        "name": column.name,
        "heading": sheet.heading(column, bound.currency),
        "kind": kind,
        "unit": column.unit,
        "needed": bool(reader is not None and reader.required),
        "typed": column.is_typed,
        "fixed": column.fixed,
        "regulated": column.regulated,
        "total": column.total,
        "grouped": column.grouped,
        "frozen": column.frozen,
        "width": column.width,
        "narrow": bool(column.kept_in),
        "wraps": column.wraps,
        "note": str(sheet.note(column)),
        "choices": [{"key": key, "label": label} for key, label in choices] if kind == "choice" else [],
        "creates": str(column.lookup.new) if column.lookup is not None and column.lookup.create is not None else "",
    }


def bind(address: str, user: User, asked: Mapping[str, str] = NOTHING) -> Bound:
    """The sheet at an address. Raises Missing for what this person does not read: no client reads any."""
    key, _colon, scope = address.partition(":")
    sheet = sheet_of(key)
    if not (user.is_active and user.is_internal) or bool(scope) != bool(sheet.parent):
        raise Missing
    found = Bound(sheet, _parent(sheet, scope, user) if sheet.parent else None, user, asked)
    if not found.is_readable:
        raise Missing
    return found


def bind_to(sheet: Worksheet, parent: Any, user: User, asked: Mapping[str, str] = NOTHING) -> Bound:
    """For a page that has found the parent itself, and asks where a sheet names its readers whether it `is_readable`."""
    return Bound(sheet, parent, user, asked)


def bind_for(request: Any, address: str, asked: Mapping[str, str] = NOTHING) -> Bound:
    """For a page that shows it; `sheet_of` says to what it belongs, for the record of who looked (desk/looking.py)."""
    bound = bind(address, request.user, asked)
    getattr(request, "_request", request).sheet_of = bound.parent
    return bound


def held(bound: Bound) -> Bound:
    """The same with its parent read anew, under the lock that whoever writes rows takes before theirs. Its key may be referred to."""
    if not bound.sheet.parent:
        return bound
    if bound.sheet.hold is not None:
        bound.sheet.hold(bound.parent)
    model: Any = type(bound.parent)
    return replace(bound, parent=model._default_manager.select_for_update(of=("self",), no_key=True).get(pk=bound.parent.pk))


def _parent(sheet: Worksheet, scope: str, user: User) -> Any:
    model: Any = sheet.parent_model
    try:
        return model._default_manager.visible_to(user).get(**{sheet.parent_key: scope})
    except (model.DoesNotExist, ValueError, ValidationError, OverflowError) as error:
        raise Missing from error
