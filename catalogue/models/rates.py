"""What one currency was worth in another on a day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.currencies import Currency
from audit.history import tracked
from catalogue.models.kept import InternalQuerySet


class ExchangeRateQuerySet(InternalQuerySet):
    def holding(self, on: date) -> Self:
        """Of each two currencies the newest rate that was known on the day."""
        return self.filter(on__lte=on).order_by("currency", "into", "-on").distinct("currency", "into")

    def holding_for(self, wanted: Collection[tuple[str, date]]) -> dict[tuple[str, date], dict[str, ExchangeRate]]:
        """By the currency that is converted into, and the day: the rates that hold, by the other currency. One query, however many days."""
        found: dict[tuple[str, date], dict[str, ExchangeRate]] = {each: {} for each in wanted}
        parts = [self.holding(day).filter(into=into).annotate(asked_on=Value(day, output_field=models.DateField())) for into, day in found]
        for row in parts[0].union(*parts[1:], all=True) if parts else ():
            found[row.into, row.asked_on][row.currency] = row
        return found


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
