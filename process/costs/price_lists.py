"""The price lists of suppliers that stand beside what scenarios count with."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import OuterRef, Q

from audit.nested import Nested
from catalogue.models import SupplierQualification, SupplierQuote
from catalogue.models.supply import LIST, ListOfPrices, list_of
from process.costs.figures import Source
from process.costs.models import MaterialPrice

DECISIONS = Nested(SupplierQualification)


def is_assumed(row: MaterialPrice) -> bool:
    return row.quote_id is None and row.price_per_kg is not None and row.source == Source.ASSUMPTION


def decisions_beside(quote: Any) -> list[SupplierQualification]:
    """On its supplier for its material. quote: of `lists_beside`."""
    return DECISIONS.rows_in(quote.decided)


def lists_beside(rows: Iterable[MaterialPrice], whole: Collection[int] = ()) -> dict[ListOfPrices, list[SupplierQuote]]:
    """Of each row that counts with a quote the list of that and the newer ones; of what is assumed every list. One query, none where
    no row has a price of these kinds. The smallest break of a list comes first; the rows come with their quotes. What is decided on a
    supplier for a material is read with its prices (`decisions_beside`).

    whole: materials of which every list is wanted.
    """
    wanted = Q(material__in=whole) if whole else Q()
    for row in rows:
        if row.quote is not None:
            wanted |= Q(material=row.material_id, quoted_on__gt=row.quote.quoted_on)
            wanted |= Q(**{name: getattr(row.quote, name) for name in LIST})
        elif is_assumed(row):
            wanted |= Q(material=row.material_id)
    found: dict[ListOfPrices, list[SupplierQuote]] = {}
    if wanted:
        decided = SupplierQualification.objects.filter(supplier=OuterRef("supplier"), material=OuterRef("material"))
        quotes = SupplierQuote.objects.filter(wanted).select_related("supplier").annotate(decided=DECISIONS.in_query(decided))
        for quote in quotes.order_by("quantity_from_kg", "id"):
            found.setdefault(list_of(quote), []).append(quote)
    return found
