"""What is true of a material: its CAS number adds up, its hazards are statements of the GHS, a known compound gives its molar mass."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from audit.refusals import BadInput
from catalogue.chemistry import CasNumberError, normalise_cas
from catalogue.hazards import HazardError, hazard_statements
from catalogue.models import Compound
from worksheets.rows import Rows

if TYPE_CHECKING:
    from catalogue.models import Material


class MaterialRows(Rows):
    def clean(self, row: Material, changed: Collection[str]) -> None:
        errors: dict[str, Any] = {}
        try:
            row.cas_number = normalise_cas(row.cas_number) if row.cas_number else ""
        except CasNumberError as error:
            errors["cas_number"] = str(error)
        try:
            row.hazard_statements = hazard_statements(row.hazard_statements)
        except HazardError as error:
            errors["hazard_statements"] = str(error)
        row.un_number = _un_number(row.un_number)
        if errors:
            raise BadInput(errors)
        if "cas_number" in changed:
            _take_compound(row, changed)


def _un_number(typed: str) -> str:
    """UN1170 from 1170, un 1170."""
    digits = typed.upper().removeprefix("UN").strip()
    return f"UN{digits}" if digits else ""


def _take_compound(row: Material, changed: Collection[str]) -> None:
    """The compound of the catalogue with this number, and its molar mass where none was typed with it."""
    row.compound = Compound.objects.filter(cas_number=row.cas_number).first() if row.cas_number else None
    if row.compound is not None and (row.molar_mass_g_per_mol is None or "molar_mass_g_per_mol" not in changed):
        row.molar_mass_g_per_mol = row.compound.molar_mass_g_per_mol or row.molar_mass_g_per_mol
