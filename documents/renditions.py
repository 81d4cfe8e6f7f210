"""The files of a version: for review, signed, or as uploaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import AppendOnly

if TYPE_CHECKING:
    from accounts.models import User


class RenditionQuerySet(models.QuerySet["Rendition"]):
    def visible_to(self, user: User) -> RenditionQuerySet:
        """Files of visible versions; a client gets the signed PDF, the file as uploaded, and the review copy of what it is to sign."""
        versions = apps.get_model("documents", "DocumentVersion").objects  # imports this module
        seen = self.filter(Exists(versions.visible_to(user).filter(pk=OuterRef("version_id"))))
        offered = versions.offered().filter(pk=OuterRef("version_id"), content_hash=OuterRef("content_hash"))
        return seen if user.is_internal else seen.filter(~Q(kind=Rendition.Kind.REVIEW) | Exists(offered))


class Rendition(AppendOnly):
    """A file of a version, kept under its SHA-256. One per version, kind and content, however often it was tried."""

    class Kind(models.TextChoices):
        REVIEW = "review", _("For review")
        EFFECTIVE = "effective", _("Signed")
        UPLOADED = "uploaded", _("As uploaded")

    version = models.ForeignKey("documents.DocumentVersion", on_delete=models.PROTECT, related_name="renditions")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    content_hash = models.CharField(_("content hash"), max_length=64)
    name = models.CharField(_("file name"), max_length=255)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    size_bytes = models.PositiveBigIntegerField(_("size"))
    pages = models.PositiveIntegerField(_("pages"), default=0)
    created_at = models.DateTimeField(_("made"), default=timezone.now)

    objects = RenditionQuerySet.as_manager()

    class Meta(AppendOnly.Meta):
        ordering = ["created_at", "id"]
        verbose_name = _("file of a document")
        verbose_name_plural = _("files of documents")
        constraints = [models.UniqueConstraint(fields=["version", "kind", "content_hash"], name="rendition_once")]
        indexes = [models.Index(fields=["sha256"], name="rendition_sha256")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        address = [self.version.document.number, self.version.number]
        uploaded = self.kind == self.Kind.UPLOADED
        return reverse("document-uploaded", args=address) if uploaded else reverse("document-pdf", args=[*address, self.kind])
