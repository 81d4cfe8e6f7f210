"""The linear route that costcalc2 publishes, as blocks that are pasted into our tables (reference case CO-01)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

DATA = Path(__file__).parents[1] / "data" / "costcalc2"


CODES = {
    "Starting Material": ("PUB-SM", "Starting material"),
    "Bromine": ("PUB-BR2", "Reagent"),
    "Dichloromethane (DCM)": ("PUB-DCM", "Solvent"),
    "Sodium hydroxide": ("PUB-NAOH", "Reagent"),
    "Water": ("PUB-WAT", "Solvent"),
    "Reagent C": ("PUB-C", "Reagent"),
    "Tetrahydrofuran (THF)": ("PUB-THF", "Solvent"),
}


def published(name: str) -> list[dict[str, str]]:
    with (DATA / name).open() as rows:
        return [{key: words.strip() for key, words in row.items()} for row in csv.DictReader(rows)]


def material_rows() -> str:
    """A block of the materials that the route buys, as the catalogue's table takes it."""
    found = {row["Compound"]: row for row in published("co01_clean_mat.csv")}
    lines = [(code, f"{name} (published)", "", kind, "", found[name]["MW"], found[name]["Density"]) for name, (code, kind) in CODES.items()]
    return "\n".join("\t".join(line) for line in lines)


HEADINGS = (
    "Route,Step,Product,Molar mass of the product (g/mol),Yield (%),Input,Role,Amount,Counted in,Limiting,Recycled (%),Cycle time (h)"
)


ROUTE = "As published"


FRESH = {  # kg for a kilogram of the product, as published to six decimals
    "Starting Material": "2.174",
    "Bromine": "3.451",
    "Dichloromethane (DCM)": "7.229",
    "Sodium hydroxide": "1.728",
    "Water": "17.46",
    "Reagent C": "1.582",
    "Tetrahydrofuran (THF)": "1.229",
}


PASTED = ("Reagent C", "Tetrahydrofuran (THF)")  # the rest comes with the spreadsheet


CYCLE_H = "26"  # of each step; the source names none


def percent(share: str) -> str:
    return f"{100 * Decimal(share or 0):f}"


def route_rows() -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Each input as a row of the spreadsheet, and as the table of inputs takes it. The source ends each step with what it makes."""
    molar = {row["Compound"]: row["MW"] for row in published("co01_clean_mat.csv")}
    rows = [row for row in published("co01_clean_lin_route.csv") if row["{RXN_STP}"]]
    for step in ("1", "2", "3"):
        *inputs, product = (row for row in rows if row["{RXN_STP}"] == step)
        for place, row in enumerate(inputs):
            name = row["{RXN_CPD}"]
            code, kind = CODES.get(name, (name, ""))
            role = name if name == "Water" else kind if kind == "Solvent" else "Reactant"
            recycled = percent(row["{RXN_RCY}"])
            made = (product["{RXN_CPD}"], molar[product["{RXN_CPD}"]], percent(product["{RXN_EQ}"])) if place == 0 else ("", "", "")
            amount = (row["{RXN_EQ}"] or row["{RXN_VOL}"], "equivalents" if row["{RXN_EQ}"] else "L/kg", "" if place else "yes")
            yield (
                (ROUTE, f"Step {step}", *made, code, role, *amount, recycled, "" if place else CYCLE_H),
                (f"Step {step}", code, "", role, amount[0], amount[1], "no", *[""] * 4, recycled),
            )


SUPPLIERS = ("Elements & Sons", "Second Source Ltd")


def answer_rows() -> str:
    prices = {row["Compound"]: Decimal(row["$/kg"]) for row in published("co01_clean_mat.csv") if row["$/kg"]}
    asked = (
        (code, supplier, prices[name] * times)
        for supplier, times in zip(SUPPLIERS, (1, Decimal("1.1")), strict=True)
        for name, (code, _kind) in CODES.items()
    )
    return "\n".join(f"{code}\t{supplier}\t\t{price:f}\tUSD\t\t\t28" for code, supplier, price in asked)
