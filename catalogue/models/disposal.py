"""The price list of disposal: what a site pays for a kilogram of each class of waste, from one day to another."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.currencies import CurrencyField
from audit.history import tracked
from catalogue.models.kept import NOT_BELOW_ZERO, ForATime, InternalQuerySet
from catalogue.models.places import Site


class DisposalPriceQuerySet(InternalQuerySet):
    def valid(self, on: date) -> DisposalPriceQuerySet:
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=on), valid_from__lte=on)


@tracked
class DisposalPrice(ForATime, models.Model):
    """What the disposal of one kilogram costs, packing and transport included. There is one price of a class on any day.

    waste: the classes into which the mass balance of a route divides what leaves beside the product.
    """

    begins = "valid_from"

    class Waste(models.TextChoices):
        SOLVENT = "solvent", _("Organic solvents")
        WATER = "water", _("Water as charged")
        AQUEOUS = "aqueous", _("Residues in water")
        OTHER = "other", _("Other residues")

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="disposal_prices", verbose_name=_("site"))
    waste = models.CharField(_("class of waste"), max_length=8, choices=Waste.choices)
    price_per_kg = models.DecimalField(_("price per kg"), max_digits=12, decimal_places=4, validators=[NOT_BELOW_ZERO])
    currency = CurrencyField(_("currency"))
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=120)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DisposalPriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("price of disposal")
        verbose_name_plural = _("prices of disposal")
        ordering = ["waste", "-valid_from", "id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "waste", "valid_from"], name="disposal_price_once"),
            models.CheckConstraint(condition=~Q(source="") & Q(price_per_kg__gte=0), name="disposal_price_is_whole"),
            models.CheckConstraint(condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="disposal_price_validity"),
        ]

    def __str__(self) -> str:
        return f"{self.get_waste_display()} · {self.valid_from.isoformat()}"
