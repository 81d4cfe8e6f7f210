"""Forms of a quotation: its words and terms, what becomes of the client's remarks, how we read the answer.

Price lines, payments, prices by quantity, rates and what the client gives are tables of the draft (projects/worksheets.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.numbers import AmountField, NumberField
from audit.refusals import judge_too
from projects.forms.evidence import day_input
from projects.forms.price_lines import RowError
from projects.forms.shape import OfferForm
from projects.models import Quotation, QuotationOutcome, RevisionRemark, Rfp
from projects.price_sources import price_currency
from projects.services.quotation_parts import TERMS, wrong_terms
from projects.services.replies import Reply, wrong_replies

if TYPE_CHECKING:
    from audit.refusals import BadInput, Words


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
            "assumptions": _(
                "A line each; the document numbers them. Open ones of the ledger come into a new draft, and all go into the charter."
            ),
            "delivery_place": _("The place that the delivery term names."),
            "price_adjustment": _("Which materials, against which price, and how the price follows."),
            "cancellation": _("What is paid when the client cancels or postpones, and how long before."),
            "intellectual_property": _("The agreement or clause that rules it."),
            "confidentiality": _("The agreement that rules it."),
            "liability": _("The agreement or clause that rules it."),
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
        return self.replies_in(self.cleaned_data)

    def replies_in(self, said: Mapping[str, str]) -> dict[int, Reply]:
        """Those of which both fields could be read."""
        names = {row.pk: (f"replies-{row.pk}-outcome", f"replies-{row.pk}-words") for row in self.remarks}
        return {pk: Reply(said[outcome], said[words]) for pk, (outcome, words) in names.items() if outcome in said and words in said}


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


CONFIRMED = "rise_confirmed"
BLOCKS: Sequence[tuple[Words, tuple[str, ...]]] = (
    (_("Price per kilogram by quantity"), (CONFIRMED,)),
    (_("Raw-material prices"), ("price_adjustment", "adjustment_band_percent")),
    (_("Delivery"), ("incoterm", "delivery_place")),
    (_("Acceptance of samples and batches"), ("sample_acceptance", "batch_acceptance")),
    (_("Cancellation and reserved slots"), ("cancellation", "reservation_fee")),
    (_("Intellectual property, confidentiality, liability"), ("intellectual_property", "confidentiality", "liability")),
)


@dataclass(frozen=True)
class Block:
    """A folded part of the form; open where the release may ask for what stands there."""

    title: Words
    fields: Sequence[forms.BoundField]
    is_open: bool


class QuotationForms:
    """What a quotation says beside its tables. Bound to `data`, or filled from a revision, else from the request.

    is_new: of a revision that is not there yet. What somebody confirmed of the prices of one is asked again when the next is a draft.
    """

    def __init__(
        self,
        *,
        quotation: Quotation | None = None,
        rfp: Rfp | None = None,
        data: Any = None,
        remarks: Sequence[RevisionRemark] = (),
        is_new: bool = False,
    ) -> None:
        self.words = QuotationForm(data, initial=_initial(quotation, rfp))
        if is_new:
            del self.words.fields[CONFIRMED]
        self.replies = RepliesForm(data, remarks=remarks)

    def are_valid(self) -> bool:
        """With all that the service would say of what could be read, where something could not."""
        if all([self.words.is_valid(), self.replies.is_valid()]):
            return True
        judge_too(self.words, wrong_terms)
        judge_too(self.replies, lambda said: wrong_replies(self.replies.replies_in(said)))
        return False

    def values(self) -> dict[str, Any]:
        return {**self.words.cleaned_data, "replies": self.replies.replies}

    def refuse(self, bad: BadInput) -> None:
        """Each message at its field; those for a field that no form has appear above the form."""
        for name, messages in bad.errors.items():
            form = self.replies if name in self.replies.fields else self.words
            for message in messages:
                form.add_error(name if name in form.fields else None, message)

    @property
    def reply_errors(self) -> list[RowError]:
        return [RowError(field.id_for_label, str(field.label), str(message)) for field in self.replies for message in field.errors]

    @property
    def blocks(self) -> list[Block]:
        """What a quotation may say besides, folded until it does."""
        found = ((words, [self.words[name] for name in names if name in self.words.fields]) for words, names in BLOCKS)
        return [Block(words, fields, any(map(_says, fields)) or fields[0].name == CONFIRMED) for words, fields in found if fields]


def _says(field: forms.BoundField) -> bool:
    """It is filled or complains."""
    return field.value() not in ("", None, False) or bool(field.errors)


def _initial(quotation: Quotation | None, rfp: Rfp | None) -> dict[str, Any]:
    if quotation is None:
        return _wished(rfp) if rfp else {}
    return {name: getattr(quotation, name) for name in QuotationForm.Meta.fields}


def _wished(rfp: Rfp) -> dict[str, str]:
    """Currency and delivery as the client wants them, where it has said; else the currency of the price."""
    currency = rfp.currency_wanted or price_currency(rfp.project.pk)
    wishes = {"currency": currency, "incoterm": rfp.incoterm_wanted, "delivery_place": rfp.delivery_place}
    return {name: wish for name, wish in wishes.items() if wish}
