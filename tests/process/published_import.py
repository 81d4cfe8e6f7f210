"""The linear route that costcalc2 publishes (reference case CO-01) as a spreadsheet. It names no compound, so it has no structure."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal

from tests.process.routes import DATA

HEADINGS = (
    "Route,Step,Product,Molar mass of the product (g/mol),Yield (%),Input,Role,Amount,Counted in,Limiting,Recycled (%),Cycle time (h)"
)
SOLVENTS = ("Dichloromethane (DCM)", "Tetrahydrofuran (THF)")
CYCLE_H = "26"  # of each step; the source names none


def published(name: str) -> list[dict[str, str]]:
    with (DATA / name).open() as rows:
        return [{key: words.strip() for key, words in row.items()} for row in csv.DictReader(rows)]


def percent(share: str) -> str:
    return f"{100 * Decimal(share or 0):f}"


def route_rows() -> Iterator[tuple[str, ...]]:
    """Each input as a row. The source ends each step with what it makes."""
    molar = {row["Compound"]: row["MW"] for row in published("co01_clean_mat.csv")}
    rows = [row for row in published("co01_clean_lin_route.csv") if row["{RXN_STP}"]]
    for step in ("1", "2", "3"):
        *inputs, product = (row for row in rows if row["{RXN_STP}"] == step)
        for place, row in enumerate(inputs):
            name = row["{RXN_CPD}"]
            role = name if name == "Water" else "Solvent" if name in SOLVENTS else "Reactant"
            made = (product["{RXN_CPD}"], molar[product["{RXN_CPD}"]], percent(product["{RXN_EQ}"])) if place == 0 else ("", "", "")
            amount = (row["{RXN_EQ}"] or row["{RXN_VOL}"], "equivalents" if row["{RXN_EQ}"] else "L/kg", "" if place else "yes")
            yield "As published", f"Step {step}", *made, name, role, *amount, percent(row["{RXN_RCY}"]), "" if place else CYCLE_H
