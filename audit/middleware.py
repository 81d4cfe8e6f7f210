"""Request id, channel and acting user for everything that a request records."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from audit.context import AuditContext, Channel, entered, new_request_id

HEADER = "X-Request-ID"
_ALLOWED = re.compile(r"[A-Za-z0-9-]{1,64}")


class AuditContextMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = getattr(request, "user", None)
        request_id = request_id_of(request)
        request.audit_request_id = request_id  # type: ignore[attr-defined]
        with entered(AuditContext(user if user and user.is_authenticated else None, channel_of(request), request_id)):
            response = self.get_response(request)
        response[HEADER] = request_id
        return response


def channel_of(request: HttpRequest) -> Channel:
    return Channel.API if request.path.startswith("/api/") else Channel.PAGE


def request_id_of(request: HttpRequest) -> str:
    """The caller's id when it is harmless in a log line, else a new one."""
    given = request.headers.get(HEADER, "")
    return given if _ALLOWED.fullmatch(given) else new_request_id()
