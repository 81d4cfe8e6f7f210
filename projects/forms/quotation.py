"""Forms of a quotation: its words and terms, and its price lines as a set that works without script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from accounts.numbers import AmountField, AmountText, NumberField
from projects.forms.evidence import day_input, select_input
from projects.forms.shape import OfferForm
from projects.models import ChangeOrder, Phase, Quotation, QuotationLine
from projects.services.quotation_parts import TERMS, Line

if TYPE_CHECKING:
    from audit.refusals import Words

ROW = _("Line %(number)d, %(field)s")
SPARE_ROWS = 1
MOST_LINES = 100
AMOUNT = {"class": "form-control number", "aria-label": _("Amount")}


class QuotationForm(OfferForm):
    adjustment_band_percent = NumberField(
        label=_("The price stays while they move by at most (%)"), required=False, min_value=Decimal(0), max_digits=5, decimal_places=2
    )
    reservation_fee = AmountField(
        label=_("Fee for reserving a slot"), required=False, min_value=Decimal("0.01"), max_digits=16, decimal_places=2
    )

    class Meta:
        model = Quotation
        fields = ("currency", "valid_until", "scope", *TERMS)
        widgets = {
            **dict.fromkeys(
                ("price_adjustment", "cancellation", "sample_acceptance", "batch_acceptance"), forms.Textarea(attrs={"rows": 3})
            ),
            "valid_until": day_input(),
            "scope": forms.Textarea(attrs={"rows": 5}),
            "assumptions": forms.Textarea(attrs={"rows": 4}),
            "payment_terms": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "scope": _("What the price covers, phase by phase; what it leaves out."),
            "assumptions": _("Numbered. They go into the charter."),
            "delivery_place": _("The place that the delivery term names."),
            "price_adjustment": _("Which materials, against which price, and how the price follows."),
            "cancellation": _("What is paid when the client cancels or postpones, and how long before."),
            "intellectual_property": _("The agreement or clause that rules it."),
            "confidentiality": _("The agreement that rules it."),
            "liability": _("The agreement or clause that rules it."),
        }


class LineForm(forms.Form):
    """One price line; a row that stays empty is no line."""

    phase = forms.ChoiceField(
        label=_("Phase"), choices=[("", "–"), *Phase.choices], widget=forms.Select(attrs={"class": "form-select", "aria-label": _("Phase")})
    )
    description = forms.CharField(
        label=_("Description"), max_length=300, widget=forms.TextInput(attrs={"class": "form-control", "aria-label": _("Description")})
    )
    amount = AmountField(label=_("Amount"), min_value=Decimal(0), max_digits=16, decimal_places=2, widget=AmountText(AMOUNT))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "empty_permitted": True, "use_required_attribute": False})


class QuotationLineForm(LineForm):
    """A line with its standing and what is delivered for it; what is excluded has words and no price."""

    standing = forms.ChoiceField(
        label=_("Standing"), choices=QuotationLine.Standing.choices, required=False, widget=select_input(_("Standing"))
    )
    deliverables = forms.CharField(
        label=_("What is delivered"),
        max_length=500,
        required=False,
        widget=forms.TextInput(
            attrs={"class": "form-control", "aria-label": _("What is delivered"), "placeholder": _("What is delivered")}
        ),
    )
    amount = AmountField(
        label=_("Amount"), required=False, min_value=Decimal(0), max_digits=16, decimal_places=2, widget=AmountText(AMOUNT)
    )
    field_order = ("phase", "standing", "description", "deliverables", "amount")

    def has_changed(self) -> bool:
        """A row of which only the standing was touched is no line."""
        return bool(set(self.changed_data) - {"standing"})

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        values["standing"] = values.get("standing") or QuotationLine.Standing.INCLUDED
        if values.get("amount") is None and "amount" not in self.errors:
            values["amount"] = Decimal("0.00")
            if values["standing"] != QuotationLine.Standing.EXCLUDED:
                self.add_error("amount", _("This field is required."))
        return values


class CreditLineForm(LineForm):
    """A line that may also take something off."""

    amount = AmountField(label=_("Amount"), max_digits=16, decimal_places=2, widget=AmountText({**AMOUNT, "inputmode": "text"}))


LineFormSet = formset_factory(
    QuotationLineForm, extra=SPARE_ROWS, can_delete=True, max_num=MOST_LINES, validate_max=True, absolute_max=MOST_LINES + SPARE_ROWS
)
CreditLineFormSet = formset_factory(
    CreditLineForm, extra=SPARE_ROWS, can_delete=True, max_num=MOST_LINES, validate_max=True, absolute_max=MOST_LINES + SPARE_ROWS
)


def one_more(
    data: Mapping[str, str], formset_class: type[BaseFormSet], *, prefix: str = "lines", more: int = 1, **kwargs: Any
) -> BaseFormSet:
    """The rows as they were typed, and another empty one, or `more`."""
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    kept = [number for number in range(min(int(total), MOST_LINES)) if f"{prefix}-{number}-DELETE" not in data] if total.isdigit() else []
    names = [name for name in formset_class.form.base_fields if name != "standing"]  # which a row has before anything is typed
    typed = [{name: data.get(f"{prefix}-{number}-{name}", "") for name in formset_class.form.base_fields} for number in kept]
    filled = [row for row in typed if any(row[name] for name in names)]
    formset = formset_class(prefix=prefix, initial=filled, **kwargs)
    formset.extra = len(typed) - len(filled) + more
    return formset


def filled_rows(formset: BaseFormSet) -> list[forms.BaseForm]:
    """The forms of the rows that say something, in their order, without the removed ones. The set is valid."""
    return [form for form in formset.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]


def lines_of(formset: BaseFormSet) -> list[Line]:
    """The filled rows in their order, without the removed ones."""
    return [Line(**values_of(form)) for form in filled_rows(formset)]


def values_of(form: forms.BaseForm) -> dict[str, Any]:
    """What a row says, without whether it is removed."""
    return {name: value for name, value in form.cleaned_data.items() if name != "DELETE"}


@dataclass(frozen=True)
class RowError:
    """A complaint for the summary above the form: the field's id, what to call it, and the words."""

    id: str
    label: str
    words: str


def row_errors(formset: BaseFormSet, *, row_words: Words = ROW) -> list[RowError]:
    """Every complaint about a row, with its number and field."""
    if not formset.is_bound:
        return []
    found = [RowError("", "", str(words)) for words in formset.non_form_errors()]
    for number, form in enumerate(formset.forms, start=1):
        if form.cleaned_data.get("DELETE"):
            continue
        for name, messages in form.errors.items():
            label = str(row_words) % {"number": number, "field": form[name].label}
            found += [RowError(form[name].id_for_label, label, str(words)) for words in messages]
    return found


def rows_of(order: ChangeOrder) -> list[dict[str, Any]]:
    """The lines of a revision as the first content of the rows."""
    return [{"phase": line.phase, "description": line.description, "amount": line.amount} for line in order.lines.all()]
