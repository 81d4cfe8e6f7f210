"""What follows from every declaration besides the table itself: its files, and its import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from worksheets.bound import Bound, bind, bind_for
from worksheets.changing import ADD, CHANGE, Change, Writing
from worksheets.columns import plain
from worksheets.exports import Export, Table, register_export
from worksheets.kinds import Entered, ImportKind, Values, register_import
from worksheets.sheets import Worksheet, on_register

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.requests import SignedInRequest


def register() -> None:
    """Before the first sheet is."""
    on_register(_export)
    on_register(_import)


def address_of(sheet: Worksheet, scope: str) -> str:
    return f"{sheet.key}:{scope}" if scope else sheet.key


def _export(sheet: Worksheet) -> None:
    def make(request: SignedInRequest, _code: str) -> Table:
        return table_of_sheet(bind_for(request, address_of(sheet, request.GET.get("of", ""))))

    register_export(Export(sheet.key, make))


def table_of_sheet(bound: Bound) -> Table:
    """Numbers and days stay what they are; choices, yes or no and less than one percent are words, as the import reads them."""
    columns = bound.sheet.columns
    described = {column["name"]: column for column in bound.columns()}
    labels = {name: {each["key"]: each["label"] for each in column["choices"]} for name, column in described.items()}
    rows = bound.rows()
    together = bound.derived(rows)

    def cell(row: Any, name: str) -> Any:
        column = bound.sheet.column(name)
        value = together.get(row.pk, {}).get(name) if column.derived else bound.value(row, column)
        if isinstance(value, bool):
            return _t("yes") if value else _t("no")
        if isinstance(value, str):
            return labels[name].get(value, value)
        is_asked = column.percentage is not None and value is not None and column.percentage.is_asked(value)
        return value if _is_plain(value) and not is_asked else column.told(value)

    head = [described[column.name]["heading"] for column in columns]
    return Table(bound.sheet.key, head, [[cell(row, column.name) for column in columns] for row in rows])


def _is_plain(value: Any) -> bool:
    """What a spreadsheet knows itself."""
    return value is None or not hasattr(value, "pk")


class SheetWriter:
    """Enters the rows of a file through the door of the sheet, as one request; a row that is there already stays as it is, unless the
    sheet says by which column it is found: then what the file says of it is put in its place. Its other fixed columns, as far as the
    file has them, tell rows of one name apart.

    Raises Missing, NotAllowed, Refused.
    """

    def __init__(self, sheet: Worksheet, actor: User, scope: str, reason: str) -> None:
        bound = bind(address_of(sheet, scope), actor)
        self.writing = Writing(bound, reason, keys=() if sheet.grows else bound.keys())
        self.called: dict[str, list[Any]] = {}
        for row in () if sheet.grows else self.writing.rows.values():
            self.called.setdefault(plain(sheet.column(sheet.found_by).of(row)), []).append(row)

    def faults(self, values: Values) -> dict[str, list[str]]:
        return {}

    def doubts(self, values: Values) -> list[str]:
        return []

    def enter(self, values: Values) -> Entered:
        before = len(self.writing.happened)
        with self.writing.because():
            result = self.writing.one(self._change(self.writing.sheet.told_values(values)))
        if result.there is not None:
            return Entered(str(result.there)[:250], self._link(result.there), is_written=False)
        if not result.is_saved:
            raise BadInput(result.errors)
        row = self.writing.rows[result.pk]
        return Entered(str(row)[:250], self._link(row), is_written=len(self.writing.happened) > before)

    def _change(self, values: Values) -> Change:
        """Raises BadInput where no row, or more than one, is meant."""
        sheet = self.writing.sheet
        if sheet.grows:
            return Change(ADD, values=values)
        fixed = {name for name in values if sheet.column(name).fixed}
        pk = self._meant({name: values[name] for name in fixed})
        return Change(CHANGE, pk, {name: value for name, value in values.items() if name not in fixed})

    def _meant(self, fixed: Values) -> Any:
        """The key of the row that the fixed columns name together; an empty cell says nothing."""
        name = self.writing.sheet.found_by
        found, words = self.called.get(plain(fixed[name]), []), str(fixed[name])[:80]
        if not found:
            raise BadInput({name: _t("There is no “%(words)s”.") % {"words": words}})
        for other in fixed.keys() - {name}:
            found = self._with(other, fixed[other], found) if fixed[other] not in (None, "") else found
        if len(found) != 1:
            raise BadInput({name: _t("Several are called “%(words)s”.") % {"words": words}})
        return found[0].pk

    def _with(self, name: str, value: Any, rows: list[Any]) -> list[Any]:
        """Those that say this in the column."""
        there = [self.writing.sheet.told(row, [name])[name] for row in rows]
        found = [row for row, said in zip(rows, there, strict=True) if plain(said) == plain(value)]
        if not found:
            named = ", ".join(dict.fromkeys(f"“{self.writing.typed.words(name, said)}”" for said in there))
            raise BadInput({name: _t("The record says %(named)s here.") % {"named": named}})
        return found

    def done(self) -> None:
        with self.writing.because():
            self.writing.done()

    def _link(self, row: Any) -> str:
        return str(row.get_absolute_url()) if hasattr(row, "get_absolute_url") else self.writing.bound.page


def _import(sheet: Worksheet) -> None:
    def subject(user: User, scope: str) -> Any:
        return bind(address_of(sheet, scope), user).parent

    def scope_of(parent: Any) -> str:
        return str(getattr(parent, sheet.parent_key)) if sheet.parent else ""

    register_import(
        ImportKind(
            key=sheet.key,
            sheet=sheet.title,
            columns=sheet.template,
            writer=lambda user, parent, reason: SheetWriter(sheet, user, scope_of(parent), reason),
            permission=sheet.permission,
            who=sheet.who,
            back=lambda parent: sheet.page(parent) if sheet.page else reverse("worksheet", args=[address_of(sheet, scope_of(parent))]),
            subject=subject if sheet.parent else None,
            of_project=False,
            changes=not sheet.grows,
            stands_alone=not sheet.order,
            of_clients=sheet.of_clients,
            unread=sheet.unread,
            computed=sheet.unread_headings,
            finish=SheetWriter.done,
            of_subject=sheet.template if sheet.currency is not None else None,
        )
    )
