"""The log of what the client was shown: one row for each change, written in the transaction of the change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from audit.context import current
from projects.models import VisibilityChange
from projects.shareable import Item

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from projects.models import Project


def note_visibility(items: Sequence[Item], visibility: str, *, project: Project | None, client_id: int, actor: User, at: datetime) -> None:
    """From now on these items are in this state; `project` is theirs, or None for a document of a request without one."""
    VisibilityChange.objects.bulk_create(
        VisibilityChange(
            kind=item.kind,
            item_id=item.row.pk,
            key=item.key,
            title=item.title,
            project=project,
            client_id=client_id,
            visibility=visibility,
            at=at,
            by=None if current().doer else actor,
            reason=current().reason,
        )
        for item in items
    )
