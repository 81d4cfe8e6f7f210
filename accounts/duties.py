"""What somebody has to do before anything else: set up a second factor, choose a new password.

Found out at the sign-in and kept in the session, so that no request asks the database for it. Whoever signs in by the
organisation's own provider owes no password here, and no second factor either, unless the provider has to say that there was one
(OIDC_ACR, OIDC_AMR) and does not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import authentication_step_completed, password_changed, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import User
from accounts.oidc import VOUCHED
from accounts.services.second_factor import signs
from accounts.signing import second_factor_of
from audit.events import record
from audit.models import Event
from audit.moments import written

DUTIES = "duties"
SECOND_FACTOR, PASSWORD = "second_factor", "password"
PAGES = {SECOND_FACTOR: "mfa_activate_totp", PASSWORD: "account_change_password"}
OPEN = ("/accounts/2fa/", "/accounts/password/", "/accounts/reauthenticate/", "/accounts/logout/", "/accounts/keep-alive/", "/static/")


def note_duties(request: HttpRequest, user: User) -> None:
    """At the sign-in."""
    duties = []
    by_provider = any(each["method"] == "socialaccount" for each in get_authentication_records(request, user))
    if not by_provider and _password_is_old(user):
        duties.append(PASSWORD)
    vouched = by_provider and getattr(request, VOUCHED, True)
    if not vouched and settings.SECOND_FACTOR_REQUIRED and user.is_internal and second_factor_of(user) is None:
        until = user.date_joined + timedelta(days=settings.SECOND_FACTOR_GRACE_DAYS)
        if until <= timezone.now() or (by_provider and signs(user.roles)):  # elsewhere no such role is given before the factor is there
            duties.append(SECOND_FACTOR)
        else:
            messages.warning(
                request, _t("Set up a second factor in your profile; from %(until)s on you need one.") % {"until": written(until)}
            )
        if by_provider:
            messages.warning(request, _t("Your organisation's sign-in does not say that it asked you for a second factor."))
    if duties:
        request.session[DUTIES] = duties


def _password_is_old(user: User) -> bool:
    if not settings.PASSWORD_MAX_AGE_DAYS:
        return False
    changed: datetime | None = (
        Event.objects.filter(kind="person.password_changed", object_id=str(user.pk), object_type__model="user")
        .values_list("at", flat=True)
        .last()
    )
    return (changed or user.date_joined) < timezone.now() - timedelta(days=settings.PASSWORD_MAX_AGE_DAYS)


class DutiesMiddleware:
    """Until it is done, every page leads there; the API says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        duties = request.user.is_authenticated and request.session.get(DUTIES)
        if not duties or request.path.startswith(OPEN):
            return self.get_response(request)
        if request.path.startswith("/api/"):
            words = _t("Set up your second factor or choose a new password first: open any page.")
            return JsonResponse({"title": words, "status": 403}, status=403, content_type="application/problem+json")
        messages.info(request, _words()[duties[0]])
        return HttpResponseRedirect(reverse(PAGES[duties[0]]))


def _words() -> dict[str, str]:
    return {
        SECOND_FACTOR: _t("Your organisation asks for a second factor. Set up the authenticator app; then everything else opens."),
        PASSWORD: _t("Your password is older than your organisation allows. Choose a new one; then everything else opens."),
    }


def listen() -> None:
    """What happens to factors and passwords is recorded, and does what was owed."""
    for signal, change in ((authenticator_added, "added"), (authenticator_removed, "removed"), (authenticator_reset, "renewed")):
        signal.connect(_recorder(change), weak=False, dispatch_uid=f"accounts.duties.{change}")
    for signal in (password_changed, password_set):
        signal.connect(_password_done, dispatch_uid="accounts.duties.password")
    authentication_step_completed.connect(_new_token, dispatch_uid="accounts.duties.token")


def _recorder(change: str) -> Callable[..., None]:
    def receive(request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
        with transaction.atomic():
            record("person.second_factor_changed", user, actor=user, change=f"{authenticator.get_type_display()}: {change}")
        if change == "added":
            _done(request, SECOND_FACTOR)
        _offer(request)

    return receive


def _password_done(request: HttpRequest, **_kwargs: Any) -> None:
    _done(request, PASSWORD)


def _new_token(request: HttpRequest, reauthenticated: bool = False, **_kwargs: Any) -> None:
    """Whoever confirms who they are goes on in a new session; its row goes with it."""
    if not reauthenticated:
        return
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def _done(request: HttpRequest, duty: str) -> None:
    left = [each for each in request.session.get(DUTIES, []) if each != duty]
    if left:
        request.session[DUTIES] = left
    else:
        request.session.pop(DUTIES, None)


def _offer(request: HttpRequest) -> None:
    """Who changes a factor because it was lost wants the others out."""
    messages.info(request, _t("If you are signed in elsewhere, you can end that in your profile, under “Where you are signed in”."))
