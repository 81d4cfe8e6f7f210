"""Worksheets and the pages of the catalogue on which they stand: read by all of ours, missing for clients."""

from __future__ import annotations

from tests.routes.kinds import act, api_internal, ours, page

OF_MATERIALS = {"sheet": "materials", "pk": "material", "column": "supplier"}
WORKSHEET_ROUTES = {
    "material-detail": page(200, own=404, foreign=404, arguments={"code": "TOL-99"}),
    "supplier-detail": page(200, own=404, foreign=404, arguments={"pk": "seller"}),
    "compound-detail": page(200, own=404, foreign=404, arguments={"pk": "compound"}),
    "compounds": ours(),
    "materials": ours(),
    "suppliers": ours(),
    "exchange-rates": ours(),
    "analytical-prices": ours(),
    "worksheet": page(302, own=404, foreign=404, arguments=OF_MATERIALS),
    "worksheet-data": page(200, own=404, foreign=404, arguments=OF_MATERIALS),
    "worksheet-lookup": page(200, own=404, foreign=404, arguments=OF_MATERIALS | {"sheet": "material-prices:TOL-99"}),
    "worksheet-row-new": page(200, own=404, foreign=404, arguments=OF_MATERIALS),
    "worksheet-row": page(200, own=404, foreign=404, arguments=OF_MATERIALS),
    "worksheet-row-remove": act(sheet="materials", pk="material"),
    "worksheet-row-move": act(sheet="materials", pk="material"),
    "import-new-of": page(200, own=404, foreign=404, arguments={"kind": "material-prices", "code": "TOL-99"}),
    "api-worksheets": api_internal(),
    "api-worksheet": api_internal(sheet="materials"),
    "api-worksheet-rows": api_internal(sheet="materials"),
    "api-worksheet-row": api_internal(sheet="materials", pk="material"),
    "api-worksheet-batch": api_internal(405, post_only=True, sheet="materials"),
}
