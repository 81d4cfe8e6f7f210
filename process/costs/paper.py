"""A cost scenario on paper: tables that the snapshot of a document can hold, and its pictures as the specifications that a worker draws."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t

from charts.picture import Picture
from charts.render import COLUMN_WIDTH, drawn
from documents.content import Column, cell, data_table, day, key_values, shortest
from process.confidence import confidence_words
from process.costs.building import assessed_many
from process.costs.case import Case
from process.costs.counting import chosen_of, quoted_scenario, scenarios_of_project, why_counts
from process.costs.estimate import GRAM, Estimate, LineCost
from process.costs.material_paper import materials_on_paper
from process.costs.models import CostPhase, RiskItem
from process.costs.pictures import price_tornado
from process.costs.purchases import orders
from process.costs.results import Priced, Whole, markup_pct, priced, whole
from process.costs.simulation import SEED
from process.costs.taking import misfits_of
from process.words import grouped
from projects.models import Project
from projects.money import half_up

TENTH = Decimal("0.1")
LABEL, WIDEST_SUM = 34, 66
MOST_ROWS = 10  # of a histogram; the percentiles say more than its forty bars
WIDTHS = {
    "waterfall": [(50, "left"), (30, "right"), (20, "right")],
    "tornado": [(32, "left"), *[(17, "right")] * 4],
    "distribution": [(60, "left"), (40, "right")],
}


def scenario_on_paper(project: Project) -> dict[str, Any] | None:
    """The scenario that counts (`counting.py`), with all others beside it. None where there is none."""
    rows = scenarios_of_project(project)
    every = [priced(each) for each in assessed_many(rows)]
    quoted = quoted_scenario(project)
    chosen = chosen_of(every, quoted)
    found = whole(chosen, (), seed=SEED) if chosen else None
    if chosen is None or chosen.estimate is None or chosen.assessed.case is None or found is None:
        return None
    pictures = dict(_pictures(found))
    return {
        "facts": _facts(chosen, chosen.estimate, why_counts(chosen.assessed.assessment, quoted)),
        "matter": _matter(chosen),
        "phases": _phases(chosen, found),
        **materials_on_paper(chosen),
        "lines": _lines(chosen.estimate, chosen.assessed.case),
        "rates": _rates(chosen.estimate.lines),
        "sources": data_table(
            [Column(_t("Source of the price"), 50), Column(chosen.estimate.currency, 30, "right"), Column(_t("Share (%)"), 20, "right")],
            [(words, amount, None if share is None else half_up(share, TENTH)) for words, amount, share in found.by_source],
        ),
        "risks": data_table(
            [
                Column(_t("Risk, with source, reference and date"), 60),
                Column(_t("Probability (%)"), 16, "right"),
                Column(_t("Cost if it happens"), 24, "right"),
            ],
            [(_risk(row), shortest(row.probability_pct), _impact(row)) for row in chosen.assessed.assessment.risks.all()],
        ),
        "scenarios": _scenarios(every),
        "stated": list(found.stated),
        "warnings": [*(str(each) for each in chosen.warnings), *misfits_of(chosen.assessed.assessment, chosen.assessed.case)],
        "pictures": {name: json.dumps(picture.spec) for name, picture in pictures.items()},
        "notes": {name: picture.note for name, picture in pictures.items() if picture.note},
        "tables": _tables(pictures, chosen.estimate.currency) | {"percentiles": _percentiles(found)},
    }


def price_on_paper(found: Priced) -> dict[str, Any] | None:
    """The band of its price, and what moves it where a figure has a low and a high. None where there is no price."""
    if found.estimate is None:
        return None
    moved = price_tornado(found.tornado, found.estimate.currency, price=found.estimate.price) if found.tornado else None
    return {
        "facts": _price_facts(found, found.estimate),
        "matter": _table("tornado", moved) if moved else None,
        "pictures": {"tornado": json.dumps(moved.spec)} if moved else {},
        "notes": {"tornado": moved.note} if moved else {},
    }


def pictures_on_paper(kept: Mapping[str, Any] | None) -> dict[str, str]:
    """Drawn in the worker, from the snapshot alone."""
    return drawn((kept or {}).get("pictures", {}), COLUMN_WIDTH)


def _pictures(found: Whole) -> Iterator[tuple[str, Picture]]:
    pictures = (("waterfall", found.waterfall), ("tornado", found.tornado), ("distribution", found.distribution))
    yield from ((name, picture) for name, picture in pictures if picture is not None)


def _tables(pictures: Mapping[str, Picture], currency: str) -> dict[str, Any]:
    return {name: _histogram(picture, currency) if name == "distribution" else _table(name, picture) for name, picture in pictures.items()}


def _table(name: str, picture: Picture) -> dict[str, Any]:
    """What the picture says, in words."""
    return data_table([Column(words, *look) for words, look in zip(picture.head, WIDTHS[name], strict=True)], picture.rows)


def _histogram(picture: Picture, currency: str) -> dict[str, Any]:
    """The bars of the picture, added up to at most ten; its percentiles have a table of their own."""
    bars = picture.spec["layer"][0]["data"]["values"]
    each = -(-len(bars) // MOST_ROWS)
    total = sum(bar["count"] for bar in bars)
    rows = [_bars(bars[start : start + each], total, currency) for start in range(0, len(bars), each)]
    return data_table([Column(words, *look) for words, look in zip(picture.head, WIDTHS["distribution"], strict=True)], rows)


def _bars(bars: list[dict[str, Any]], total: int, currency: str) -> tuple[str, str]:
    low, high = (grouped(half_up(Decimal(end), Decimal(1))) for end in (bars[0]["low"], bars[-1]["high"]))
    count = sum(bar["count"] for bar in bars)
    return _t("%(low)s to %(high)s") % {"low": f"{currency} {low}", "high": high}, f"{count:,} ({100 * count / total:.1f} %)"


def _percentiles(found: Whole) -> dict[str, Any]:
    columns = [Column(_t("Percentile"), 30), Column(_t("Draws below"), 30, "right"), Column(_t("Price"), 40, "right")]
    return data_table(columns, found.percentiles)


def _facts(chosen: Priced, estimate: Estimate, why: str) -> list[dict[str, str]]:
    row, band = chosen.assessed.assessment, chosen.band
    largest = chosen.largest
    batches = (
        f"{each.get_phase_display()}: {each.batches} × {cell(shortest(each.batch_kg))} kg{_batch_band(each)}"
        for each in row.phases.all()
        if each.batches
    )
    margin = _t("%(margin)s %% of the price, that is a markup of %(markup)s %% on the cost")
    percents = {"margin": shortest(row.margin_pct), "markup": half_up(markup_pct(row), TENTH)}
    return key_values(
        (_t("Scenario"), f"{row.number} · {row.name} ({row.get_state_display()})"),
        (_t("Why this one"), why),
        (_t("Priced on"), row.priced_on),
        (_t("Assumptions hold until"), row.assumptions_valid_until),
        (_t("Route"), row.route_version),
        (_t("Yields (% of those of the route)"), shortest(row.yield_pct)),
        (_t("Batches"), "\n".join(batches)),
        (_t("Overhead (%)"), shortest(row.overhead_pct)),
        (_t("Contingency (%)"), shortest(row.contingency_pct)),
        (_t("Margin"), margin % percents),
        *_recovered(estimate),
        (_t("Price"), f"{estimate.currency} {cell(estimate.price)}"),
        (_t("Likely between"), f"{cell(band.low)} – {cell(band.high)}" if band else None),
        (_t("Price per kg"), f"{estimate.currency} {cell(largest.per_kg)} ({largest.label})" if largest else None),
        (_t("Optional, beside the price"), estimate.optional or None),
    )


def _recovered(estimate: Estimate) -> Iterator[tuple[str, str]]:
    """Where something is: what it does to the price beyond its own amount."""
    if estimate.recovered is not None:
        words = _t("%(amount)s, in the direct cost: overhead, contingency and margin are on what is left")
        yield _t("Recovered value"), words % {"amount": f"{estimate.currency} {cell(estimate.recovered)}"}


def _batch_band(row: CostPhase) -> str:
    """(35 – 60 kg), where a batch may come to something else."""
    if row.batch_low_kg is row.batch_high_kg is None:
        return ""
    low, high = (cell(shortest(end or row.batch_kg)) for end in (row.batch_low_kg, row.batch_high_kg))
    return f" ({low} – {high} kg)"


def _price_facts(chosen: Priced, estimate: Estimate) -> list[dict[str, str]]:
    row, band, largest = chosen.assessed.assessment, chosen.band, chosen.largest
    return key_values(
        (_t("Scenario"), f"{row.number} · {row.name} ({row.get_state_display()})"),
        (_t("Priced on"), row.priced_on),
        (_t("Price"), f"{estimate.currency} {cell(estimate.price)}"),
        (_t("Likely between"), f"{cell(band.low)} – {cell(band.high)}" if band else None),
        (_t("Price per kg"), f"{estimate.currency} {cell(largest.per_kg)} ({largest.label})" if largest else None),
    )


def _matter(chosen: Priced) -> dict[str, Any]:
    return data_table(
        [Column(_t("Figure"), 40), Column(_t("At its low"), 30, "right"), Column(_t("At its high"), 30, "right")],
        [(each.label, f"{each.low}: {cell(each.at_low)}", f"{each.high}: {cell(each.at_high)}") for each in chosen.matter],
    )


def _phases(chosen: Priced, found: Whole) -> dict[str, Any]:
    heads = [head for head, _amount in found.rows[0].told]
    share = WIDEST_SUM // len(heads)
    columns = [Column(_t("Category"), 100 - share * len(heads)), *(Column(head, share, "right") for head in heads)]
    currency = chosen.assessed.assessment.currency
    return data_table(columns, [(row.label, *(amount for _head, amount in row.told)) for row in found.rows], caption=currency)


def _lines(estimate: Estimate, case: Case) -> dict[str, Any]:
    """Every line of every phase with its source."""
    labels = {phase.phase: phase.label for phase in estimate.phases}
    columns = [
        Column(_t("Line, with source, reference and date"), 50),
        Column(_t("Phase"), 12),
        Column(_t("Quantity"), 12, "right"),
        Column(_t("Price per unit"), 14, "right"),
        Column(estimate.currency, 12, "right"),
    ]
    up_to = {(order.material.key, order.scale.phase): order.break_words for order in orders(case) if order.is_up_to_a_break}
    rows = (
        (_label(line, up_to.get((line.key, line.phase), "")), labels[line.phase], _quantity(line), _price(line), line.amount)
        for line in estimate.lines
    )
    return data_table(columns, rows)


def _label(line: LineCost, break_words: str) -> str:
    up_to = _t("Up to a price break: %(words)s") % {"words": break_words} if break_words else ""
    return "\n".join(filter(None, (line.label, _origin(line), up_to)))


def _quantity(line: LineCost) -> str:
    return f"{cell(shortest(half_up(line.quantity, GRAM)))} {line.unit}"


def _price(line: LineCost) -> str:
    price = line.price
    base = f"{cell(shortest(price.base))} {price.currency}"
    return base if price.is_firm else f"{base}\n{cell(shortest(price.low))} – {cell(shortest(price.high))}"


def _origin(line: LineCost) -> str:
    price = line.price
    return _word(str(price.source.label), price.reference, day(price.on), price.confidence)


def _risk(row: RiskItem) -> str:
    word = _word(str(row.get_source_display()), row.reference, day(row.dated) if row.dated else "", row.confidence)
    return "\n".join(filter(None, (row.label, word)))


def _word(source: str, reference: str, dated: str, confidence: str) -> str:
    return ", ".join(filter(None, (source, reference, dated, confidence_words(confidence))))


def _impact(row: RiskItem) -> str:
    """With the least and the most, where somebody has said them."""
    base = f"{row.currency} {cell(row.impact)}"
    if row.impact_low is row.impact_high is None:
        return base
    low, high = (row.impact if end is None else end for end in (row.impact_low, row.impact_high))
    return f"{base}\n{cell(low)} – {cell(high)}"


def _rates(lines: Iterable[LineCost]) -> dict[str, Any]:
    rates = dict.fromkeys(line.rate for line in lines if line.rate is not None)
    columns = [Column(_t("Exchange rate"), 30), Column(_t("Rate"), 20, "right"), Column(_t("On"), 20), Column(_t("Source"), 30)]
    rows = [(f"{rate.currency}/{rate.into}", shortest(rate.factor), rate.on, rate.source) for rate in rates]
    return data_table(columns, rows, empty=_t("Every price is in the currency of the scenario."))


def _scenarios(every: Iterable[Priced]) -> dict[str, Any]:
    columns = [
        Column(_t("Scenario"), 17),
        Column(_t("Route, yields, suppliers"), 24),
        Column(_t("Batches"), 25),
        Column(_t("Price per kg"), 10, "right"),
        Column(_t("Price"), 12, "right"),
        Column(_t("Likely between"), 12, "right"),
    ]
    return data_table(columns, [_told(each) for each in every])


def _told(each: Priced) -> tuple[Any, ...]:
    """With what the scenarios differ in."""
    row, largest = each.assessed.assessment, each.largest
    return (
        f"{row.number} · {row.name}\n{row.get_state_display()}, {row.currency}, {day(row.priced_on)}",
        "\n".join(filter(None, (str(row.route_version or ""), each.yields, each.sold_by))),
        "\n".join(each.runs),
        f"{cell(largest.per_kg)}\n{largest.label}" if largest else None,
        each.estimate.price if each.estimate else None,
        f"{cell(each.band.low)} –\n{cell(each.band.high)}" if each.band else None,
    )
