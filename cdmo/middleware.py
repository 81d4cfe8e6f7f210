"""Turns refusals that a view let through into answers."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict

from audit.refusals import BadInput, NotAllowed, Refused
from cdmo.errors import no_page, page_not_found, refusal, unreadable
from cdmo.metrics import METHODS

METHODS_OF_PAGES = METHODS - {"PUT", "PATCH", "DELETE"}  # a form knows no others, and a view would take them for a GET
NUL = "\x00"


class RefusalMiddleware:
    """Services raise; this answers 400, 403, 404 or 409 with their words, and a wrong method with a page.

    The database holds no NUL character and nobody types one, so no view is asked with one. The API's own parser looks at its bodies.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        opened = answer.status_code == 405 and request.method == "GET" and not request.path.startswith("/api/")
        return no_page(request, answer) if opened else answer

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        known = METHODS if request.path.startswith("/api/") else METHODS_OF_PAGES
        if request.method not in known:
            return HttpResponseNotAllowed(sorted(known))
        if NUL in request.path:
            return page_not_found(request)
        typed = request.method == "POST" and not request.path.startswith("/api/")
        unread = holding_nul(request.GET) or (holding_nul(request.POST) if typed else [])
        return unreadable(request, unread) if unread else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NotAllowed | Refused | BadInput):
            return refusal(request, error)
        if isinstance(error, ObjectDoesNotExist):
            return page_not_found(request)
        return None


def holding_nul(given: QueryDict) -> list[str]:
    return [name for name, values in given.lists() if NUL in name or any(NUL in value for value in values)]
