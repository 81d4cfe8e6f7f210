"""Plans of departments that a scenario takes its costs from. A phase above knows them, and says by a reader how they are read. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

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
ENDS = ("quantity, low", "quantity, high", "price, low", "price, high")
Ends = tuple[Decimal | None, Decimal | None]
NO_ENDS: Ends = (None, None)


@dataclass(frozen=True)
class Origin:
    """Whose word the figures of a row are, and what they may come to: low and high, each None where it is as the base.

    source, reference, dated: empty where the row does not say; then the sheet says all three, or only the day where the row says a source.
    is_listed: they are those of the price book, which the row only names.
    """

    source: str = ""
    reference: str = ""
    dated: date | None = None
    quantity: Ends = NO_ENDS
    price: Ends = NO_ENDS
    is_listed: bool = False

    @property
    def has_ends(self) -> bool:
        return any(end is not None for end in (*self.quantity, *self.price))


@dataclass(frozen=True)
class PlannedCost:
    """quantity × price of one batch, so many batches. of: the operation and its vessel, or the test and its stage, in no language.

    currency: where it is not that of its plan. valid_until: the last day of the price. is_per_kg: the quantity grows with the batch.
    is_once: whatever is made. confidence, origin: of its row. spread: the row that says by one share what the prices of all its costs may
    come to; "" where the price has ends of its own.
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
    origin: Origin = Origin()
    spread: str = ""

    @property
    def is_free(self) -> bool:
        """Costs nothing, and by nobody's word may cost something."""
        return not self.quantity or not (self.price or self.origin.price[1])


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
    """What it says beyond its sum, nothing where it says no more. What the price book says is no part of the plan."""
    said = [each for each in (cost.currency, cost.valid_until.isoformat() if cost.valid_until else "", cost.confidence) if each]
    origin = {} if cost.origin.is_listed else _said(cost.origin)
    ends = zip(ENDS, (*cost.origin.quantity, *cost.origin.price), strict=True)
    return [*said, *(f"{name}: {value}" for name, value in (*origin.items(), *ends) if value is not None)]


def _said(origin: Origin) -> dict[str, Any]:
    """Of whose word it is what the row says."""
    return {name: value for name in ("source", "reference", "dated") if (value := getattr(origin, name))}


def _word_of(origin: Origin) -> dict[str, Any]:
    """Whose word a line of it is, where the row says so. What somebody else said has not the sheet's reference."""
    return ({"reference": ""} if origin.source else {}) | _said(origin)


def lines_of(plan: DepartmentPlan, phase: CostPhase) -> Iterator[dict[str, Any]]:
    """The cost lines of a phase, without what costs nothing. Of operations the phase makes batches."""
    for each in plan.costs:
        if each.is_free:
            continue
        basis, amount = _counted(each, plan, phase)
        low, high = (None if end is None else _counted(replace(each, quantity=end), plan, phase)[1] for end in each.origin.quantity)
        price_low, price_high = _price_ends(each, plan)
        yield {
            "label": each.label,
            "category": each.category.value,
            "basis": basis.value,
            "quantity": half_up(amount, FOUR_PLACES),
            "quantity_low": _kept(low),
            "quantity_high": _kept(high),
            "unit": each.unit,
            "price": half_up(each.price, FOUR_PLACES),
            "price_low": _kept(price_low),
            "price_high": _kept(price_high),
            "currency": each.currency or plan.currency,
            "valid_until": each.valid_until,
            "spread": "" if price_low is price_high is None else _spread(each, plan),
            "confidence": each.confidence,
            "note": each.note or ("" if each.price else _t("Nothing by the sheet, unless it comes to its high.")),
            **_word_of(each.origin),
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


def _price_ends(cost: PlannedCost, plan: DepartmentPlan) -> Ends:
    """Its own; of a row that says nothing of what its figures may come to, as far from it as those of the sheet's cost."""
    if cost.origin.has_ends:
        return cost.origin.price
    low, high = (None if share == ONE else cost.price * share for share in (plan.low, plan.high))
    return low, high


def _spread(cost: PlannedCost, plan: DepartmentPlan) -> str:
    """By what its price moves together with others: one row's word, else that of the whole sheet."""
    return cost.spread if cost.origin.has_ends else f"sheet {plan.department}"


def _kept(end: Decimal | None) -> Decimal | None:
    return None if end is None else half_up(end, FOUR_PLACES)


Reader = Callable[["Project"], Mapping[str, DepartmentPlan]]
_readers: list[Reader] = []


def read_plans_by(reader: Reader) -> None:
    """reader: by department what is planned for a project, in as many queries for many rows as for one; without those that plan nothing."""
    _readers.append(reader)


def plans_of(project: Project) -> dict[str, DepartmentPlan]:
    return {department: plan for reader in _readers for department, plan in reader(project).items()}


def plan_of(project: Project, department: str) -> DepartmentPlan | None:
    return plans_of(project).get(department)
