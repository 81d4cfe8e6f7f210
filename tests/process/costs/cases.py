"""Cases to price: the reference route CO-01, a small one of three phases, and a large convergent one for the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from process.costs.case import Basis, Case, Line, Risk, Scale, Terms
from process.costs.demand import Demand, Intake, Step
from process.costs.figures import Figure, Source, fraction, price, quantity
from process.costs.materials import Category, Material
from process.costs.rates import Rate

TODAY = date(2026, 3, 2)
D = Decimal


def chf(base: str | Decimal, per: str = "kg", **ends: str | Decimal) -> Figure:
    return price(base, "CHF", per, source=Source.QUOTE, on=TODAY, **ends)


def step(key: str, y: str, *intakes: Intake, low: str = "", high: str = "") -> Step:
    return Step(key, f"Step {key}", fraction(y, low=low, high=high), intakes)


def by_equivalents(equivalents: str, mass: str, y: str, product_mass: str) -> Decimal:
    """kg of a reactant per kg of product: eq · MW / (y · MW of the product)."""
    return D(equivalents) * D(mass) / (D(y) * D(product_mass))


def co_01() -> Case:
    """Reference case CO-01: SM → A → B → product, in dollars."""
    start, a, b = by_equivalents("1", "151", ".75", "230.9"), by_equivalents("1", "230.9", ".55", "186.45"), D("186.45") / (D(".92") * 183)
    route = Demand(
        "route",
        (
            step(
                "A",
                ".75",
                Intake("sm", start),
                Intake("br2", by_equivalents("1.5", "159.8", ".75", "230.9")),
                Intake("dcm", start * 10 * D("1.33"), recycled_fraction=D(".75")),
            ),
            step("B", ".55", Intake("A", a), Intake("naoh", by_equivalents("4", "40", ".55", "186.45")), Intake("water", a * 7)),
            step(
                "product",
                ".92",
                Intake("B", b),
                Intake("c", by_equivalents("1.2", "222", ".92", "183")),
                Intake("thf", b * 5 * D(".8878"), recycled_fraction=D(".75")),
            ),
        ),
    )
    prices = {"sm": "15", "br2": "2", "dcm": "1", "naoh": ".5", "water": ".1", "c": "10", "thf": "1"}
    materials = [Material(key, key, price(each, "USD", "kg", on=TODAY, source=Source.PRICE_BOOK)) for key, each in prices.items()]
    return Case("USD", TODAY, (Scale("commercial", "Commercial", D(1), 1, "route"),), demands=(route,), materials=tuple(materials))


def small() -> Case:
    """Development without a batch, a pilot of 2 × 10 kg, a validation of 3 × 50 kg; prices in francs and euros."""
    route = Demand(
        "r1",
        (
            step("one", ".80", Intake("sm", D("2.5"), low=D(".95"), high=D("1.1")), Intake("thf", D(12)), low=".7", high=".85"),
            step("two", ".90", Intake("one", D("1.4")), Intake("boc", D(".8")), Intake("thf", D(5)), low=".85", high=".93"),
        ),
    )
    euro = price("38", "EUR", "kg", low="30", high="55", source=Source.QUOTE, on=TODAY, reference="Q-17")
    return Case(
        "CHF",
        TODAY,
        (
            Scale("small_scale", "Small scale"),
            Scale("pilot", "Pilot", D(10), 2, "r1"),
            Scale("validation", "Validation", D(50), 3, "r1"),
        ),
        terms=Terms(D(".12"), D(".08"), D(".30")),
        demands=(route,),
        materials=(
            Material("sm", "Starting material", chf("120", low="95", high="160")),
            Material("boc", "Boc anhydride", euro, handling_loss_fraction=D(".02")),
            Material("thf", "Tetrahydrofuran", chf("4", low="3", high="6"), Category.SOLVENTS),
        ),
        lines=(
            line("labour", "small_scale", Category.LABOUR, "400", "h", "110", low="300", high="600"),
            line("qc", "pilot", Category.QC, "60", "test", "85", basis=Basis.BATCH),
            line("vessel", "pilot", Category.OCCUPANCY, "72", "h", "210", basis=Basis.BATCH, low="60", high="96"),
            line("plant", "validation", Category.OCCUPANCY, "96", "h", "260", basis=Basis.BATCH),
            line("waste", "validation", Category.WASTE, "28", "kg", ".9", basis=Basis.KG),
            line("dossier", "validation", Category.DOSSIER, "1", "lot", "48000"),
        ),
        risks=(Risk("A vessel is late", "pilot", D(".25"), D(20000), "CHF"),),
        rates=(Rate("EUR", "CHF", D(".94"), TODAY, "bank"),),
    )


def line(key: str, phase: str, category: Category, amount: str, unit: str, rate: str, basis: Basis = Basis.ONCE, **ends: str) -> Line:
    return Line(key, key.title(), phase, category, quantity(amount, unit, **ends), chf(rate, unit), basis)


def with_price(case: Case, key: str, base: Decimal) -> Case:
    figures = (replace(each, price=chf(base) if each.key == key else each.price) for each in case.materials)
    return replace(case, materials=tuple(figures))


def large(steps: int = 12, materials: int = 150) -> Case:
    """A convergent route: two branches of half the steps each meet in the last; every figure has its range."""
    branch = (steps - 1) // 2
    names = [f"m{number}" for number in range(materials)]
    shares = [names[place::steps] for place in range(steps)]
    first = [_wide(f"a{n}", shares[n], f"a{n - 1}" if n else "") for n in range(branch)]
    second = [_wide(f"b{n}", shares[branch + n], f"b{n - 1}" if n else "") for n in range(steps - 1 - branch)]
    last = _wide("api", shares[-1], first[-1].key, second[-1].key)
    prices = (Material(name, name, chf("25", low="20", high="35")) for name in names)
    scales = (Scale("validation", "Validation", D(50), 3, "big"), Scale("commercial", "Commercial", D(80), 10, "big"))
    terms = Terms(D(".12"), D(".08"), D(".30"))
    return Case("CHF", TODAY, scales, terms, (Demand("big", (*first, *second, last)),), tuple(prices))


def _wide(key: str, bought: list[str], *earlier: str) -> Step:
    intakes = (
        *(Intake(name, D(".3"), low=D(".9"), high=D("1.2")) for name in bought),
        *(Intake(name, D("1.1")) for name in earlier if name),
    )
    return step(key, ".85", *intakes, low=".75", high=".9")
