"""What is true of a price of a test: one way of pricing it, and one price for a day."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from catalogue.models import AnalyticalPrice
from worksheets.rows import Rows


class AnalyticalPriceRows(Rows):
    def clean(self, row: AnalyticalPrice, changed: Collection[str]) -> None:
        errors = dict(_wrong_price(row))
        if row.valid_until and row.valid_from and row.valid_until < row.valid_from:
            errors["valid_until"] = _t("This is before the first day.")
        if errors:
            raise BadInput(errors)
        _require_alone(row)


def _wrong_price(row: AnalyticalPrice) -> list[tuple[str, str]]:
    """A price, or hours with their rate; of an outside laboratory always a price."""
    if row.price_per_sample is not None:
        both = [name for name in ("hours_per_sample", "hourly_rate") if getattr(row, name)]
        return [(name, _t("The price per sample counts; empty one of the two.")) for name in both]
    if row.supplier is not None:
        return [("price_per_sample", _t("Say what the laboratory asks for a sample."))]
    empty = [name for name in ("hours_per_sample", "hourly_rate") if not getattr(row, name)]
    if len(empty) == 2:
        return [("price_per_sample", _t("Give a price per sample, or hours with their rate."))]
    return [(name, _t("Hours and their rate belong together.")) for name in empty]


def _require_alone(row: AnalyticalPrice) -> None:
    """Of a test by a method in a laboratory there is one price on any day."""
    if row.valid_from is None:
        return
    others = AnalyticalPrice.objects.of_test(row).exclude(pk=row.pk)
    others = others.filter(Q(valid_until=None) | Q(valid_until__gte=row.valid_from))
    other = (others.filter(valid_from__lte=row.valid_until) if row.valid_until else others).first()
    if other is None:
        return
    days = {"first": date_format(other.valid_from, "j M Y"), "last": date_format(other.valid_until, "j M Y") if other.valid_until else ""}
    words = _t("There is a price from %(first)s to %(last)s already.")
    if other.valid_until is None:
        words = _t("There is a price from %(first)s on; give that one its last day first.")
    raise BadInput({"valid_from": words % days})
