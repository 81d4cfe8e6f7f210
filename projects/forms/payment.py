"""Forms of a payment: planned with its part of the price, corrected, invoiced, paid."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.numbers import AmountField, NumberField
from projects.forms.evidence import day_input
from projects.forms.gate import REASON


class PartForm(forms.Form):
    """What a payment comes to: an amount, or a percentage of the agreed price, or both where they agree."""

    amount = AmountField(label=_("Amount"), required=False, min_value=Decimal("0.01"), max_digits=16, decimal_places=2)
    percent = NumberField(
        label=_("Percent of the agreed price"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=Decimal(100),
        max_digits=5,
        decimal_places=2,
        help_text=_("With the amount left empty, the amount is this part of the agreed price."),
    )


class PaymentForm(PartForm):
    title = forms.CharField(label=_("What is paid"), max_length=200)
    source = forms.ChoiceField(label=_("Ready to invoice when"))
    field_order = ("title", "source", "amount", "percent")

    def __init__(self, *args: Any, sources: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["source"]).choices = [("", "–"), *sources]


class CorrectionForm(PartForm):
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs=REASON))


class InvoiceForm(forms.Form):
    number = forms.CharField(label=_("Invoice number"), max_length=64)
    on = forms.DateField(label=_("Dated"), widget=day_input())


class PaidForm(forms.Form):
    on = forms.DateField(label=_("Paid on"), widget=day_input())
