"""A chart as SVG, for documents and mail: the same specification that the browser draws."""

from __future__ import annotations

import vl_convert

from charts.look import Spec

PRINT_WIDTH = 1000  # pixels, for a specification that fills its container


def to_svg(spec: Spec, width: int = PRINT_WIDTH) -> str:
    """Draw the specification. The first call in a process takes about a second.

    Never call it in a process that forks afterwards, nor at import: the converter's threads do not survive the fork and the
    child hangs. Nothing is fetched: specifications carry their data.
    """
    sized = spec | {"width": width} if spec.get("width") == "container" else spec
    return str(vl_convert.vegalite_to_svg(sized, allowed_base_urls=[]))
