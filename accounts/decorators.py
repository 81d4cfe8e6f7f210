"""Whose pages these are. A client's person gets the answer of an address that does not exist."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase

Parameters = ParamSpec("Parameters")
View = Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]


def internal_required(view: View[Parameters]) -> View[Parameters]:
    """Signed in and one of ours; else the sign-in page or 404."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponseBase:
        if not request.user.is_internal:  # type: ignore[union-attr]
            raise Http404
        return view(request, *args, **kwargs)

    return login_required(checked)


def client_required(view: View[Parameters]) -> View[Parameters]:
    """Signed in and a person of a client; else the sign-in page or 404."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponseBase:
        if not request.user.is_client:  # type: ignore[union-attr]
            raise Http404
        return view(request, *args, **kwargs)

    return login_required(checked)
