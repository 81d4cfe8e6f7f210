"""The other way in, where there is one."""

from __future__ import annotations

from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.urls import reverse

from accounts.oidc import PROVIDER

register = template.Library()


@register.simple_tag
def sign_in_elsewhere(following: str) -> dict[str, str] | None:
    """Name and address of the organisation's own sign-in, which leads on to `following`."""
    if not settings.OIDC_ISSUER:
        return None
    address = reverse("openid_connect_login", args=[PROVIDER])
    return {"name": settings.OIDC_NAME, "address": f"{address}?{urlencode({'next': following})}" if following else address}
