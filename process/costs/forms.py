"""Forms of cost scenarios: what a scenario says, what is tried on it, its copy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.currencies import Currency
from accounts.numbers import WholeNumberField
from process.costs.building import Trial
from process.costs.models import PRICED_PHASES, CostAssessment
from process.costs.services import FIELDS, SCALE_FIELDS, SIZES, scale_values
from process.costs.simulation import SEED
from process.models import RouteVersion
from process.routes.forms import number
from projects.forms.gate import REASON
from projects.models import Phase, Project

MOST_BATCHES = 9999
MOST_SEED = 2**31 - 1
VALIDATION_BATCHES = 3


def _add_sizes(fields: dict[str, forms.Field]) -> None:
    for phase in PRICED_PHASES:
        batch = _("%(phase)s, batch size (kg)") % {"phase": phase.label}
        batches = _("%(phase)s, batches") % {"phase": phase.label}
        fields[f"{phase.value}-batch_kg"] = number(batch, places=4)
        fields[f"{phase.value}-batches"] = WholeNumberField(label=batches, min_value=0, max_value=MOST_BATCHES, required=False)


class ScenarioForm(forms.Form):
    name = forms.CharField(label=_("Scenario"), max_length=120, help_text=_("For example: 50 kg batches, second supplier."))
    currency = forms.ChoiceField(label=_("Currency"), choices=Currency.choices)
    priced_on = forms.DateField(
        label=_("Priced on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Exchange rates of this day count, and prices must hold on it."),
    )
    route_version = forms.ModelChoiceField(label=_("Route"), queryset=RouteVersion.objects.none(), required=False, empty_label="–")
    yield_pct = number(_("Yields, of those of the route (%)"), digits=6, places=2, needed=True)
    overhead_pct = number(_("Overhead (%)"), digits=6, places=2, needed=True)
    contingency_pct = number(_("Contingency (%)"), digits=6, places=2, needed=True)
    margin_pct = number(
        _("Margin on the price (%)"), digits=6, places=2, needed=True, hint=_("A markup of 50 % on the cost is a margin of 33.33 %.")
    )
    risk_in_price = forms.BooleanField(label=_("The client pays the expected cost of the risks"), required=False)
    assumptions_valid_until = forms.DateField(
        label=_("Assumptions hold until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(label=_("Note"), max_length=4000, required=False, widget=forms.Textarea(attrs=REASON))

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _add_sizes(self.fields)
        versions = RouteVersion.objects.filter(route__project=project).select_related("route").order_by("route__number", "-number")
        route: Any = self.fields["route_version"]
        route.queryset = versions
        sizes = list(SCALE_FIELDS)
        self.order_fields([*FIELDS[:5], *sizes, *FIELDS[5:]])

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS} | _sizes(self.cleaned_data)


def _sizes(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    return {name: cleaned[name] or (0 if name.endswith("batches") else Decimal(0)) for name in SCALE_FIELDS}


def first_values(project: Project, versions: Iterable[RouteVersion]) -> dict[str, Any]:
    """What a first scenario begins with: what the request asks for, by the newest version of the first route."""
    rfp = project.rfp
    sample, pilot, validation = rfp.sample_quantity_g, rfp.pilot_quantity_kg, rfp.validation_quantity_kg
    found: dict[str, Any] = {"yield_pct": 100, "overhead_pct": 0, "contingency_pct": 0, "margin_pct": 0, "risk_in_price": True}
    found["route_version"] = next(iter(versions), None)
    if sample:
        found |= _sized(Phase.SMALL_SCALE, Decimal(sample) / 1000, 1)
    if pilot:
        found |= _sized(Phase.PILOT, pilot, 1)
    if validation:
        found |= _sized(Phase.VALIDATION, validation, VALIDATION_BATCHES)
    if validation and rfp.commercial_quantity_kg_per_year:
        found |= _sized(Phase.COMMERCIAL, validation, (rfp.commercial_quantity_kg_per_year / validation).to_integral_value(ROUND_CEILING))
    return found


def _sized(phase: Phase, batch_kg: Decimal, batches: Any) -> dict[str, Any]:
    return {f"{phase.value}-{name}": value for name, value in zip(SIZES, (batch_kg, int(batches)), strict=True)}


class TrialForm(forms.Form):
    """What is typed to see what it does to the price; nothing of it is saved."""

    yield_pct = number(_("Yields, of those of the route (%)"), digits=6, places=2, needed=True)
    seed = WholeNumberField(label=_("Seed of the draws"), min_value=0, max_value=MOST_SEED)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _add_sizes(self.fields)
        self.order_fields(["yield_pct", *SCALE_FIELDS, "seed"])

    def clean_yield_pct(self) -> Decimal:
        percent: Decimal = self.cleaned_data["yield_pct"]
        if percent <= 0:
            raise forms.ValidationError(_("More than nothing."))
        return percent

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for phase in PRICED_PHASES:
            names = [f"{phase.value}-{name}" for name in SIZES]
            if all(name in cleaned for name in names) and bool(cleaned[names[0]]) != bool(cleaned[names[1]]):
                self.add_error(names[1], _("A batch size and a number of batches belong together; leave both empty where nothing is made."))
            if (cleaned.get(names[0]) or 0) < 0:
                self.add_error(names[0], _("Not below zero."))
        return cleaned

    @property
    def trial(self) -> Trial:
        sizes = _sizes(self.cleaned_data)
        scales = {phase.value: (sizes[f"{phase.value}-batch_kg"], sizes[f"{phase.value}-batches"]) for phase in PRICED_PHASES}
        return Trial(scales, self.cleaned_data["yield_pct"])


def trial_values(assessment: CostAssessment) -> dict[str, Any]:
    """The scenario as it stands."""
    return scale_values(assessment) | {"yield_pct": assessment.yield_pct, "seed": SEED}


class CopyForm(forms.Form):
    name = forms.CharField(label=_("Name of the copy"), max_length=120)
