"""How a route of the API hands out a file as it is stored."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from rest_framework import renderers

from audit.files import MEDIA_TYPES

# For `extend_schema(responses=…)`: the file in whichever of the media types that are ever stored.
A_FILE = {(200, *sorted({*MEDIA_TYPES.values()})): OpenApiTypes.BINARY}


class AnyFile(renderers.BaseRenderer):
    """The file goes out as it is stored; refusals before it are JSON."""

    media_type = "*/*"
    format = "file"
    charset = None
    render_style = "binary"

    def render(self, data: object, accepted_media_type: str | None = None, renderer_context: object = None) -> bytes:
        return renderers.JSONRenderer().render(data)
