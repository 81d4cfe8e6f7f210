"""A chart as SVG, for documents and mail: the same specification that the browser draws."""

from __future__ import annotations

import json
from collections.abc import Mapping

import vl_convert

from charts.look import SURFACE, Spec

COLUMN_WIDTH = 720  # pixels, beside text of a document: 166 mm
PRINT_WIDTH = 1000  # pixels, for a specification that fills its container


def to_svg(spec: Spec, width: int = PRINT_WIDTH) -> str:
    """Draw the specification. The first call in a process takes about a second.

    Never call it in a process that forks afterwards, nor at import: the converter's threads do not survive the fork and the
    child hangs. A worker of the web server forks nothing, so it may. Nothing is fetched: specifications carry their data.
    """
    return str(vl_convert.vegalite_to_svg(_sized(spec, width), allowed_base_urls=[]))


def drawn(kept: Mapping[str, str], width: int) -> dict[str, str]:
    """The pictures whose specifications the snapshot of a document keeps, each by its name."""
    return {name: to_svg(json.loads(spec), width) for name, spec in kept.items()}


def to_png(spec: Spec, width: int = PRINT_WIDTH) -> bytes:
    """The same picture in pixels, two for one, on white; a fifth of a second once the process has drawn before."""
    return bytes(vl_convert.vegalite_to_png(_sized(spec, width) | {"background": SURFACE}, scale=2, allowed_base_urls=[]))


def to_pdf(spec: Spec, width: int = PRINT_WIDTH) -> bytes:
    """The same picture as one page of its own size."""
    return bytes(vl_convert.vegalite_to_pdf(_sized(spec, width) | {"background": SURFACE}, allowed_base_urls=[]))


def _sized(spec: Spec, width: int) -> Spec:
    return spec | {"width": width} if spec.get("width") == "container" else spec
