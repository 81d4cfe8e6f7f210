"""What was asked in one act of a version that does not exist as a file yet: to take effect by itself, and to be shown to the client."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.history import tracked


class IssuanceQuerySet(models.QuerySet["Issuance"]):
    def pending(self) -> IssuanceQuerySet:
        return self.filter(done_at=None)


@tracked
class Issuance(models.Model):
    """Who wants a version issued, and what the client reads with it. Done when it is, or when it was refused."""

    version = models.OneToOneField("documents.DocumentVersion", on_delete=models.PROTECT, related_name="issuance")
    share = models.BooleanField(default=True)
    message = models.TextField(_("message to the client"), blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    refusal = models.TextField(blank=True)

    objects = IssuanceQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["version"], condition=models.Q(done_at=None), name="issuance_pending")]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.asked_at}"
