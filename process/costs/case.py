"""What is priced: the scales of the phases, the routes, the materials with their prices, the cost lines and the commercial terms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from process.costs.demand import Demand
from process.costs.figures import ONE, Figure, Source, quantity, require_currency, require_fraction
from process.costs.keys import rate_key, spread_key
from process.costs.materials import ZERO, Category, Material, recovered_twice, require_material, require_price
from process.costs.rates import Rate
from process.costs.stored import LATER


class Basis(StrEnum):
    """What a line is counted for: once in its phase, each batch, each kilogram of API."""

    ONCE = "once"
    BATCH = "batch"
    KG = "kg"


class Inclusion(StrEnum):
    INCLUDED = "included"
    OPTIONAL = "optional"
    EXCLUDED = "excluded"


@dataclass(frozen=True)
class Scale:
    """A phase: so many batches of so many kilograms of isolated API by one route. demand: the key of the route, "" where none is run.

    low, high: what may really be wanted, as a share of it; 1 where that is agreed. batch_low, batch_high: what a batch may come to, as a
    share of its size: of the same quantity more and smaller batches are made then, or fewer and larger ones.
    """

    phase: str
    label: str
    batch_kg: Decimal = ZERO
    batches: int = 0
    demand: str = ""
    low: Decimal = ONE
    high: Decimal = ONE
    batch_low: Decimal = field(default=ONE, metadata=LATER)
    batch_high: Decimal = field(default=ONE, metadata=LATER)

    @property
    def output_kg(self) -> Decimal:
        return self.batch_kg * self.batches


@dataclass(frozen=True)
class Line:
    """quantity × price, by the basis. A line in hours has its rate per hour; a test's hours and consumables are two lines.

    at_cost: the client pays what it costs (freight, tax, insurance), added after the margin. spread: lines of the same one have rates that
    move together, by one share of each; "" where the rate moves alone.
    """

    key: str
    label: str
    phase: str
    category: Category
    quantity: Figure
    price: Figure
    basis: Basis = Basis.ONCE
    inclusion: Inclusion = Inclusion.INCLUDED
    at_cost: bool = False
    spread: str = field(default="", metadata=LATER)

    @property
    def rate_key(self) -> str:
        """Of what its rate moves by."""
        return spread_key(self.spread) if self.spread else rate_key(self.key)


@dataclass(frozen=True)
class Risk:
    """What may happen and what it then costs, in `currency`. low, high: of the impact; None where they are as that. source, confidence: of
    all three.
    """

    label: str
    phase: str
    probability_fraction: Decimal
    impact: Decimal
    currency: str
    low: Decimal | None = field(default=None, metadata=LATER)
    high: Decimal | None = field(default=None, metadata=LATER)
    source: Source = field(default=Source.ASSUMPTION, metadata=LATER)
    confidence: str = field(default="", metadata=LATER)

    @property
    def ends(self) -> tuple[Decimal, Decimal]:
        return self.impact if self.low is None else self.low, self.impact if self.high is None else self.high


@dataclass(frozen=True)
class Terms:
    """The build-up: (cost × (1 + overhead) × (1 + contingency) + expected risk) ÷ (1 − margin), and then what is passed on at cost.

    The margin is on the price.

    risk_in_price: whether the client pays the expected cost of the risks, or it is only shown.
    """

    overhead_fraction: Decimal = ZERO
    contingency_fraction: Decimal = ZERO
    margin_fraction: Decimal = ZERO
    risk_in_price: bool = True


@dataclass(frozen=True)
class Case:
    """One scenario. on: the day of the estimate. Raises BadInput where it cannot be priced, naming step, material or line."""

    currency: str
    on: date
    scales: tuple[Scale, ...]
    terms: Terms = Terms()
    demands: tuple[Demand, ...] = ()
    materials: tuple[Material, ...] = ()
    lines: tuple[Line, ...] = ()
    risks: tuple[Risk, ...] = ()
    rates: tuple[Rate, ...] = ()

    def __post_init__(self) -> None:
        require_currency(self.currency)
        _require_different("scales", (scale.phase for scale in self.scales))
        _require_different("demands", (demand.key for demand in self.demands))
        _require_different("materials", (material.key for material in self.materials))
        _require_different("lines", (*(material.key for material in self.materials), *(line.key for line in self.lines)))
        require_terms(self.terms)
        for scale in self.scales:
            _require_scale(scale, self)
        for demand in self.demands:
            _require_priced(demand, self)
        for line in self.lines:
            _require_line(line, self)
        for risk in self.risks:
            _require_phase(risk.phase, risk.label, self)
            require_fraction(risk.probability_fraction, "probability_fraction")
            require_currency(risk.currency)
            quantity(risk.impact, risk.currency, low=risk.ends[0], high=risk.ends[1])

    def at(self, phase: str, *, batch_kg: Decimal | None = None, batches: int | None = None) -> Case:
        """The same with another batch size or number of batches in one phase."""
        given = {name: value for name, value in {"batch_kg": batch_kg, "batches": batches}.items() if value is not None}
        _require_phase(phase, phase, self)
        return replace(self, scales=tuple(replace(each, **given) if each.phase == phase else each for each in self.scales))  # type: ignore[arg-type]

    def at_yields(self, factor: Decimal) -> Case:
        """The same with all yields so many times as high. Raises BadInput for more than an equation gives."""
        return replace(self, demands=tuple(demand.at_yields(factor) for demand in self.demands))


Kept = TypeVar("Kept")


def kept_with(case: Case, name: str, made: Callable[[], Kept]) -> Kept:
    """What follows from a case and nothing else: found once for it, since it never changes, and gone with it."""
    known = vars(case)
    if name not in known:
        known[name] = made()
    found: Kept = known[name]
    return found


def require_terms(terms: Terms) -> None:
    """Overhead and contingency are on the cost and may pass 1 only as what they are: a fraction of 30 would be 3000 %."""
    require_fraction(terms.overhead_fraction, "overhead_fraction", most=Decimal(5))
    require_fraction(terms.contingency_fraction, "contingency_fraction")
    require_margin(terms.margin_fraction)


def require_margin(margin_fraction: Decimal) -> None:
    if not ZERO <= margin_fraction < ONE:
        raise BadInput({"margin_fraction": _t("A margin is a share of the price: at least 0 and below 1.")})


def _require_different(name: str, keys: Iterable[str]) -> None:
    twice = [key for key, number in Counter(keys).items() if number > 1]
    if twice:
        raise BadInput({name: _t("Listed twice: %(keys)s.") % {"keys": ", ".join(twice)}})


def _require_scale(scale: Scale, case: Case) -> None:
    if scale.batches < 0 or not scale.batch_kg.is_finite() or scale.batch_kg < 0:
        raise BadInput({"batches": _t("%(phase)s: batches and their size are not below zero.") % {"phase": scale.label}})
    if not 0 <= scale.low <= 1 <= scale.high:
        raise BadInput({"low": _t("%(phase)s: less or more may be wanted, as a share of it.") % {"phase": scale.label}})
    if not 0 < scale.batch_low <= 1 <= scale.batch_high:
        raise BadInput({"batch_low": _t("%(phase)s: a batch may come out smaller or larger, as a share of it.") % {"phase": scale.label}})
    if scale.demand and scale.demand not in {demand.key for demand in case.demands}:
        raise BadInput({"demand": _t("%(phase)s: its route is unknown.") % {"phase": scale.label}})


def _require_priced(demand: Demand, case: Case) -> None:
    materials = {material.key: material for material in case.materials}
    for step in demand.steps:
        for intake in (each for each in step.intakes if each.of in demand.bought):
            material = materials.get(intake.of)
            if material is None:
                values = {"step": step.label, "material": intake.of}
                raise BadInput({"price": _t("%(step)s: %(material)s has no price.") % values})
            if intake.recycled_fraction and material.recovered is not None:
                raise BadInput({"recovered_per_kg": recovered_twice(step.label, material.label)})
            require_material(material)


def _require_line(line: Line, case: Case) -> None:
    _require_phase(line.phase, line.label, case)
    require_price(line.price, line.label, per=line.quantity.unit)


def _require_phase(phase: str, label: str, case: Case) -> None:
    if phase not in {scale.phase for scale in case.scales}:
        raise BadInput({"phase": _t("%(label)s: its phase is not in the estimate.") % {"label": label}})
