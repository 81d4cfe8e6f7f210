"""The mails that carry an inquiry to its suppliers: each a row, written with the sending, handed over by a worker at most once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from audit.states import StateField
from notifications.models import Attempt

if TYPE_CHECKING:
    from process.purchasing.models import InquirySupplier


class SupplierMailQuerySet(models.QuerySet["SupplierMail"]):
    def due(self, now: datetime) -> SupplierMailQuerySet:
        """To be sent now: waiting its turn, or taken by a worker that stopped."""
        waiting = Q(state=SupplierMail.State.QUEUED, next_attempt_at__lte=now)
        return self.filter(waiting | Q(state=SupplierMail.State.SENDING, lease_until__lt=now))


class SupplierMail(Attempt):
    """One letter by mail. `handed_over_at` is written before the server gets it: where a worker dies after that, nobody knows whether it
    went, and it is not sent again by itself."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        UNKNOWN = "unknown", _("Perhaps sent")
        FAILED = "failed", _("Failed")

    addressee: models.ForeignKey[InquirySupplier, InquirySupplier] = models.ForeignKey(
        "process.InquirySupplier", on_delete=models.PROTECT, related_name="mails"
    )
    version = models.ForeignKey("documents.DocumentVersion", on_delete=models.PROTECT, related_name="+")
    to = models.EmailField(_("to"))
    state = StateField(_("state"), choices=State.choices, default=State.QUEUED)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = SupplierMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail to a supplier")
        verbose_name_plural = _("mails to suppliers")
        ordering = ["id"]
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="supplier_mail_queue")]

    def __str__(self) -> str:
        return self.to

    @property
    def is_waiting(self) -> bool:
        """On its way: another one would be the same letter twice."""
        return self.state in (self.State.QUEUED, self.State.SENDING)

    @transition(field=state, source=[State.QUEUED, State.SENDING], target=State.SENDING)
    def begin(self) -> None: ...

    @transition(field=state, source=State.SENDING, target=State.QUEUED)
    def wait(self) -> None: ...

    @transition(field=state, source=State.SENDING, target=State.SENT)
    def finish(self, at: datetime) -> None:
        self.sent_at, self.lease_until, self.next_attempt_at = at, None, None

    @transition(field=state, source=State.SENDING, target=State.UNKNOWN)
    def lose(self, error: str) -> None:
        self.error, self.lease_until, self.next_attempt_at = error[:2000], None, None

    @transition(field=state, source=State.SENDING, target=State.FAILED)
    def fail(self) -> None: ...
