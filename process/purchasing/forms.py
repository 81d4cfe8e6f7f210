"""Forms of purchase inquiries."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.currencies import CURRENCIES
from process.purchasing.services import FIELDS
from process.routes.forms import number
from projects.forecasting import working_day_in
from projects.forms.evidence import day_input
from projects.forms.gate import REASON

if TYPE_CHECKING:
    from projects.models import Project

USUAL_DAYS = 14


class PrepareForm(forms.Form):
    """What one click on the page of a route takes as it stands."""

    target_kg = number(_("Product wanted (kg)"), places=3, needed=True)
    answer_by = forms.DateField(label=_("Answer by"), widget=day_input())
    with_priced = forms.BooleanField(label=_("Also materials whose price holds"), required=False)

    def clean_target_kg(self) -> Decimal:
        wanted: Decimal = self.cleaned_data["target_kg"]
        if wanted <= 0:
            raise forms.ValidationError(_("More than nothing."))
        return wanted


def usual_values(target_kg: Decimal, project: Project) -> dict[str, Any]:
    return {"target_kg": target_kg, "answer_by": working_day_in(project, USUAL_DAYS)}


class InquiryForm(forms.Form):
    answer_by = forms.DateField(label=_("Answer by"), widget=day_input())
    note = forms.CharField(
        label=_("Words to the suppliers"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs=REASON),
        help_text=_("Every supplier reads them. Name neither the client nor the product."),
    )

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}


class CurrencyForm(forms.Form):
    currency = forms.ChoiceField(label=_("Compare in"), choices=CURRENCIES)
