"""How full a batch makes a vessel. Pure.

A vessel holds a batch where its volume lies between the smallest that can be stirred and the greatest that may be filled, both included.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _t

from projects.money import half_up

ZERO = Decimal(0)
HUNDRED = Decimal(100)
MILLILITRE = Decimal("0.001")


class Fit(StrEnum):
    FITS = "fits"
    TOO_LITTLE = "too_little"  # the stirrer does not reach it
    TOO_MUCH = "too_much"
    UNKNOWN = "unknown"  # no volume is planned, or the vessel has none on record


@dataclass(frozen=True)
class Filling:
    """litres: of one batch in the vessel. percent: of the greatest working volume. misses_by: litres beyond the limit, 0 where it fits."""

    fit: Fit
    litres: Decimal | None = None
    percent: Decimal | None = None
    misses_by: Decimal = ZERO


def filling_of(batch_kg: Decimal, litres_per_kg: Decimal | None, smallest: Decimal | None, greatest: Decimal | None) -> Filling:
    """Litres = kg × L/kg. smallest, greatest: working volumes of the vessel in litres."""
    if litres_per_kg is None:
        return Filling(Fit.UNKNOWN)
    litres = batch_kg * litres_per_kg
    if smallest is None or greatest is None:
        return Filling(Fit.UNKNOWN, litres)
    percent = litres / greatest * HUNDRED
    if litres < smallest:
        return Filling(Fit.TOO_LITTLE, litres, percent, smallest - litres)
    if litres > greatest:
        return Filling(Fit.TOO_MUCH, litres, percent, litres - greatest)
    return Filling(Fit.FITS, litres, percent)


def misfit_words(found: Filling, smallest: Decimal | None, greatest: Decimal | None) -> str:
    """Which working volume is missed, and by how many litres; empty where none is."""
    told = {"litres": _short(half_up(found.misses_by, MILLILITRE)), "smallest": _short(smallest), "greatest": _short(greatest)}
    if found.fit == Fit.TOO_LITTLE:
        return _t("%(litres)s L below the smallest working volume (%(smallest)s L)") % told
    if found.fit == Fit.TOO_MUCH:
        return _t("%(litres)s L above the greatest working volume (%(greatest)s L)") % told
    return ""


def _short(litres: Decimal | None) -> str:
    return "" if litres is None else f"{litres.normalize():,f}"
