"""Structures and CAS numbers: reading, checking, deriving, drawing. Pure functions over RDKit.

Molar masses are average masses (standard atomic weights) in g/mol of everything drawn: salt, solvate and counter-ions included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from rdkit import Chem, rdBase
from rdkit.Chem import Descriptors, rdDepictor, rdMolDescriptors
from rdkit.Chem.Draw import rdMolDraw2D

MAX_TEXT_BYTES = 100_000
MAX_HEAVY_ATOMS = 200
MAX_ATOMS = 1000
SKELETON_LETTERS = 14  # the first block of an InChIKey: which atoms are joined, without stereochemistry and isotopes
MAX_RINGS = 60  # ring perception of a densely linked graph would take minutes

# RDKit writes every refused structure to stderr; this switches it off for the process, because its scoped
# switches are not safe among threads. What was wrong is found out below instead.
rdBase.DisableLog("rdApp.*")


class StructureError(ValueError):
    """The text is no structure that we can use; the message says what is wrong with it."""


class CasNumberError(ValueError):
    """The text is no CAS registry number."""


@dataclass(frozen=True)
class Structure:
    """What follows from a drawn structure.

    smiles: canonical isomeric SMILES. inchikey: standard InChIKey, the identity. formula: Hill order, of the whole.
    molar_mass_g_per_mol: average mass. stereocentres: tetrahedral centres, specified or not; `unspecified` counts those
    and the double bonds that the drawing leaves open. warnings: sentences for the reader, in the active language.
    molfile: the text as given when it was a molfile, else empty.
    """

    smiles: str
    inchikey: str
    formula: str
    molar_mass_g_per_mol: float
    stereocentres: int
    unspecified: int = 0
    warnings: tuple[str, ...] = ()
    molfile: str = ""


def skeleton_of(inchikey: str) -> str:
    """What stereoisomers have in common; the whole key is the identity."""
    return inchikey[:SKELETON_LETTERS]


def parse_structure(text: str) -> Structure:
    """Read a SMILES or a molfile (V2000 or V3000). Raises StructureError with words for the person who typed it."""
    if len(text.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
        raise StructureError(_t("The structure is larger than %(limit)s kB.") % {"limit": MAX_TEXT_BYTES // 1000})
    if "\0" in text:
        raise StructureError(_t("The text holds NUL characters; this is no text file."))
    if not text.strip():
        raise StructureError(_t("There is no structure in the text."))
    if not is_molfile(text):
        return _describe(read_smiles(text.strip()))
    return _describe(_read_molfile(text), molfile=text)


def is_molfile(text: str) -> bool:
    return len(text.strip().splitlines()) > 1 or "M  END" in text


def read_smiles(text: str) -> Chem.Mol:
    """Checked and without drawn hydrogens. Raises StructureError."""
    problem = next(_smiles_problems(text), "")
    if problem:
        raise StructureError(problem)
    parameters = Chem.SmilesParserParams()
    parameters.sanitize, parameters.removeHs, parameters.parseName, parameters.allowCXSMILES = False, False, False, False
    molecule = Chem.MolFromSmiles(text, parameters)
    if molecule is None:
        raise StructureError(_t("“%(text)s” is not a SMILES.") % {"text": _short(text)})
    return _sanitised(molecule)


def _smiles_problems(text: str) -> Iterator[str]:
    """What can be said about a SMILES by reading it letter by letter, which is more than the parser says."""
    if re.search(r"\s", text):
        yield _t("A SMILES has no spaces; there is more text after the structure.")
    if not text.isascii():
        odd = next(letter for letter in text if not letter.isascii())
        yield _t("“%(letter)s” cannot stand in a SMILES.") % {"letter": odd if odd.isprintable() else "?"}
    outside = re.sub(r"\[[^\[\]]*\]", "[]", text)
    if ">" in outside:
        yield _t("This is a reaction; give one structure.")
    if re.search(r"[\[\]]", outside.replace("[]", "")):
        yield _t("A square bracket is not closed.")
    if outside.count("(") != outside.count(")"):
        yield _t("A parenthesis is not closed.")
    numbers = re.findall(r"%\((\d+)\)|%(\d\d)|(\d)", outside)
    rings = [int("".join(number)) for number in numbers]
    odd_rings = sorted({ring for ring in rings if rings.count(ring) % 2}) if len(rings) <= 4 * MAX_RINGS else []
    if odd_rings:
        yield _t("The ring bond %(number)s is not closed.") % {"number": odd_rings[0]}


def _read_molfile(text: str) -> Chem.Mol:
    records = re.split(r"^\$\$\$\$.*$", text, flags=re.MULTILINE)
    if len([record for record in records if record.strip()]) > 1:
        raise StructureError(_t("The file holds several structures; give one."))
    if "M  END" not in text:
        raise StructureError(_t("This is neither one line of SMILES nor a molfile: its line “M  END” is missing."))
    counts = [int(number) for number in re.findall(r"^M  V30 COUNTS +(\d{1,18})", text, flags=re.MULTILINE)]
    if max(counts, default=0) > MAX_ATOMS:
        raise StructureError(_too_large(max(counts)))
    try:
        molecule = Chem.MolFromMolBlock(records[0], sanitize=False, removeHs=False, strictParsing=True)
    except (ValueError, RuntimeError):
        molecule = None
    if molecule is None:
        raise StructureError(_t("The molfile cannot be read: its counts line, an atom or a bond line is damaged."))
    return _sanitised(molecule)


def _sanitised(molecule: Chem.Mol) -> Chem.Mol:
    _check_size(molecule)
    if any(atom.GetAtomicNum() == 0 or atom.HasQuery() for atom in molecule.GetAtoms()):
        raise StructureError(_t("The structure has undefined atoms (R groups, * or atom lists); draw the whole molecule."))
    if any(bond.HasQuery() for bond in molecule.GetBonds()):
        raise StructureError(_t("The structure has undefined bonds; draw the whole molecule."))
    problems = Chem.DetectChemistryProblems(molecule)
    if problems:
        raise StructureError(_chemistry_problem(molecule, problems[0]))
    try:
        Chem.SanitizeMol(molecule)
        Chem.AssignStereochemistryFrom3D(molecule) if _is_3d(molecule) else _assign_stereo_from_drawing(molecule)
        return Chem.RemoveHs(molecule)
    except (ValueError, RuntimeError) as error:
        raise StructureError(_t("The structure is chemically impossible.")) from error


def _is_3d(molecule: Chem.Mol) -> bool:
    return bool(molecule.GetNumConformers()) and bool(molecule.GetConformer().Is3D())


def _assign_stereo_from_drawing(molecule: Chem.Mol) -> None:
    """The wedges of a molfile, which a reading without sanitising leaves unread; a SMILES carries its stereo already."""
    if molecule.GetNumConformers():
        Chem.DetectBondStereochemistry(molecule, -1)
        Chem.AssignChiralTypesFromBondDirs(molecule)
    Chem.AssignStereochemistry(molecule, cleanIt=True, force=True)


def _check_size(molecule: Chem.Mol) -> None:
    heavy = molecule.GetNumHeavyAtoms()
    if molecule.GetNumAtoms() == 0:
        raise StructureError(_t("There is no atom in the structure."))
    if heavy > MAX_HEAVY_ATOMS or molecule.GetNumAtoms() > MAX_ATOMS:
        raise StructureError(_too_large(max(heavy, molecule.GetNumAtoms() - MAX_ATOMS)))
    rings = molecule.GetNumBonds() - molecule.GetNumAtoms() + len(Chem.GetMolFrags(molecule))
    if rings > MAX_RINGS:
        raise StructureError(
            _t("The structure has %(count)s rings; at most %(limit)s can be handled.") % {"count": rings, "limit": MAX_RINGS}
        )


def _too_large(count: int) -> str:
    return _t("The structure has %(count)s atoms; at most %(limit)s (without hydrogen) can be handled.") % {
        "count": count,
        "limit": MAX_HEAVY_ATOMS,
    }


def _chemistry_problem(molecule: Chem.Mol, problem: Chem.MolSanitizeException) -> str:
    kind = problem.GetType()
    if kind == "AtomValenceException":
        atom = molecule.GetAtomWithIdx(problem.GetAtomIdx())
        bonds = round(sum(bond.GetBondTypeAsDouble() for bond in atom.GetBonds())) + atom.GetNumExplicitHs()
        words = _t("Atom %(number)s (%(symbol)s) has %(bonds)s bonds, more than its valence allows; is a charge missing?")
        return words % {"number": atom.GetIdx() + 1, "symbol": atom.GetSymbol(), "bonds": bonds}
    if kind in {"KekulizeException", "AtomKekulizeException"}:
        return _t("An aromatic ring does not add up; is a hydrogen missing, as in [nH]?")
    return _t("The structure is chemically impossible.")


def _describe(molecule: Chem.Mol, molfile: str = "") -> Structure:
    inchikey = Chem.MolToInchiKey(molecule)
    if not inchikey:
        raise StructureError(_t("No InChIKey can be computed for this structure."))
    centres, bonds = stereo_of(molecule)
    open_centres = sum(each.specified == Chem.StereoSpecified.Unspecified for each in centres)
    open_bonds = sum(each.specified == Chem.StereoSpecified.Unspecified for each in bonds)
    return Structure(
        smiles=Chem.MolToSmiles(molecule),
        inchikey=inchikey,
        formula=rdMolDescriptors.CalcMolFormula(molecule),
        molar_mass_g_per_mol=round(Descriptors.MolWt(molecule), 3),
        stereocentres=len(centres),
        unspecified=open_centres + open_bonds,
        warnings=tuple(_warnings(molecule, open_centres, open_bonds)),
        molfile=molfile,
    )


def stereo_of(molecule: Chem.Mol) -> tuple[list[Chem.StereoInfo], list[Chem.StereoInfo]]:
    """Stereogenic centres and double bonds, specified or not.

    RDKit's potential stereo counts cage atoms (adamantane) that cannot differ, and its older rules miss ring carbons that
    can (1,4-dimethylcyclohexane); so what only the newer rules find must not be an atom of a cage. A C=N bond whose nitrogen
    carries a hydrogen (a guanidine) turns by moving it, and is not counted.
    """
    certain = {index for index, _label in Chem.FindMolChiralCenters(molecule, includeUnassigned=True, useLegacyImplementation=True)}
    bridgeheads: list[int] = []
    rdMolDescriptors.CalcNumBridgeheadAtoms(molecule, bridgeheads)
    rings = molecule.GetRingInfo()
    found = list(Chem.FindPotentialStereo(molecule))
    cage = {atom.GetIdx() for atom in molecule.GetAtoms() if rings.NumAtomRings(atom.GetIdx()) > 2} | set(bridgeheads)
    centres = [each for each in found if each.type == Chem.StereoType.Atom_Tetrahedral]
    kept = [
        each
        for each in centres
        if each.centeredOn in certain or each.centeredOn not in cage or each.specified == Chem.StereoSpecified.Specified
    ]
    doubles = [each for each in found if each.type == Chem.StereoType.Bond_Double]
    return kept, [each for each in doubles if not _turns(molecule.GetBondWithIdx(each.centeredOn))]


def _turns(bond: Chem.Bond) -> bool:
    ends = (bond.GetBeginAtom(), bond.GetEndAtom())
    return any(atom.GetSymbol() == "N" and atom.GetTotalNumHs() for atom in ends)


def _warnings(molecule: Chem.Mol, centres: int, bonds: int) -> Iterator[str]:
    if centres:
        words = ngettext(
            "a structure with %(count)s unspecified stereocentre", "a structure with %(count)s unspecified stereocentres", centres
        )
        yield words % {"count": centres}
    if bonds:
        words = ngettext(
            "a structure with %(count)s double bond of unspecified geometry",
            "a structure with %(count)s double bonds of unspecified geometry",
            bonds,
        )
        yield words % {"count": bonds}
    charge = Chem.GetFormalCharge(molecule)
    if charge:
        yield _t("a structure with a net charge of %(charge)s: is the counter-ion missing?") % {"charge": f"{charge:+d}"}
    parts = len(Chem.GetMolFrags(molecule))
    if parts > 1:
        yield _t("a salt, solvate or mixture of %(count)s parts: the molar mass is that of the whole") % {"count": parts}
    if any(atom.GetIsotope() for atom in molecule.GetAtoms()):
        yield _t("a structure with isotope labels")
    if Descriptors.NumRadicalElectrons(molecule):
        yield _t("a structure with unpaired electrons: is a hydrogen missing?")


LEAST_LETTERS = 9  # pixels of an atom's label, however many atoms share the picture


def draw_svg(smiles: str, width: int = 320, height: int = 220, *, title: str = "", bond_length: int = 32) -> str:
    """The structure as an SVG element: transparent, in the colour of the text around it, the same for the same SMILES.

    It carries neither style attributes nor references, so that a strict content security policy lets it stand in a page.
    Raises StructureError.
    """
    molecule = rdMolDraw2D.PrepareMolForDrawing(read_smiles(smiles.strip()), forceCoords=True)
    rdDepictor.StraightenDepiction(molecule)
    drawing = rdMolDraw2D.MolDraw2DSVG(width, height)
    options = drawing.drawOptions()
    options.useBWAtomPalette()
    options.clearBackground = False
    options.fixedBondLength = bond_length
    options.padding = 0.04
    options.minFontSize = LEAST_LETTERS
    drawing.DrawMolecule(molecule)
    drawing.FinishDrawing()
    formula = rdMolDescriptors.CalcMolFormula(molecule)
    return _plain_svg(drawing.GetDrawingText(), width, height, title or _t("Structure of %(formula)s") % {"formula": formula})


def _plain_svg(svg: str, width: int, height: int, title: str) -> str:
    shapes = re.sub(r"<!--.*?-->", "", svg[svg.index(">", svg.index("<svg")) + 1 :], flags=re.DOTALL)
    shapes = re.sub(r"\s*class='[^']*'", "", shapes)
    shapes = re.sub(r"style='([^']*)'", _as_attributes, shapes)
    shapes = re.sub(r"#000000", "currentColor", shapes)
    name = escape(title)
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{name}" {size}>'
    return f"{head}\n<title>{name}</title>\n{shapes.strip()}\n"


def _as_attributes(style: re.Match[str]) -> str:
    pairs = (pair.split(":", 1) for pair in style[1].split(";") if ":" in pair)
    return " ".join(f"{name.strip()}='{value.strip()}'" for name, value in pairs)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"


_CAS = re.compile(r"([1-9][0-9]{1,6})-([0-9]{2})-([0-9])", re.ASCII)


def cas_check_digit_ok(cas: str) -> bool:
    """Whether the last digit is the sum of the others, each times its place from the right, modulo 10. False for any other text."""
    if not _CAS.fullmatch(cas):
        return False
    digits = [int(digit) for digit in cas.replace("-", "")]
    return sum(place * digit for place, digit in enumerate(reversed(digits[:-1]), start=1)) % 10 == digits[-1]


def normalise_cas(text: str) -> str:
    """A CAS number in its printed form (50-78-2) from what people paste. Raises CasNumberError."""
    pasted = re.sub(r"[‐‑‒–—−－]", "-", text.strip())
    pasted = re.sub(r"^cas(\s*(rn|no|number|registry number))?\.?\s*:?\s*", "", pasted, flags=re.IGNORECASE)
    pasted = re.sub(r"\s*-\s*", "-", pasted).lstrip("0")
    if re.fullmatch(r"[0-9]{5,10}", pasted):
        pasted = f"{pasted[:-3]}-{pasted[-3:-1]}-{pasted[-1]}"
    if not _CAS.fullmatch(pasted):
        raise CasNumberError(_t("“%(text)s” is not a CAS number; one looks like 50-78-2.") % {"text": _short(text.strip())})
    if not cas_check_digit_ok(pasted):
        raise CasNumberError(_t("The check digit of CAS number %(number)s is wrong; a digit is mistyped.") % {"number": pasted})
    return pasted
