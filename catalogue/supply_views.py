"""The pages of a material and of a supplier: the facts, what it costs today, and every price."""

from __future__ import annotations

from base64 import b64encode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.countries import COUNTRIES
from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.events import events_of
from catalogue.chemistry import draw_svg
from catalogue.models import Compound, Material, Supplier, SupplierQuote
from catalogue.qualification import (
    delivered_words,
    is_single_source,
    lapsed_certificates,
    lapsed_words,
    newest,
    newest_counted,
    sources,
)
from catalogue.worksheets import MATERIAL_PRICES, MATERIALS, QUALIFICATIONS, SUPPLIER_PRICES, SUPPLIERS
from worksheets.bound import bind_to
from worksheets.printing import facts_of
from worksheets.showing import Shown

EVENTS = 20


@internal_required
@require_GET
def material_page(request: SignedInRequest, code: str) -> HttpResponse:
    """The prices that hold today stand first, the cheapest of each currency on top; expired ones are named."""
    rows = Material.objects.visible_to(request.user)
    material = get_object_or_404(rows, code=code)
    today = timezone.localdate()
    quotes = list(SupplierQuote.objects.visible_to(request.user).filter(material=material).select_related("supplier"))
    valid = [quote for quote in quotes if quote.holds_on(today)]
    decided = list(material.qualifications.select_related("supplier"))
    compound = Compound.objects.visible_to(request.user).filter(pk=material.compound_id).first()
    smiles = compound.smiles if compound else ""
    bound = bind_to(MATERIALS, None, request.user)
    context = {
        "material": material,
        "bound": bound,
        "compound": compound,
        "structure": f"data:image/svg+xml;base64,{b64encode(draw_svg(smiles).encode()).decode()}" if smiles else "",
        "valid": sorted(valid, key=lambda quote: (quote.currency, quote.price_per_kg)),
        "expired": [quote for quote in quotes if quote.has_expired(today)],
        "facts": facts_of(bound, material, besides=("code", "name", "valid_prices")),
        "sources": sources(decided, today),
        "is_single_source": is_single_source(decided, today),
        "sheet": Shown(bind_to(MATERIAL_PRICES, material, request.user), request),
        "events": list(events_of(material)[:EVENTS]),
    }
    return render(request, "catalogue/material.html", context)


@internal_required
@require_GET
def supplier_page(request: SignedInRequest, pk: int) -> HttpResponse:
    supplier = get_object_or_404(Supplier.objects.visible_to(request.user), pk=pk)
    rows, today = list(supplier.qualifications.select_related("material")), timezone.localdate()
    decided = newest(rows)
    bound = bind_to(SUPPLIERS, None, request.user)
    context = {
        "supplier": supplier,
        "bound": bound,
        "country": COUNTRIES.get(supplier.country, ""),
        "facts": facts_of(bound, supplier, besides=("name", "valid_prices")),
        "lapsed": [(row, words) for row in decided for words in (lapsed_words(row, today), *lapsed_certificates(row, today)) if words],
        "delivered": [(row, delivered_words(row)) for row in newest_counted(rows)],
        "unproven": supplier.status in Supplier.QUALIFIED and not any(row.is_positive for row in decided),
        "qualifications": Shown(bind_to(QUALIFICATIONS, supplier, request.user), request),
        "sheet": Shown(bind_to(SUPPLIER_PRICES, supplier, request.user), request),
        "events": list(events_of(supplier)[:EVENTS]),
    }
    return render(request, "catalogue/supplier.html", context)
