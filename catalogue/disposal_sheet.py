"""The price list of disposal of a site as a worksheet."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalogue.models import DisposalPrice
from catalogue.models.kept import standing_on
from catalogue.services.disposal import DisposalPriceRows
from worksheets.sheets import SheetColumn, Worksheet

DISPOSAL_PRICES = Worksheet(
    key="disposal-prices",
    title=_("Prices of disposal"),
    noun=_("price of disposal"),
    model=DisposalPrice,
    parent="site",
    parent_key="key",
    columns=(
        SheetColumn("waste", note=_("As the mass balance of a route divides it."), example="Organic solvents", frozen=True, width=22),
        SheetColumn("price_per_kg", note=_("Packing and transport included."), regulated=True, example="0.42"),
        SheetColumn("currency", regulated=True, example="EUR"),
        SheetColumn("valid_from", regulated=True, example="2026-01-01"),
        SheetColumn("valid_until", example="2026-12-31"),
        SheetColumn("standing", _("Standing"), compute=lambda row: standing_on(row, timezone.localdate())),
        SheetColumn("source", note=_("Contract, offer or invoice."), example="Contract of 2026", width=26),
        SheetColumn("note", width=24),
    ),
    permission="catalogue.manage_disposal_prices",
    who=_("The prices of disposal are kept by EHS and by production."),
    service=DisposalPriceRows,
    page=lambda site: reverse("site-disposal", args=[site.key]),
    hint=_("Cost scenarios count the waste of their route at these prices: those that hold on the day of the scenario."),
)
