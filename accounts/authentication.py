"""Who calls the API: a client's system with a token, or a person with the session of the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connection
from django.db.models import Model, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.crypto import hash_token
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission

from accounts.models import IntegrationToken, User
from accounts.prepared import Prepared
from audit.context import set_actor

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from rest_framework.request import Request
    from rest_framework.views import APIView

T = TypeVar("T")
KEYWORDS = (b"bearer", b"token")
LAST_USE_EVERY = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>` (or `Token <token>`): one query by the token's hash, at most one small UPDATE a minute.

    Unknown, expired, revoked and deactivated get the same answer.
    """

    def authenticate(self, request: Request) -> tuple[User, IntegrationToken] | None:
        asked: HttpRequest = getattr(request, "_request", request)
        if not brings_token(asked):
            return None
        token = token_of(asked)
        if token is None:
            raise AuthenticationFailed(_("The token is unknown, expired or revoked."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def brings_token(request: HttpRequest) -> bool:
    parts = get_authorization_header(request).split()  # type: ignore[arg-type]
    return bool(parts) and parts[0].lower() in KEYWORDS


def token_of(request: HttpRequest) -> IntegrationToken | None:
    """The token that the request brings, looked up once: by the middleware, before the transaction of a client's request."""
    if not hasattr(request, "api_token"):
        parts = get_authorization_header(request).split()  # type: ignore[arg-type]
        token = _find(parts[1]) if len(parts) == 2 else None
        if token is not None:
            _note_use(token)
            set_actor(token.user)
        request.api_token = token  # type: ignore[attr-defined]
    return request.api_token  # type: ignore[attr-defined, no-any-return]


def _find(secret: bytes) -> IntegrationToken | None:
    try:
        digest = hash_token(secret.decode("ascii"))
    except UnicodeDecodeError:
        return None
    found = _as_the_check(lambda: _usable.ask(digest=digest))
    if not found:
        return None
    token = IntegrationToken.from_db(DEFAULT_DB_ALIAS, TOKEN, found[0][: len(TOKEN)])
    token.user = User.from_db(DEFAULT_DB_ALIAS, PERSON, found[0][len(TOKEN) :])
    return token


def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


TOKEN, PERSON = _columns(IntegrationToken), _columns(User)
_usable = Prepared(
    lambda digest: (
        IntegrationToken.objects.usable(at=Now()).filter(digest=digest).values_list(*TOKEN, *(f"user__{name}" for name in PERSON))
    ),
    "digest",
)


def _as_the_check(ask: Callable[[], T]) -> T:
    """The first query of a request shows as well as an empty one before it that the connection still works; if not, it is asked again."""
    if connection.in_atomic_block:
        return ask()
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        return ask()
    except (InterfaceError, OperationalError):
        connection.close()
        return ask()


def _note_use(token: IntegrationToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - LAST_USE_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - LAST_USE_EVERY)
        IntegrationToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
        token.last_used_at = now


class PageSessionAuthentication(SessionAuthentication):
    """The session of the pages, with their CSRF token: what our own scripts use."""


class TokenScopePermission(BasePermission):
    """A token with read scope reads; whatever changes something needs one with write scope."""

    message = _("This token may only read. Ask for one with the scope “read and write”.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        token = request.auth
        if not isinstance(token, IntegrationToken):
            return True
        return request.method in SAFE_METHODS or token.scope == IntegrationToken.Scope.WRITE
