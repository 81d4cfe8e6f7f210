"""The first steps on a person's first page: put away, and taken out again. The record of that is the only place where it is kept."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from audit.events import Event, record

HIDDEN, SHOWN = "guide.hidden", "guide.shown"


def is_guide_hidden(user: User) -> bool:
    last = Event.objects.filter(actor=user, kind__in=(HIDDEN, SHOWN)).order_by("-pk").values_list("kind", flat=True).first()
    return last == HIDDEN


@transaction.atomic
def hide_guide(*, actor: User) -> None:
    """The first page shows no first steps any more. The same again records nothing."""
    _set(actor, hidden=True)


@transaction.atomic
def show_guide(*, actor: User) -> None:
    _set(actor, hidden=False)


def _set(actor: User, *, hidden: bool) -> None:
    User.objects.select_for_update(of=("self",)).get(pk=actor.pk)  # two tabs at once record one change
    if is_guide_hidden(actor) != hidden:
        record(HIDDEN if hidden else SHOWN, actor, actor=actor)
