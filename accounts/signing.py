"""Showing who you are at the moment of signing (21 CFR 11.200): the password every time, the second factor where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from allauth.account.adapter import get_adapter
from allauth.core.context import request_context
from allauth.core.internal import ratelimit  # as allauth's adapter: the public one can only forget everything, not take back one use
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.refusals import BadInput, require

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User

FAILED = "signature.authentication_failed"
TOO_MANY = _("Too many failed attempts. Wait a quarter of an hour, then try again.")


@dataclass(frozen=True)
class Authentication:
    """Proof that the person behind `user_id` has just entered what only that person knows (and has)."""

    user_id: int
    method: str
    at: datetime


def authenticate_signer(request: HttpRequest, password: str, code: str = "") -> Authentication:
    """Call it in the view, before the transaction of the signing: it takes a second, and a failure must stay recorded.

    Failures count together with those of the sign-in and lock both. Raises BadInput at `password` or `code`, NotAllowed for an
    integration account. A code that was used for the sign-in is not accepted again: wait for the next one.
    """
    request = getattr(request, "_request", request)
    user: User = request.user  # type: ignore[assignment]
    require(user.is_authenticated and user.is_active and (user.is_internal or user.is_client), _("Only a person can sign."))
    second_factor = second_factor_of(user)
    if not password:
        raise BadInput({"password": [_("Enter your password.")]})
    if second_factor and not code.strip():
        raise BadInput({"code": [_("Enter the code that your authenticator app shows now.")]})
    with request_context(request):
        _check_password(request, user, password)
        if second_factor:
            _check_code(request, user, second_factor, code.strip())
    return Authentication(user_id=user.pk, method="password+totp" if second_factor else "password", at=timezone.now())


def second_factor_of(user: User) -> Authenticator | None:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()


def _check_password(request: HttpRequest, user: User, password: str) -> None:
    adapter = get_adapter(request)
    adapter.failure = FAILED
    try:
        right = adapter.reauthenticate(user, password)
    except ValidationError:
        raise BadInput({"password": [TOO_MANY]}) from None
    if not right:
        raise BadInput({"password": [_("The password is wrong.")]})


def _check_code(request: HttpRequest, user: User, second_factor: Authenticator, code: str) -> None:
    usage = ratelimit.consume(request, app="allauth.account", action="login_failed", key=f"mfa-auth-user-{user.pk}")
    if not usage:
        raise BadInput({"code": [TOO_MANY]})
    if not second_factor.wrap().validate_code(code):
        get_adapter(request).record_failure(request, FAILED, user.email)
        raise BadInput({"code": [_("The code is wrong or was used already. Wait for the next one.")]})
    usage.rollback()
    second_factor.record_usage()
