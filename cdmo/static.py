"""Static files of production: hashed names, compressed once; and the one that a browser asks for by itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Gzip only: Brotli would take minutes instead of seconds, and the reverse proxy of docker-compose.yml does not serve it."""

    def create_compressor(self, **options: Any) -> Compressor:
        return Compressor(**{**options, "use_brotli": False})


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """For what carries no link to it: a PDF, a picture, an answer of the API."""
    return redirect(static("favicon.svg"))
