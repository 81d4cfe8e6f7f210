"""The signatures given under a version, one for each place that its type declares."""

from __future__ import annotations

from django.db import models

from audit.models import AppendOnly


class SlotSignature(AppendOnly):
    """Which of the signatures asked for this is, and in which round of review it was given."""

    version = models.ForeignKey("documents.DocumentVersion", on_delete=models.PROTECT, related_name="slot_signatures")
    review_round = models.PositiveSmallIntegerField()
    slot = models.CharField(max_length=80)
    signature = models.OneToOneField("audit.Signature", on_delete=models.PROTECT, related_name="+")

    class Meta(AppendOnly.Meta):
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["version", "review_round", "slot"], name="slot_signed_once")]

    def __str__(self) -> str:
        return f"{self.slot}: {self.signature_id}"
