"""What a quotation says in rows besides its price lines: payments, price breaks, rates, what the client must give."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.history import tracked
from projects.models.commercial import Quotation
from projects.models.frozen import frozen_when_accepted


@tracked
class QuotationPayment(models.Model):
    """A part of the price, and what makes it due: as in `Milestone.source`, or `milestone:<key>` of the default plan; empty where the
    title says it. planned_on: when that is likely, as the client reads it. Its amount follows from the price (`amounts.split`).
    `milestone` is the payment of the project that it became.
    """

    quotation = models.ForeignKey(Quotation, on_delete=models.CASCADE, related_name="payments")
    title = models.CharField(_("what is paid"), max_length=200)
    source = models.CharField(_("ready to invoice when"), max_length=80, blank=True)
    planned_on = models.DateField(_("planned on"), null=True, blank=True)
    percent = models.DecimalField(_("percent of the price"), max_digits=6, decimal_places=3)
    order = models.PositiveSmallIntegerField(default=0)
    milestone = models.OneToOneField("projects.Milestone", on_delete=models.SET_NULL, related_name="quoted_payment", null=True, blank=True)

    class Meta:
        ordering = ["quotation_id", "order", "id"]
        triggers = [frozen_when_accepted(columns=("quotation_id", "title", "source", "planned_on", "percent", "order"))]
        constraints = [models.CheckConstraint(name="quotation_payment_of_price", condition=Q(percent__gt=0, percent__lte=100))]

    def __str__(self) -> str:
        return self.title


@tracked
class QuotationBreak(models.Model):
    """The price per kilogram from an ordered quantity on, in the quotation's currency."""

    quotation = models.ForeignKey(Quotation, on_delete=models.CASCADE, related_name="breaks")
    from_kg = models.DecimalField(_("from (kg)"), max_digits=12, decimal_places=3)
    price_per_kg = models.DecimalField(_("price per kg"), max_digits=16, decimal_places=2)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["quotation_id", "from_kg", "id"]
        triggers = [frozen_when_accepted()]
        constraints = [
            models.UniqueConstraint(fields=["quotation", "from_kg"], name="quotation_break_once"),
            models.CheckConstraint(name="quotation_break_above_zero", condition=Q(from_kg__gt=0, price_per_kg__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.from_kg} kg"


@tracked
class QuotationRate(models.Model):
    """What work costs that a change order may add: an hour, a test, a batch."""

    quotation = models.ForeignKey(Quotation, on_delete=models.CASCADE, related_name="rates")
    work = models.CharField(_("work"), max_length=200)
    unit = models.CharField(_("per"), max_length=40)
    rate = models.DecimalField(_("rate"), max_digits=16, decimal_places=2)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["quotation_id", "order", "id"]
        triggers = [frozen_when_accepted()]
        constraints = [models.CheckConstraint(name="quotation_rate_above_zero", condition=Q(rate__gt=0))]

    def __str__(self) -> str:
        return self.work


@tracked
class QuotationInput(models.Model):
    """What the client gives, and by which day the plan needs it."""

    quotation = models.ForeignKey(Quotation, on_delete=models.CASCADE, related_name="inputs")
    words = models.CharField(_("what the client gives"), max_length=300)
    due_on = models.DateField(_("needed by"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["quotation_id", "order", "id"]
        triggers = [frozen_when_accepted()]

    def __str__(self) -> str:
        return self.words
