"""Sign-in by the organisation's own identity provider (OpenID Connect), where one is configured.

The provider says who somebody is; whether there is an account for that person, and what it may do, stays here. At first the verified
e-mail leads to the account; from then on the provider's own name for the person does, whatever becomes of the e-mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _t

from accounts.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest

PROVIDER = "organisation"
VOUCHED = "provider_vouched"  # on the request: the provider says, or is trusted to have seen to it, that there was a second factor


def vouches(claims: Mapping[str, Any]) -> bool:
    """Whether a sign-in with these claims of the signed token was one with a second factor: by its class or by one of its methods."""
    if not (settings.OIDC_ACR or settings.OIDC_AMR):
        return True
    methods = claims.get("amr")
    seen = set(map(str, methods)) if isinstance(methods, list) else set()
    return str(claims.get("acr")) in settings.OIDC_ACR or not seen.isdisjoint(settings.OIDC_AMR)


class ProviderAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Only an active person who has an account here, and only to sign in: nobody ties a second name to an account."""
        person: User = sociallogin.user
        known = sociallogin.is_existing and person.is_active and person.kind != User.Kind.INTEGRATION
        if known and sociallogin.state.get("process") == AuthProcess.LOGIN:
            setattr(request, VOUCHED, vouches(sociallogin.account.extra_data.get("id_token") or {}))
            return
        email = str(person.email or "")[:254].lower()
        get_account_adapter(request).record_failure(request, "person.sign_in_failed", email)
        words = _t("You are known to your organisation, but there is no account for you here. Ask an administrator to open one.")
        self._back(request, words)

    def on_authentication_error(self, request: HttpRequest, provider: Any, *arguments: Any, **details: Any) -> None:
        self._back(request, _t("Your organisation's sign-in did not succeed. Try again, or sign in with your password."))

    def _back(self, request: HttpRequest, words: str) -> None:
        messages.error(request, words)
        raise ImmediateHttpResponse(redirect("account_login"))
