"""Forms of references."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.numbers import WholeNumberField
from process.literature.models import Literature
from process.literature.services import FIELDS, Reading
from process.routes.models import RouteStep
from projects.forms.gate import REASON
from projects.models import Project


class ReadingForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=Literature.Kind.choices)
    citation = forms.CharField(label=_("Citation"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    identifier = forms.CharField(label=_("DOI or patent number"), max_length=120, required=False)
    year = WholeNumberField(label=_("Year"), required=False, min_value=1800, max_value=2100)
    relevance = forms.ChoiceField(label=_("Relevance"), choices=Literature.Relevance.choices, initial=Literature.Relevance.MEDIUM)
    rights = forms.ChoiceField(label=_("Rights"), choices=Literature.Rights.choices, help_text=_("Whether a patent stands in the way."))
    rights_expire_on = forms.DateField(
        label=_("Rights expire on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(label=_("Note"), max_length=4000, required=False, widget=forms.Textarea(attrs=REASON))

    @property
    def reading(self) -> Reading:
        return Reading(**{name: self.cleaned_data[name] for name in FIELDS})


class SupportForm(forms.Form):
    """Which step rests on it; a step by the numbers of its route and itself, with a colon between them."""

    step = forms.ChoiceField(label=_("Step"))

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = RouteStep.objects.filter(version__route__project=project).select_related("version__route")
        newest = {(row.version.route.number, row.key): row for row in rows.order_by("version__number")}
        steps = sorted(newest.values(), key=lambda row: (row.version.route.number, row.position))
        self.fields["step"].choices = [  # type: ignore[attr-defined]
            (f"{row.version.route.number}:{row.key}", f"{row.version.route.name}: {row.name}") for row in steps
        ]

    @property
    def named(self) -> dict[str, int]:
        route, key = self.cleaned_data["step"].split(":")
        return {"route": int(route), "step_key": int(key)}
