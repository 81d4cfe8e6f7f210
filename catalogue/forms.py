"""The forms of a site and of the vessels that stand there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.countries import CountryField, TimeZoneField
from accounts.currencies import Currency
from accounts.numbers import NumberField
from catalogue.models import Site, Vessel
from catalogue.services import VesselFacts

FACTS = tuple(VesselFacts.__dataclass_fields__)


class SiteForm(forms.Form):
    """A new site; its key stands in addresses and stays."""

    key = forms.SlugField(
        label=_("Key"),
        max_length=32,
        help_text=_("A short word of letters and digits, for example basel. It stays."),
        error_messages={"invalid": _("Use letters and digits, and a hyphen instead of a space, for example neu-ulm.")},
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    country = CountryField(help_text=_("Its public holidays count."))
    time_zone = TimeZoneField(help_text=_("A day begins and ends there."))


class SiteCorrectionForm(SiteForm):
    key = None  # type: ignore[assignment]
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.TextInput)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        facts = {name: getattr(site, name) for name in ("name", "country", "time_zone")}
        super().__init__(*args, **{"initial": facts, **kwargs})


class ExposureForm(forms.Form):
    """Up to which occupational exposure band the site contains what is made there."""

    band = forms.TypedChoiceField(
        label=_("Highest exposure band"),
        choices=[("", _("not known")), *((str(band), str(band)) for band in range(1, 6))],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("1 is the least hazardous band, 5 the most; the early screen of a route compares its materials with it."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.TextInput)


class VesselForm(forms.Form):
    """A new vessel; its tag stands in addresses and stays."""

    tag = forms.SlugField(
        label=_("Tag"),
        max_length=32,
        help_text=_("As it stands on the vessel, for example R-302. It stays."),
        error_messages={"invalid": _("Use letters and digits, and a hyphen instead of a space, for example R-302.")},
    )
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("For example: reactor of line 3."))
    kind = forms.ChoiceField(label=_("Kind"), choices=Vessel.Kind.choices)
    material = forms.ChoiceField(label=_("Material of construction"), choices=Vessel.Material.choices)
    volume_min_litres = NumberField(label=_("Smallest working volume (L)"), required=False, max_digits=9, decimal_places=2)
    volume_max_litres = NumberField(
        label=_("Greatest working volume (L)"), required=False, max_digits=9, decimal_places=2, help_text=_("Both empty: it holds none.")
    )
    hourly_rate = NumberField(
        label=_("Rate per hour"), required=False, max_digits=8, decimal_places=2, help_text=_("Empty: nobody has said what it costs.")
    )
    rate_currency = forms.ChoiceField(label=_("Currency of the rate"), choices=[("", "–"), *Currency.choices], required=False)
    rate_from = forms.DateField(
        label=_("Rate valid from"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    @property
    def facts(self) -> VesselFacts:
        return VesselFacts(**{name: self.cleaned_data[name] for name in FACTS})


class VesselCorrectionForm(VesselForm):
    tag = None  # type: ignore[assignment]
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.TextInput)

    def __init__(self, *args: Any, vessel: Vessel, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {name: getattr(vessel, name) for name in FACTS}, **kwargs})


class ServiceForm(forms.Form):
    """Why a vessel goes out of service, or comes back; its field has an id of its own beside that of the correction."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.TextInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "service-%s", **kwargs})
