"""Answers to what went wrong: pages that say what to do, small fragments for htmx, JSON for the API."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.template import loader
from django.urls import is_valid_path, reverse
from django.utils.translation import gettext as _t

from accounts.middleware import local_address
from audit.refusals import BadInput, Blocker, NotAllowed, Refused
from cdmo.outages import RETRY_SECONDS, Outage, outage_of

TITLES = {400: "Bad input", 403: "Not allowed", 404: "Not found", 409: "Refused", 500: "Server error", 503: "Not available"}


def refusal(request: HttpRequest, error: NotAllowed | Refused | BadInput) -> HttpResponse:
    """The answer to a refused action, with the same reasons everywhere."""
    if isinstance(error, Refused):
        return _answer(request, 409, str(error), error.blockers)
    if isinstance(error, NotAllowed):
        return _answer(request, 403, str(error))
    return _answer(request, 400, str(error))


def _answer(request: HttpRequest, status: int, words: str, blockers: Sequence[Blocker] = ()) -> HttpResponse:
    if request.path.startswith("/api/"):
        return _problem(status, words)
    if request.headers.get("X-Requested-With") == "dropzone":  # a script sent a file and says the words beside it
        return JsonResponse({"detail": words}, status=status)
    template = "_refusal.html" if is_fragment(request) else f"{status}.html"
    return render(request, template, {"words": words, "blockers": blockers}, status=status)


def _problem(status: int, words: str, **members: object) -> HttpResponse:
    body = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": words, **members}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def unreadable(request: HttpRequest, names: Sequence[str]) -> HttpResponse:
    """What these parameters or fields hold, no text can."""
    words = _t("Text cannot hold a NUL character.")
    if request.path.startswith("/api/"):
        return _problem(400, words, errors={name: [words] for name in names})
    return _answer(request, 400, words)


def is_fragment(request: HttpRequest) -> bool:
    """Asked by htmx for a part of a page, not for a whole one."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx and not htmx.boosted)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 400, _t("The request could not be understood."))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403, str(exception) if isinstance(exception, NotAllowed) else "")


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 404, _t("There is nothing at this address that you may see."))


def no_page(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Somebody opened an address to which a form is sent; straight from signing in, the page above it is meant."""
    above = page_above(request.path)
    came_from = urlsplit(request.headers.get("Referer", "")).path
    if came_from in (resolve_url(settings.LOGIN_URL), reverse("mfa_authenticate")):
        return redirect(above)
    page = render(request, "405.html", {"above": above}, status=405)
    page.headers["Allow"] = answer.headers["Allow"]
    return page


def page_above(path: str) -> str:
    """The nearest address above this one that exists."""
    parts = path.strip("/").split("/")
    for length in range(len(parts) - 1, 0, -1):
        above = f"/{'/'.join(parts[:length])}/"
        if is_valid_path(above):
            return above
    return "/"


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without context: whatever broke may break the context too."""
    away = outage_of(sys.exc_info()[1])
    if away:
        return unavailable(request, away)
    if request.path.startswith("/api/"):
        return _problem(500, "The server failed. Nothing was changed; please try again.")
    return HttpResponse(loader.get_template("500.html").render(), status=500)


def unavailable(request: HttpRequest, away: Outage) -> HttpResponse:
    """Without context as well: who asks may be what cannot be read."""
    if request.path.startswith("/api/"):
        answer: HttpResponse = _problem(503, str(away.to_systems))
    elif request.headers.get("X-Requested-With") == "dropzone":
        answer = JsonResponse({"detail": str(away.words)}, status=503)
    else:
        page = request.get_full_path() if request.method == "GET" else request.headers.get("Referer")
        again = local_address(request, page)
        answer = HttpResponse(loader.get_template("503.html").render({"words": away.words, "again": again}), status=503)
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Mostly an expired session behind a form that stayed open: sign in again, the draft is kept by the browser.

    `accounts.middleware` makes the redirect lead back to the page of the form, and speak htmx.
    """
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    return _answer(request, 403, _t("The form was too old or came from elsewhere. Load the page again; what you typed is kept."))
