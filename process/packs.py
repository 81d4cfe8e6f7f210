"""What has to be bought where a material is sold in packs."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

HAIR = Decimal("1e-9")  # so little above a whole pack is that pack


def whole_packs(kg: Decimal, pack_kg: Decimal) -> Decimal:
    """The kilograms of as many packs as hold so much; as much where no pack is known."""
    return (kg / pack_kg - HAIR).to_integral_value(ROUND_CEILING) * pack_kg if pack_kg else kg
