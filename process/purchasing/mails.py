"""The mails that carry an inquiry to its suppliers: each a row, written with the sending, handed over by a worker at most once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from notifications.models import Mailing, MailingQuerySet

if TYPE_CHECKING:
    from process.purchasing.models import InquirySupplier


class SupplierMailQuerySet(MailingQuerySet["SupplierMail"]):
    pass


class SupplierMail(Mailing):
    """One letter by mail. Where nobody knows whether it went, material control decides."""

    addressee: models.ForeignKey[InquirySupplier, InquirySupplier] = models.ForeignKey(
        "process.InquirySupplier", on_delete=models.PROTECT, related_name="mails"
    )
    version = models.ForeignKey("documents.DocumentVersion", on_delete=models.PROTECT, related_name="+")
    to = models.EmailField(_("to"))

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
