"""What is true of a price of disposal: there is one of a class of waste on any day, and one of nothing says why."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from catalogue.models import DisposalPrice
from worksheets.rows import Rows


class DisposalPriceRows(Rows):
    def clean(self, row: DisposalPrice, changed: Collection[str]) -> None:
        errors = {}
        if row.price_per_kg == 0 and not row.note:
            errors["note"] = _t("Say why it costs nothing.")
        if row.valid_until and row.valid_from and row.valid_until < row.valid_from:
            errors["valid_until"] = _t("This is before the first day.")
        if errors:
            raise BadInput(errors)
        if row.valid_from is not None:
            _require_alone(row)


def _require_alone(row: DisposalPrice) -> None:
    others = DisposalPrice.objects.filter(site=row.site, waste=row.waste).exclude(pk=row.pk)
    others = others.filter(Q(valid_until=None) | Q(valid_until__gte=row.valid_from))
    other = (others.filter(valid_from__lte=row.valid_until) if row.valid_until else others).first()
    if other is None:
        return
    if other.valid_until is None:
        words = _t("There is a price from %(first)s on; give that one its last day first.")
        raise BadInput({"valid_from": words % {"first": date_format(other.valid_from, "j M Y")}})
    days = {"first": date_format(other.valid_from, "j M Y"), "last": date_format(other.valid_until, "j M Y")}
    raise BadInput({"valid_from": _t("There is a price from %(first)s to %(last)s already.") % days})
