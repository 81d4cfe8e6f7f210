"""How far the cost of a scenario is in hand: what of it rests on firm figures, how wide its price is, and which figures make it so."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t

from documents.content import Column, data_table, key_values
from process.costs.band import Band
from process.costs.estimate import Estimate
from process.costs.figures import Source
from process.costs.results import Priced, by_source
from projects.money import half_up

ZERO, TENTH, HUNDRED = Decimal(0), Decimal("0.1"), Decimal(100)
FIRM = frozenset({Source.AWARDED, Source.QUOTE, Source.PRICE_BOOK})


def firm_percent(sums: Mapping[Source, Decimal]) -> Decimal | None:
    """Of what is paid what rests on quotes and price books, in percent with one decimal; None where there is no cost."""
    return _share(sum((amount for source, amount in sums.items() if source in FIRM), ZERO), sum(sums.values(), ZERO))


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    return half_up(part / whole * HUNDRED, TENTH) if whole else None


def control_on_paper(found: Priced) -> dict[str, Any] | None:
    """None where there is no price."""
    if found.estimate is None:
        return None
    return {"facts": _facts(found, found.estimate), "sources": _sources(found.estimate)}


def _facts(found: Priced, estimate: Estimate) -> list[dict[str, str]]:
    return key_values(
        (_t("Direct cost that rests on quotes and price books (%)"), firm_percent(estimate.by_source)),
        (_t("Likely band, away from the price (%)"), _apart(estimate.price, found.band) if found.band and found.matter else None),
        (_t("What moves the price most"), "\n".join(each.label for each in found.matter) or _t("no figure has a low and a high")),
    )


def _apart(price: Decimal, band: Band) -> str:
    ends = (_share(end - price, price) for end in (band.low, band.high))
    return " / ".join(f"{end:+}" for end in ends if end is not None)


def _sources(estimate: Estimate) -> dict[str, Any]:
    columns = [Column(_t("Source of the direct cost"), 50), Column(estimate.currency, 30, "right"), Column(_t("Share (%)"), 20, "right")]
    rows = ((words, amount, None if share is None else half_up(share, TENTH)) for words, amount, share in by_source(estimate) if amount)
    return data_table(columns, rows)
