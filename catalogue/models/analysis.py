"""The price book of the analytical department: what a sample costs in a test, in our laboratory or in another one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.currencies import CurrencyField
from audit.history import tracked
from catalogue.models.kept import NOT_BELOW_ZERO, ForATime, InternalQuerySet
from catalogue.models.supply import Supplier


def _amount(words: Any, **more: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(words, max_digits=10, decimal_places=2, validators=[NOT_BELOW_ZERO], **more)


class AnalyticalPriceQuerySet(InternalQuerySet):
    def valid(self, on: date) -> AnalyticalPriceQuerySet:
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=on), valid_from__lte=on)

    def of_test(self, price: AnalyticalPrice) -> AnalyticalPriceQuerySet:
        """Every price of the same test by the same method in the same laboratory."""
        same = {"test__iexact": price.test, "technique__iexact": price.technique, "method__iexact": price.method}
        return self.filter(supplier=price.supplier, **same)


@tracked
class AnalyticalPrice(ForATime, models.Model):
    """What one sample costs in a test from one day to another: a price, or hours × their rate; and its consumables.

    supplier: the outside laboratory; None: our own. What is in a plan stays as it is: a new price is a new row with its own days.
    """

    begins = "valid_from"

    test = models.CharField(_("test"), max_length=120)
    technique = models.CharField(_("technique"), max_length=60, blank=True)
    method = models.CharField(_("method"), max_length=60, blank=True)
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="tests", null=True, blank=True, verbose_name=_("outside laboratory")
    )
    price_per_sample = _amount(_("price per sample"), null=True, blank=True)
    hours_per_sample = _amount(_("hours per sample"), default=Decimal(0))
    hourly_rate = _amount(_("rate per hour"), default=Decimal(0))
    consumables_per_sample = _amount(_("consumables per sample"), default=Decimal(0))
    currency = CurrencyField(_("currency"))
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AnalyticalPriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("price of a test")
        verbose_name_plural = _("prices of tests")
        ordering = ["test", "technique", "method", "-valid_from", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["test", "technique", "method", "supplier", "valid_from"], name="analytical_price_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=~Q(test=""), name="analytical_price_is_named"),
            models.CheckConstraint(condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="analytical_price_validity"),
            models.CheckConstraint(
                condition=Q(price_per_sample__isnull=False, hours_per_sample=0, hourly_rate=0)
                | Q(price_per_sample=None, supplier=None, hours_per_sample__gt=0, hourly_rate__gt=0),
                name="analytical_price_is_one",
            ),
        ]

    def __str__(self) -> str:
        said = (self.test, self.technique, self.method, str(self.supplier or ""), self.valid_from.isoformat())
        return " · ".join(each for each in said if each)

    @property
    def cost_per_sample(self) -> Decimal:
        """In its own currency, not rounded."""
        work = self.hours_per_sample * self.hourly_rate if self.price_per_sample is None else self.price_per_sample
        return work + self.consumables_per_sample
