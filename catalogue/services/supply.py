"""What is true of a supplier's price and of an exchange rate, and how a supplier is entered whose name stands in a price."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from catalogue.models import Supplier
from worksheets.changing import ADD, Change, change_rows
from worksheets.rows import Rows

if TYPE_CHECKING:
    from accounts.models import User
    from catalogue.models import ExchangeRate, SupplierQuote


class QuoteRows(Rows):
    def clean(self, row: SupplierQuote, changed: Collection[str]) -> None:
        errors = {}
        if row.price_per_kg == 0 and not row.note:
            errors["note"] = _t("Say why it costs nothing.")
        if row.valid_until and row.quoted_on and row.valid_until < row.quoted_on:
            errors["valid_until"] = _t("This is before the day of the quote.")
        if row.minimum_order_kg and row.quantity_from_kg and row.quantity_from_kg < row.minimum_order_kg:
            errors["quantity_from_kg"] = _t("This is less than the minimum order.")
        if errors:
            raise BadInput(errors)


class RateRows(Rows):
    def clean(self, row: ExchangeRate, changed: Collection[str]) -> None:
        if row.currency == row.into:
            raise BadInput({"into": _t("This is the same currency.")})
        if row.rate is not None and row.rate <= Decimal(0):
            raise BadInput({"rate": _t("A rate is more than nothing.")})


def enter_supplier(name: str, actor: User) -> Any:
    """A new candidate, by the door of its own table. Raises BadInput, NotAllowed."""
    (result,) = change_rows("suppliers", [Change(ADD, values={"name": name})], actor=actor).results
    if not result.is_saved:
        raise BadInput(result.errors)
    return Supplier.objects.get(pk=result.pk)
