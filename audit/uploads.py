"""What is received of an uploaded file: a little more than is taken, so that it can be refused with a sentence and fills no disk."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class UploadLimit(FileUploadHandler):
    """Stands before the handlers that keep what arrives; what is beyond the limit is let go, and `accept_upload` says so at the field."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= settings.UPLOAD_MAX_BYTES else None

    def file_complete(self, file_size: int) -> None:
        return None
