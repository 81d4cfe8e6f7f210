"""The kinds of things that a client can be shown. Each is declared where its rows live, and registered in `AppConfig.ready`.

Sharing, approval and the log of what was visible know only this; a kind of a higher layer is shared by the same services.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet

from audit.signatures import content_hash

if TYPE_CHECKING:
    from accounts.models import User
    from audit.refusals import Blocker, Words
    from projects.models import ApprovalAnswer, Project


@dataclass(frozen=True)
class Fact:
    """A line of what the client reads and signs: its name, its value, where it can be opened."""

    words: Words
    value: str
    link: str = ""


class Shareable(ABC):
    """One kind of thing with a visibility. `kind` is the noun of its events; `key` names the field by which addresses call it."""

    kind: str
    words: Words
    words_many: Words
    model: Any
    key: str
    permission: str
    fields: Mapping[str, Words]  # of the signed content: those whose change is shown in words
    locked_first = False  # before the project: its own services lock it and then write below the project

    @abstractmethod
    def of_project(self, project: Project) -> QuerySet[Any]:
        """The rows of a project, in the order of its pages, with what `link` and `facts` read."""

    @abstractmethod
    def link(self, item: Any) -> str:
        """The page on which our people work on it."""

    @abstractmethod
    def blockers(self, item: Any, visibility: str) -> list[Blocker]:
        """Why it cannot be put into this state now."""

    @abstractmethod
    def put(self, item: Any, visibility: str, *, actor: User, at: datetime) -> list[str]:
        """Set the fields of a locked row; their names, for the save."""

    @abstractmethod
    def data(self, item: Any) -> dict[str, Any]:
        """What its events say."""

    @abstractmethod
    def facts(self, item: Any, target: Any) -> list[Fact]:
        """What the client reads of it, which is what the signature covers."""

    @abstractmethod
    def told(self, moments: Collection[tuple[int, datetime]]) -> dict[tuple[int, datetime], str]:
        """What a reader of the item (by id) could read of it at each moment: dates told, versions in effect."""

    def answered(self, item: Any, answer: ApprovalAnswer, *, actor: User) -> None:  # noqa: B027 - most kinds do nothing
        """What the client's signed answer sets going, in its transaction; the item is locked."""

    def targets(self, items: Sequence[Any]) -> dict[int, Model]:
        """By the item's id: the record whose content an approval signs. At most one query."""
        return {item.pk: item for item in items}


@dataclass(frozen=True)
class Item:
    """One shareable row with its kind."""

    shareable: Shareable
    row: Any

    @property
    def kind(self) -> str:
        return self.shareable.kind

    @property
    def key(self) -> str:
        return str(getattr(self.row, self.shareable.key))

    @property
    def ref(self) -> str:
        """Its name in forms and answers: `milestone:g2`."""
        return f"{self.kind}:{self.key}"

    @property
    def title(self) -> str:
        return str(self.row.title)

    @property
    def visibility(self) -> str:
        return str(self.row.visibility)

    @property
    def state_words(self) -> str:
        return str(self.row.get_visibility_display())

    @property
    def is_shown(self) -> bool:
        return bool(self.row.is_shared)

    @property
    def link(self) -> str:
        return self.shareable.link(self.row)


_kinds: dict[str, Shareable] = {}


def register_shareable(shareable: Shareable) -> None:
    _kinds[shareable.kind] = shareable


def shareables() -> tuple[Shareable, ...]:
    return tuple(_kinds.values())


def find_shareable(kind: str) -> Shareable | None:
    return _kinds.get(kind)


def shareable(kind: str) -> Shareable:
    """Raises KeyError for a kind that nobody registered."""
    return _kinds[kind]


def items_of(project: Project) -> list[Item]:
    """Everything of a project that a client can be shown. One query for each kind."""
    return [Item(each, row) for each in shareables() for row in each.of_project(project)]


def hash_of(target: Model | None) -> str:
    """The content hash of what an approval signs; nothing where there is nothing to sign yet."""
    return content_hash(target) if target is not None else ""
