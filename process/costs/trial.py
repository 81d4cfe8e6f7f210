"""What is tried on a scenario without saving it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from process.costs.case import Case


@dataclass(frozen=True)
class Trial:
    """scales: batch size in kg and number of batches, by phase; yield_pct: None as the scenario has it."""

    scales: Mapping[str, tuple[Decimal, int]] = field(default_factory=dict)
    yield_pct: Decimal | None = None


def tried(case: Case, trial: Trial, *, yield_pct: Decimal) -> Case:
    """The case with the trial. yield_pct: at which the case stands; of a draft that is the tried one already.

    Raises BadInput for a yield above what its equation gives.
    """
    for phase, (batch_kg, batches) in trial.scales.items():
        case = case.at(phase, batch_kg=batch_kg, batches=batches)
    wanted = yield_pct if trial.yield_pct is None else trial.yield_pct
    return case if wanted == yield_pct else case.at_yields(wanted / yield_pct)
