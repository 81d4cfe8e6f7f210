"""The four ways to say no. A refused action always raises one of them; pages and API turn them into answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.forms import BaseForm
    from django.utils.functional import _StrPromise

Words: TypeAlias = "str | _StrPromise"
Missing = Http404


@dataclass(frozen=True)
class Blocker:
    """One reason why something cannot happen yet: what is missing, where to mend it, who owns it, when it is expected."""

    key: str
    words: Words
    link: str = ""
    owner: str = ""
    expected: date | None = None

    def __str__(self) -> str:
        return str(self.words)

    def as_dict(self) -> dict[str, Any]:
        expected = self.expected.isoformat() if self.expected else None
        return {"key": self.key, "words": str(self.words), "link": self.link, "owner": str(self.owner), "expected": expected}


class NotAllowed(PermissionDenied):
    """403: this person may not do this."""

    def __init__(self, words: Words = "") -> None:
        self.words: Words = words or _("Your roles do not allow this.")
        super().__init__(self.words)

    def __str__(self) -> str:
        return str(self.words)


class Refused(Exception):
    """409: allowed, but not now; carries every reason."""

    def __init__(self, blockers: Blocker | Iterable[Blocker]) -> None:
        self.blockers: tuple[Blocker, ...] = (blockers,) if isinstance(blockers, Blocker) else tuple(blockers)
        super().__init__(self.blockers)

    def __str__(self) -> str:
        return " ".join(str(blocker.words) for blocker in self.blockers)


class BadInput(Exception):
    """400: the values given make no sense; messages by field, "" for those that concern no single field."""

    def __init__(self, errors: Mapping[str, Words | Sequence[Words]]) -> None:
        self.errors: dict[str, list[str]] = {field: _as_list(messages) for field, messages in errors.items()}
        super().__init__(self.errors)

    def __str__(self) -> str:
        return " ".join(message for messages in self.errors.values() for message in messages)


def _as_list(messages: Words | Sequence[Words]) -> list[str]:
    if isinstance(messages, list | tuple):
        return [str(message) for message in messages]
    return [str(messages)]


def require(allowed: bool, words: Words = "") -> None:
    if not allowed:
        raise NotAllowed(words)


def require_none(blockers: Iterable[Blocker]) -> None:
    found = tuple(blockers)
    if found:
        raise Refused(found)


def missing_reason(reason: str) -> dict[str, list[str]]:
    """The error at the field of an act that needs a reason, for those who say every fault at once; empty where one is given."""
    return {} if reason.strip() else {"reason": [str(_("A reason is needed; it stays in the record."))]}


def require_reason(reason: str) -> None:
    if wrong := missing_reason(reason):
        raise BadInput(wrong)


def require_valid(form: BaseForm) -> None:
    """For what has no page to show a fault on: a file, a picture."""
    if not form.is_valid():
        raise BadInput({name: [str(message) for message in messages] for name, messages in form.errors.items()})


Judge = Callable[[Mapping[str, Any]], Mapping[str, "Words | Sequence[Words]"]]


def carried_out(form: BaseForm, act: Callable[[], object], *, judge: Judge | None = None) -> bool:
    """Whether the form was right and the service did it; else the faults stand at its fields, and it keeps what was typed.

    judge: what the service would say of the fields that could be read, where others could not: all comes in one answer.
    """
    if not form.is_valid():
        if judge is not None:
            judge_too(form, judge)
        return False
    try:
        act()
    except BadInput as bad:
        add_to_form(form, bad)
        return False
    return True


def judge_too(form: BaseForm, judge: Judge) -> None:
    """Beside the faults of the form itself."""
    found = judge(form.cleaned_data)
    add_to_form(form, BadInput({name: words for name, words in found.items() if name not in form.errors}))


def add_to_form(form: BaseForm, bad_input: BadInput) -> None:
    """Show the messages at their fields; those for a field the form does not have appear above the form."""
    for field, messages in bad_input.errors.items():
        for message in messages:
            form.add_error(field if field in form.fields else None, message)
