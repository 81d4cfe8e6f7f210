"""The one door through which the rows of every worksheet are written: the grid, the form of a row, the API and the import use it.

A request holds any number of changes. Each row is judged by itself: what is right is saved, what is wrong is told at its cells and leaves
nothing behind, so that the writer mends it where it was typed; with `all_or_none` one wrong row takes all of them back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.languages import zone_of
from audit.context import because
from audit.events import Happened, record, record_each
from audit.refusals import BadInput, NotAllowed, Refused, missing_reason, require_none
from worksheets.bound import Bound, bind, held
from worksheets.ordering import Order
from worksheets.rows import AlreadyThere, Rows, words_of_constraint
from worksheets.typed import Typed, Unread, alike
from worksheets.used import where_used

if TYPE_CHECKING:
    from accounts.models import User
    from worksheets.sheets import Worksheet

MOST_CHANGES = 2000
ADD, CHANGE, MOVE, REMOVE = "add", "change", "move", "remove"
Values = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One row. values: by column, as typed. seen: by column, what the writer saw there before; without it nothing is compared.

    after: the row behind which it goes, 0 for the first place, None for where it is (a new one: the end); new ones behind the same row
    stand in the order of their changes. create: columns whose words may be entered anew in the table that they name.
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

    now: by column, what somebody else has written meanwhile. unknown: columns whose words name nothing that is there. near: by column, what
    may have been meant. there: the row that is the same already.
    """

    act: str
    pk: Any = None
    errors: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    now: Values = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    near: dict[str, list[str]] = field(default_factory=dict)
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


class _Undone(Exception):
    """What takes every row back, by the names that BadInput has: one wrong row, or a reason that nobody gave."""


def change_rows(
    address: str, changes: Sequence[Change], *, actor: User, reason: str = "", all_or_none: bool = False, only_judge: bool = False
) -> Outcome:
    """Write the changes that are right, in their order, and record them: of a sheet with a parent as one event of that, else row by row.
    only_judge: nothing stays written, whatever is right.

    Raises Missing, NotAllowed, Refused (the sheet is closed), BadInput on `reason` where a regulated value changes without one, or, with
    `all_or_none`, by "<place of the change>.<column>".
    """
    if len(changes) > MOST_CHANGES:
        raise BadInput({"": _t("At most %(most)d rows at once.") % {"most": MOST_CHANGES}})
    bound = bind(address, actor)
    try:
        with transaction.atomic(), timezone.override(zone_of(actor)):  # "today" is the writer's, by page and by API
            keys = {each.pk for each in changes if each.pk is not None}
            moves = bool(bound.sheet.within) or any(each.act != CHANGE for each in changes)  # a change may lead into another group
            writing = Writing(bound, reason, keys=keys, moves=moves)
            with writing.because():
                results = [writing.one(each) for each in changes]
                writing.done()
            if all_or_none and any(not each.is_saved for each in results):
                raise _Undone({f"{place}.{name}": words for place, each in enumerate(results) for name, words in each.errors.items()})
            if only_judge:
                transaction.set_rollback(True)
    except _Undone as undone:
        raise BadInput(undone.args[0]) from undone
    return Outcome(writing.bound, results)


@dataclass(frozen=True)
class Done:
    """What happened to a row, for its event."""

    act: str
    row: Any
    key: Any
    label: str
    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)

    def as_dict(self) -> Values:
        said = {name: values for name, values in (("before", self.before), ("after", self.after)) if values}
        return {"act": self.act, "id": self.key, "row": self.label, **said}


