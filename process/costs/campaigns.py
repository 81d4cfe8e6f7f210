"""What a production plan asks for each batch and each kilogram of API, and whether another batch size still suits its vessels. Pure.

The rule: what stands in the plan for each batch, the hours of vessels, cleaning and operators, stays as it is for each batch, and the
number of batches follows that of the phase. What stands there for each kilogram, utilities and waste, follows the kilograms of the phase.
Where all operations have one number of batches, the plan is for these, of the size of its last operation. Else nobody has said how the
batches of one operation become those of another; then the plan is for all that the phase makes when it is taken, and costs the same there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _t

from process.costs.filling import filling_of, misfit_words
from process.words import plain_number
from projects.money import half_up

GRAM = Decimal("0.001")


@dataclass(frozen=True)
class Campaign:
    """So many batches of API, each of so many kilograms; both above zero."""

    batches: int
    batch_kg: Decimal

    @property
    def output_kg(self) -> Decimal:
        return self.batches * self.batch_kg


@dataclass(frozen=True)
class PlannedVessel:
    """An operation in its vessel. litres_per_kg, smallest, greatest: None where nobody has said so; working volumes in litres."""

    operation: str
    vessel: str
    batches: int
    batch_kg: Decimal
    litres_per_kg: Decimal | None = None
    smallest: Decimal | None = None
    greatest: Decimal | None = None


def campaign_of(operations: Sequence[PlannedVessel], phase: Campaign) -> Campaign:
    """What the operations are planned for. phase: what it makes when the plan is taken."""
    if len({each.batches for each in operations}) > 1:
        return phase
    return Campaign(operations[-1].batches, operations[-1].batch_kg)


def misfits(operations: Sequence[PlannedVessel], batches: int, batch_kg: Decimal) -> Iterator[str]:
    """The operations whose vessel such a batch of API does not suit, in words. batches: of the phase.

    The last operation that runs as often as the phase, else the last of all, makes the API; the others grow as it does.
    """
    makes = next((each for each in reversed(operations) if each.batches == batches), operations[-1])
    for each in operations:
        size = each.batch_kg * batch_kg / makes.batch_kg
        words = misfit_words(filling_of(size, each.litres_per_kg, each.smallest, each.greatest), each.smallest, each.greatest)
        if words:
            told = {"operation": each.operation, "vessel": each.vessel, "kg": plain_number(half_up(size, GRAM)), "misses": words}
            yield _t("%(operation)s: a batch of %(kg)s kg does not suit %(vessel)s: %(misses)s.") % told
