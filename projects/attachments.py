"""An uploaded file, checked and stored, on its way to the row that will point at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from audit.files import accept_upload, clean_name, store_file


@dataclass(frozen=True)
class Attachment:
    """`sha256` addresses the content; `media_type` was decided by it, not by the name."""

    name: str
    media_type: str
    sha256: str
    size_bytes: int


def take_upload(content: BinaryIO, name: str, *, field: str = "file") -> Attachment:
    """Check and store an upload. Raises BadInput on `field` when it is refused; storing the same content again is harmless."""
    media_type = accept_upload(content, name, field=field)
    stored = store_file(content)
    return Attachment(clean_name(name), media_type, stored.sha256, stored.size)
