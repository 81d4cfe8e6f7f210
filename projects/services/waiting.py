"""Who waits for whom. Opened and closed by the services of the things waited for, never by themselves."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone

from projects.models import Project, WaitingFor

if TYPE_CHECKING:
    from accounts.models import Client, User


def open_wait(
    key: str,
    *,
    words: str,
    link: str,
    project: Project | None = None,
    user: User | None = None,
    role: str = "",
    client: Client | None = None,
    due_on: date | None = None,
) -> WaitingFor:
    """Open the wait named `key`, or bring an open one up to date. Runs in the caller's transaction."""
    values = {"words": str(words)[:300], "link": link, "project": project, "user": user, "role": role, "client": client, "due_on": due_on}
    wait, _created = WaitingFor.objects.update_or_create(
        key=key, closed_at=None, defaults=values, create_defaults={**values, "since": timezone.now()}
    )
    return wait


def close_waits(prefix: str) -> int:
    """Close every open wait whose key is `prefix` or starts with `prefix:`; how many were closed."""
    open_rows = WaitingFor.objects.open()
    rows = open_rows.filter(key=prefix) | open_rows.filter(key__startswith=f"{prefix}:")
    return rows.update(closed_at=timezone.now())


def close_waits_of(project: Project) -> int:
    """Nobody is waited for on a project that is over; how many waits were closed."""
    return WaitingFor.objects.open().filter(project=project).update(closed_at=timezone.now())
