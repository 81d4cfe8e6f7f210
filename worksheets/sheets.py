"""A worksheet is one declaration over a model; everything that people do with the table follows from it.

    register_sheet(
        Worksheet(
            key="supplier-prices",                  # in addresses: /worksheets/supplier-prices:12/
            title=_("Prices"),                      # also the name of the sheet in a spreadsheet
            noun=_("price"),                        # one row of it: "Add a price"
            model=SupplierQuote,
            parent="supplier",                      # the foreign key; its row is found through `visible_to`, by `parent_key`
            columns=(
                SheetColumn("material", lookup=MATERIALS, frozen=True),
                SheetColumn("price_per_kg", regulated=True),
                SheetColumn("quantity_from_kg", unit="kg", total=True),
                SheetColumn("pack_price", heading=_("Price of a pack"), compute=lambda row: row.price_per_kg * row.pack_kg),
            ),
            permission="catalogue.manage_quotes",   # a name of `rules`, asked with the parent (None without one)
            who=_("Prices are kept by material control."),
            service=PriceRows,                      # a subclass of `Rows` where the model's own checks are not enough
        )
    )

in `AppConfig.ready`. From this come: the grid and, without JavaScript, the table with a form for a row, at `/worksheets/<key>/` or on a
page of yours, with `sheet = Shown(bind_to(SUPPLIER_PRICES, supplier, request.user), request)` in the context of the view,
`{% include "worksheets/_sheet.html" with sheet=sheet only %}` in its template and `worksheets/_scripts.html` in its head; the files as
XLSX and CSV; the import with template and preview; `/api/v1/worksheets/<key>/rows/` and `/batch/`; the table of a document
(`worksheets.printing.printed_table`).

What else stands on the page and follows from the rows is told of each save by the event `worksheet:saved` of the sheet's section, which
bubbles.

Everything is written through one door, `worksheets.changing.change_rows`: it asks the permission and the `blockers`, holds the parent and
the rows, reads every cell by the field of its column, compares with what the writer saw, asks for the reason of a regulated change, hands
each row to the service, and records it: the request as one event of the parent, or row by row where there is none. Your part is what is
true of a row: `Rows.clean`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet
from django.db.models.expressions import Combinable
from django.utils import translation
from django.utils.text import capfirst

from accounts.numbers import PercentField
from audit.refusals import Blocker, Missing, Words
from worksheets.columns import Column, plain
from worksheets.reading_cells import field_of, told
from worksheets.rows import Rows

if TYPE_CHECKING:
    from accounts.models import User
    from worksheets.bound import Bound

Row = Any


@dataclass(frozen=True)
class Lookup:
    """A cell that names a row of another table.

    rows(bound): what can be named. by: the fields one of which the typed words must equal, capitals aside; a cell shows str(row), so that
    must be found too: where it is no field, `find(rows, words)` narrows them down instead, and `shown` is the expression of what the cell
    shows, so that the database finds what is offered while somebody types. create(words, actor): enters what is not there yet, asked for
    by the writer at the cell; it refuses by itself whoever may not. new: the words of that offer.
    """

    rows: Callable[[Bound], QuerySet[Any]]
    by: tuple[str, ...] = ("name",)
    find: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    shown: Combinable | None = None
    create: Callable[[str, User], Row] | None = None
    new: Words = ""


@dataclass(frozen=True)
class SheetColumn:
    """name: the model's field, which people type; with `compute(row)` it is derived from the row, and nobody types it. A property of the
    model that can be set is typed too: such a column names its heading and `field`, and the service reads what was set.

    heading, note, whether it is needed, its limits and choices are those of the model's field, unless said otherwise here. unit: of a
    number; it may be typed behind it, and is shown in the heading. money: in the sheet's `currency`, which the heading shows.
    field(): reads the cell where the model's field does not say how.
    regulated: to change or remove a value that is there needs a reason. fixed: typed when the row is added, and never changed.
    unsaid(row): nothing stands there, whatever the model keeps (the price of what is excluded).
    kept_in: the mapping of the row in which the value stands, by the column's name, as in a matrix.
    total: its sum stands below it; with whole, only where no row lacks its part (of a derived column, where none derives None). grouped:
    a number's thousands are set apart, which those of a year are not. frozen: stays in sight while the others scroll; only the first
    columns can be. width: in letters. wraps: all its words are in sight, in as many lines as they need. link(row): where the value leads.
    derived: computed by the sheet's `together`. A column that nobody types names its own heading, and its kind ("number", "day") where it
    is no text.
    """

    name: str
    heading: Words = ""
    unit: str = ""
    money: bool = False
    note: Words = ""
    example: Words = ""
    compute: Callable[[Row], Any] | None = None
    field: Callable[[], forms.Field] | None = None
    choices: Sequence[tuple[Any, Any]] = ()
    lookup: Lookup | None = None
    regulated: bool = False
    fixed: bool = False
    total: bool = False
    whole: bool = False
    grouped: bool = True
    frozen: bool = False
    width: int = 0
    wraps: bool = False
    link: Callable[[Row], str] | None = None
    derived: bool = False
    kind: str = ""
    unsaid: Callable[[Row], bool] | None = None
    kept_in: str = ""

    def of(self, row: Row) -> Any:
        """What stands there."""
        if self.unsaid is not None and self.unsaid(row):
            return None
        return getattr(row, self.kept_in).get(self.name, "") if self.kept_in else getattr(row, self.name)

    @property
    def reads(self) -> Callable[[Row], Any]:
        """How its cell comes from the row; of what rests on other rows nothing does."""
        if self.compute is not None:
            return self.compute
        if self.derived:
            return _nothing
        return self.of if self.unsaid is not None or self.kept_in else attrgetter(self.name)

    def put(self, row: Row, value: Any) -> None:
        if self.kept_in:
            getattr(row, self.kept_in)[self.name] = value
        else:
            setattr(row, self.name, value)

    @property
    def is_typed(self) -> bool:
        return self.compute is None and not self.derived

    @cached_property
    def percentage(self) -> PercentField | None:
        """Its field, where that asks about a bare 0.2."""
        field = self.field() if self.field is not None else None
        return field if isinstance(field, PercentField) else None

    def told(self, value: Any) -> Any:
        """As JSON tells it, and as it can be sent again."""
        return self.percentage.told(value) if self.percentage is not None and isinstance(value, Decimal) else told(value)


def _none(_thing: Any) -> Any:
    return ()


def _nothing(_row: Row) -> None:
    return None


def _same(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows


@dataclass(frozen=True)
class Worksheet:
    """rows(query): select_related and annotations that `compute` reads, and another order than the model's.
    beside: the links whose rows are read with each row, also when it is written.

    parent may lead over another table (step__version); the service then says in `new` what a row belongs to.
    order: the integer field that keeps the order of rows, where people move them; in the database it is not unique, or unique deferrable.
    first: the number of the first row.
    within: by what rows are listed before their order, which counts from one for each value of the last of them, a field of the model.
    readers: a name of `rules`, asked with the parent, where not everybody of ours who sees that reads its rows.
    blockers(parent): why nothing can be changed now (a frozen version, …); locked(row): the same for one row, "" where it can be.
    together(rows, parent): the values of `derived` columns, which rest on other rows too, as {primary key: {column: value}}.
    alone: they rest on their own row and the parent, and are asked for together to read once what all need.
    found_by: a fixed column, of a table whose rows stand there already and neither come nor go; a file changes those that it names, by
    this column and the other fixed ones that it has.
    found(parent): all rows, where they are computed and no table of the database holds them; each has a whole number as `pk`, the same
    each time. Such a sheet has `found_by`, its model only describes the columns, and its service keeps what is typed.
    hold(parent): locks what rows are written to beside the parent, before it, where several parents share that.
    ask(parent, said): what the address of the page said that derived columns rest on (a quantity that prices hold for), kept on the parent.
    totals(rows, parent): {column: value} in place of the sums. gathered(query): fewer rows that have the same totals, so that nobody reads
    all rows for those. page(parent): the page on which the sheet stands, where it is not the one of its own. hint: what stands above the
    table. group: sheets without a parent that lead to one another at the top of their pages.
    currency(parent): of the columns of money, "" while none is chosen.
    of_clients, unread: as of the kind of an import (`worksheets.kinds`).
    """

    key: str
    title: Words
    noun: Words
    model: type[Model]
    columns: tuple[SheetColumn, ...]
    permission: str
    who: Words
    readers: str = ""
    parent: str = ""
    parent_key: str = "pk"
    service: type[Rows] = Rows
    rows: Callable[[QuerySet[Any]], QuerySet[Any]] = _same
    beside: tuple[str, ...] = ()
    order: str = ""
    first: int = 1
    within: tuple[str, ...] = ()
    blockers: Callable[[Any], Sequence[Blocker]] = _none
    locked: Callable[[Row], Words] | None = None
    together: Callable[[Sequence[Row], Any], Mapping[Any, Mapping[str, Any]]] | None = None
    alone: bool = False
    ask: Callable[[Any, Mapping[str, str]], None] | None = None
    totals: Callable[[Sequence[Row], Any], Mapping[str, Any]] | None = None
    gathered: Callable[[QuerySet[Any]], Sequence[Row]] | None = None
    page: Callable[[Any], str] | None = None
    hint: Words = ""
    group: str = ""
    found_by: str = ""
    found: Callable[[Any], Sequence[Row]] | None = None
    hold: Callable[[Any], None] | None = None
    currency: Callable[[Any], str] | None = None
    of_clients: bool = False
    unread: tuple[Words, ...] = ()
    _by_name: dict[str, SheetColumn] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        self._by_name.update({column.name: column for column in self.columns})

    def column(self, name: str) -> SheetColumn:
        """Raises KeyError."""
        return self._by_name[name]

    @cached_property
    def cells(self) -> tuple[tuple[str, Callable[[Row], Any], Callable[[Any], Any]], ...]:
        """Of each column its name, how its value comes from a row, and how JSON tells it: found once, not for each cell of a long table."""
        return tuple((column.name, column.reads, column.told if column.percentage is not None else told) for column in self.columns)

    @property
    def typed(self) -> tuple[SheetColumn, ...]:
        return tuple(column for column in self.columns if column.is_typed)

    @property
    def grows(self) -> bool:
        """Whether rows come and go; else they are only changed."""
        return not self.found_by

    @property
    def asks_reason(self) -> bool:
        return any(column.regulated for column in self.columns)

    @property
    def parent_model(self) -> Any:
        model: Any = self.model
        for name in self.parent.split("__"):
            model = model._meta.get_field(name).related_model
        return model

    def source(self, column: SheetColumn) -> Any:
        """The model's field behind the column; None for what is computed, or typed into a property."""
        try:
            return self.model._meta.get_field(column.name)
        except FieldDoesNotExist:
            return None

    def told(self, row: Row, names: Iterable[str]) -> dict[str, Any]:
        """What its cells tell in the columns that people type."""
        return {name: (column := self.column(name)).told(column.of(row)) for name in names}

    def told_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What was read already, for the door that reads it once more."""
        return {name: self.column(name).told(value) for name, value in values.items()}

    def heading(self, column: SheetColumn, currency: str = "") -> str:
        """With its unit. currency: that of the table, where it is known which one is meant."""
        words = str(column.heading or capfirst(str(self.model._meta.get_field(column.name).verbose_name)))  # type: ignore[union-attr]
        unit = column.unit or (currency if column.money else "")
        return words if not unit or plain(f"({unit})") in plain(words) else f"{words} ({unit})"

    def headings(self, column: SheetColumn, currency: str = "") -> tuple[str, ...]:
        """In every language of the product."""
        found = []
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                found.append(self.heading(column, currency))
        return tuple(found)

    def note(self, column: SheetColumn) -> Words:
        """What it means, in our words or the model's."""
        return column.note or (getattr(self.source(column), "help_text", "") if column.is_typed else "")

    def reader(self, column: SheetColumn) -> forms.Field:
        """The field that reads a cell of the column; of a lookup the words alone."""
        return field_of(self.source(column), column)

    def currency_of(self, parent: Any) -> str:
        return self.currency(parent) if self.currency is not None and parent is not None else ""

    def template(self, parent: Any = None) -> tuple[Column, ...]:
        """The columns of the import: those that people type. A heading with another currency than the parent's is none of them."""
        currency = self.currency_of(parent)
        return tuple(self._column(each, currency) for each in self.typed)

    def unread_headings(self, parent: Any = None) -> tuple[str, ...]:
        """What nobody types, in the file of a table whose rows are only changed: it comes in again as it was taken."""
        if self.grows:
            return ()
        currency = self.currency_of(parent)
        typed = {plain(each) for column in self.template(parent) for each in column.names()}
        computed = (column for column in self.columns if not column.is_typed)
        headings = (each for column in computed for each in (*self.headings(column), *self.headings(column, currency)))
        return tuple(dict.fromkeys(each for each in headings if plain(each) not in typed))

    def _column(self, column: SheetColumn, currency: str) -> Column:
        also = {*self.headings(column), *self.headings(column, currency)}
        words = self.heading(column, currency)
        return Column(column.name, words, self._reader_of_file(column), self.note(column), column.example, tuple(sorted(also)))

    def _reader_of_file(self, column: SheetColumn) -> forms.Field:
        """Of a row that is there a fixed column only helps to find it."""
        field = self.reader(column)
        field.required = field.required and (self.grows or not column.fixed or column.name == self.found_by)
        return field


_sheets: dict[str, Worksheet] = {}


def register_sheet(*sheets: Worksheet) -> None:
    for each in sheets:
        if _sheets.setdefault(each.key, each) is not each:
            raise ValueError(f"Two worksheets are called {each.key!r}.")
        for also in _also:
            also(each)


def sheet_of(key: str) -> Worksheet:
    if key not in _sheets:
        raise Missing
    return _sheets[key]


def all_sheets() -> tuple[Worksheet, ...]:
    return tuple(_sheets.values())


_also: list[Callable[[Worksheet], None]] = []


def on_register(act: Callable[[Worksheet], None]) -> None:
    """What else follows from every declaration (its import, its files)."""
    _also.append(act)
