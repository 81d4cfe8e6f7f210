"""Forms of cost scenarios: what a scenario says, what is tried on it, its copy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django import forms
from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.currencies import CURRENCIES
from accounts.numbers import PercentField, WholeNumberField
from audit.nested import Nested
from process.costs.models import PHASE_CHOICES, PRICED_PHASES, CostAssessment
from process.costs.services import FIELDS
from process.costs.simulation import SEED
from process.costs.sizes import BATCH_ENDS, END_FIELDS, MOST_BATCHES, SCALE_FIELDS, SIZES, scale_values, sized, wrong_phases
from process.costs.trial import Trial
from process.models import RouteVersion
from process.routes.forms import number
from process.words import plain_number
from projects.forms.gate import REASON
from projects.models import Phase, Project

MOST_SEED = 2**31 - 1
VALIDATION_BATCHES = 3
BEFORE_SIZES, AFTER_SIZES = FIELDS[:5], FIELDS[5:]
FIELDS_OF_PHASES = {phase: [f"{phase.value}-{name}" for name in (*SIZES, *BATCH_ENDS)] for phase in PRICED_PHASES}


def _percent(label: Any, *, hint: Any = "") -> PercentField:
    return PercentField(label=label, max_digits=6, decimal_places=2, help_text=hint)


def _add_sizes(fields: dict[str, forms.Field]) -> None:
    for phase in PRICED_PHASES:
        batch = _("%(phase)s, batch size (kg)") % {"phase": phase.label}
        batches = _("%(phase)s, batches") % {"phase": phase.label}
        fields[f"{phase.value}-batch_kg"] = number(batch, places=4)
        fields[f"{phase.value}-batches"] = WholeNumberField(label=batches, min_value=0, max_value=MOST_BATCHES, required=False)


def _add_ends(fields: dict[str, forms.Field]) -> None:
    for phase in PRICED_PHASES:
        low, high = (words % {"phase": phase.label} for words in (_("%(phase)s, smallest (kg)"), _("%(phase)s, largest (kg)")))
        fields[f"{phase.value}-batch_low_kg"] = number(low, places=4)
        fields[f"{phase.value}-batch_high_kg"] = number(high, places=4)


class ScenarioForm(forms.Form):
    name = forms.CharField(label=_("Scenario"), max_length=120, help_text=_("For example: 50 kg batches, second supplier."))
    currency = forms.ChoiceField(label=_("Currency"), choices=CURRENCIES)
    priced_on = forms.DateField(
        label=_("Priced on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Exchange rates of this day count, and prices must hold on it."),
    )
    route_version = forms.ModelChoiceField(label=_("Route"), queryset=RouteVersion.objects.none(), required=False, empty_label="–")
    yield_pct = _percent(_("Yields (% of those of the route)"))
    overhead_pct = _percent(_("Overhead (%)"))
    contingency_pct = _percent(_("Contingency (%)"))
    margin_pct = _percent(_("Margin on the price (%)"), hint=_("A markup of 50 % on the cost is a margin of 33.33 %."))
    risk_in_price = forms.BooleanField(label=_("The client pays the expected cost of the risks"), required=False)
    assumptions_valid_until = forms.DateField(
        label=_("Assumptions hold until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(label=_("Note"), max_length=4000, required=False, widget=forms.Textarea(attrs=REASON))

    def __init__(self, *args: Any, project: Project, versions: Iterable[RouteVersion] | None = None, **kwargs: Any) -> None:
        """versions: of its routes, where they are read already."""
        super().__init__(*args, **kwargs)
        route: Any = self.fields["route_version"]
        route.queryset = versions_of(project)
        if versions is not None:
            route.choices = [("", route.empty_label), *((each.pk, str(each)) for each in versions)]

    @property
    def before_sizes(self) -> list[forms.BoundField]:
        return [self[name] for name in BEFORE_SIZES]

    @property
    def after_sizes(self) -> list[forms.BoundField]:
        return [self[name] for name in AFTER_SIZES]

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}


class NewScenarioForm(ScenarioForm):
    """With the batches of each phase, of which its table comes to be."""

    def __init__(self, *args: Any, taken: Mapping[str, Taken], **kwargs: Any) -> None:
        """taken: what the fields begin with; each says where that is from."""
        super().__init__(*args, **({"initial": {name: each.value for name, each in taken.items()}} | kwargs))
        _add_sizes(self.fields)
        _add_ends(self.fields)
        for name, each in taken.items():
            field = self.fields[name]
            field.help_text = " ".join(filter(None, (each.origin, str(field.help_text))))
        self.order_fields([*BEFORE_SIZES, *(name for names in FIELDS_OF_PHASES.values() for name in names), *AFTER_SIZES])

    @property
    def sizes(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """By phase, what its row holds."""
        return [(phase.label, [self[name] for name in names]) for phase, names in FIELDS_OF_PHASES.items()]

    @property
    def values(self) -> dict[str, Any]:
        return super().values | {name: self.cleaned_data[name] for name in END_FIELDS} | _sizes(self.cleaned_data)


def readable_sizes(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Of the phases whose fields could all be read: what the service judges, also where other fields are wrong."""
    phases = (names for names in FIELDS_OF_PHASES.values() if all(name in cleaned for name in names))
    return {name: cleaned[name] or (Decimal(0) if name in SCALE_FIELDS else cleaned[name]) for names in phases for name in names}


