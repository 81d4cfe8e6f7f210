"""What can be imported: each kind declares its columns and how one row is entered, and registers itself in AppConfig.ready."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from accounts.permissions import allowed
from audit.refusals import Blocker, Missing, NotAllowed, Words
from worksheets.columns import Column
from worksheets.reading import Sheet, read

if TYPE_CHECKING:
    from accounts.models import User

MOST_ROWS = 5000
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Entered:
    """What became of a row. is_written: it was entered or changed; else it was there already and stays as it is.

    reference: by which it is found again.
    """

    label: str
    link: str
    is_written: bool = True
    reference: str = ""


class Writer(Protocol):
    """Enters the rows of one file, one after the other, through the services that people use by hand."""

    def faults(self, values: Values) -> dict[str, list[str]]:
        """What is wrong with the values that could be read, by column, as far as it can be said without writing."""

    def doubts(self, values: Values) -> list[str]:
        """What a person should look at before the row is entered: something alike is there."""

    def enter(self, values: Values) -> Entered:
        """Raises BadInput by column, Refused."""


@dataclass(frozen=True)
class ImportKind:
    """key: in the address. sheet: what the sheet of the template is called, as the rows are. subject: what the rows belong to.

    subject(user, scope) gives the object of a scoped kind (a project by its code) through `visible_to`, or raises Missing.
    of_project: it is a project and no other thing.
    of_clients: its rows tell who clients are and what they want, which may be kept: only who uploaded or pressed an import sees it.
    changes: its rows are there already, and each changes one; that for which the file has no column stays.
    stands_alone: no row rests on an earlier one, so that the rehearsal of each is taken back at once.
    unread: headings that a file of ours carries for whoever fills it in, and below which nothing is read. computed(subject): the same of
    columns that nobody types, in a table that is taken as a file and comes in again.
    finish(writer): after the last row, writes what concerns all of them.
    of_subject(subject): the columns where their headings follow from the object of the kind (its currency).
    """

    key: str
    sheet: Words
    columns: Callable[[], tuple[Column, ...]]
    writer: Callable[[User, Any, str], Writer]
    permission: str
    who: Words
    back: Callable[[Any], str]
    subject: Callable[[User, str], Any] | None = None
    of_project: bool = True
    asks_reason: bool = False
    of_clients: bool = False
    changes: bool = False
    stands_alone: bool = False
    unread: tuple[Words, ...] = ()
    computed: Callable[[Any], Sequence[Words]] = lambda _subject: ()
    finish: Callable[[Any], None] = lambda _writer: None
    of_subject: Callable[[Any], tuple[Column, ...]] | None = None
    most_rows: int = MOST_ROWS

    def subject_of(self, user: User, scope: str) -> Any:
        if bool(scope) != (self.subject is not None) or not user.is_internal:
            raise Missing
        return self.subject(user, scope) if self.subject else None

    def columns_for(self, subject: Any) -> tuple[Column, ...]:
        return self.of_subject(subject) if self.of_subject is not None and subject is not None else self.columns()

    def read(self, subject: Any, content: BinaryIO, media_type: str, mapping: Mapping[str, str] = MappingProxyType({})) -> Sheet:
        """The lines of a file. Raises BadInput on `file`. mapping: what foreign headings are (`worksheets.reading`)."""
        wanted: dict[str, Any] = {"sheet": self.sheet, "most_rows": self.most_rows, "unread": (*self.unread, *self.computed(subject))}
        return read(content, media_type, self.columns_for(subject), mapping=mapping, **wanted)

    def blockers(self, user: User, subject: Any) -> list[Blocker]:
        return [] if allowed(self.permission, user, subject) else [Blocker(key="permission", words=self.who)]

    def require(self, user: User, scope: str) -> Any:
        """The subject, for somebody who may do by hand what the import does. Raises Missing, NotAllowed."""
        subject = self.subject_of(user, scope)
        if blockers := self.blockers(user, subject):
            raise NotAllowed(blockers[0].words)
        return subject


_kinds: dict[str, ImportKind] = {}


def register_import(kind: ImportKind) -> None:
    if _kinds.setdefault(kind.key, kind) is not kind:
        raise ValueError(f"Two imports are called {kind.key!r}.")


def import_kind(key: str) -> ImportKind:
    if key not in _kinds:
        raise Missing
    return _kinds[key]


def import_kinds() -> tuple[ImportKind, ...]:
    return tuple(_kinds.values())
