"""Payments, price breaks, rates, client inputs and replies as rows of a form, and all forms of a quotation as one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from accounts.numbers import AmountField, AmountText, NumberField, NumberText
from projects.default_plan import newest
from projects.forms.evidence import day_input, select_input
from projects.forms.order_lines import RowForm, cell
from projects.forms.quotation import (
    AMOUNT,
    ROW,
    LineFormSet,
    QuotationForm,
    RowError,
    filled_rows,
    lines_of,
    one_more,
    row_errors,
    values_of,
)
from projects.models import Quotation, QuotationLine, QuotationOutcome, RevisionRemark, Rfp
from projects.services.quotation_parts import PARTS, due_words, rows_of_lines, rows_of_part
from projects.services.replies import Reply

if TYPE_CHECKING:
    from audit.refusals import BadInput, Words

MOST_ROWS = 50
PAID, GIVEN = _("What is paid"), _("What the client gives")


class PaymentRow(RowForm):
    title = forms.CharField(label=PAID, max_length=200, widget=forms.TextInput(attrs=cell(PAID, placeholder=PAID)))
    source = forms.ChoiceField(label=_("Due when"), required=False, widget=select_input(_("Due when")))
    planned_on = forms.DateField(label=_("Planned on"), required=False, widget=day_input(**cell(_("Planned on"))))
    percent = NumberField(
        label=_("Percent"),
        min_value=Decimal("0.001"),
        max_value=Decimal(100),
        max_digits=6,
        decimal_places=3,
        widget=NumberText(attrs=cell(_("Percent"), number=True)),
    )


class PlainRow(RowForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choices={}, **kwargs)


class BreakRow(PlainRow):
    from_kg = NumberField(
        label=_("From (kg)"),
        max_digits=12,
        decimal_places=3,
        widget=NumberText(attrs=cell(_("From (kg)"), number=True, placeholder=_("From (kg)"))),
    )
    price_per_kg = AmountField(
        label=_("Price per kg"), max_digits=16, decimal_places=2, widget=AmountText(AMOUNT | {"aria-label": _("Price per kg")})
    )


class RateRow(PlainRow):
    work = forms.CharField(label=_("Work"), max_length=200, widget=forms.TextInput(attrs=cell(_("Work"), placeholder=_("Work"))))
    unit = forms.CharField(
        label=_("Per"), max_length=40, widget=forms.TextInput(attrs=cell(_("Per")) | {"placeholder": _("hour, test, batch")})
    )
    rate = AmountField(label=_("Rate"), max_digits=16, decimal_places=2, widget=AmountText(AMOUNT | {"aria-label": _("Rate")}))


class InputRow(PlainRow):
    words = forms.CharField(label=GIVEN, max_length=300, widget=forms.TextInput(attrs=cell(GIVEN, placeholder=GIVEN)))
    due_on = forms.DateField(label=_("Needed by"), required=False, widget=day_input(**cell(_("Needed by"))))


def _set_of(row: type[forms.Form]) -> type[BaseFormSet]:
    return formset_factory(row, extra=1, can_delete=True, max_num=MOST_ROWS, validate_max=True, absolute_max=MOST_ROWS + 1)


SETS: Mapping[str, type[BaseFormSet]] = {
    "lines": LineFormSet,
    "payments": _set_of(PaymentRow),
    "breaks": _set_of(BreakRow),
    "rates": _set_of(RateRow),
    "inputs": _set_of(InputRow),
}
ROWS: Mapping[str, Words] = {
    "lines": ROW,
    "payments": _("Payment %(number)d, %(field)s"),
    "breaks": _("Price per kg %(number)d, %(field)s"),
    "rates": _("Rate %(number)d, %(field)s"),
    "inputs": _("Client input %(number)d, %(field)s"),
}


class RepliesForm(forms.Form):
    """What becomes of each remark of the client: two fields for each."""

    def __init__(self, *args: Any, remarks: Iterable[RevisionRemark], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.remarks = list(remarks)
        for row in self.remarks:
            self.fields[f"replies-{row.pk}-outcome"] = forms.ChoiceField(
                label=_("What becomes of it"),
                choices=[("", "–"), *RevisionRemark.Outcome.choices],
                required=False,
                initial=row.outcome,
                widget=forms.Select(attrs={"class": "form-select"}),
            )
            self.fields[f"replies-{row.pk}-words"] = forms.CharField(
                label=_("Reply"),
                max_length=2000,
                required=False,
                initial=row.reply,
                widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
            )

    @property
    def rows(self) -> list[tuple[RevisionRemark, forms.BoundField, forms.BoundField]]:
        return [(row, self[f"replies-{row.pk}-outcome"], self[f"replies-{row.pk}-words"]) for row in self.remarks]

    @property
    def replies(self) -> dict[int, Reply]:
        said = self.cleaned_data
        return {row.pk: Reply(said[f"replies-{row.pk}-outcome"], said[f"replies-{row.pk}-words"]) for row in self.remarks}


class OutcomeForm(forms.ModelForm):
    """How we read the answer; nothing of it is the client's to read."""

    competitor_price = AmountField(
        label=_("Price of the competitor, where it was told"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=16,
        decimal_places=2,
    )

    class Meta:
        model = QuotationOutcome
        fields = ("why", "position", "competitor_price", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}


BLOCKS: Sequence[tuple[Words, tuple[str, ...], str]] = (
    (_("Price per kilogram by quantity"), ("rise_confirmed",), "breaks"),
    (_("Raw-material prices"), ("price_adjustment", "adjustment_band_percent"), ""),
    (_("Rates for change orders"), (), "rates"),
    (_("Delivery"), ("incoterm", "delivery_place"), ""),
    (_("What the client gives"), (), "inputs"),
    (_("Acceptance of samples and batches"), ("sample_acceptance", "batch_acceptance"), ""),
    (_("Cancellation and reserved slots"), ("cancellation", "reservation_fee"), ""),
    (_("Intellectual property, confidentiality, liability"), ("intellectual_property", "confidentiality", "liability"), ""),
)


@dataclass(frozen=True)
class Block:
    """A folded part of the form: fields, and the rows of a set where it has one."""

    title: Words
    fields: Sequence[forms.BoundField]
    name: str
    rows: BaseFormSet | None
    is_open: bool


class QuotationForms:
    """Everything that a quotation says, in several forms of one page. Bound to `data`, or filled from a revision, else from the request.

    is_next: of the revision after it. What somebody confirmed of the prices of one is asked again of the next. names: of its sets; those of
    a draft that is there are tables on its page.
    """

    def __init__(
        self,
        *,
        quotation: Quotation | None = None,
        rfp: Rfp | None = None,
        data: Any = None,
        remarks: Sequence[RevisionRemark] = (),
        is_next: bool = False,
        names: Collection[str] = tuple(SETS),
    ) -> None:
        first = _initial(quotation, rfp)
        if is_next:
            first["words"].pop("rise_confirmed", None)
        self.words = QuotationForm(data, initial=first.pop("words"))
        self.kwargs: dict[str, dict[str, Any]] = {"payments": {"form_kwargs": {"choices": {"source": list(due_words(newest()).items())}}}}
        self.kinds = {name: SETS[name] for name in names}
        self.sets = {name: kind(data, prefix=name, initial=first[name], **self.kwargs.get(name, {})) for name, kind in self.kinds.items()}
        self.replies = RepliesForm(data, remarks=remarks)

    def with_another_row(self, data: Any, wanted: str) -> None:
        """Nothing is judged yet; what was typed stays, and the set `wanted` has one more row."""
        self.words = QuotationForm(initial={name: data.get(name, "") for name in self.words.fields})
        self.replies = RepliesForm(remarks=self.replies.remarks, initial={name: data.get(name, "") for name in self.replies.fields})
        self.sets = {
            name: one_more(data, kind, prefix=name, more=int(name == wanted), **self.kwargs.get(name, {}))
            for name, kind in self.kinds.items()
        }

    def are_valid(self) -> bool:
        return all([self.words.is_valid(), self.replies.is_valid(), *(each.is_valid() for each in self.sets.values())])

    def values(self) -> dict[str, Any]:
        """By field, and the rows by the name of their set."""
        rows: dict[str, Any] = {"lines": lines_of(self.sets["lines"])} if "lines" in self.sets else {}
        for name in PARTS.keys() & self.sets.keys():
            rows[name] = [PARTS[name][1](**values_of(form)) for form in filled_rows(self.sets[name])]
        return {**self.words.cleaned_data, **rows, "replies": self.replies.replies}

    def refuse(self, bad: BadInput) -> None:
        """Each message at its field, those of a row in the row; those for a field that no form has appear above the form."""
        for name, messages in bad.errors.items():
            form, field = self._field(name)
            for message in messages:
                form.add_error(field, message)

    def _field(self, name: str) -> tuple[forms.BaseForm, str | None]:
        prefix, _dash, rest = name.partition("-")
        if prefix in self.sets and rest:
            number, _dash, field = rest.partition("-")
            return filled_rows(self.sets[prefix])[int(number)], field
        form = self.replies if name in self.replies.fields else self.words
        return form, name if name in form.fields else None

    @property
    def row_errors(self) -> list[RowError]:
        found = [error for name, formset in self.sets.items() for error in row_errors(formset, row_words=ROWS[name])]
        replies = [RowError(field.id_for_label, str(field.label), str(message)) for field in self.replies for message in field.errors]
        return [*replies, *found]

    def blocks(self, opened: str = "") -> list[Block]:
        """What a quotation may say besides, folded until it does. opened: the set to which a row was just added. A block of which nothing
        is left beside the tables of a draft is none."""
        return [
            Block(
                words,
                [self.words[name] for name in names],
                rows,
                self.sets.get(rows),
                self._says(names, rows) or bool(rows and rows == opened),
            )
            for words, names, rows in BLOCKS
            if names or rows in self.sets
        ]

    def _says(self, names: Sequence[str], rows: str) -> bool:
        """Whether any of it is filled or complains."""
        fields = any(self.words[name].value() not in ("", None, False) or self.words[name].errors for name in names)
        formset = self.sets.get(rows)
        return fields or (formset is not None and bool(formset.initial or any(form.has_changed() for form in formset.forms)))


def _initial(quotation: Quotation | None, rfp: Rfp | None) -> dict[str, Any]:
    if quotation is None:
        return {"words": _wished(rfp) if rfp else {}, **{name: [] for name in SETS}}
    lines = [row | ({"amount": None} if row["standing"] == QuotationLine.Standing.EXCLUDED else {}) for row in rows_of_lines(quotation)]
    words = {name: getattr(quotation, name) for name in QuotationForm.Meta.fields}
    return {"words": words, "lines": lines, **{name: rows_of_part(quotation, name) for name in PARTS}}


def _wished(rfp: Rfp) -> dict[str, str]:
    """Currency and delivery as the client wants them, where it has said."""
    wishes = {"currency": rfp.currency_wanted, "incoterm": rfp.incoterm_wanted, "delivery_place": rfp.delivery_place}
    return {name: wish for name, wish in wishes.items() if wish}
