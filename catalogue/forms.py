"""The forms of a site."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.countries import CountryField, TimeZoneField
from catalogue.models import Site


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
