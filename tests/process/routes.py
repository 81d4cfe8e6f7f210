"""Routes as plain data for the tests of the calculations."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from hypothesis import strategies as st

from process.routes.mass_balance import mass_balance
from process.routes.plain import Basis, Charge, Price, Role, Route, Step, Substance

DATA = Path(__file__).parents[1] / "data" / "costcalc2"
PUBLISHED_KG = {  # for a kilogram of the product, to six decimals
    "Starting Material": 2.174273,
    "Bromine": 3.451478,
    "Dichloromethane (DCM)": 7.229458,
    "Sodium hydroxide": 1.727899,
    "Water": 17.455021,
    "Reagent C": 1.582324,
    "Tetrahydrofuran (THF)": 1.228991,
}
ROLES = {"Dichloromethane (DCM)": Role.SOLVENT, "Tetrahydrofuran (THF)": Role.SOLVENT, "Water": Role.WATER}


def number(text: str) -> float | None:
    return float(text) if text else None


def published_materials() -> dict[str, Substance]:
    with (DATA / "co01_clean_mat.csv").open() as rows:
        read = list(csv.DictReader(rows))
    names = {row["Compound"].strip(): row for row in read}
    return {name: Substance(name, name, number(row["MW"]), number(row["Density"])) for name, row in names.items()}


def published_prices() -> list[Price]:
    with (DATA / "co01_clean_mat.csv").open() as rows:
        return [Price(row["Compound"].strip(), Decimal(row["$/kg"]), "USD") for row in csv.DictReader(rows) if row["$/kg"]]


def published_route() -> Route:
    """The linear route of costcalc2: three steps, the last row of each is the product with its yield."""
    materials, steps = published_materials(), {}
    with (DATA / "co01_clean_lin_route.csv").open() as rows:
        for row in csv.DictReader(rows):
            if row["{RXN_STP}"]:
                steps.setdefault(row["{RXN_STP}"], []).append(row)
    made = {materials[rows[-1]["{RXN_CPD}"]].key: key for key, rows in steps.items()}
    return Route(tuple(_step(key, rows, materials, made) for key, rows in steps.items()))


def _step(key: str, rows: list[dict[str, str]], materials: dict[str, Substance], made: dict[str, str]) -> Step:
    charges = []
    for place, row in enumerate(rows[:-1]):
        substance = materials[row["{RXN_CPD}"].strip()]
        charges.append(
            Charge(
                f"{key}.{place}",
                substance,
                ROLES.get(substance.name, Role.REACTANT),
                float(row["{RXN_EQ}"] or row["{RXN_VOL}"]),
                Basis.EQUIVALENTS if row["{RXN_EQ}"] else Basis.L_PER_KG,
                recycle_fraction=number(row["{RXN_RCY}"]) or 0.0,
                is_limiting=place == 0,
                from_step=made.get(substance.key, ""),
            )
        )
    return Step(key, f"Step {key}", materials[rows[-1]["{RXN_CPD}"]], float(rows[-1]["{RXN_EQ}"]), tuple(charges))


def charge(key: str, name: str, molar_mass: float | None = 100.0, amount: float = 1.0, **more: object) -> Charge:
    density = more.pop("density", None)
    role = more.pop("role", Role.REACTANT)
    return Charge(key, Substance(name, name, molar_mass, density), role, amount, **more)


def step(key: str, *charges: Charge, product: float | None = 150.0, y: float = 0.8, **more: object) -> Step:
    return Step(key, f"Step {key}", Substance(f"product {key}", f"product {key}", product), y, charges, **more)


def from_step(key: str, of: Step, **more: object) -> Charge:
    role = more.pop("role", Role.REACTANT)
    return Charge(key, of.product, role, more.pop("amount", 1.0), from_step=of.key, **more)


def usage_per_kg(route: Route) -> dict[str, float]:
    """By the key of a bought substance: kg for a kilogram of the route's product."""
    balance = mass_balance(route, 1.0).value
    assert balance is not None
    return {each.substance.key: each.fresh_kg for each in balance.bought}


@st.composite
def routes(draw: st.DrawFn) -> Route:
    """Up to six steps; each but the first takes in the product of the one before, and some a branch made beside it."""
    mass = st.floats(120, 400)
    made: list[Step] = []
    for number_of in range(1, draw(st.integers(1, 4)) + 1):
        limiting = from_step("l", made[-1], is_limiting=True) if made else charge("l", "start", draw(mass), is_limiting=True)
        charges = [limiting, *draw(_others(number_of))]
        if made and draw(st.booleans()):
            start = charge("l", f"branch {number_of}", draw(mass), is_limiting=True)
            branch = step(f"{number_of}b", start, *draw(_others(number_of)), y=draw(_YIELD))
            made.insert(0, branch)
            charges.append(from_step("b", branch, amount=draw(st.floats(1, 3))))
        made.append(step(str(number_of), *charges, product=draw(mass), y=draw(_YIELD)))
    return Route(tuple(made))


_YIELD = st.floats(0.3, 1.0)


_SOLVENT = {"role": Role.SOLVENT, "basis": Basis.L_PER_KG, "density": 0.9}


@st.composite
def _others(draw: st.DrawFn, number_of: int) -> list[Charge]:
    """A reagent heavy enough that no step gives more than it takes in, a solvent, and sometimes water."""
    recycle = draw(st.floats(0, 0.9))
    found = [
        charge("r", f"reagent {draw(st.integers(1, 3))}", 300.0, draw(st.floats(1.5, 4)), role=Role.REAGENT, assay_fraction=0.9),
        charge(
            "s", "solvent", None, draw(st.floats(3, 20)), role=Role.SOLVENT, basis=Basis.L_PER_KG, density=0.9, recycle_fraction=recycle
        ),
    ]
    if draw(st.booleans()):
        found.append(charge("w", "water", None, draw(st.floats(1, 10)), role=Role.WATER, basis=Basis.L_PER_KG, density=1.0))
    return found


def prices_of(route: Route, each: Decimal = Decimal("7.50")) -> list[Price]:
    bought = {line.substance.key for made in route.steps for line in made.charges if not line.from_step}
    return [Price(key, each + number_of, "EUR") for number_of, key in enumerate(sorted(bought))]
