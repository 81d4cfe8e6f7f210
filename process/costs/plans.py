"""Plans of departments that a scenario takes its costs from. A phase above knows them, and says by a reader how they are read. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from audit.hashes import hash_of
from process.costs.campaigns import Campaign, PlannedVessel, campaign_of
from process.costs.case import Basis
from process.costs.figures import ONE
from process.costs.materials import Category
from projects.money import half_up

if TYPE_CHECKING:
    from process.costs.models import CostPhase
    from projects.models import Project

FOUR_PLACES = Decimal("0.0001")


@dataclass(frozen=True)
class PlannedCost:
    """quantity × price of one batch, so many batches. of: the operation and its vessel, or the test and its stage, in no language.

    currency: where it is not that of its plan. valid_until: the last day of the price. is_per_kg: the quantity grows with the batch.
    is_once: whatever is made. confidence: of its row.
    """

    of: str
    label: str
    category: Category
    unit: str
    quantity: Decimal
    price: Decimal
    batches: int
    note: str = ""
    currency: str = ""
    valid_until: date | None = None
    is_per_kg: bool = False
    is_once: bool = False
    confidence: str = ""


@dataclass(frozen=True)
class DepartmentPlan:
    """What a department has planned, as its sheet says it now.

    signed_on: the day of the signature; None while the sheet is open. low, high: the ends of the sheet's cost as a share of its base;
    1 where they are not known for the plan. operations: in their order; empty where no vessel is planned.
    """

    department: str
    currency: str
    costs: tuple[PlannedCost, ...]
    link: str
    signed_on: date | None = None
    low: Decimal = ONE
    high: Decimal = ONE
    operations: tuple[PlannedVessel, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Of what a scenario takes from it: a sheet that is opened and signed again over other words stays the same plan."""
        costs = [[each.of, each.category, each.quantity, each.price, each.batches, *_own(each)] for each in self.costs]
        return hash_of({"currency": self.currency, "low": self.low, "high": self.high, "costs": costs})


def _own(cost: PlannedCost) -> list[str]:
    return [each for each in (cost.currency, cost.valid_until.isoformat() if cost.valid_until else "", cost.confidence) if each]


def lines_of(plan: DepartmentPlan, phase: CostPhase) -> Iterator[dict[str, Any]]:
    """The cost lines of a phase, without what costs nothing. Of operations the phase makes batches."""
    for each in plan.costs:
        if not each.quantity or not each.price:
            continue
        basis, amount = _counted(each, plan, phase)
        yield {
            "label": each.label,
            "category": each.category.value,
            "basis": basis.value,
            "quantity": half_up(amount, FOUR_PLACES),
            "unit": each.unit,
            "price": half_up(each.price, FOUR_PLACES),
            "price_low": _end(each.price, plan.low),
            "price_high": _end(each.price, plan.high),
            "currency": each.currency or plan.currency,
            "valid_until": each.valid_until,
            "confidence": each.confidence,
            "note": each.note,
        }


def _counted(cost: PlannedCost, plan: DepartmentPlan, phase: CostPhase) -> tuple[Basis, Decimal]:
    """Of operations by the rule of `campaigns`; of tests for each batch where the phase makes as many as the plan, else once."""
    everything = cost.quantity * cost.batches
    if cost.is_once:
        return Basis.ONCE, everything
    if plan.operations:
        campaign = campaign_of(plan.operations, Campaign(phase.batches, phase.batch_kg))
        return (Basis.KG, everything / campaign.output_kg) if cost.is_per_kg else (Basis.BATCH, everything / campaign.batches)
    return (Basis.BATCH, cost.quantity) if cost.batches == phase.batches else (Basis.ONCE, everything)


def _end(price: Decimal, share: Decimal) -> Decimal | None:
    return None if share == ONE else half_up(price * share, FOUR_PLACES)


Reader = Callable[["Project"], Mapping[str, DepartmentPlan]]
_readers: list[Reader] = []


def read_plans_by(reader: Reader) -> None:
    """reader: by department what is planned for a project, in as many queries for many rows as for one; without those that plan nothing."""
    _readers.append(reader)


def plans_of(project: Project) -> dict[str, DepartmentPlan]:
    return {department: plan for reader in _readers for department, plan in reader(project).items()}


def plan_of(project: Project, department: str) -> DepartmentPlan | None:
    return plans_of(project).get(department)
