"""The end of a session by idleness or age, and the reader's own time zone and language.

The time of the last request is kept in the session, written at most once a minute: it must end on the server, survive the loss
of Redis (a cache entry would not) and be nobody's to replay (a signed cookie would be). That costs one write a minute per person.
Whatever the browser does by itself (header X-Background: polling) does not keep a session alive.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _t

from accounts.adapter import SEEN_AT, SIGNED_IN_AT
from accounts.authentication import brings_token, token_of
from accounts.languages import page_language_of, zone_of
from audit.client_role import client_rows
from audit.context import set_actor
from audit.events import record

GetResponse = Callable[[HttpRequest], HttpResponse]
BACKGROUND = "X-Background"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OF_THE_INSTALLATION = frozenset({"/healthz", "/readyz", "/metrics"})  # they look at tables that no client's role may read


def seen_every() -> int:
    """Seconds between two notes of the last request; also how late a session may end, never early."""
    return min(60, settings.IDLE_TIMEOUT_SECONDS // 10)


def seconds_left(request: HttpRequest) -> int:
    now = int(time.time())
    idle = request.session.get(SEEN_AT, now) + settings.IDLE_TIMEOUT_SECONDS + seen_every() - now
    age = request.session.get(SIGNED_IN_AT, now) + settings.SESSION_COOKIE_AGE - now
    return max(0, min(idle, age))


class IdleTimeoutMiddleware:
    """After the idle time or the absolute life the session no longer authorises.

    A form sent too late, by htmx or by the browser, is answered by the sign-in page, which leads back to the page of that form;
    `static/js/draft.js` has kept what was typed and puts it back there.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.idle_seconds = settings.IDLE_TIMEOUT_SECONDS  # type: ignore[attr-defined]  # for the warning on the page
        if request.user.is_authenticated:
            request.user.is_reader = True
            if seconds_left(request) == 0:
                self.end(request)
            else:
                self.note(request)
        response = self.get_response(request)
        return back_to_form(request, response) if is_sign_in(response) else response

    def end(self, request: HttpRequest) -> None:
        with transaction.atomic():
            record("person.signed_out", request.user, actor=request.user, reason="idle")  # type: ignore[arg-type]
        logout(request)
        set_actor(request.user)
        messages.info(request, _t("You were signed out because you were away for a while. Sign in to go on where you were."))

    def note(self, request: HttpRequest) -> None:
        now = int(time.time())
        request.session.setdefault(SIGNED_IN_AT, now)
        asleep = request.headers.get(BACKGROUND) and SEEN_AT in request.session
        if not asleep and now - request.session.get(SEEN_AT, 0) >= seen_every():
            request.session[SEEN_AT] = now


def is_sign_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and urlsplit(response.headers.get("Location", "")).path == resolve_url(settings.LOGIN_URL)


def back_to_form(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Rewrite a redirect to the sign-in page so that it leads back to the page, not to the address that the form was sent to."""
    htmx = request.headers.get("HX-Request") == "true"
    if request.method in SAFE and not htmx:
        return response
    page = request.headers.get("HX-Current-URL") if htmx else request.headers.get("Referer")
    address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': local_address(request, page)})}"
    return HttpResponse(status=204, headers={"HX-Redirect": address}) if htmx else HttpResponseRedirect(address)


def local_address(request: HttpRequest, page: str | None) -> str:
    """The page without its host, where it is one of ours; else the first page."""
    parts = urlsplit(page or "")
    local = f"{parts.path}?{parts.query}" if parts.query else parts.path
    safe = url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}) if page else False
    return local if safe and url_has_allowed_host_and_scheme(local, allowed_hosts=None) else "/"


class LocaleMiddleware:
    """Pages in the person's own time zone and, where there are pages in it, language; never in what a browser happens to prefer,
    because what is written from a page stands in the record. The API always speaks UTC."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user if request.user.is_authenticated and not request.path.startswith("/api/") else None
        with translation.override(page_language_of(person)), timezone.override(zone_of(person) if person else None):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
            return response


class ClientRowsMiddleware:
    """A client's request, by session or by token, is answered in one transaction that sees the client's rows only.

    Around the view and everything that is rendered later; what a body would still read while it is sent is read here.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        client_id = client_of(request)
        if client_id is None:
            return self.get_response(request)
        with client_rows(client_id):
            response = self.get_response(request)
            if response.streaming and getattr(response, "file_to_stream", None) is None:
                response.streaming_content = list(response)  # type: ignore[attr-defined]
        return response


def client_of(request: HttpRequest) -> int | None:
    """The client for whom it is asked; None for our people, for strangers, for a token that is not valid, and for `OF_THE_INSTALLATION`."""
    person = request.user
    if request.path in OF_THE_INSTALLATION:
        return None
    if request.path.startswith("/api/") and brings_token(request):
        token = token_of(request)
        if token is None:
            return None
        person = token.user
    return None if not person.is_authenticated or person.is_internal else person.client_id
