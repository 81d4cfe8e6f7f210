"""Price lines of a change order as rows of a form that works without script, and what every such set of rows needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from accounts.numbers import AmountField, AmountText
from projects.models import ChangeOrder, Phase
from projects.services.quotation_parts import Line

if TYPE_CHECKING:
    from audit.refusals import Words

ROW = _("Line %(number)d, %(field)s")
SPARE_ROWS = 1
MOST_LINES = 100
AMOUNT = {"class": "form-control number", "aria-label": _("Amount")}


class LineForm(forms.Form):
    """One price line, which may also take something off; a row that stays empty is no line."""

    phase = forms.ChoiceField(
        label=_("Phase"), choices=[("", "–"), *Phase.choices], widget=forms.Select(attrs={"class": "form-select", "aria-label": _("Phase")})
    )
    description = forms.CharField(
        label=_("Description"), max_length=300, widget=forms.TextInput(attrs={"class": "form-control", "aria-label": _("Description")})
    )
    amount = AmountField(label=_("Amount"), max_digits=16, decimal_places=2, widget=AmountText({**AMOUNT, "inputmode": "text"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "empty_permitted": True, "use_required_attribute": False})


LineFormSet = formset_factory(
    LineForm, extra=SPARE_ROWS, can_delete=True, max_num=MOST_LINES, validate_max=True, absolute_max=MOST_LINES + SPARE_ROWS
)


def one_more(
    data: Mapping[str, str], formset_class: type[BaseFormSet], *, prefix: str = "lines", more: int = 1, **kwargs: Any
) -> BaseFormSet:
    """The rows as they were typed, and another empty one, or `more`."""
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    kept = [number for number in range(min(int(total), MOST_LINES)) if f"{prefix}-{number}-DELETE" not in data] if total.isdigit() else []
    typed = [{name: data.get(f"{prefix}-{number}-{name}", "") for name in formset_class.form.base_fields} for number in kept]
    filled = [row for row in typed if any(row.values())]
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
