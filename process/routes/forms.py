"""Forms of routes, and of the target that masses are for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.currencies import CURRENCIES
from accounts.numbers import NumberField
from process.routes.models import Route
from process.routes.services.routes import FIELDS
from projects.forms.gate import REASON


def number(label: Any, *, digits: int = 12, places: int = 3, needed: bool = False, hint: Any = "") -> NumberField:
    return NumberField(label=label, max_digits=digits, decimal_places=places, required=needed, help_text=hint)


class RouteForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    origin = forms.ChoiceField(label=_("Origin"), choices=[("", "–"), *Route.Origin.choices])
    purpose = forms.CharField(
        label=_("Purpose"), max_length=300, required=False, help_text=_("For example: for the quotation, second source.")
    )
    note = forms.CharField(label=_("Note"), max_length=4000, required=False, widget=forms.Textarea(attrs=REASON))

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}


class TargetForm(forms.Form):
    """How much product the masses are for, and in which currency they are priced."""

    target = number(_("Product wanted (kg)"), places=6, needed=True)
    currency = forms.ChoiceField(label=_("Currency"), choices=CURRENCIES)

    def clean_target(self) -> Decimal:
        wanted: Decimal = self.cleaned_data["target"]
        if wanted <= 0:
            raise forms.ValidationError(_("More than nothing."))
        return wanted
