"""What one currency was worth in another on a day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Context
from typing import Self

from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.currencies import CurrencyField
from audit.history import tracked
from catalogue.models.kept import InternalQuerySet
from charts.look import written

TWELVE_FIGURES = Context(prec=12)


def no_rate(currency: str, into: str, on: date) -> str:
    words = _t("No exchange rate from %(currency)s to %(into)s is known on or before %(day)s.")
    return words % {"currency": currency, "into": into, "day": written(on)}


class ExchangeRateQuerySet(InternalQuerySet):
    def holding(self, on: date) -> Self:
        """Of each two currencies the newest rate that was known on the day."""
        return self.filter(on__lte=on).order_by("currency", "into", "-on").distinct("currency", "into")

    def into(self, currency: str, on: date) -> dict[str, ExchangeRate]:
        """By the other currency: what converts into this one on that day."""
        return self.holding_for([(currency, on)])[currency, on]

    def holding_for(self, wanted: Collection[tuple[str, date]]) -> dict[tuple[str, date], dict[str, ExchangeRate]]:
        """By the currency that is converted into, and the day: the rates that hold, by the other currency. One query, however many days.

        This is the one place that says by which rate money is converted. Of two currencies the newest rate counts, in whichever direction
        it was entered, and is turned round where that was the other one; of the same day the rate of the very direction.
        """
        found: dict[tuple[str, date], dict[str, ExchangeRate]] = {each: {} for each in wanted}
        parts = [self._either_way(into, day) for into, day in found]
        rows = parts[0].union(*parts[1:], all=True) if parts else ()
        for row in sorted(rows, key=lambda row: (row.on, row.into == row.asked_into)):
            rate = row if row.into == row.asked_into else row.turned
            found[row.asked_into, row.asked_on][rate.currency] = rate
        return found

    def _either_way(self, currency: str, on: date) -> Self:
        asked = {"asked_into": Value(currency, models.CharField()), "asked_on": Value(on, models.DateField())}
        return self.holding(on).filter(Q(into=currency) | Q(currency=currency)).annotate(**asked)


@tracked
class ExchangeRate(models.Model):
    """One unit of `currency` was worth `rate` units of `into` on that day. A price keeps the rate and the day it was converted with."""

    currency = CurrencyField(_("currency"))
    into = CurrencyField(_("into"))
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

    @property
    def turned(self) -> ExchangeRate:
        """The same rate asked the other way round, to twelve figures: no row of its own, and its source says of which it is made."""
        source = f"1 ÷ {self.currency}/{self.into} {self.rate.normalize():f}, {self.source}"
        return ExchangeRate(currency=self.into, into=self.currency, on=self.on, rate=TWELVE_FIGURES.divide(1, self.rate), source=source)
