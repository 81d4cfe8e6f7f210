"""Whose pages these are. A client's person gets the answer of an address that does not exist."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase

from accounts.requests import SignedInRequest

Parameters = ParamSpec("Parameters")
View = Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]
SignedInView = Callable[Concatenate[SignedInRequest, Parameters], HttpResponseBase]


def signed_in(view: SignedInView[Parameters]) -> View[Parameters]:
    """Signed in, whoever it is; else the sign-in page."""
    return login_required(view)  # type: ignore[type-var, return-value]


def internal_required(view: SignedInView[Parameters]) -> View[Parameters]:
    """Signed in and one of ours; else the sign-in page or 404."""

    @wraps(view)
    def checked(request: SignedInRequest, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponseBase:
        if not request.user.is_internal:
            raise Http404
        return view(request, *args, **kwargs)

    return signed_in(checked)


def client_required(view: SignedInView[Parameters]) -> View[Parameters]:
    """Signed in and a person of a client; else the sign-in page or 404."""

    @wraps(view)
    def checked(request: SignedInRequest, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponseBase:
        if not request.user.is_client:
            raise Http404
        return view(request, *args, **kwargs)

    return signed_in(checked)
