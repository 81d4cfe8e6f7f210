"""What is true of a supplier's price and of an exchange rate, and how a supplier is entered whose name stands in a price."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from catalogue.models import Supplier
from worksheets.changing import ADD, Change, change_rows
from worksheets.rows import Rows, cells

if TYPE_CHECKING:
    from accounts.models import User
    from catalogue.models import ExchangeRate, SupplierQuote

OF_A_PRICE = ("price_per_kg", "quoted_on", "valid_until", "minimum_order_kg", "quantity_from_kg")


class QuoteRows(Rows):
    def weigh(self, row: SupplierQuote, changed: Collection[str], wrong: Collection[str]) -> dict[str, str]:
        return wrong_quote(row, wrong)


def wrong_quote(row: Any, wrong: Collection[str]) -> dict[str, str]:
    """Of a price, or of what becomes one, beside the cells that are wrong."""
    errors = {}
    price, quoted_on, until, least, start = cells(row, OF_A_PRICE, wrong)
    if price == 0 and not row.note and "note" not in wrong:
        errors["note"] = _t("Say why it costs nothing.")
    if until and quoted_on and until < quoted_on:
        errors["valid_until"] = _t("This is before the day of the quote.")
    if least and start and start < least:
        errors["quantity_from_kg"] = _t("This is less than the minimum order.")
    return errors


class RateRows(Rows):
    def weigh(self, row: ExchangeRate, changed: Collection[str], wrong: Collection[str]) -> dict[str, str]:
        errors = {}
        currency, into, rate = cells(row, ("currency", "into", "rate"), wrong)
        if currency and currency == into:
            errors["into"] = _t("This is the same currency.")
        if rate is not None and rate <= Decimal(0):
            errors["rate"] = _t("A rate is more than nothing.")
        return errors


def enter_supplier(name: str, actor: User) -> Any:
    """A new candidate, by the door of its own table. Raises BadInput, NotAllowed."""
    (result,) = change_rows("suppliers", [Change(ADD, values={"name": name})], actor=actor).results
    if not result.is_saved:
        raise BadInput(result.errors)
    return Supplier.objects.get(pk=result.pk)
