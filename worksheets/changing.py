"""The one door through which the rows of every worksheet are written: the grid, the form of a row, the API and the import use it.

A request holds any number of changes. Each row is judged by itself: what is right is saved, what is wrong is told at its cells and leaves
nothing behind, so that the writer mends it where it was typed; with `all_or_none` one wrong row takes all of them back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _t

from audit.context import because
from audit.events import record
from audit.refusals import BadInput, NotAllowed, Refused, missing_reason, require_none
from worksheets.bound import Bound, again, bind
from worksheets.columns import Cell, Column
from worksheets.ordering import Order
from worksheets.reading_cells import told
from worksheets.rows import AlreadyThere, Rows, words_of_constraint

if TYPE_CHECKING:
    from accounts.models import User
    from worksheets.sheets import Lookup, SheetColumn

MOST_CHANGES = 2000
ADD, CHANGE, MOVE, REMOVE = "add", "change", "move", "remove"
Values = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One row. values: by column, as typed. seen: by column, what the writer saw there before; without it nothing is compared.

    after: the row behind which it goes, 0 for the first place, None for where it is (a new one: the end). create: columns whose words
    may be entered anew in the table that they name.
    """

    act: str
    pk: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    seen: Mapping[str, Any] | None = None
    after: int | None = None
    create: frozenset[str] = frozenset()


@dataclass
class Result:
    """What became of one change: `pk` of the row where it was saved. errors: by column. links: where to find what is there already.

    now: by column, what somebody else has written meanwhile. unknown: columns whose words name nothing that is there. there: the row that
    is the same already.
    """

    act: str
    pk: int | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    now: Values = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    there: Any = None

    @property
    def is_saved(self) -> bool:
        return not self.errors


@dataclass
class Outcome:
    bound: Bound
    results: list[Result]

    @property
    def saved(self) -> list[Result]:
        return [each for each in self.results if each.is_saved]


class Overtaken(BadInput):
    """400: somebody else has changed a cell since the writer saw it. now: what it tells."""

    def __init__(self, now: Values, words: Mapping[str, str]) -> None:
        self.now = now
        said = _t("Somebody has changed this meanwhile. It now says: “%(value)s”. Save again to put yours in its place.")
        super().__init__({name: said % {"value": words[name]} for name in now})


class Unknown(ValidationError):
    """The words name nothing that is there; the writer may have it entered."""


class _Undone(Exception):
    """One wrong row takes all of them back."""


def change_rows(address: str, changes: Sequence[Change], *, actor: User, reason: str = "", all_or_none: bool = False) -> Outcome:
    """Write the changes that are right, in their order, and record them as one event.

    Raises Missing, NotAllowed, Refused (the sheet is closed), BadInput on `reason` where a regulated value changes without one, or, with
    `all_or_none`, by "<place of the change>.<column>".
    """
    if len(changes) > MOST_CHANGES:
        raise BadInput({"": _t("At most %(most)d rows at once.") % {"most": MOST_CHANGES}})
    bound = bind(address, actor)
    outcome = Outcome(bound, [])
    try:
        with transaction.atomic():
            outcome = _change(_held(bound), changes, reason.strip(), all_or_none=all_or_none)
    except _Undone as undone:
        raise BadInput(undone.args[0]) from undone
    return outcome


def _held(bound: Bound) -> Bound:
    """The parent under its lock, and everything that may stand against a change asked under it."""
    if bound.sheet.parent:
        model: Any = type(bound.parent)
        bound = again(bound, model._default_manager.select_for_update(of=("self",)).get(pk=bound.parent.pk))
    blockers = bound.blockers
    if blockers and blockers[0].key == "permission":
        raise NotAllowed(blockers[0].words)
    require_none(blockers)
    return bound


def _change(bound: Bound, changes: Sequence[Change], reason: str, *, all_or_none: bool) -> Outcome:
    writing = Writing(bound, changes, reason)
    if reason:
        with because(reason):
            results = writing.run()
    else:
        results = writing.run()
    if all_or_none and any(not each.is_saved for each in results):
        raise _Undone({f"{place}.{name}": words for place, each in enumerate(results) for name, words in each.errors.items()})
    return Outcome(bound, results)


