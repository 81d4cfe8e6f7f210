"""Forms of the evaluation's own records."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.numbers import AmountField, NumberField, WholeNumberField
from catalogue.models import Site
from phases.evaluation.events import CONTENT_FIELDS, COSTS
from phases.evaluation.models import DepartmentAssessment, InquiryAssessment
from projects.forms.shape import ShapeForm

if TYPE_CHECKING:
    from process.models import RouteVersion

SCORES = (("", "–"), *((value, format_lazy("{} {}", value, words)) for value, words in DepartmentAssessment.Feasibility.choices))


def text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class SheetForm(ShapeForm):
    """A department's answer: feasible or not and why, at what cost, in what time."""

    feasibility_score = forms.TypedChoiceField(label=_("Feasibility"), choices=SCORES, coerce=int, empty_value=None, required=False)

    class Meta:
        model = DepartmentAssessment
        fields = CONTENT_FIELDS
        widgets = {
            "feasibility_reason": text(4),
        }
        field_classes = dict.fromkeys(COSTS, AmountField) | {"duration_weeks": NumberField}
        help_texts = {
            "feasibility_reason": _("Known route, equipment, hazards, what is new to us."),
        }

    def keep_only(self, names: set[str]) -> None:
        """Validate these fields alone: autosave sends what changed."""
        for name in set(self.fields) - names:
            del self.fields[name]


class AssignSheetForm(forms.Form):
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("The department"))
    due_on = forms.DateField(label=_("Due"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, department: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.active().internal().holding(department)  # type: ignore[attr-defined]


class SiteChoiceForm(forms.Form):
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.all(), to_field_name="key", empty_label=_("Choose a site"))


class ReopenForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=4000, widget=text(3), help_text=_("It stays in the record."))


class ProposeForm(forms.Form):
    """From which route, and how large a batch of its product is."""

    version = forms.TypedChoiceField(label=_("Route"), coerce=int)
    batch_kg = NumberField(label=_("Batch size (kg)"), max_digits=9, decimal_places=3, min_value=Decimal("0.001"))
    batches = WholeNumberField(label=_("Batches"), min_value=1, max_value=9999)

    def __init__(self, *args: Any, versions: Sequence[RouteVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"prefix": "propose"})
        self.fields["version"].choices = [(each.pk, str(each)) for each in versions]  # type: ignore[attr-defined]


class RecommendForm(ShapeForm):
    """Bid or not, with the reasons; the conditions of a bid with conditions."""

    class Meta:
        model = InquiryAssessment
        fields = ("recommendation", "reason", "conditions")
        widgets = {"recommendation": forms.RadioSelect, "reason": text(4), "conditions": text(3)}
        help_texts = {
            "conditions": _(
                "Needed for a bid with conditions, one a line: G1 is then decided “go with conditions”, and each becomes one of them."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recommendation"].choices = InquiryAssessment.Recommendation.choices  # type: ignore[attr-defined]
