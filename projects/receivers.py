"""Who of a client hears of a publication, and how soon. What people chose is known one layer up, which registers the answer here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.languages import language_of
from accounts.models import User

if TYPE_CHECKING:
    from projects.models import Project
    from projects.publication import Move

AT_ONCE, DIGEST, INBOX, NOTHING = "at_once", "digest", "inbox", "nothing"


@dataclass(frozen=True)
class Receiver:
    """A person of the client; `told` is one of the four words above."""

    name: str
    language: str
    told: str


Finder = Callable[["Project", "Sequence[Move]"], list[Receiver]]
_finders: list[Finder] = []


def find_receivers_by(finder: Finder) -> None:
    """Say how a publication reaches the client's people. Called by the app that tells them."""
    _finders.append(finder)


def receivers_of(project: Project, moves: Sequence[Move]) -> list[Receiver]:
    """Everybody of the client who may read these dates, soonest told first."""
    order = (AT_ONCE, DIGEST, INBOX, NOTHING)
    found = [receiver for finder in _finders for receiver in finder(project, moves)]
    return sorted(found, key=lambda receiver: (order.index(receiver.told), receiver.name))


def languages_of(project: Project) -> list[str]:
    """The languages of the client's people, the organisation's own first; only that where there is nobody to tell yet."""
    people = User.objects.active().filter(kind=User.Kind.CLIENT, client_id=project.client_id)
    spoken, own = {language_of(person) for person in people}, language_of(project.client)
    return sorted(spoken, key=lambda language: (language != own, language)) or [own]
