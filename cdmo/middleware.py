"""Turns refusals that a view let through into answers."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse

from audit.refusals import BadInput, NotAllowed, Refused
from cdmo.errors import is_fragment, page_not_found, refusal, to_sign_in


class RefusalMiddleware:
    """Services raise; this answers 400, 403, 404 or 409 with their words. An expired session under htmx leads to the sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 302 and is_fragment(request) and response.headers.get("Location", "").startswith("/accounts/login/"):
            return to_sign_in(request)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NotAllowed | Refused | BadInput):
            return refusal(request, error)
        if isinstance(error, ObjectDoesNotExist):
            return page_not_found(request)
        return None
