"""The tables of a draft quotation: price lines, and the payments into which its price is split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.numbers import NumberField
from projects.default_plan import newest
from projects.models import Quotation, QuotationLine, QuotationPayment
from projects.money import is_whole, rounded, split
from projects.services.quotation_parts import due_words
from projects.services.quotation_rows import LineRows, PaymentRows, row_blockers
from worksheets.columns import ChoiceField
from worksheets.sheets import SheetColumn, Worksheet, register_sheet


def _amount() -> forms.Field:
    """Of what is excluded it may be empty."""
    return NumberField(required=False, max_digits=16, decimal_places=2)


def _due() -> forms.Field:
    """As the default plan says it today."""
    return ChoiceField(choices=[("", ""), *due_words(newest()).items()], required=False)


def _line_totals(rows: Sequence[QuotationLine], _quotation: Quotation) -> dict[str, Any]:
    """Of what is included."""
    return {"amount": sum((row.amount for row in rows if row.standing == QuotationLine.Standing.INCLUDED), Decimal(0))}


def _amounts(rows: Sequence[QuotationPayment], quotation: Quotation) -> list[Decimal]:
    """To the cent of the price; while the percentages are not whole yet, each by itself."""
    percents, price = [row.percent for row in rows], quotation.price_without_options
    if is_whole(percents):
        return split(price, percents, quotation.currency)
    return [rounded(price * percent / 100, quotation.currency) for percent in percents]


def _parts_of_price(rows: Sequence[QuotationPayment], quotation: Quotation) -> Mapping[Any, Mapping[str, Any]]:
    return {row.pk: {"amount": amount} for row, amount in zip(rows, _amounts(rows, quotation), strict=True)}


def _payment_totals(rows: Sequence[QuotationPayment], quotation: Quotation) -> dict[str, Any]:
    if not rows:
        return {}
    return {"percent": sum((row.percent for row in rows), Decimal(0)), "amount": sum(_amounts(rows, quotation), Decimal(0))}


OF_A_DRAFT: dict[str, Any] = {
    "parent": "quotation",
    "permission": "projects.quote",
    "who": _("Quotations are made by business development."),
    "blockers": row_blockers,
    "page": lambda quotation: str(quotation.get_absolute_url()),
    "order": "order",
    "first": 0,
}
QUOTATION_LINES = Worksheet(
    key="quotation-lines",
    title=_("Price lines"),
    noun=_("price line"),
    model=QuotationLine,
    columns=(
        SheetColumn("description", example="Process development", frozen=True, width=36),
        SheetColumn("phase", example="Small-scale", width=16),
        SheetColumn(
            "standing", note=_("Included, an option that the client may choose, or named as excluded."), example="Included", width=12
        ),
        SheetColumn("amount", field=_amount, note=_("In the currency of the quotation."), example="180,000.00", total=True, kind="number"),
        SheetColumn("deliverables", example="Report and 5 g of sample", width=36),
    ),
    service=LineRows,
    totals=_line_totals,
    hint=_("The total is that of the included lines; options are not in it, and what is excluded has no price."),
    **OF_A_DRAFT,
)
QUOTATION_PAYMENTS = Worksheet(
    key="quotation-payments",
    title=_("Payments"),
    noun=_("payment"),
    model=QuotationPayment,
    columns=(
        SheetColumn("title", example="Down payment", frozen=True, width=32),
        SheetColumn("source", _("Due when"), note=_("Empty where the title says it."), field=_due, kind="choice", width=34),
        SheetColumn("percent", unit="%", example="40", total=True),
        SheetColumn("amount", _("Amount"), derived=True, total=True, kind="number"),
    ),
    service=PaymentRows,
    together=_parts_of_price,
    totals=_payment_totals,
    hint=_("Together 100 %; the amounts follow from the price, to the cent. On acceptance they become payments of the project."),
    **OF_A_DRAFT,
)


def register() -> None:
    register_sheet(QUOTATION_LINES, QUOTATION_PAYMENTS)
