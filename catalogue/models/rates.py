"""What one currency was worth in another on a day."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.currencies import Currency
from audit.history import tracked
from catalogue.models.kept import InternalQuerySet


class ExchangeRateQuerySet(InternalQuerySet):
    def known(self, into: str, on: date) -> dict[str, ExchangeRate]:
        """Of each currency the newest rate of that day or before."""
        rows = self.filter(into=into, on__lte=on).order_by("currency", "-on").distinct("currency")
        return {row.currency: row for row in rows}


@tracked
class ExchangeRate(models.Model):
    """One unit of `currency` was worth `rate` units of `into` on that day. A price keeps the rate and the day it was converted with."""

    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    into = models.CharField(_("into"), max_length=3, choices=Currency.choices)
    on = models.DateField(_("on"))
    rate = models.DecimalField(_("rate"), max_digits=20, decimal_places=8)
    source = models.CharField(_("source"), max_length=120)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ExchangeRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["-on", "currency", "into"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "into", "on"], name="exchange_rate_once_a_day"),
            models.CheckConstraint(condition=Q(rate__gt=0) & ~Q(currency=F("into")), name="exchange_rate_is_one"),
            models.CheckConstraint(condition=~Q(source=""), name="exchange_rate_has_a_source"),
        ]

    def __str__(self) -> str:
        return f"{self.currency}/{self.into} {self.on}"
