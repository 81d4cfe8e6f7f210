"""Who sells a material, and at what price."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.currencies import CurrencyField
from accounts.models import languages
from audit.history import tracked
from catalogue.models.kept import COUNTRY, MORE_THAN_NOTHING, ForATime, InternalQuerySet
from catalogue.models.materials import Material


class SupplierQuerySet(InternalQuerySet):
    def may_be_asked(self) -> SupplierQuerySet:
        return self.exclude(status__in=Supplier.NOT_ASKED)


@tracked
class Supplier(models.Model):
    """A company that we ask for prices or buy from."""

    class Status(models.TextChoices):
        CANDIDATE = "candidate", _("Candidate")
        APPROVED = "approved", _("Approved")
        CONDITIONAL = "conditional", _("Approved with conditions")
        SUSPENDED = "suspended", _("Suspended")
        DISQUALIFIED = "disqualified", _("Disqualified")

    NOT_ASKED = (Status.SUSPENDED, Status.DISQUALIFIED)  # nor ordered from
    QUALIFIED = (Status.APPROVED, Status.CONDITIONAL)  # by the quality unit

    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(_("country"), max_length=2, blank=True, validators=[COUNTRY])
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.CANDIDATE)
    contact_name = models.CharField(_("contact"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=languages, default="en")  # of the letters that it gets
    note = models.CharField(_("note"), max_length=1000, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SupplierQuerySet.as_manager()

    class Meta:
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="supplier_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="supplier_is_named"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("supplier-detail", args=[self.pk])


def in_force(on: date, of: str = "") -> Q:
    """Of the prices that somebody could order by on that day; of: what leads to them, as in "quotes__"."""
    return Q(**{f"{of}quoted_on__lte": on}) & (Q(**{f"{of}valid_until": None}) | Q(**{f"{of}valid_until__gte": on}))


class QuoteQuerySet(InternalQuerySet):
    def valid(self, on: date) -> QuoteQuerySet:
        return self.filter(in_force(on))


@tracked
class SupplierQuote(ForATime, models.Model):
    """One price of a supplier for a material, from a quantity on: a price list with breaks is several rows with one reference."""

    material = models.ForeignKey(Material, on_delete=models.PROTECT, related_name="quotes", verbose_name=_("material"))
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="quotes", verbose_name=_("supplier"))
    quantity_from_kg = models.DecimalField(
        _("from quantity (kg)"), max_digits=12, decimal_places=3, default=Decimal(0), validators=[MinValueValidator(Decimal(0))]
    )
    price_per_kg = models.DecimalField(_("price per kg"), max_digits=16, decimal_places=4, validators=[MinValueValidator(Decimal(0))])
    currency = CurrencyField(_("currency"))
    pack_kg = models.DecimalField(_("pack (kg)"), max_digits=12, decimal_places=3, null=True, blank=True, validators=[MORE_THAN_NOTHING])
    minimum_order_kg = models.DecimalField(
        _("minimum order (kg)"), max_digits=12, decimal_places=3, null=True, blank=True, validators=[MORE_THAN_NOTHING]
    )
    lead_time_days = models.PositiveSmallIntegerField(_("lead time (days)"), null=True, blank=True)
    purity_pct = models.DecimalField(
        _("purity (%)"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MORE_THAN_NOTHING, MaxValueValidator(Decimal(100))],
    )
    origin = models.CharField(_("country of origin"), max_length=2, blank=True, validators=[COUNTRY])
    quoted_on = models.DateField(_("quoted on"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = QuoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("supplier's price")
        verbose_name_plural = _("suppliers' prices")
        ordering = ["material_id", "supplier_id", "quantity_from_kg", "-quoted_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["material", "supplier", "quantity_from_kg", "quoted_on", "reference"], name="supplier_quote_once"
            ),
            models.CheckConstraint(condition=Q(price_per_kg__gte=0) & Q(quantity_from_kg__gte=0), name="supplier_quote_is_a_price"),
            models.CheckConstraint(condition=~Q(price_per_kg=0) | ~Q(note=""), name="supplier_quote_of_nothing_says_why"),
            models.CheckConstraint(condition=Q(valid_until=None) | Q(valid_until__gte=F("quoted_on")), name="supplier_quote_validity"),
        ]

    def __str__(self) -> str:
        return f"{self.material}: {self.supplier}"

    @property
    def price_words(self) -> str:
        """4.80 EUR/kg"""
        return f"{_shortest(self.price_per_kg, 2)} {self.currency}/kg"

    @property
    def from_words(self) -> str:
        return f"{_shortest(self.quantity_from_kg)} kg"


def _shortest(value: Decimal, places: int = 0) -> str:
    """Without the zeros that the column adds beyond so many places."""
    text = f"{value.normalize():f}"
    return f"{Decimal(text):,f}" if len(text.partition(".")[2]) >= places else f"{value:,.{places}f}"


ListOfPrices = tuple[int, int, date, str, str]
LIST = ("material_id", "supplier_id", "quoted_on", "reference", "currency")


def list_of(quote: SupplierQuote) -> ListOfPrices:
    """What the breaks of one price list have in common."""
    return quote.material_id, quote.supplier_id, quote.quoted_on, quote.reference, quote.currency
