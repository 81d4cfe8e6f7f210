"""What signing in does here beyond allauth: everything is recorded, nobody signs up, an inactive account answers like an unknown one."""

from __future__ import annotations

import base64
import hashlib
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.duties import note_duties
from accounts.languages import speaking_to
from accounts.models import User
from accounts.names import person_for
from audit.client_role import in_client_rows
from audit.context import Channel, acting, set_actor
from audit.events import record

if TYPE_CHECKING:
    from django.http import HttpRequest

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
LOCK_SECONDS = 900


class AccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail or the password is not right.")
    }
    failure = "person.sign_in_failed"  # the kind of event that a wrong password is recorded as

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Person and address: who fails elsewhere does not keep the person out."""
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{self.get_client_ip(request)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            self._count_from_everywhere(str(credentials.get("email", "")))
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            email = str(credentials.get("email", ""))[:254].lower()
            if cache.add(f"accounts:locked:{hashlib.sha256(email.encode()).hexdigest()}", 1, timeout=LOCK_SECONDS):
                self.record_failure(request, "person.locked_out", email)
            raise

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        super()._delete_login_attempts_cached_email(request, **credentials)
        cache.delete(_failures_key(str(credentials.get("email", ""))))

    def _count_from_everywhere(self, email: str) -> None:
        if cache.get(_failures_key(email), 0) >= settings.SIGN_IN_FAILURES_EACH_HOUR:
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """A deactivated person and an integration account get the answer that an unknown address gets."""
        user = super().authenticate(request, **credentials)
        if user is None or (user.is_active and user.kind != User.Kind.INTEGRATION):
            return user
        self.authentication_failed(request, **credentials)
        return None

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        email = str(credentials.get("email", ""))[:254].lower()
        key = _failures_key(email)
        cache.add(key, 0, timeout=3600)
        cache.incr(key)
        self.record_failure(request, self.failure, email)

    def record_failure(self, request: HttpRequest, kind: str, email: str) -> None:
        """In a transaction of its own, or in that of a client's request: what failed stays recorded when all around it is taken back."""
        person = User.objects.filter(email=email).first()
        with acting(channel=Channel.SYSTEM), transaction.atomic(durable=not in_client_rows()):
            record(kind, person, actor=None, email=email, ip=self.get_client_ip(request))

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = int(time.time())
        set_actor(user)
        note_duties(request, user)
        with transaction.atomic():
            record("person.signed_in", user, actor=user, ip=self.get_client_ip(request))

    def logout(self, request: HttpRequest) -> None:
        if request.user.is_authenticated:
            with transaction.atomic():
                record("person.signed_out", request.user, actor=request.user)
        super().logout(request)

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        """Whoever holds the old password or the mailed link is the person."""
        user.set_password(password)
        user.save(update_fields=["password"])
        record("person.password_changed", user, actor=user)

    def format_email_subject(self, subject: str) -> str:
        """With the host of SITE_URL: a worker has no request that names one."""
        return f"[{urlsplit(settings.SITE_URL).netloc}] {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of who gets it, not of the page that it is sent from."""
        person = User.objects.filter(email=email).first()
        if person is None:
            super().send_mail(template_prefix, email, context)
            return
        with speaking_to(person):
            super().send_mail(template_prefix, email, context)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Sent by an administrator; who asks for a link gets it from a worker (`accounts.links`). Who has no password yet is told who
        opened the account, and for what."""
        if not user.is_active or user.kind == User.Kind.INTEGRATION:
            return
        sender = context["request"].user
        if user.has_usable_password():
            super().send_password_reset_mail(user, email, context)
            return
        invitation = {
            "inviter": person_for(user, sender),
            "organisation": settings.ORGANISATION_NAME,
            "valid_until": timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
            "again": context["request"].build_absolute_uri(reverse("account_reset_password")),
        }
        self.send_mail("account/email/invitation", email, context | invitation)


class SecondFactorAdapter(DefaultMFAAdapter):
    """The seeds of authenticator apps are stored encrypted with a key derived from SECRET_KEY."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _failures_key(email: str) -> str:
    return f"accounts:failures:{hashlib.sha256(email[:254].lower().encode()).hexdigest()}"


def _cipher() -> Fernet:
    digest = hashlib.sha256(b"accounts.second-factor:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
