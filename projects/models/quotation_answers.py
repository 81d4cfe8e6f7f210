"""What a client says to a quotation besides yes and no, and how we read its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from audit.history import tracked
from projects.models.commercial import Quotation, QuotationLine
from projects.models.frozen import remark_frozen_when_accepted, request_frozen_when_accepted

if TYPE_CHECKING:
    from accounts.models import User


class RevisionRequestQuerySet(models.QuerySet["RevisionRequest"]):
    def visible_to(self, user: User) -> RevisionRequestQuerySet:
        return self.filter(Exists(Quotation.objects.visible_to(user).filter(pk=OuterRef("quotation_id"))))

    def open(self) -> RevisionRequestQuerySet:
        """Asked of a revision that is still offered, and not taken back."""
        return self.filter(withdrawn_at=None, quotation__state=Quotation.State.SENT)


@tracked
class RevisionRequest(models.Model):
    """The client asks for changes of a revision that was sent to it. While it is open the revision waits: it is not accepted unread.

    answered_in: the revision that says what became of each remark; the client reads that once the revision is sent.
    """

    quotation = models.ForeignKey(Quotation, on_delete=models.PROTECT, related_name="requests")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField(_("answered by"))
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    answered_in = models.ForeignKey(Quotation, on_delete=models.PROTECT, related_name="answers", null=True, blank=True)

    objects = RevisionRequestQuerySet.as_manager()

    class Meta:
        ordering = ["quotation_id", "-asked_at", "-id"]
        triggers = [request_frozen_when_accepted()]
        constraints = [
            models.UniqueConstraint(
                fields=["quotation"], condition=Q(withdrawn_at=None, answered_in=None), name="quotation_one_open_request"
            )
        ]

    def __str__(self) -> str:
        return f"{self.quotation_id}: {self.asked_at:%Y-%m-%d}"


@tracked
class RevisionRemark(models.Model):
    """What is asked about a line, or in general where there is none, and what became of it."""

    class Outcome(models.TextChoices):
        DONE = "done", _("Taken over")
        PARTLY = "partly", _("Partly taken over")
        KEPT = "kept", _("Stays as it was")

    request = models.ForeignKey(RevisionRequest, on_delete=models.CASCADE, related_name="remarks")
    line = models.ForeignKey(QuotationLine, on_delete=models.PROTECT, related_name="remarks", null=True, blank=True)
    words = models.TextField(_("comment"), max_length=4000)
    outcome = models.CharField(_("what became of it"), max_length=8, choices=Outcome.choices, blank=True)
    reply = models.TextField(_("reply"), max_length=2000, blank=True)

    class Meta:
        ordering = ["request_id", models.F("line__order").asc(nulls_last=True), "id"]
        triggers = [remark_frozen_when_accepted()]

    def __str__(self) -> str:
        return self.words[:80]


@tracked
class QuotationOutcome(models.Model):
    """How we read an accepted or declined revision: why, and where our price stood. Ours alone."""

    class Why(models.TextChoices):
        PRICE = "price", _("Price")
        TIME = "time", _("Time")
        SCIENCE = "science", _("Route and technical approach")
        CAPACITY = "capacity", _("Capacity and equipment")
        QUALITY = "quality", _("Quality and compliance")
        RELATION = "relation", _("Relation with the client")
        STOPPED = "stopped", _("The client stopped its project")
        OTHER = "other", _("Another reason")

    class Position(models.TextChoices):
        LOWEST = "lowest", _("The lowest")
        FIELD = "field", _("In the field")
        HIGHEST = "highest", _("The highest")
        UNKNOWN = "unknown", _("Not known")

    quotation = models.OneToOneField(Quotation, on_delete=models.PROTECT, related_name="outcome")
    why = models.CharField(_("decided by"), max_length=8, choices=Why.choices)
    position = models.CharField(_("our price among the offers"), max_length=8, choices=Position.choices)
    competitor_price = models.DecimalField(
        _("price of the competitor, where it was told"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    note = models.TextField(_("note"), max_length=2000, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="quotation_outcome_price_above_zero", condition=Q(competitor_price=None) | Q(competitor_price__gt=0)
            )
        ]

    def __str__(self) -> str:
        return f"{self.quotation_id}: {self.why}"
