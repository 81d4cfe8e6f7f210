"""The form that begins a step again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.currencies import CURRENCIES
from accounts.numbers import AmountField
from projects.forms.gate import REASON
from projects.models import Publication

if TYPE_CHECKING:
    from projects.models import Deliverable


def client_words_field() -> forms.CharField:
    return forms.CharField(
        label=_("Words to the client"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The client reads them beside each shared milestone and deliverable that is open again; the reason stays with us."),
    )


class LoopForm(forms.Form):
    """Why the step is repeated, on whose side, what it costs, and what else has to be done again with it."""

    reason = forms.CharField(
        label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs=REASON), help_text=_("It stays in the record.")
    )
    side = forms.ChoiceField(label=_("On whose side"), choices=[("", "–"), *Publication.Side.choices])
    client_words = client_words_field()
    cost_effect = forms.CharField(label=_("Effect on cost"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    cost_amount = AmountField(label=_("Amount"), required=False, max_digits=16, decimal_places=2)
    cost_currency = forms.ChoiceField(label=_("Currency"), required=False, choices=[("", "–"), *CURRENCIES])
    renew = forms.MultipleChoiceField(
        label=_("Also to be done again"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each opens again with its milestone, and its owner is asked; what stood for it stays readable."),
    )

    def __init__(self, *args: Any, renewable: Iterable[Deliverable], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(row.key, row.title) for row in renewable]
        cast("forms.MultipleChoiceField", self.fields["renew"]).choices = choices
        if not choices:
            del self.fields["renew"]
