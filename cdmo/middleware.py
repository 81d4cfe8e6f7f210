"""Turns refusals that a view let through into answers."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse

from audit.refusals import BadInput, NotAllowed, Refused
from cdmo.errors import no_page, page_not_found, refusal


class RefusalMiddleware:
    """Services raise; this answers 400, 403, 404 or 409 with their words, and a wrong method with a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        opened = answer.status_code == 405 and request.method == "GET" and not request.path.startswith("/api/")
        return no_page(request, answer) if opened else answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NotAllowed | Refused | BadInput):
            return refusal(request, error)
        if isinstance(error, ObjectDoesNotExist):
            return page_not_found(request)
        return None
