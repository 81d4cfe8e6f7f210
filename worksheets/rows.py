"""The service behind a worksheet: how one row is entered, changed and taken away. The generic one suits most models."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q, UniqueConstraint
from django.utils.translation import gettext as _t

from audit.refusals import BadInput, Words

if TYPE_CHECKING:
    from accounts.models import User
    from worksheets.bound import Bound

Row = Any


class AlreadyThere(BadInput):
    """400: another row is the same thing. `row` is that one; `link` leads to it."""

    def __init__(self, column: str, row: Row, link: str) -> None:
        self.row, self.link = row, link
        super().__init__({column: _t("There is %(row)s already.") % {"row": row}})


class Rows:
    """One for each request. Override `tidy` for what is true of single cells, `weigh` for what cells say of one another, `clean` for what
    is true of a row whose cells are right; the rest only where saving it is more than that.

    All of it runs in the transaction of `worksheets.changing.change_rows`, which has asked the permission, holds parent and row, and
    takes back what a row has written when it is refused. What is raised here stands at the cell: BadInput by column ("" for the row).
    """

    def __init__(self, bound: Bound, *, actor: User, reason: str) -> None:
        self.bound, self.sheet, self.parent = bound, bound.sheet, bound.parent
        self.actor, self.reason = actor, reason
        self.empty: set[str] = set()  # the columns in whose cells of the row at hand nothing was typed, whatever they hold then
        self.recorded: set[Any] = set()  # the keys of rows of which a service has recorded already what happened here

    def new(self) -> Row:
        return self.sheet.model(**({self.sheet.parent: self.parent} if self.sheet.parent else {}))

    def tidy(self, row: Row) -> Mapping[str, Words | Sequence[Words]]:
        """Put what was typed as it is kept; what is wrong with single cells, by column, whatever stands in the others."""
        return {}

    def weigh(self, row: Row, changed: Collection[str], wrong: Collection[str]) -> Mapping[str, Words | Sequence[Words]]:
        """What is wrong with the row as far as it can be judged beside the cells that are `wrong`, by column; `cells` reads it so.
        changed: the columns that were."""
        return {}

    def clean(self, row: Row, changed: Collection[str]) -> None:
        """Judge the row as it would be, and fill in what follows from what was typed. changed: the columns that were."""

    def add(self, row: Row) -> Row:
        row.save(force_insert=True)
        return row

    def change(self, row: Row, changed: Collection[str]) -> Row:
        row.save()
        return row

    def remove(self, row: Row) -> None:
        row.delete()

    def done(self) -> None:
        """After the last row of the request, for what rests on several."""

    def judge(self, row: Row, changed: Collection[str]) -> None:
        """`tidy`, `weigh`, `clean`, the model's own checks, then whether it is there already. Raises BadInput with all that is wrong, by
        column."""
        try:
            self._judge_whole(row, changed)
        except AlreadyThere:
            raise  # it is that row, whatever else is typed: an import leaves it out, and the grid leads there
        except BadInput as bad:
            others = self.faults(row, set(changed) - bad.errors.keys(), wrong=bad.errors)
            if others:
                raise BadInput(bad.errors | others) from bad
            raise

    def _judge_whole(self, row: Row, changed: Collection[str]) -> None:
        tidied = self.tidy(row)
        if wrong := {**tidied, **self.weigh(row, changed, tidied)}:
            raise BadInput(wrong)
        self.clean(row, changed)
        typed = {column.name for column in self.sheet.typed}
        try:
            row.full_clean(exclude=_fetched(row), validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            raise BadInput({name if name in typed else "": words for name, words in error.message_dict.items()}) from error
        self._require_only_one(row, changed)

    def faults(self, row: Row, names: Collection[str], *, wrong: Collection[str]) -> dict[str, list[str]]:
        """What these filled cells have against them each by itself, and all of the row among themselves, beside others that are wrong: a
        writer mends all of them at once."""
        found = BadInput({name: words for name, words in self.tidy(row).items() if name in names}).errors
        filled = {field.name for field in row._meta.fields if field.name in names and getattr(row, field.attname) not in field.empty_values}
        judged = filled - _fetched(row) - found.keys()
        try:
            row.clean_fields(exclude={field.name for field in row._meta.fields} - judged)
        except ValidationError as error:
            found |= error.message_dict
        found |= BadInput(self.weigh(row, names, {*wrong, *found})).errors
        found = {name: words for name, words in found.items() if name not in wrong}
        try:
            self._require_only_one(row, filled, wrong={*wrong, *found})
        except AlreadyThere as there:
            found |= there.errors
        return found

    def _require_only_one(self, row: Row, changed: Collection[str], wrong: Collection[str] = ()) -> None:
        """Of what rests on a cell that is wrong nothing can be said."""
        for names, same in identities(row, wrong):
            other = self.sheet.model._default_manager.filter(same).exclude(pk=row.pk).first() if names & set(changed) else None
            if other is not None:
                typed = [column.name for column in self.sheet.typed if column.name in names]
                column = next((name for name in typed if name in changed), typed[0] if typed else "")
                raise AlreadyThere(column, other, getattr(other, "get_absolute_url", lambda: "")())


def cells(row: Row, names: Sequence[str], wrong: Collection[str]) -> list[Any]:
    """What these cells hold; None for those that are wrong, and for a row that was never read."""
    return [None if name in wrong else getattr(row, name, None) for name in names]


def _fetched(row: Row) -> set[str]:
    """The foreign keys whose rows were read for this one: that they are there need not be asked again, row by row of a pasted block."""
    links = (field for field in row._meta.concrete_fields if field.is_relation and field.is_cached(row))
    return {field.name for field in links if getattr(row, field.name) is not None}


def identities(row: Row, wrong: Collection[str] = ()) -> list[tuple[set[str], Q]]:
    """What may be there once only: the columns that say so, none of them wrong, and the rows that say the same as this one."""
    found = []
    for field in row._meta.concrete_fields:
        if field.unique and not field.primary_key and field.name not in wrong and getattr(row, field.attname) is not None:
            found.append(({field.name}, Q(**{field.attname: getattr(row, field.attname)})))
    for constraint in row._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.condition is None:
            names = dict.fromkeys(constraint.fields, "") | _lowered(constraint)
            if names and not names.keys() & set(wrong) and all(getattr(row, name) is not None for name in names):
                found.append((set(names), Q(**{f"{name}{how}": getattr(row, name) for name, how in names.items()})))
    return found


def _lowered(constraint: UniqueConstraint) -> dict[str, str]:
    """Of a constraint over Lower("name"): {"name": "__iexact"}."""
    found = {}
    for expression in constraint.expressions:
        whole: Any = expression
        source = whole if isinstance(whole, F) else next((each for each in whole.get_source_expressions() if isinstance(each, F)), None)
        if source is not None:
            found[str(source.name)] = "" if source is whole else "__iexact"  # type: ignore[attr-defined]
    return found


def words_of_constraint(row: Row, name: str) -> str:
    """What a constraint of the database has against the row, as far as its model says it."""
    constraint = next((each for each in row._meta.constraints if each.name == name), None)
    own = constraint is not None and constraint.violation_error_message != constraint.default_violation_error_message
    if constraint is not None and own:
        return str(constraint.get_violation_error_message())
    if isinstance(constraint, UniqueConstraint) or name.endswith("_key"):
        return _t("Somebody has just entered the same.")
    return _t("The record does not take this row (%(rule)s).") % {"rule": name}