class Writing:
    """One request: the rows it names, held; their service; what it did, for the event."""

    def __init__(self, bound: Bound, changes: Sequence[Change], reason: str) -> None:
        self.bound, self.sheet, self.changes, self.reason = bound, bound.sheet, changes, reason
        self.service: Rows = self.sheet.service(bound, actor=bound.user, reason=reason)
        keys = {each.pk for each in changes if each.pk is not None}
        rows = bound.base().filter(pk__in=keys).order_by("pk")
        self.rows = {row.pk: row for row in rows.select_for_update(of=("self",))} if keys else {}
        self.order = Order(bound) if self.sheet.order else None
        self.happened: list[Values] = []
        self.readers = {column.name: Column(column.name, "", self.sheet.reader(column)) for column in self.sheet.typed}
        self.found: dict[tuple[str, str], Any] = {}

    def run(self) -> list[Result]:
        self._require_reason()
        results = [self._one(each) for each in self.changes]
        if self.order:
            self.order.save()
        if self.happened:
            self.service.done()
            self._record()
        return results

    def _require_reason(self) -> None:
        if self.reason or not self.sheet.asks_reason:
            return
        regulated = {column.name for column in self.sheet.columns if column.regulated}
        for each in self.changes:
            row = self.rows.get(each.pk)
            touched = regulated if each.act == REMOVE else regulated & set(each.values)
            if row is not None and any(self._differs(row, each, name) for name in touched):
                raise BadInput(missing_reason(""))

    def _differs(self, row: Any, change: Change, name: str) -> bool:
        """Whether a value that is there would become another one."""
        is_now = told(getattr(row, name))
        return is_now not in (None, "") and (change.act == REMOVE or not _alike(is_now, change.values[name]))

    def _one(self, change: Change) -> Result:
        result = Result(change.act, change.pk)
        acts: dict[str, Callable[[Change, Result], None]] = {ADD: self._add, CHANGE: self._alter, MOVE: self._move, REMOVE: self._remove}
        try:
            with transaction.atomic():
                acts[change.act](change, result)
        except BadInput as bad:
            result.errors = bad.errors
            if isinstance(bad, Overtaken):
                result.now = bad.now
            if isinstance(bad, AlreadyThere):
                result.there, result.links = bad.row, dict.fromkeys(bad.errors, bad.link) if bad.link else {}
        except (Refused, NotAllowed) as refusal:
            result.errors = {"": [str(refusal)]}
        except ProtectedError as error:
            used = ", ".join(sorted({str(each._meta.verbose_name_plural) for each in error.protected_objects}))
            result.errors = {"": [_t("It is used elsewhere (%(where)s), so it stays.") % {"where": used}]}
        except IntegrityError as error:
            name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
            result.errors = {"": [words_of_constraint(self.service.new(), name)]}
        if result.errors and change.act == ADD:
            result.pk = None
        return result

    def _add(self, change: Change, result: Result) -> None:
        row = self.service.new()
        values = self._read({name: change.values.get(name) for name in self.readers}, change, result)
        _set(row, values)
        if self.order:
            setattr(row, self.sheet.order, self.order.next_number)
        self.service.judge(row, set(values))
        row = self.service.add(row)
        result.pk = row.pk
        self.rows[row.pk] = row
        if self.order:
            self.order.put(row.pk, change.after)
        self._note(ADD, row, after={name: told(value) for name, value in values.items() if value not in (None, "")})

    def _alter(self, change: Change, result: Result) -> None:
        row = self._row(change)
        self._require_unchanged(row, change)
        values = self._read(change.values, change, result)
        before = {name: told(getattr(row, name)) for name in values}
        changed = {name for name, value in values.items() if not _alike(before[name], told(value))}
        if fixed := [name for name in changed if self.sheet.column(name).fixed]:
            raise BadInput({name: _t("This stays as it was entered.") for name in fixed})
        if not changed:
            return
        others = {column.name: told(getattr(row, column.name)) for column in self.sheet.typed}
        _set(row, {name: values[name] for name in changed})
        try:
            self.service.judge(row, changed)
            row = self.service.change(row, changed)
        except Exception:
            self.rows.pop(row.pk)  # what the refused change left on it must not be saved by the next one
            raise
        after = {column.name: told(getattr(row, column.name)) for column in self.sheet.typed}
        differ = [name for name in others if others[name] != after[name]]
        self._note(CHANGE, row, before={name: others[name] for name in differ}, after={name: after[name] for name in differ})

    def _move(self, change: Change, _result: Result) -> None:
        row = self._row(change)
        if self.order is None or change.after is None:
            raise BadInput({"": _t("The rows of this table have no order of their own.")})
        before = list(self.order.keys)
        self.order.put(row.pk, change.after)
        if self.order.keys != before:
            self._note(MOVE, row)

    def _remove(self, change: Change, _result: Result) -> None:
        row = self._row(change)
        self._require_unchanged(row, change)
        before = {column.name: told(getattr(row, column.name)) for column in self.sheet.typed}
        label, key = str(row), row.pk
        self.service.remove(row)
        del self.rows[key]
        if self.order:
            self.order.drop(key)
        self._note(REMOVE, row, key=key, label=label, before={name: value for name, value in before.items() if value not in (None, "")})

    def _row(self, change: Change) -> Any:
        row = self.rows.get(change.pk)
        if row is None and change.pk is not None:  # refused a moment ago in this request, or gone
            row = self.bound.base().filter(pk=change.pk).first()
        if row is None:
            raise BadInput({"": _t("Somebody has taken this row away meanwhile.")})
        if why := self.bound.locked(row):
            raise BadInput({"": why})
        return row

    def _require_unchanged(self, row: Any, change: Change) -> None:
        if change.seen is None:
            return
        typed = {column.name: column for column in self.sheet.typed}
        is_now = {name: told(getattr(row, name)) for name in change.seen if name in typed}
        other = {
            name: value
            for name, value in is_now.items()
            if not _alike(value, change.seen[name]) and (change.act == REMOVE or not _alike(value, change.values.get(name)))
        }
        if other:
            raise Overtaken(other, {name: self._words(row, typed[name]) for name in other})

    def _words(self, row: Any, column: SheetColumn) -> str:
        value = told(getattr(row, column.name))
        labels = dict(getattr(self.readers[column.name].field, "choices", ()))
        return str(labels.get(value, value)) if value not in (None, "") else _t("nothing")

    def _read(self, typed: Mapping[str, Any], change: Change, result: Result) -> Values:
        """Every cell by the field of its column. Raises BadInput with every cell that cannot be read."""
        values: Values = {}
        errors: dict[str, list[str]] = {}
        for name, value in typed.items():
            if name not in self.readers:
                errors[name] = [_t("There is no such column, or nobody types it.")]
                continue
            try:
                values[name] = self._cell(name, value, change, result)
            except ValidationError as wrong:
                errors[name] = wrong.messages
            except BadInput as bad:
                errors[name] = [words for said in bad.errors.values() for words in said]
        if errors:
            raise BadInput(errors)
        return values

    def _cell(self, name: str, typed: Any, change: Change, result: Result) -> Any:
        column = self.sheet.column(name)
        source, value = self.sheet.source(column), self.readers[name].read(Cell("", typed))
        if source is None:
            return value
        if value in (None, "") and source.has_default():
            return source.get_default()
        if column.lookup is not None:
            return self._named(column.lookup, name, str(value or ""), change, result)
        return source.to_python(value) if value is not None else None

    def _named(self, lookup: Lookup, name: str, words: str, change: Change, result: Result) -> Any:
        """The row that the words name, looked for once in a request."""
        if not words:
            return None
        key = (name, words.casefold())
        if key not in self.found:
            self.found[key] = named(lookup, self.bound, words)
        if self.found[key] is None and lookup.create is not None:
            if name in change.create:
                self.found[key] = lookup.create(words, self.bound.user)
            else:
                result.unknown.append(name)
        if self.found[key] is None:
            raise Unknown(_t("There is no “%(words)s”.") % {"words": words[:80]})
        return self.found[key]

    def _note(self, act: str, row: Any, *, key: Any = None, label: str = "", **said: Any) -> None:
        self.happened.append({"act": act, "id": key or row.pk, "row": label or str(row)[:250], **said})

    def _record(self) -> None:
        """One event for the request; of a single row its own, with before and after."""
        first = self.happened[0]
        facts = {"sheet": str(self.sheet.title), "key": self.sheet.key, "link": self.bound.page}
        about = self.bound.parent
        if len(self.happened) == 1:
            row = self.rows.get(first["id"])
            names = sorted({*first.get("before", {}), *first.get("after", {})})
            fields = ", ".join(self.sheet.heading(self.sheet.column(name)) for name in names)
            said = {"before": first.get("before"), "after": first.get("after")}
            kind = KINDS[first["act"]]
            record(
                kind,
                about or row,
                actor=self.bound.user,
                reason=self.reason,
                row=first["row"],
                id=first["id"],
                fields=fields,
                **said,
                **facts,
            )
            return
        counts = {act: sum(each["act"] == act for each in self.happened) for act in (ADD, CHANGE, MOVE, REMOVE)}
        told_counts = {"added": counts[ADD], "changed": counts[CHANGE] + counts[MOVE], "removed": counts[REMOVE]}
        record("worksheet.rows_changed", about, actor=self.bound.user, reason=self.reason, rows=self.happened, **told_counts, **facts)


