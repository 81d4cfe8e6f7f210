"""From equivalents and volumes to kilograms per kilogram of a step's product."""

from __future__ import annotations

from dataclasses import dataclass

from process.routes.plain import Basis, Charge, Step


@dataclass(frozen=True)
class PerKg:
    """One input of a step. charged: put into the vessel, kg per kg of step product; fresh: of it, what is not recycled."""

    charge: Charge
    charged: float
    fresh: float


def per_kg(step: Step) -> tuple[PerKg, ...]:
    """Every line of a step without faults, in its order."""
    lines = {charge.key: charge for charge in step.charges}
    limiting = sum(_by_equivalents(step, charge) for charge in step.charges if charge.is_limiting)

    def charged(charge: Charge) -> float:
        if charge.basis == Basis.EQUIVALENTS:
            return _by_equivalents(step, charge)
        on = charged(lines[charge.reference]) if charge.reference else limiting
        density = charge.substance.density_kg_per_l if charge.basis == Basis.L_PER_KG else 1.0
        return charge.amount * density * on  # type: ignore[operator]  # a route without faults has it

    return tuple(PerKg(charge, mass := charged(charge), mass * (1 - charge.recycle_fraction)) for charge in step.charges)


def _by_equivalents(step: Step, charge: Charge) -> float:
    """m = eq · M / (y · M product) / assay."""
    product = step.yield_fraction * step.product.molar_mass_g_per_mol  # type: ignore[operator]
    return charge.amount * charge.substance.molar_mass_g_per_mol / product / charge.assay_fraction  # type: ignore[operator]
