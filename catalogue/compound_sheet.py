"""The table of compounds: what is typed of one is its name, its numbers and its structure; the rest follows from the structure."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalogue.chemistry import StructureError, parse_structure
from catalogue.models import Compound
from catalogue.parents import made_of, stereo_of_parent
from catalogue.services.compound_rows import CompoundRows
from worksheets.columns import TextField, text
from worksheets.sheets import SheetColumn, Worksheet

AS_WRITTEN = 40  # letters of a number with what people put around it, such as "CAS No. 108-88-3"
LONGEST_SMILES = 2000


class SmilesField(TextField):
    """A structure in one line, in its one spelling."""

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        try:
            return parse_structure(typed).smiles if typed else ""
        except StructureError as error:
            raise ValidationError(str(error), code="structure") from error


def _made_of(compound: Compound) -> str:
    return made_of(compound.smiles)


def _stereo(compound: Compound) -> str:
    found = stereo_of_parent(compound.smiles)
    return "; ".join(found.sentences) if found else ""


COMPOUNDS = Worksheet(
    key="compounds",
    title=_("Compounds"),
    noun=_("compound"),
    model=Compound,
    columns=(
        SheetColumn("name", example="Ibuprofen", frozen=True, width=26, link=lambda row: row.get_absolute_url()),
        SheetColumn("code", note=_("Ours or the client's."), example="IBU", width=12),
        SheetColumn("cas_number", field=lambda: text(AS_WRITTEN), example="15687-27-1", regulated=True, width=12),
        SheetColumn(
            "structure_text",
            _("Structure (SMILES)"),
            field=lambda: SmilesField(max_length=LONGEST_SMILES, required=False),
            note=_("Counter-ions and solvates included, with a dot between."),
            example="CC(C)Cc1ccc(cc1)C(C)C(=O)O",
            regulated=True,
            width=34,
        ),
        SheetColumn("formula", _("Formula"), compute=lambda row: row.formula, width=16),
        SheetColumn("molar_mass_g_per_mol", _("Molar mass"), unit="g/mol", compute=lambda row: row.molar_mass_g_per_mol, kind="number"),
        SheetColumn("made_of", _("Salt or solvate"), note=_("What stands beside the parent."), compute=_made_of, width=26),
        SheetColumn("stereo", _("Stereochemistry"), compute=_stereo, width=26),
        SheetColumn("inchikey", _("InChIKey"), compute=lambda row: row.inchikey, width=30),
        SheetColumn("pubchem_cid", example="3672", grouped=False),
        SheetColumn("references", width=28),
    ),
    permission="catalogue.manage_compounds",
    who=_("Compounds are kept by research and by business development."),
    service=CompoundRows,
    page=lambda _none: reverse("compounds"),
    group="catalogue",
    of_clients=True,
    hint=_("A structure stands here once. What is made for a request that is kept to named people is shown to them alone."),
)
