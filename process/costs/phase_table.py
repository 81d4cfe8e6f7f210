"""The table of a scenario's phases: how many batches of which size each makes, and what it then costs. Its rows come with the scenario."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.numbers import WholeNumberField
from audit.refusals import BadInput
from process.costs.estimate import PhaseCost
from process.costs.models import CostAssessment, CostPhase
from process.costs.sizes import MOST_BATCHES, wrong_sizes
from process.costs.worksheets import OF_SCENARIO, assessed_now
from worksheets.rows import Rows
from worksheets.sheets import SheetColumn, Worksheet, register_sheet


class PhaseRows(Rows):
    def weigh(self, row: CostPhase, changed: Collection[str], wrong: Collection[str]) -> dict[str, str]:
        """As the form judges by which the scenario was opened."""
        return wrong_sizes(row, wrong)


def _phase_costs(rows: Sequence[CostPhase], assessment: CostAssessment) -> Mapping[Any, Mapping[str, Any]]:
    """Nothing while the scenario has no price: what its lines come to alone is no cost of a phase."""
    try:
        answer = assessed_now(assessment).answer
    except (BadInput, InvalidOperation):
        return {}
    phases = answer.value.phases if answer is not None and answer.value is not None else ()
    costs = {each.phase: _told_costs(each) for each in phases if each.built.price}
    return {row.pk: costs.get(row.phase, {}) for row in rows}


def _told_costs(phase: PhaseCost) -> dict[str, Any]:
    built = phase.built
    return {"cost": built.cost, "cost_per_kg": phase.cost_per_kg, "price": built.price, "price_per_kg": phase.per_kg}


def _batches() -> WholeNumberField:
    return WholeNumberField(min_value=0, max_value=MOST_BATCHES, required=False)


MAY_COME_TO = _("What a batch may come to where that is not sure; empty: as its size.")
BEFORE_MARGIN = _("Before the margin, without what is passed on at cost.")
PHASES = Worksheet(
    key="cost-phases",
    title=_("Batches by phase"),
    noun=_("phase"),
    model=CostPhase,
    columns=(
        SheetColumn("phase", example="Pilot", fixed=True, frozen=True, width=11),
        SheetColumn("batch_kg", unit="kg", note=_("0 where nothing is made."), example="20", width=11),
        SheetColumn("batches", note=_("0 where nothing is made."), field=_batches, example="2", width=8),
        SheetColumn("batch_low_kg", _("Smallest"), unit="kg", note=MAY_COME_TO, example="18", width=10),
        SheetColumn("batch_high_kg", _("Largest"), unit="kg", note=MAY_COME_TO, width=10),
        SheetColumn("output_kg", _("Quantity"), unit="kg", compute=lambda row: row.output_kg or None, total=True, width=11),
        SheetColumn("cost", _("Cost"), note=BEFORE_MARGIN, money=True, derived=True, total=True, kind="number", width=12),
        SheetColumn("cost_per_kg", _("Cost per kg"), note=BEFORE_MARGIN, money=True, derived=True, kind="number", width=15),
        SheetColumn("price", _("Price"), money=True, derived=True, total=True, kind="number", width=12),
        SheetColumn("price_per_kg", _("Price per kg"), money=True, derived=True, kind="number", width=15),
    ),
    found_by="phase",
    service=PhaseRows,
    together=_phase_costs,
    hint=_("How large the batches of each phase are and how many: what is typed here is saved, and everything is priced by it."),
    **OF_SCENARIO,
)


def register() -> None:
    register_sheet(PHASES)
