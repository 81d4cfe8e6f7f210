"""What clients' systems sign in with, and the answers kept for those that repeat a write. Imported by `accounts.models`."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken, AuthTokenManager

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User


class IntegrationTokenQuerySet(models.QuerySet["IntegrationToken"]):
    def visible_to(self, user: User) -> IntegrationTokenQuerySet:
        """Internal people see the tokens of accounts that they may keep; a client's people those of their own organisation's accounts."""
        if not user.is_active or user.kind == user.Kind.INTEGRATION:
            return self.none()
        if not user.is_internal:
            return self.filter(user__client_id=user.client_id)
        return self.filter(user__in=get_user_model().objects.kept_by(user))

    def usable(self, at: datetime | Now | None = None) -> IntegrationTokenQuerySet:
        return self.filter(revoked_at=None, expiry__gt=at or timezone.now(), user__is_active=True)


class IntegrationToken(AbstractAuthToken):
    """A client's system reads with it. Stored hashed, shown once, always expiring, revocable by both sides.

    `public_id` names it in addresses and in the record; the digest, which is the primary key, stays in this table.
    """

    class Scope(models.TextChoices):
        READ = "read", _("Read")
        WRITE = "write", _("Read and write")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    scope = models.CharField(_("scope"), max_length=8, choices=Scope.choices, default=Scope.READ)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("created by"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("revoked by")
    )

    objects = AuthTokenManager.from_queryset(IntegrationTokenQuerySet)()

    class Meta:
        verbose_name = _("integration token")
        verbose_name_plural = _("integration tokens")
        ordering = ["-created", "digest"]
        constraints = [models.CheckConstraint(name="integration_token_expires", condition=Q(expiry__isnull=False))]

    def __str__(self) -> str:
        return self.name

    @property
    def is_expired(self) -> bool:
        return self.expiry is None or self.expiry <= timezone.now()


class AnsweredRequest(models.Model):
    """The answer to a write of the API that came with an `Idempotency-Key`, kept for a day so that a repetition gets it again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True)
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="answered_once")]
        indexes = [models.Index(fields=["answered_at"])]

    def __str__(self) -> str:
        return self.key
