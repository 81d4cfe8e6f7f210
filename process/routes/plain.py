"""A route as plain data: what the calculations take and give, without the database.

Fractions, not percent, wherever a name ends in `_fraction`. Masses in kilograms, volumes in litres, molar masses in g/mol.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class Role(StrEnum):
    """What an input does in its step; it says in which sum its mass stands."""

    REACTANT = "reactant"
    REAGENT = "reagent"
    CATALYST = "catalyst"
    SOLVENT = "solvent"
    WATER = "water"
    AUXILIARY = "auxiliary"


class Basis(StrEnum):
    """What the amount of an input is counted in.

    kg/kg and L/kg are relative to the physical charge of the reference input (by default the limiting one), before recycling.
    """

    EQUIVALENTS = "equivalents"
    KG_PER_KG = "kg_per_kg"
    L_PER_KG = "l_per_kg"

    @property
    def unit(self) -> str:
        """As it is written behind a number."""
        return {Basis.EQUIVALENTS: "eq", Basis.KG_PER_KG: "kg/kg", Basis.L_PER_KG: "L/kg"}[self]


@dataclass(frozen=True)
class Substance:
    """A bought material, or the product of a step. `key` is its identity: charges of one key are added up."""

    key: str
    name: str
    molar_mass_g_per_mol: float | None = None
    density_kg_per_l: float | None = None


@dataclass(frozen=True)
class Charge:
    """One line of a step. `from_step`: the key of the step whose product it is; empty for a bought material.

    reference: the key of the line that kg/kg and L/kg are counted on; empty for the limiting one. stoichiometry: mol in the equation
    per mol of the limiting reactant, for atom economy; None: one where the role is reactant, else left out.
    """

    key: str
    substance: Substance
    role: Role
    amount: float
    basis: Basis = Basis.EQUIVALENTS
    assay_fraction: float = 1.0
    recycle_fraction: float = 0.0
    is_limiting: bool = False
    from_step: str = ""
    reference: str = ""
    stoichiometry: float | None = None


@dataclass(frozen=True)
class Step:
    """A step makes exactly one product. product_per_limiting: mol of product from one mol of the limiting reactant in the equation."""

    key: str
    name: str
    product: Substance
    yield_fraction: float
    charges: tuple[Charge, ...]
    product_per_limiting: float = 1.0
    operating_cost_per_kg: Decimal = Decimal(0)


@dataclass(frozen=True)
class Route:
    """Steps in any order; which feeds which is said by their charges."""

    steps: tuple[Step, ...]

    def step(self, key: str) -> Step:
        return next(step for step in self.steps if step.key == key)


@dataclass(frozen=True)
class Price:
    """Of one kilogram of a bought substance. A price of nothing needs a note that says why."""

    substance: str
    amount_per_kg: Decimal
    currency: str
    note: str = ""


@dataclass(frozen=True)
class Fault:
    """Why a number does not exist. step and charge: keys of where it belongs, empty for the whole route."""

    kind: str
    words: str
    step: str = ""
    charge: str = ""

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Computed(Generic[Value]):
    """A number with what it rests on. value is None where there is no answer, and `faults` say why.

    The same inputs give the same value for one algorithm and version for ever.
    """

    algorithm: str
    version: str
    value: Value | None
    unit: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Fault, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def reason(self) -> str:
        return " ".join(fault.words for fault in self.faults)

    @property
    def known(self) -> Value:
        """The value where it must exist; raises ValueError with the reason where it does not."""
        if self.value is None:
            raise ValueError(self.reason)
        return self.value
