"""The frame of a service that is told a reason."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

from audit.context import because

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def act(service: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """One transaction, and the history of every row changed inside carries the `reason` that the service was given."""

    @wraps(service)
    def framed(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        reason = str(kwargs.get("reason") or "")
        with transaction.atomic():
            if not reason:
                return service(*args, **kwargs)
            with because(reason):
                return service(*args, **kwargs)

    return framed
