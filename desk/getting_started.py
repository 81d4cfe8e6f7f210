"""The first steps of each role: what to do, where, and whether this person did it. Done is what the record says, never a tick by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Subquery, Value
from django.urls import reverse

from accounts.models import Role, User
from accounts.permissions import allowed
from accounts.services.guide import HIDDEN, SHOWN
from audit.models import Event
from projects.models import Project

if TYPE_CHECKING:
    from audit.refusals import Words


@dataclass(frozen=True)
class Step:
    """One thing to do: where, and by which events of this person it is done. missing: what else is to be there, in words, or nothing."""

    key: str
    title: Words
    help: Words
    page: str
    kinds: tuple[str, ...] = ()
    missing: Callable[[User], str] | None = None


@dataclass(frozen=True)
class Sight:
    """A page that is worth a look once there are projects. needs: a permission."""

    title: Words
    page: str
    query: str = ""
    needs: str = ""


@dataclass(frozen=True)
class Guide:
    role: Role
    title: Words
    steps: tuple[Step, ...]
    sights: tuple[Sight, ...] = ()


@dataclass(frozen=True)
class ShownStep:
    step: Step
    link: str
    done: bool
    missing: str = ""


@dataclass(frozen=True)
class ShownGuide:
    """As one person sees it. hidden: put away from the first page."""

    guide: Guide
    steps: list[ShownStep]
    sights: list[tuple[Words, str]]
    hidden: bool = False

    @property
    def done(self) -> int:
        return sum(each.done for each in self.steps)

    @property
    def is_finished(self) -> bool:
        return self.done == len(self.steps)


@dataclass
class Guides:
    """All guides, in the order in which a person with several roles is offered them."""

    by_role: dict[str, Guide] = field(default_factory=dict)

    def add(self, *guides: Guide) -> None:
        self.by_role |= {guide.role.value: guide for guide in guides}

    def of(self, user: User) -> list[Guide]:
        """Of the person's roles; whoever may open tokens is shown how a system is connected."""
        mine = user.roles | ({Role.INTEGRATION.value} if allowed("accounts.manage_tokens", user) else set())
        return [guide for role, guide in self.by_role.items() if role in mine]


GUIDES = Guides()


def first_steps(user: User) -> ShownGuide | None:
    """For the first page: the guide of the person's first role, unless it was put away. One query, and what its steps ask besides."""
    found = GUIDES.of(user)[:1]
    if not found:
        return None
    state = _state(user, found)
    return None if state[_LAST] == HIDDEN else _shown(user, found[0], state)


def all_steps(user: User) -> list[ShownGuide]:
    """The guides of all roles that the person holds. One query, and what the steps ask besides."""
    found = GUIDES.of(user)
    state = _state(user, found)
    return [_shown(user, guide, state) for guide in found]


_LAST, _SEES = "last", "sees"


def _state(user: User, guides: list[Guide]) -> dict[str, object]:
    """Which of the events this person ever wrote, by step; the last word about the guide; whether the person sees any project."""
    own = Event.objects.filter(actor=OuterRef("pk")).order_by()
    asked: dict[str, Any] = {
        _name(guide, step): Exists(own.filter(kind__in=step.kinds)) for guide in guides for step in guide.steps if step.kinds
    }
    last = own.filter(kind__in=(HIDDEN, SHOWN)).order_by("-pk").values("kind")[:1]
    asked[_LAST] = Subquery(last) if guides else Value("")
    asked[_SEES] = Exists(Project.objects.visible_to(user).order_by())
    return User.objects.filter(pk=user.pk).values(**asked).get()


def _name(guide: Guide, step: Step) -> str:
    return f"{guide.role.value}_{step.key}"


def _shown(user: User, guide: Guide, state: dict[str, object]) -> ShownGuide:
    steps = []
    for step in guide.steps:
        missing = step.missing(user) if step.missing else ""
        done = bool(state.get(_name(guide, step), True)) and not missing
        steps.append(ShownStep(step, reverse(step.page), done, missing))
    there = [each for each in guide.sights if state[_SEES] and (not each.needs or allowed(each.needs, user))]
    sights = [(each.title, f"{reverse(each.page)}{each.query}") for each in there]
    return ShownGuide(guide, steps, sights, state[_LAST] == HIDDEN)