class Writing:
    """One request, in its transaction: the parent and the rows that it names, held; their service; what it did.

    keys: of the rows that are there. moves: whether rows come, go or change places. Raises NotAllowed, Refused. Every change is handed to
    `one`, and after the last one `done` is called, inside `because`.
    """

    def __init__(self, bound: Bound, reason: str, *, keys: Collection[Any] = (), moves: bool = True) -> None:
        self.bound, self.sheet, self.reason = held(bound), bound.sheet, reason.strip()
        self._require_open()
        self.service: Rows = self.sheet.service(self.bound, actor=bound.user, reason=self.reason)
        self.rows = {row.pk: row for row in self.bound.held_rows(keys)}
        self.order = Order(self.bound) if self.sheet.order and moves else None
        self.happened: list[Done] = []
        self.typed = Typed(self.bound)

    def _require_open(self) -> None:
        blockers = self.bound.blockers
        if blockers and blockers[0].key == "permission":
            raise NotAllowed(blockers[0].words)
        require_none(blockers)

    def one(self, change: Change) -> Result:
        """Judge and write one change; what is wrong with it leaves nothing behind."""
        result = Result(change.act, change.pk)
        acts: dict[str, Callable[[Change], Any]] = {ADD: self._add, CHANGE: self._alter, MOVE: self._move, REMOVE: self._remove}
        self.typed.begin()
        try:
            with transaction.atomic():
                result.pk = acts[change.act](change)
        except BadInput as bad:
            result.errors = bad.errors
            if isinstance(bad, Overtaken):
                result.now = bad.now
            if isinstance(bad, AlreadyThere):
                result.there, result.links = bad.row, dict.fromkeys(bad.errors, bad.link) if bad.link else {}
        except (Refused, NotAllowed) as refusal:
            result.errors = {"": [str(refusal)]}
        except ProtectedError as error:
            where = where_used(error.protected_objects, self.bound.user)
            result.errors = {"": [_t("It is used elsewhere (%(where)s), so it stays.") % {"where": where}]}
        except IntegrityError as error:
            name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
            result.errors = {"": [words_of_constraint(self.service.new(), name)]}
        if result.is_saved:
            self.typed.written()
        else:
            self.typed.take_back()
            result.unknown, result.near = self.typed.unknown, self.typed.offered
        return result

    def done(self) -> None:
        """The places of the rows, and what is recorded of them."""
        if not self.happened:
            return
        if self.order:
            self.order.save()
        self.service.done()
        self._record()

    def because(self) -> AbstractContextManager[Any]:
        """The reason in the history of the rows."""
        return because(self.reason) if self.reason else nullcontext()

    def _require_own_rows(self) -> None:
        if not self.sheet.grows:
            raise BadInput({"": _t("Rows of this table neither come nor go; change those that are there.")})

    def _add(self, change: Change) -> Any:
        self._require_own_rows()
        row = self.service.new()
        values = self._read(row, {**dict.fromkeys(self.typed.readers), **change.values}, change.create)
        _set(self.sheet, row, values)
        if self.order:
            setattr(row, self.sheet.order, self.order.next_number)
        self.service.judge(row, set(values))
        row = self.service.add(row)
        if self.order:
            self.order.take(row)
            self.order.put(row.pk, change.after)
        self.rows[row.pk] = row
        self._note(ADD, row, after={name: value for name, value in self.sheet.told_values(values).items() if value not in (None, "")})
        return row.pk

    def _read(self, row: Any, typed: Mapping[str, Any], create: Collection[str]) -> dict[str, Any]:
        """Raises BadInput with the cells that cannot be read, and with what the others have against them by themselves."""
        self.service.empty = {name for name, value in typed.items() if str("" if value is None else value).strip() == ""}
        try:
            return self.typed.read(typed, create)
        except Unread as bad:
            _set(self.sheet, row, bad.values)
            self.rows.pop(row.pk, None)  # it is not what the record holds
            raise BadInput(bad.errors | self.service.faults(row, bad.values.keys(), wrong=bad.errors.keys())) from bad

    def _alter(self, change: Change) -> Any:
        row = self._row(change)
        values = self._read(row, change.values, change.create)
        wanted = self.sheet.told_values(values)
        self._require_unchanged(row, change, wanted)
        before = self.sheet.told(row, values)
        changed = {name for name in values if not alike(before[name], wanted[name])}
        if fixed := [name for name in changed if self.sheet.column(name).fixed]:
            raise BadInput({name: _t("This stays as it was entered.") for name in fixed})
        if not changed:
            return row.pk
        others = self.sheet.told(row, self.typed.readers)
        _set(self.sheet, row, {name: values[name] for name in changed})
        try:
            self.service.judge(row, changed)
            self._require_reason(others, changed)
            row = self.service.change(row, changed)
        except Exception:
            self.rows.pop(row.pk, None)  # what the refused change left on it must not be saved by the next one
            raise
        if self.order:
            self.order.take(row)
        after = self.sheet.told(row, self.typed.readers)
        differ = [name for name in others if others[name] != after[name]]
        self._note(CHANGE, row, before={name: others[name] for name in differ}, after={name: after[name] for name in differ})
        return row.pk

    def _move(self, change: Change) -> Any:
        row = self._row(change)
        if self.order is None or change.after is None:
            raise BadInput({"": _t("The rows of this table have no order of their own.")})
        if self.order.move(row.pk, change.after):
            self._note(MOVE, row)
        return row.pk

    def _remove(self, change: Change) -> Any:
        self._require_own_rows()
        row = self._row(change)
        self._require_unchanged(row, change, {})
        before = self.sheet.told(row, self.typed.readers)
        label, key = str(row), row.pk
        self._take_away(row, before)
        self.rows.pop(key, None)
        if self.order:
            self.order.drop(key)
        row.pk = key  # of what is gone the record still says which one it was
        self._note(REMOVE, row, label=label, before={name: value for name, value in before.items() if value not in (None, "")})
        return key

    def _take_away(self, row: Any, before: Values) -> None:
        """What stays is refused before anybody is asked why it goes; without the reason nothing of the request is kept."""
        try:
            self.service.remove(row)
        except BadInput as bad:
            if "reason" in bad.errors:  # what goes with it is kept in another table, which asks as well
                self._require_reason(before, before)
            raise
        self._require_reason(before, before)

    def _row(self, change: Change) -> Any:
        row = self.rows.get(change.pk)
        if row is None and change.pk is not None:  # refused a moment ago in this request, or gone
            row = next(iter(self.bound.held_rows([change.pk])), None)
        if row is None:
            raise BadInput({"": _t("Somebody has taken this row away meanwhile.")})
        self.rows[row.pk] = row
        if why := self.bound.locked(row):
            raise BadInput({"": why})
        return row

    def _require_unchanged(self, row: Any, change: Change, wanted: Values) -> None:
        """What differs from what the writer saw, and is not what the writer wants either, somebody else has written."""
        if change.seen is None:
            return
        is_now = self.sheet.told(row, self.typed.readers.keys() & change.seen.keys())
        other = {
            name: value
            for name, value in is_now.items()
            if not alike(value, change.seen[name]) and (change.act == REMOVE or not alike(value, wanted.get(name)))
        }
        if other:
            raise Overtaken(other, {name: self.typed.words(name, value) for name, value in other.items()})

    def _require_reason(self, before: Values, touched: Collection[str]) -> None:
        """Of a regulated value that is there. It is one reason for the whole request, so that without it nothing of it is written."""
        if not self.reason and any(column.regulated and before[column.name] not in (None, "") for column in self._columns(touched)):
            raise _Undone(missing_reason(""))

    def _columns(self, names: Collection[str]) -> list[Any]:
        return [column for column in self.sheet.typed if column.name in names]

    def _note(self, act: str, row: Any, *, label: str = "", before: Values | None = None, after: Values | None = None) -> None:
        self.happened.append(Done(act, row, row.pk, label or str(row)[:250], before or {}, after or {}))

    def _record(self) -> None:
        """Of several rows below one parent one event of that; else each row's own, with before and after, found with the row again."""
        facts = {"sheet": str(self.sheet.title), "key": self.sheet.key, "link": self.bound.page}
        happened = [each for each in self.happened if each.key not in self.service.recorded]
        if len(happened) <= 1 or not self.sheet.parent:
            record_each(self._event(each, facts) for each in happened)
            return
        counts = {act: sum(each.act == act for each in happened) for act in (ADD, CHANGE, MOVE, REMOVE)}
        told_counts = {"added": counts[ADD], "changed": counts[CHANGE] + counts[MOVE], "removed": counts[REMOVE]}
        rows = [each.as_dict() for each in happened]
        record("worksheet.rows_changed", self.bound.parent, actor=self.bound.user, reason=self.reason, rows=rows, **told_counts, **facts)

    def _event(self, done: Done, facts: Values) -> Happened:
        fields = ", ".join(self.sheet.heading(self.sheet.column(name)) for name in sorted({*done.before, *done.after}))
        said = {"actor": self.bound.user, "reason": self.reason, "before": done.before or None, "after": done.after or None}
        data = {"row": done.label, "id": done.key, "fields": fields, **facts}
        return Happened(KINDS[done.act], self.bound.parent or done.row, said, data)


KINDS = {ADD: "worksheet.row_added", CHANGE: "worksheet.row_changed", MOVE: "worksheet.row_moved", REMOVE: "worksheet.row_removed"}


def add_row(address: str, values: Mapping[str, Any], *, actor: User) -> Any:
    """One new row, as a service or an import enters it. Raises BadInput by column."""
    (result,) = change_rows(address, [Change(ADD, values=values)], actor=actor).results
    if not result.is_saved:
        raise BadInput(result.errors)
    return result.pk


def _set(sheet: Worksheet, row: Any, values: Values) -> None:
    for name, value in values.items():
        sheet.column(name).put(row, value)
