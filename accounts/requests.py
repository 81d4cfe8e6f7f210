"""Requests of somebody who is signed in, for type checkers; and what a request may ask for."""

from __future__ import annotations

from collections.abc import Collection

from django.http import HttpRequest
from django.utils.translation import gettext as _t
from rest_framework.request import Request

from accounts.models import User
from audit.refusals import BadInput


class SignedInRequest(HttpRequest):
    """What a view behind `login_required`, `internal_required` or `client_required` gets."""

    user: User


class ApiRequest(Request):
    """What an API view behind `IsAuthenticated` gets."""

    user: User


def refuse_unknown(request: Request, known: Collection[str]) -> None:
    """A parameter that nobody reads would look as if it had chosen something."""
    if unknown := sorted(set(request.query_params) - set(known)):
        words = _t("There is no such parameter. There are: %(known)s.") % {"known": ", ".join(sorted(known))}
        raise BadInput({name: [words] for name in unknown})
