"""Who acts, through which channel, in which request: carried along so that every event and history row knows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _
from pghistory import runtime


class Channel(models.TextChoices):
    PAGE = "page", _("Page")
    API = "api", _("API")
    WORKER = "worker", _("Background work")
    COMMAND = "command", _("Command line")
    SYSTEM = "system", _("System")
    SHELL = "shell", _("Shell")


WITHOUT_ACTOR = frozenset({Channel.WORKER, Channel.SYSTEM})


@dataclass(frozen=True)
class AuditContext:
    actor: Any = None
    channel: str = Channel.SHELL
    request_id: str = ""
    reason: str = ""
    doer: str = ""  # who does it where that is not the actor, who only caused it

    def as_metadata(self) -> dict[str, Any]:
        """What the row history keeps beside each changed row."""
        return {
            "user": getattr(self.actor, "pk", None),
            "user_name": self.doer or (str(self.actor) if self.actor else ""),
            "request_id": self.request_id,
            "channel": str(self.channel),
            "reason": self.reason,
        }


_current: ContextVar[AuditContext] = ContextVar("audit_context", default=AuditContext())  # noqa: B039 - frozen


def current() -> AuditContext:
    return _current.get()


def new_request_id() -> str:
    return uuid.uuid4().hex


@contextmanager
def entered(context: AuditContext) -> Iterator[AuditContext]:
    """Make `context` the current one. Each gets its own row in the history's context table, so that none is ever rewritten."""
    token = _current.set(context)
    with pghistory.context():
        outer = runtime._tracker.value
        _use_for_history(context)
        try:
            yield context
        finally:
            runtime._tracker.value = outer
            _current.reset(token)


@contextmanager
def acting(actor: Any = None, channel: str = Channel.WORKER, request_id: str = "", reason: str = "") -> Iterator[AuditContext]:
    """For workers and commands: `with acting(actor=user, channel="command"): …`. Without an actor only worker and system may record."""
    with entered(AuditContext(actor, channel, request_id or current().request_id or new_request_id(), reason)) as context:
        yield context


@contextmanager
def because(reason: str) -> Iterator[AuditContext]:
    """Give the rows changed inside the reason that the event will carry too."""
    with entered(replace(current(), reason=reason)) as context:
        yield context


@contextmanager
def following(doer: str, *, reason: str) -> Iterator[AuditContext]:
    """What the product does by itself because of what its actor did: in the record the `doer` stands where the actor would."""
    with entered(replace(current(), doer=doer, reason=reason)) as context:
        yield context


def set_actor(user: Any) -> None:
    """Name the actor of the running request, once authentication further in (an API token, a sign-in) has found one.

    Outside of one it does nothing: nobody would take the name back.
    """
    if not hasattr(runtime._tracker, "value"):
        return
    context = replace(current(), actor=user if getattr(user, "is_authenticated", False) else None)
    _current.set(context)
    _use_for_history(context)


def _use_for_history(context: AuditContext) -> None:
    # pghistory.context() called again only updates the metadata of the outer one and never takes it back;
    # a context of its own for each actor keeps later rows from being written in the name of an earlier one.
    runtime._tracker.value = runtime.Context(id=uuid.uuid4(), metadata=context.as_metadata())
