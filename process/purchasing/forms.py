"""Forms of purchase inquiries."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.currencies import CURRENCIES
from process.purchasing.comparing import Offer
from process.purchasing.sellers import Seller
from process.purchasing.services import FIELDS
from process.routes.forms import number
from process.words import money_words
from projects.forecasting import working_day_in
from projects.forms.evidence import day_input
from projects.forms.gate import REASON
from projects.money import rounded

if TYPE_CHECKING:
    from projects.models import Project

USUAL_DAYS = 14
GRAM = Decimal("0.001")  # as fine as a quantity is asked for


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
    return {"target_kg": target_kg.quantize(GRAM, ROUND_CEILING), "answer_by": working_day_in(project, USUAL_DAYS)}


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


class AskForm(forms.Form):
    """Suppliers that are asked for many lines at once; those that are asked for some already are ticked."""

    suppliers = forms.TypedMultipleChoiceField(
        label=_("Suppliers"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("One of them can no longer be asked; choose again.")},
    )
    every_line = forms.BooleanField(label=_("For every line, also those for which two are asked"), required=False)

    def __init__(self, *args: Any, offered: Iterable[Seller], asked: Iterable[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.supplier.pk, " · ".join(filter(None, (str(each.supplier), each.because)))) for each in offered]
        self.fields["suppliers"].choices = choices  # type: ignore[attr-defined]
        self.initial.setdefault("suppliers", list(asked))


class HandOverForm(forms.Form):
    """on: empty where it is today."""

    on = forms.DateField(label=_("Handed over on"), widget=day_input(), required=False)


class AwardForm(forms.Form):
    """The suppliers by whose offers somebody can order, the cheapest proposed."""

    supplier = forms.TypedChoiceField(label=_("Goes to"), coerce=int, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs=REASON),
        help_text=_("Needed where it is not the cheapest, or the supplier is not qualified for the material. It stays in the record."),
    )

    def __init__(self, *args: Any, offers: Iterable[Offer], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = list(offers)
        self.fields["supplier"].choices = [(each.supplier.pk, offer_words(each, currency)) for each in found]  # type: ignore[attr-defined]
        self.initial.setdefault("supplier", next((each.supplier.pk for each in found if each.is_best), None))


def offer_words(offer: Offer, currency: str) -> str:
    """Supplier, price, what a kilogram that is needed costs with all that has to be bought, and what it says of itself beside others."""
    price = money_words(offer.answer.price_per_kg, offer.answer.currency) if offer.answer and offer.answer.price_per_kg else ""
    words = [f"{offer.supplier} · {price}/kg"]
    if offer.per_kg is not None:
        words.append(str(_("%(cost)s per kg needed") % {"cost": money_words(rounded(offer.per_kg, currency), currency)}))
    if offer.is_best:
        words.append(str(_("cheapest")))
    if offer.is_fastest:
        words.append(str(_("fastest")))
    if offer.unqualified_words:
        words.append(offer.unqualified_words)
    return ", ".join(words)


class CurrencyForm(forms.Form):
    currency = forms.ChoiceField(label=_("Compare in"), choices=CURRENCIES)
