"""Forms of a change order: its words and the days by which it moves each agreed date. What it does to the plan is in `order_lines`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.numbers import WholeNumberField, WholeNumberText
from projects.forms.evidence import day_input
from projects.forms.shape import OfferForm
from projects.limits import MOST_WORKING_DAYS
from projects.models import ChangeOrder

if TYPE_CHECKING:
    from projects.models import Milestone


class ChangeOrderForm(OfferForm):
    class Meta:
        model = ChangeOrder
        fields = ("title", "valid_until", "reason", "scope")
        widgets = {
            "valid_until": day_input(),
            "reason": forms.Textarea(attrs={"rows": 3}),
            "scope": forms.Textarea(attrs={"rows": 5}),
        }
        help_texts = {
            "reason": _("Why the contract changes; the client reads it."),
            "scope": _("What is added, what is left out."),
        }


class DaysForm(forms.Form):
    """One number per open milestone that has an agreed date; an empty one leaves its date."""

    def __init__(self, *args: Any, milestones: Iterable[Milestone], days: Mapping[str, int] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.milestones = list(milestones)
        for row in self.milestones:
            words = _t("%(title)s: working days") % {"title": row.title}
            widget = WholeNumberText(attrs={"class": "form-control number", "aria-label": words})
            initial = (days or {}).get(row.key)
            self.fields[_name(row)] = WholeNumberField(
                label=words, required=False, initial=initial, widget=widget, min_value=-MOST_WORKING_DAYS, max_value=MOST_WORKING_DAYS
            )

    @property
    def days(self) -> dict[str, int]:
        return {row.key: self.cleaned_data[_name(row)] for row in self.milestones if self.cleaned_data[_name(row)]}

    @property
    def rows(self) -> list[tuple[Milestone, forms.BoundField]]:
        return [(row, self[_name(row)]) for row in self.milestones]


def _name(row: Milestone) -> str:
    return f"days-{row.key}"