def wrong_typed_sizes(cleaned: Mapping[str, Any]) -> dict[str, list[str]]:
    return wrong_phases(sized(CostAssessment(), readable_sizes(cleaned)))


def _sizes(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    return {name: cleaned[name] or (0 if name.endswith("batches") else Decimal(0)) for name in SCALE_FIELDS}


def versions_of(project: Project) -> QuerySet[RouteVersion]:
    return _in_order(project).select_related("route")


def _in_order(project: Any) -> QuerySet[RouteVersion]:
    """Route by route, the newest version of each first."""
    return RouteVersion.objects.filter(route__project=project).order_by("route__number", "-number")


VERSIONS = Nested(RouteVersion, ("route",))


def with_versions(scenarios: QuerySet[CostAssessment]) -> QuerySet[CostAssessment]:
    """`versions_beside` each are read in the query of the scenarios."""
    return scenarios.annotate(versions_told=VERSIONS.in_query(_in_order(OuterRef("project"))))


def versions_beside(scenario: Any) -> list[RouteVersion]:
    """All of the project. scenario: of `with_versions`."""
    return VERSIONS.rows_in(scenario.versions_told)


@dataclass(frozen=True)
class Taken:
    """What a field of a new scenario begins with, and where that was taken from."""

    value: Any
    origin: str


def first_values(project: Project, on: date) -> dict[str, Taken]:
    """What the request asks for, by the newest version of the first route."""
    rfp = project.rfp
    sample, pilot, validation = rfp.sample_quantity_g, rfp.pilot_quantity_kg, rfp.validation_quantity_kg
    asked = _t("As %(request)s asks.") % {"request": rfp.number}
    one = _t("One, until somebody says more.")
    found = {"priced_on": Taken(on, _t("Today.")), "yield_pct": Taken(Decimal(100), _t("As the route says."))}
    found |= {name: Taken(Decimal(0), _t("Nothing yet: type yours.")) for name in ("overhead_pct", "contingency_pct", "margin_pct")}
    found["risk_in_price"] = Taken(True, "")
    version = versions_of(project).first()
    if version is not None:
        found["route_version"] = Taken(version, _t("The newest version of the first route."))
    if sample:
        found |= _sized(Phase.SMALL_SCALE, Taken(Decimal(sample) / 1000, asked), Taken(1, one))
    if pilot:
        found |= _sized(Phase.PILOT, Taken(pilot, asked), Taken(1, one))
    if validation and rfp.validation_batches != 0:  # none is an answer; not asked yet is what is usual
        usual = Taken(VALIDATION_BATCHES, _t("%(number)s, as is usual.") % {"number": VALIDATION_BATCHES})
        batches = Taken(rfp.validation_batches, asked) if rfp.validation_batches else usual
        found |= _sized(Phase.VALIDATION, Taken(validation, asked), batches)
    yearly, wanted = rfp.commercial_quantity_kg_per_year, rfp.batch_size_wanted_kg
    if yearly and (size := wanted or validation):
        number = (yearly / size).to_integral_value(ROUND_CEILING)
        same = Taken(size, asked if wanted else _t("The size of the validation batches."))
        words = _t("%(kg)s kg a year, as %(request)s asks, in batches of that size.") % {"kg": plain_number(yearly), "request": rfp.number}
        found |= _sized(Phase.COMMERCIAL, same, Taken(int(number), words))
    return found


def _sized(phase: Phase, batch_kg: Taken, batches: Taken) -> dict[str, Taken]:
    return {f"{phase.value}-{name}": taken for name, taken in zip(SIZES, (batch_kg, batches), strict=True)}


class TrialForm(forms.Form):
    """What is typed to see what it does to the price; nothing of it is saved. What is left empty is as the scenario has it, so that a size
    that was tried never hides one that was saved since.
    """

    yield_pct = _percent(_("Yields (% of those of the route)"))
    seed = WholeNumberField(label=_("Random seed"), min_value=0, max_value=MOST_SEED)

    def __init__(self, data: Mapping[str, Any], *, standing: Mapping[str, Any]) -> None:
        """standing: what the scenario says, by field."""
        super().__init__({name: data[name] for name in standing if str(data.get(name, "")).strip()})
        self.standing = standing
        _add_sizes(self.fields)
        self.order_fields(["yield_pct", *SCALE_FIELDS, "seed"])
        for name, field in self.fields.items():
            field.required = False
            if name not in SCALE_FIELDS:  # those stand in their table, which may have changed since
                field.widget.attrs["placeholder"] = plain_number(Decimal(standing[name]))

    def clean_yield_pct(self) -> Decimal | None:
        percent: Decimal | None = self.cleaned_data["yield_pct"]
        if percent is not None and percent <= 0:
            raise forms.ValidationError(_("More than nothing."))
        return percent

    def clean(self) -> dict[str, Any]:
        """What was typed, and beside it what stands."""
        cleaned = super().clean() or {}
        cleaned = {name: self.standing.get(name) if value is None else value for name, value in cleaned.items()}
        for phase in PRICED_PHASES:
            batch_kg, batches = names = [f"{phase.value}-{name}" for name in SIZES]
            if all(name in cleaned for name in names) and bool(cleaned[batch_kg]) != bool(cleaned[batches]):
                words = _("A batch size and a number of batches belong together; type 0 for both where nothing is made.")
                self.add_error(batches, words)
            if (cleaned.get(batch_kg) or 0) < 0:
                self.add_error(batch_kg, _("Not below zero."))
        return cleaned

    @property
    def is_tried(self) -> bool:
        """Whether something is to be priced that the scenario does not say. The seed changes no price."""
        return self.is_valid() and any(
            (self.cleaned_data[name] or 0) != (self.standing[name] or 0) for name in self.standing if name != "seed"
        )

    @property
    def trial(self) -> Trial:
        sizes = _sizes(self.cleaned_data)
        scales = {phase.value: (sizes[f"{phase.value}-batch_kg"], sizes[f"{phase.value}-batches"]) for phase in PRICED_PHASES}
        return Trial(scales, self.cleaned_data["yield_pct"])


def trial_values(assessment: CostAssessment) -> dict[str, Any]:
    """The scenario as it stands."""
    return scale_values(assessment) | {"yield_pct": assessment.yield_pct, "seed": SEED}


class PlanForm(forms.Form):
    """phase: where the operations of the plan belong."""

    phase = forms.ChoiceField(label=_("Phase"), choices=PHASE_CHOICES)


class ClauseForm(forms.Form):
    """threshold_pct: of the draft where it is left empty."""

    threshold_pct = forms.DecimalField(
        label=_("Prices may move by (%)"), required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2, localize=True
    )


class CopyForm(forms.Form):
    name = forms.CharField(label=_("Name of the copy"), max_length=120)
