"""What uploaded files say, kept once for each content: the row is also its place among the files that are still to be read."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from documents.words import KeptWords

ATTEMPTS_MAX = 3  # a file at which workers die is left alone


class FileTextQuerySet(models.QuerySet["FileText"]):
    def saying(self, words: str) -> FileTextQuerySet:
        """Files whose text says these words, in any form of them. Whose files they are, the rows that hold them say."""
        return self.alias(kept_words=KeptWords()).filter(kept_words=SearchQuery(words, search_type="websearch", config="english"))

    def claimable(self, now: datetime) -> FileTextQuerySet:
        """Unread, and held by no living worker."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        return self.filter(free, read_at=None, attempts__lt=ATTEMPTS_MAX)


class FileText(models.Model):
    """The text of the stored file with this SHA-256; empty where the file cannot be read (`fault` says why).

    Nobody is shown a row of this: what a person may find is asked of the request, document, agreement or evidence that holds the file.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    media_type = models.CharField(max_length=100)
    text = models.TextField(_("text"), blank=True)
    fault = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)

    objects = FileTextQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("text of a file")
        verbose_name_plural = _("texts of files")
        indexes = [
            models.Index(fields=["id"], condition=Q(read_at=None), name="file_text_unread"),
        ]

    def __str__(self) -> str:
        return self.sha256