KINDS = {ADD: "worksheet.row_added", CHANGE: "worksheet.row_changed", MOVE: "worksheet.row_moved", REMOVE: "worksheet.row_removed"}


def add_row(address: str, values: Mapping[str, Any], *, actor: User) -> Any:
    """One new row, as a service or an import enters it. Raises BadInput by column."""
    (result,) = change_rows(address, [Change(ADD, values=values)], actor=actor).results
    if not result.is_saved:
        raise BadInput(result.errors)
    return result.pk


def named(lookup: Lookup, bound: Bound, words: str) -> Any:
    """The one row that the words name, None where there is none. Raises BadInput where there are several."""
    rows = lookup.rows(bound)
    if lookup.find is not None:
        found = list(lookup.find(rows, words)[:2])
    else:
        found = next((some for field in lookup.by if (some := list(rows.filter(**{f"{field}__iexact": words})[:2]))), [])
    if len(found) > 1:
        raise BadInput({"": _t("Several are called “%(words)s”.") % {"words": words[:80]}})
    return found[0] if found else None


def _set(row: Any, values: Values) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _alike(one: Any, other: Any) -> bool:
    """Nothing is nothing, and 1 is 1.0, however JSON tells it."""
    if one in (None, "") or other in (None, ""):
        return one in (None, "") and other in (None, "")
    return one == other or str(one) == str(other)
