"""How a stored file is handed out, by pages and by the API."""

from __future__ import annotations

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import renderers

from audit.files import EML, MEDIA_TYPES, PDF, SHOWN_INLINE, clean_name, open_file

# For `extend_schema(responses=…)`: the file in whichever of the media types that are ever stored.
A_FILE = {(200, *sorted({*MEDIA_TYPES.values(), EML})): OpenApiTypes.BINARY}
SHUT_IN = "default-src 'none'; sandbox"


class AnyFile(renderers.BaseRenderer):
    """The file goes out as it is stored; refusals before it are JSON."""

    media_type = "*/*"
    format = "file"
    charset = None
    render_style = "binary"

    def render(self, data: object, accepted_media_type: str | None = None, renderer_context: object = None) -> bytes:
        return renderers.JSONRenderer().render(data)


def stored_file(sha256: str, *, name: str, media_type: str, inline: bool = False) -> FileResponse:
    """Only PDFs and pictures open in the browser, if at all; everything else is a download. No type is guessed, nothing in it runs."""
    shown = inline and media_type in SHOWN_INLINE
    response = FileResponse(open_file(sha256), as_attachment=not shown, filename=clean_name(name), content_type=media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["ETag"] = f'"{sha256}"'
    if not (shown and media_type == PDF):  # a browser's own reader of PDFs does not open in a sandbox
        response["Content-Security-Policy"] = SHUT_IN
    return response
