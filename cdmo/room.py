"""Room for the frames of deep calls.

CPython keeps the frames of Python's functions in chunks of 16 KB: a call that finds no place in the last chunk takes a new one from the
kernel, and gives it back when it returns. Pages, documents and queries call so deep that some loop of a template or of the ORM stands just
at the end of a chunk. Each of its turns then takes a chunk, has the kernel clear it, and gives it back: over a thousand times for the page
of a project, which took a fifth of its time. (CPython 3.11 to 3.14, `push_chunk` in Python/pystate.c.)

A call that asks for more than a chunk is given a larger one of its own. So one call with a wide frame stands before each request, task and
command, and all that they call finds its place behind it. What nobody writes to costs no memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

FRAME = 70_000  # places of 8 bytes: CPython takes the next power of two, 1 MB, of which nearly half stays for what is called


def with_room(call: Callable[P, R]) -> Callable[P, R]:
    """The same call behind a wide frame. Not for generators: theirs live elsewhere."""

    def roomy(*args: P.args, **kwargs: P.kwargs) -> R:
        return call(*args, **kwargs)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=FRAME)
    return roomy
