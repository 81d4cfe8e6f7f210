"""The forms of a site."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import time_zones
from catalogue.models import Site


class SiteForm(forms.Form):
    """A new site; its key stands in addresses and stays."""

    key = forms.SlugField(label=_("Key"), max_length=32, help_text=_("A short word of letters and digits, for example basel. It stays."))
    name = forms.CharField(label=_("Name"), max_length=120)
    country = forms.CharField(
        label=_("Country"), min_length=2, max_length=2, help_text=_("Two letters (ISO 3166), for example CH. Its public holidays count.")
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones, help_text=_("A day begins and ends there."))

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()


class SiteCorrectionForm(SiteForm):
    key = None  # type: ignore[assignment]
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.TextInput)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        facts = {name: getattr(site, name) for name in ("name", "country", "time_zone")}
        super().__init__(*args, **{"initial": facts, **kwargs})
