"""Forms of routes, and of the target that masses are for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.currencies import CURRENCIES
from accounts.numbers import NumberField
from catalogue.models import Material
from process.routes.models import Route
from process.routes.services.routes import FIELDS
from projects.forms.evidence import select_input
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


class MaterialForm(forms.Form):
    """What the catalogue says of a material, as somebody types it; its table reads and judges it. What was shown goes along, so that only
    what is typed otherwise is a change, whatever somebody else wrote meanwhile."""

    kind = forms.ChoiceField(choices=Material.Kind.choices, widget=select_input(_("Kind")), show_hidden_initial=True)
    cas_number = forms.CharField(required=False, max_length=20, show_hidden_initial=True)
    molar_mass_g_per_mol = forms.CharField(required=False, max_length=20, show_hidden_initial=True)
    density_kg_per_l = forms.CharField(required=False, max_length=20, show_hidden_initial=True)

    def __init__(self, *args: Any, material: Material, **kwargs: Any) -> None:
        said = {name: getattr(material, name) for name in self.base_fields}
        kwargs["initial"] = {name: "" if value is None else value for name, value in said.items()}
        super().__init__(*args, **kwargs)
        for name, words in (("cas_number", _("CAS number")), ("molar_mass_g_per_mol", _("Molar mass")), ("density_kg_per_l", _("Density"))):
            self.fields[name].widget.attrs |= {"class": "form-control", "aria-label": f"{words}: {material}"}

    @property
    def typed(self) -> dict[str, str]:
        """What is another than was shown."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.cleaned_data}

    @property
    def seen(self) -> dict[str, Any]:
        """What was shown where something is typed otherwise."""
        return {name: self.data.get(self.add_initial_prefix(name), "") for name in self.typed}

    def show(self, now: Mapping[str, Any]) -> None:
        """What stands there meanwhile, by whoever wrote it: who saves again has seen it."""
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data.update({self.add_initial_prefix(name): "" if value is None else str(value) for name, value in now.items()})  # type: ignore[attr-defined]


class TargetForm(forms.Form):
    """How much product the masses are for, and in which currency they are priced."""

    target = number(_("Product wanted (kg)"), places=6, needed=True)
    currency = forms.ChoiceField(label=_("Currency"), choices=CURRENCIES)

    def clean_target(self) -> Decimal:
        wanted: Decimal = self.cleaned_data["target"]
        if wanted <= 0:
            raise forms.ValidationError(_("More than nothing."))
        return wanted
