"""The scheme of a version: its rows into the picture of `charts/scheme.py`, structures drawn from the catalogue."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from django.utils.translation import gettext as _t

from catalogue.chemistry import StructureError, draw_svg
from catalogue.models import Compound as CatalogueCompound
from charts.scheme import STRUCTURE_HEIGHT, STRUCTURE_WIDTH, Chain, Compound, Reaction, in_lines, scheme
from process.routes.models import RouteStep, StepInput
from process.routes.plain import Basis
from process.words import plain_number, to_figures

BOND_LENGTH = 20  # pixels: what is drawn in one scheme has one scale, as far as it fits
PER_LINE = ((3, 1), (8, 2))  # up to so many arrows: so many in a line on paper, so that its letters can be read
PER_LINE_OF_MANY = 3
GRADE = re.compile(r" \([^()]*\)(?= \([^()]*\)$)")  # before the amount
GRADES_OVER, GRADES_UNDER = 5, 3  # lines at an arrow: where there are more, grades give way
AMOUNT_FIGURES = 4  # of what was worked out of a published volume there are more, which nobody measures
ARROWLESS = {StepInput.Role.SOLVENT, StepInput.Role.WATER}  # under the arrow, with the conditions


def scheme_of(steps: Sequence[RouteStep], *, title: str, per_line: int = 3) -> str:
    """Of the steps that count, read with their inputs. The branches first, then the line to the product. Empty without a step."""
    rows = [row for row in steps if not row.set_aside]
    chains = [_drawn(chain) for chain in _Chains(rows).all()]
    return scheme(chains, title=title, description=description_of(rows), per_line=per_line)


def kept_scheme(steps: Sequence[RouteStep], *, title: str) -> dict[str, Any]:
    """The same scheme as plain data, with structures instead of drawings, for `scheme_from`."""
    rows = [row for row in steps if not row.set_aside]
    return {"title": title, "description": description_of(rows), "chains": [asdict(chain) for chain in _Chains(rows).all()]}


def scheme_from(kept: Mapping[str, Any]) -> str:
    """Drawn for a page of paper, from what was kept alone."""
    chains = [_drawn(_chain_from(each)) for each in kept["chains"]]
    arrows = sum(len(chain.reactions) for chain in chains)
    per_line = next((number for most, number in PER_LINE if arrows <= most), PER_LINE_OF_MANY)
    return scheme(chains, title=kept["title"], description=kept["description"], per_line=per_line)


def _chain_from(kept: Mapping[str, Any]) -> Chain:
    reactions = [Reaction(**{**each, "product": Compound(**each["product"])}) for each in kept["reactions"]]
    return Chain(**{**kept, "start": Compound(**kept["start"]), "reactions": reactions})


def _drawn(chain: Chain) -> Chain:
    reactions = [_legible(replace(each, product=_with_drawing(each.product))) for each in chain.reactions]
    return replace(chain, start=_with_drawing(chain.start), reactions=reactions)


def _legible(reaction: Reaction) -> Reaction:
    """Temperature, time and yield on one line at the arrow, so that they are never what is cut; solvents, with their amounts, below."""
    solvents = [line for line in reaction.under if line.endswith(")")]
    conditions = ", ".join(line for line in reaction.under if line not in solvents).replace(" – ", "–")
    under = [*filter(None, [conditions]), *_shortened(solvents, GRADES_UNDER)]
    return replace(reaction, over=_shortened(reaction.over, GRADES_OVER), under=under)


def _shortened(lines: Sequence[str], most: int) -> list[str]:
    """Without the grades, which the table beside the picture has, where they take more room than there is."""
    needed = sum(len(in_lines(line)) for line in lines)
    return [GRADE.sub("", line) for line in lines] if needed > most else list(lines)


def _with_drawing(compound: Compound) -> Compound:
    return replace(compound, drawing=drawing_of(compound.structure, compound.name))


def description_of(steps: Sequence[RouteStep]) -> str:
    """The route in one sentence a step, for who does not see the picture."""
    words = _t("%(step)s: %(inputs)s give %(product)s, yield %(percent)s %%.")
    return " ".join(
        words
        % {
            "step": row.name,
            "inputs": ", ".join(str(line) for line in row.inputs.all()) or _t("no input"),
            "product": row.product_name,
            "percent": plain_number(row.yield_pct),
        }
        for row in steps
        if not row.set_aside
    )


class _Chains:
    """Follows the limiting inputs back from each product that nobody takes in as limiting; numbers compounds in reading order."""

    def __init__(self, rows: Sequence[RouteStep]) -> None:
        self.rows = {row.pk: row for row in rows}
        self.before = {row.pk: _limiting_step(row, self.rows) for row in rows}
        taken = {pk for pk in self.before.values() if pk is not None}
        self.ends = [row for row in rows if row.pk not in taken]
        self.numbers: dict[str, str] = {}

    def all(self) -> list[Chain]:
        lines = sorted(((end, self._back(end)) for end in self.ends), key=lambda each: self._is_final(each[0]))
        return [self._chain(end, line, several=len(lines) > 1) for end, line in lines if line]

    def _back(self, end: RouteStep) -> list[RouteStep]:
        line, at = [end], self.before[end.pk]
        while at is not None and self.rows[at] not in line:
            line.insert(0, self.rows[at])
            at = self.before[at]
        return line

    def _consumer(self, row: RouteStep) -> RouteStep | None:
        found = (each for each in self.rows.values() for line in each.inputs.all() if line.from_step_id == row.pk)
        return next(found, None)

    def _is_final(self, row: RouteStep) -> bool:
        return self._consumer(row) is None

    def _chain(self, end: RouteStep, line: list[RouteStep], *, several: bool) -> Chain:
        start = self._start(line[0])
        reactions = [self._reaction(row) for row in line]
        consumer = self._consumer(end)
        head = "" if not several else _t("Main line") if consumer is None else _t("Branch")
        goes_to = _t("into %(step)s") % {"step": consumer.name} if consumer is not None else ""
        return Chain(start, reactions, head=head, goes_to=f"→ {goes_to}" if goes_to else "")

    def _start(self, row: RouteStep) -> Compound:
        line = next((each for each in row.inputs.all() if each.is_limiting), None)
        if line is None:
            return Compound("?", _t("no limiting input"))
        if line.material is None:  # a circle: drawn where it begins
            made = self.rows.get(line.from_step_id or 0, row)
            return self._compound(f"step {made.pk}", made.product_name, made.product_compound)
        return self._compound(f"material {line.material_id}", line.material.name, line.material.compound)

    def _compound(self, key: str, name: str, compound: CatalogueCompound | None) -> Compound:
        number = self.numbers.setdefault(key, str(len(self.numbers) + 1))
        return Compound(number, name, structure=compound.smiles if compound is not None else "")

    def _reaction(self, row: RouteStep) -> Reaction:
        product = self._compound(f"step {row.pk}", row.product_name, row.product_compound)
        inputs = [line for line in row.inputs.all() if not line.is_limiting]
        over = [self._added(line) for line in inputs if line.role not in ARROWLESS]
        under = [*[self._added(line) for line in inputs if line.role in ARROWLESS], *conditions_of(row)]
        return Reaction(product, over, under, title=f"{row.name}: {row.conditions}" if row.conditions else row.name)

    def _added(self, line: StepInput) -> str:
        """A compound that is drawn stands by its number: with its name behind it that reads as two of something."""
        made = self.rows.get(line.from_step_id or 0)
        number = self.numbers.get(f"step {made.pk}", "") if made is not None else ""
        name = f"+ {number}" if number else made.product_name if made is not None else str(line)
        return f"{name} ({plain_number(to_figures(line.amount, AMOUNT_FIGURES))} {Basis(line.basis).unit})"


def conditions_of(row: RouteStep) -> list[str]:
    """What stands under the arrow besides the solvents."""
    low, high = row.temperature_min_c, row.temperature_max_c
    span = [plain_number(each) for each in (low, high) if each is not None]
    degrees = [f"{' – '.join(dict.fromkeys(span))} °C"] if span else []
    hours = [f"{plain_number(row.cycle_time_h)} h"] if row.cycle_time_h else []
    facts = ", ".join([*degrees, *hours])
    return [*([facts] if facts else []), _t("yield %(percent)s %%") % {"percent": plain_number(row.yield_pct)}]


def drawing_of(smiles: str, name: str) -> str:
    if not smiles:
        return ""
    try:
        return draw_svg(smiles, STRUCTURE_WIDTH, STRUCTURE_HEIGHT, title=name, bond_length=BOND_LENGTH)
    except StructureError:
        return ""


def _limiting_step(row: RouteStep, rows: dict[int, RouteStep]) -> int | None:
    found = (line.from_step_id for line in row.inputs.all() if line.is_limiting and line.from_step_id in rows)
    return next(found, None)
