"""The figures of a case that are not certain, and their values: one at a time for the tornado, many at once for the simulation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from django.utils.translation import gettext as _t

from process.costs.case import Basis, Case, Inclusion, Line, Scale
from process.costs.demand import Draws
from process.costs.figures import FRACTION, ONE, Figure, Source
from process.costs.keys import batch_key, output_key, quantity_key, recovered_key, risk_key, use_key, yield_key
from process.costs.materials import recovered_words
from process.costs.purchases import order_prices
from process.costs.rates import converted

NAMED = 3


@dataclass(frozen=True)
class Variable:
    """key: "yield/route/step", "price/material", "recovered/material", "use/route/step/place", "output/phase", "batch/phase",
    "quantity/line", "rate/line", "spread/lines" or "risk/place"."""

    key: str
    label: str
    low: Decimal
    base: Decimal
    high: Decimal
    unit: str
    source: Source


def variables(case: Case) -> list[Variable]:
    """Those that can move the price, in a fixed order: yields, prices, recovered values, consumption, outputs, batch sizes, quantities
    and rates, what several rates move by together, what risks cost.
    """
    return [each for each in _all(case) if each.low < each.high]


def drawn_value(drawn: Mapping[str, Draws]) -> Callable[[Decimal, str], Draws]:
    """The drawn values of a variable by its key; a figure that was not drawn is at its base."""

    def value(base: Decimal, key: str) -> Draws:
        return drawn[key] if key in drawn else np.asarray(float(base))

    return value


def one_at_a_time(found: Sequence[Variable]) -> dict[str, Draws]:
    """2 n + 1 columns: all at base, then for each variable the one where it is low and the one where it is high."""
    rows = {}
    for place, each in enumerate(found):
        row = np.full(2 * len(found) + 1, float(each.base))
        row[1 + 2 * place], row[2 + 2 * place] = float(each.low), float(each.high)
        rows[each.key] = row
    return rows


def _all(case: Case) -> Iterator[Variable]:
    used = {scale.demand for scale in case.scales}
    demands = [demand for demand in case.demands if demand.key in used]
    for demand in demands:
        for step in demand.steps:
            yield _of(yield_key(demand.key, step.key), _t("Yield of %(step)s") % {"step": step.label}, step.yield_fraction)
    yield from _prices(case)
    yield from _recovered(case, {key for demand in demands for key in demand.bought})
    names = {material.key: material.label for material in case.materials}
    for demand in demands:
        for step in demand.steps:
            for place, intake in enumerate(step.intakes):
                label = _t("Use of %(material)s in %(step)s") % {"material": names.get(intake.of, intake.of), "step": step.label}
                base, key = intake.told, use_key(demand.key, step.key, place)
                yield Variable(key, label, base * intake.low, base, base * intake.high, intake.unit or FRACTION, intake.source)
    for scale in case.scales:
        label = _t("Output of %(phase)s") % {"phase": scale.label}
        yield Variable(output_key(scale.phase), label, scale.low, ONE, scale.high, "1", Source.ASSUMPTION)
        if any(line.phase == scale.phase and line.basis == Basis.BATCH and line.inclusion == Inclusion.INCLUDED for line in case.lines):
            yield _batch_of(scale)
    for line in (each for each in case.lines if each.inclusion == Inclusion.INCLUDED):
        yield _of(quantity_key(line.key), _t("Quantity of %(line)s") % {"line": line.label}, line.quantity)
        if not line.spread:
            figure = converted(line.price, case.currency, case.rates).price
            yield _of(line.rate_key, _t("Rate of %(line)s") % {"line": line.label}, figure)
    yield from _spreads(case)
    for place, risk in enumerate(case.risks):
        if case.terms.risk_in_price and risk.probability_fraction:
            label, (low, high) = _t("Cost of the risk: %(risk)s") % {"risk": risk.label}, risk.ends
            yield Variable(risk_key(place), label, low, risk.impact, high, risk.currency, risk.source)


def _batch_of(scale: Scale) -> Variable:
    """In kilograms; what is counted for each batch follows it (`roll_up.py`)."""
    size, label = scale.batch_kg, _t("Batch size of %(phase)s") % {"phase": scale.label}
    return Variable(batch_key(scale.phase), label, size * scale.batch_low, size, size * scale.batch_high, "kg", Source.ASSUMPTION)


def _spreads(case: Case) -> Iterator[Variable]:
    """One for all lines of a spread, by the share of the largest rate: in that one rounding weighs least."""
    together: dict[str, list[Line]] = {}
    for line in case.lines:
        if line.spread and line.inclusion == Inclusion.INCLUDED and line.price.base:
            together.setdefault(line.rate_key, []).append(line)
    for key, lines in together.items():
        rate = max((line.price for line in lines), key=lambda price: price.base)
        yield Variable(
            key, _together([line.label for line in lines]), rate.low / rate.base, ONE, rate.high / rate.base, FRACTION, rate.source
        )


def _together(names: Sequence[str]) -> str:
    """By what all of them begin with, else by the first: a picture has little room."""
    if len(names) == 1:
        return _t("Rate of %(line)s") % {"line": names[0]}
    (row, *others) = dict.fromkeys(name.rpartition(": ")[0] for name in names)
    if row and not others:
        return _t("All rates of %(row)s") % {"row": row}
    return _t("Rates of %(lines)s together") % {"lines": ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")}


def _prices(case: Case) -> Iterator[Variable]:
    """One for each price at which something is ordered; two phases that order at one price share it."""
    names = {material.key: material.label for material in case.materials}
    orders = {key: (names[material], figure) for (_phase, material), (key, figure) in order_prices(case).items()}
    for key, (material, figure) in orders.items():
        yield _of(key, _t("Price of %(material)s") % {"material": material}, converted(figure, case.currency, case.rates).price)


def _recovered(case: Case, bought: set[str]) -> Iterator[Variable]:
    for material in case.materials:
        if material.recovered is not None and material.key in bought:
            figure = converted(material.recovered, case.currency, case.rates).price
            yield _of(recovered_key(material.key), recovered_words(material.label), figure)


def _of(key: str, label: str, figure: Figure) -> Variable:
    unit = f"{figure.currency}/{figure.unit}" if figure.currency else figure.unit
    return Variable(key, label, figure.low, figure.base, figure.high, unit, figure.source)
