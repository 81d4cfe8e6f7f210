"""Sites and the vessels that stand there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.currencies import CurrencyField
from accounts.working_days import HasOwnDays
from audit.history import tracked
from catalogue.models.kept import COUNTRY, InternalQuerySet

MORE_THAN_A_CENT = MinValueValidator(Decimal("0.01"), _("More than nothing."))


def validate_time_zone(key: str) -> None:
    if key not in available_timezones():
        raise ValidationError(_("%(key)s is not a time zone; write for example Asia/Shanghai."), params={"key": key})


@tracked
class Site(HasOwnDays):
    """A place where we work. Its country gives the working calendar, its time zone the local date of a due date."""

    key = models.SlugField(_("key"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=120)
    country = models.CharField(_("country"), max_length=2, validators=[COUNTRY])
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    highest_exposure_band = models.PositiveSmallIntegerField(
        _("highest exposure band"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )  # of what may be handled there openly enough to make it; empty: nobody has said

    objects = InternalQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(time_zone=""), name="site_is_named"),
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="site_country_is_a_code"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("site-detail", args=[self.key])

    @property
    def today(self) -> date:
        """The day that it is there now."""
        return timezone.localdate(timezone.now(), ZoneInfo(self.time_zone))


@tracked
class Vessel(models.Model):
    """A piece of equipment that one batch at a time occupies. Its tag is unique at its site and stands in addresses.

    Working volumes in litres: the smallest that can be stirred and the greatest that may be filled; both missing where it holds none.
    hourly_rate: what an hour of it costs from a day on, in its currency; all three missing while nobody has said.
    """

    class Kind(models.TextChoices):
        REACTOR = "reactor", _("Reactor")
        PRESSURE_REACTOR = "pressure_reactor", _("Pressure reactor")
        CRYSTALLISER = "crystalliser", _("Crystalliser")
        COLUMN = "column", pgettext_lazy("equipment", "Column")
        CENTRIFUGE = "centrifuge", _("Centrifuge")
        FILTER = "filter", _("Filter or filter dryer")
        DRYER = "dryer", _("Dryer")
        MILL = "mill", _("Mill")
        TANK = "tank", _("Tank")
        OTHER = "other", _("Other")

    class Material(models.TextChoices):
        GLASS_LINED = "glass_lined", _("Glass-lined steel")
        STAINLESS_STEEL = "stainless_steel", _("Stainless steel")
        NICKEL_ALLOY = "nickel_alloy", _("Nickel alloy (Hastelloy)")
        GLASS = "glass", _("Glass")
        POLYMER = "polymer", _("Polymer-lined")
        OTHER = "other", _("Other")

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="vessels", verbose_name=_("site"))
    tag = models.SlugField(_("tag"), max_length=32)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    material = models.CharField(_("material of construction"), max_length=16, choices=Material.choices)
    volume_min_litres = models.DecimalField(_("smallest working volume (L)"), max_digits=9, decimal_places=2, null=True, blank=True)
    volume_max_litres = models.DecimalField(_("greatest working volume (L)"), max_digits=9, decimal_places=2, null=True, blank=True)
    hourly_rate = models.DecimalField(
        _("rate per hour"), max_digits=8, decimal_places=2, null=True, blank=True, validators=[MORE_THAN_A_CENT]
    )
    rate_currency = CurrencyField(_("currency of the rate"), blank=True)
    rate_from = models.DateField(_("rate valid from"), null=True, blank=True)
    in_service = models.BooleanField(_("in service"), default=True)
    out_of_service_reason = models.CharField(_("why it is out of service"), max_length=1000, blank=True)

    objects = InternalQuerySet.as_manager()

    class Meta:
        verbose_name = _("vessel")
        verbose_name_plural = _("vessels")
        ordering = ["site__name", "tag", "id"]
        constraints = [
            models.UniqueConstraint("site", Lower("tag"), name="vessel_tag_once_at_its_site"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(tag=""), name="vessel_is_named"),
            models.CheckConstraint(
                condition=Q(volume_min_litres=None, volume_max_litres=None)
                | Q(volume_min_litres__gt=0, volume_max_litres__gte=models.F("volume_min_litres")),
                name="vessel_working_volume_is_a_range",
            ),
            models.CheckConstraint(
                condition=Q(hourly_rate=None, rate_currency="", rate_from=None)
                | (Q(hourly_rate__gt=0, rate_from__isnull=False) & ~Q(rate_currency="")),
                name="vessel_rate_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(in_service=True, out_of_service_reason="") | (Q(in_service=False) & ~Q(out_of_service_reason="")),
                name="vessel_out_of_service_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.tag

    def get_absolute_url(self) -> str:
        return reverse("vessel-detail", args=[self.site.key, self.tag])

    @property
    def volume_words(self) -> str:
        """630 – 6300 L; empty where it has no working volume."""
        if self.volume_min_litres is None or self.volume_max_litres is None:
            return ""
        return f"{self.volume_min_litres.normalize():f} – {self.volume_max_litres.normalize():f} L"

    @property
    def rate_words(self) -> str:
        """410.00 EUR/h; empty while nobody has said."""
        return f"{self.hourly_rate:,.2f} {self.rate_currency}/h" if self.hourly_rate is not None else ""
