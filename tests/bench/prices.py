"""What a typed batch size waits for: everything of a large estimate anew. Prints JSON lines as `told_rows` reads them."""

from __future__ import annotations

import json
from decimal import Decimal

from process.costs.band import price_band
from process.costs.estimate import estimate
from process.costs.simulation import Settings, simulate
from process.costs.tornado import tornado
from tests.bench.rows import measured
from tests.process.costs.cases import large

ASKED_MS = 1000


def main(times: int) -> None:
    case = large().at("commercial", batch_kg=Decimal(120))

    def price_again() -> None:
        for compute in (estimate, price_band, tornado):
            compute(case)
        simulate(case, Settings(seed=1))

    spent, _floor = measured(price_again, times=times)
    print(json.dumps(["The same without page and database: 12 steps and 150 materials, 10,000 draws", spent, None, ASKED_MS, times]))
