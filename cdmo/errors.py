"""Answers to what went wrong: pages that say what to do, small fragments for htmx, JSON for the API."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.utils.translation import gettext as _t

from audit.refusals import BadInput, Blocker, NotAllowed, Refused

TITLES = {400: "Bad input", 403: "Not allowed", 404: "Not found", 409: "Refused", 500: "Server error"}


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
    template = "_refusal.html" if is_fragment(request) else f"{status}.html"
    return render(request, template, {"words": words, "blockers": blockers}, status=status)


def _problem(status: int, words: str) -> HttpResponse:
    body = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": words}
    return JsonResponse(body, status=status, content_type="application/problem+json")


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


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without context: whatever broke may break the context too."""
    if request.path.startswith("/api/"):
        return _problem(500, "The server failed. Nothing was changed; please try again.")
    return HttpResponse(loader.get_template("500.html").render(), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Mostly an expired session behind a form that stayed open: sign in again, the draft is kept by the browser."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    return _answer(request, 403, _t("The form was too old or came from elsewhere. Load the page again; what you typed is kept."))


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page, and back to where the person was; under htmx by a header that moves the whole page."""
    back = request.headers.get("HX-Current-URL", "") if is_fragment(request) else request.get_full_path()
    address = f"{reverse('account_login')}?next={quote(_own_path(back))}"
    if is_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponse(status=302, headers={"Location": address})


def _own_path(address: str) -> str:
    """Path and query of an address of ours; never another host."""
    tail = address.split("://", 1)[-1]
    return "/" + tail.split("/", 1)[1].lstrip("/") if "://" in address and "/" in tail else address
