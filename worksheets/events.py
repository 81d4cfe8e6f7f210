"""What the record says of the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.models import Event


def table_of(event: Event) -> str:
    """The key of the table in whose rows something was written; empty for every other event."""
    return str(event.data.get("key", "")) if event.kind.startswith("worksheet.") else ""
