"""Forms of routes, their steps and inputs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.currencies import Currency
from accounts.numbers import NumberField
from catalogue.models import Material
from process.routes.models import Route, RouteStep, RouteVersion, StepInput
from process.routes.services.inputs import FIELDS as INPUT_FIELDS
from process.routes.services.routes import FIELDS as ROUTE_FIELDS
from process.routes.services.steps import FIELDS as STEP_FIELDS
from process.routes.services.steps import STRUCTURE
from projects.forms.gate import REASON


def number(label: Any, *, digits: int = 12, places: int = 3, needed: bool = False, hint: Any = "") -> NumberField:
    return NumberField(label=label, max_digits=digits, decimal_places=places, required=needed, help_text=hint)


class RouteForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    origin = forms.ChoiceField(label=_("Origin"), choices=Route.Origin.choices)
    purpose = forms.CharField(
        label=_("Purpose"), max_length=300, required=False, help_text=_("For example: for the quotation, second source.")
    )
    note = forms.CharField(label=_("Note"), max_length=4000, required=False, widget=forms.Textarea(attrs=REASON))

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ROUTE_FIELDS}


class TargetForm(forms.Form):
    """How much product the masses are for, and in which currency they are priced."""

    target = number(_("Product wanted (kg)"), places=6, needed=True)
    currency = forms.ChoiceField(label=_("Currency"), choices=Currency.choices)

    def clean_target(self) -> Decimal:
        wanted: Decimal = self.cleaned_data["target"]
        if wanted <= 0:
            raise forms.ValidationError(_("More than nothing."))
        return wanted


class StepForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    transformation = forms.ChoiceField(label=_("Class of reaction"), choices=[("", "–"), *RouteStep.Transformation.choices], required=False)
    product_name = forms.CharField(label=_("Product"), max_length=200)
    product_structure = forms.CharField(
        label=_("Structure of the product (SMILES or molfile)"),
        max_length=100_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_("It draws the scheme and gives the molar mass."),
    )
    product_molar_mass_g_per_mol = number(_("Molar mass of the product (g/mol)"), hint=_("Empty: that of the structure."))
    yield_pct = number(_("Yield (%)"), digits=6, needed=True, hint=_("Of what the equation gives: 92 for 92 %."))
    yield_low_pct = number(_("Yield, low (%)"), digits=6)
    yield_high_pct = number(_("Yield, high (%)"), digits=6)
    product_per_limiting = number(_("Mol of product per mol of limiting input"), digits=7, places=4, hint=_("Empty: 1."))
    batch_output_kg = number(_("Output of a batch (kg)"), places=4)
    cycle_time_h = number(_("Cycle time (h)"), digits=7, places=2)
    temperature_min_c = number(_("Temperature from (°C)"), digits=5, places=1)
    temperature_max_c = number(_("Temperature to (°C)"), digits=5, places=1)
    conditions = forms.CharField(label=_("Conditions"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    hazards = forms.CharField(label=_("Hazards"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    set_aside = forms.BooleanField(label=_("An alternative, not counted"), required=False)

    @property
    def values(self) -> dict[str, Any]:
        found = {name: self.cleaned_data[name] for name in (*STEP_FIELDS, STRUCTURE) if name in self.cleaned_data}
        mass = found["product_molar_mass_g_per_mol"]
        found["product_molar_mass_g_per_mol"] = None if mass is None else float(mass)
        found["product_per_limiting"] = found["product_per_limiting"] or Decimal(1)
        return found


class InputForm(forms.Form):
    material = forms.ModelChoiceField(label=_("Material"), queryset=Material.objects.none(), required=False, empty_label="–")
    from_step = forms.ModelChoiceField(
        label=_("Or the product of a step"), queryset=RouteStep.objects.none(), required=False, empty_label="–"
    )
    role = forms.ChoiceField(label=_("Role"), choices=StepInput.Role.choices)
    amount = number(_("Amount"), places=6, needed=True)
    basis = forms.ChoiceField(
        label=_("Counted in"), choices=StepInput.Basis.choices, help_text=_("kg/kg and L/kg are counted on the limiting input.")
    )
    is_limiting = forms.BooleanField(label=_("It is the limiting input (1 equivalent)"), required=False)
    assay_pct = number(_("Assay (%)"), digits=6, hint=_("Empty: 100."))
    recycle_pct = number(_("Recycled (%)"), digits=6, hint=_("Empty: nothing."))
    reference = forms.ModelChoiceField(
        label=_("Counted on"), queryset=StepInput.objects.none(), required=False, empty_label=_("the limiting input")
    )
    stoichiometry = number(_("Mol in the equation"), digits=7, places=4, hint=_("For atom economy. Empty: 1 for a reactant, else none."))
    note = forms.CharField(label=_("Note"), max_length=500, required=False)

    def __init__(self, *args: Any, step: RouteStep, version: RouteVersion, line: StepInput | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        materials = Material.objects.filter(in_use=True)
        if line is not None and line.material_id:
            materials |= Material.objects.filter(pk=line.material_id)
        others = step.inputs.select_related("material", "from_step")
        choices = {
            "material": materials,
            "from_step": version.steps.exclude(pk=step.pk),
            "reference": others.exclude(pk=line.pk) if line else others,
        }
        for name, queryset in choices.items():
            cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = queryset

    @property
    def values(self) -> dict[str, Any]:
        found = {name: self.cleaned_data[name] for name in INPUT_FIELDS}
        found["assay_pct"] = Decimal(100) if found["assay_pct"] is None else found["assay_pct"]
        found["recycle_pct"] = found["recycle_pct"] or Decimal(0)
        return found
