"""What is true of a material: its CAS number adds up, its hazards are statements of the GHS, a known compound gives its molar mass."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import count
from typing import TYPE_CHECKING

from django.utils.text import slugify
from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from catalogue.chemistry import CasNumberError, normalise_cas
from catalogue.hazards import HazardError, hazard_statements
from catalogue.models import Compound, Material
from worksheets.changing import ADD, Change, change_rows
from worksheets.rows import Rows

if TYPE_CHECKING:
    from accounts.models import User

CODE_AND_NAME = re.compile(r"([-\w]{1,32}):\s+(.+)", re.ASCII)
CODE_LENGTH = 24  # of one made from the name, which leaves room for a number


class MaterialRows(Rows):
    def tidy(self, row: Material) -> dict[str, str]:
        errors = {}
        try:
            row.cas_number = normalise_cas(row.cas_number) if row.cas_number else ""
        except CasNumberError as error:
            errors["cas_number"] = str(error)
        try:
            row.hazard_statements = hazard_statements(row.hazard_statements)
        except HazardError as error:
            errors["hazard_statements"] = str(error)
        row.un_number = _un_number(row.un_number)
        return errors

    def clean(self, row: Material, changed: Collection[str]) -> None:
        if "cas_number" in changed:
            _take_compound(row, changed, self.actor)


def _un_number(typed: str) -> str:
    """UN1170 from 1170, un 1170."""
    digits = typed.upper().removeprefix("UN").strip()
    return f"UN{digits}" if digits else ""


def _take_compound(row: Material, changed: Collection[str], actor: User) -> None:
    """The compound of the catalogue with this number, as far as the writer sees it, and its molar mass where none was typed with it."""
    row.compound = Compound.objects.visible_to(actor).filter(cas_number=row.cas_number).first() if row.cas_number else None
    if row.compound is not None and (row.molar_mass_g_per_mol is None or "molar_mass_g_per_mol" not in changed):
        row.molar_mass_g_per_mol = row.compound.molar_mass_g_per_mol or row.molar_mass_g_per_mol


def enter_material(words: str, actor: User) -> Material:
    """A new reagent from its name, or from code and name as “TOL-99: Toluene”, by the door of its own table; its kind is corrected there.

    Raises BadInput, NotAllowed.
    """
    typed = CODE_AND_NAME.fullmatch(words)
    code, name = typed.groups() if typed else (_code_from(words), words)
    values = {"code": code, "name": name, "kind": Material.Kind.REAGENT.value}
    (result,) = change_rows("materials", [Change(ADD, values=values)], actor=actor).results
    if not result.is_saved:
        raise BadInput(result.errors)
    return Material.objects.get(pk=result.pk)


def _code_from(name: str) -> str:
    """ACETIC-ANHYDRIDE, and with a number behind it where that is taken."""
    stem = slugify(name).upper()[:CODE_LENGTH].strip("-")
    if not stem:
        raise BadInput({"code": _t("A code cannot be made of this name; type code and name, for example TOL-99: Toluene.")})
    taken = {code.upper() for code in Material.objects.filter(code__istartswith=stem).values_list("code", flat=True)}
    return next(code for number in count(1) if (code := stem if number == 1 else f"{stem}-{number}") not in taken)
