"""What a drawn salt or solvate is made of: the parent, what stands beside it, and the parent's stereochemistry. Pure, over RDKit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import gcd

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from rdkit import Chem
from rdkit.Chem import Descriptors, rdFingerprintGenerator, rdMolDescriptors
from rdkit.Chem.EnumerateStereoisomers import EnumerateStereoisomers, StereoEnumerationOptions
from rdkit.Chem.MolStandardize import rdMolStandardize

from audit.refusals import Words
from catalogue.chemistry import StructureError, read_smiles, stereo_of
from catalogue.counterions import ACIDS, BASES, HYDRATES, SOLVENTS, WATER, WITH_CATION

FINGERPRINT_BITS = 2048
FINGERPRINT_RADIUS = 2
LIGHT_METALS = frozenset({3, 4, 11, 12, 19, 20, 37, 38, 55, 56})  # groups 1 and 2: a bond to one is drawn, not meant
A_LIGHT_METAL = re.compile(r"\[\d*(?:Li|Na|K|Rb|Cs|Be|Mg|Ca|Sr|Ba)(?![a-z])")  # the same in a SMILES
MOST_ISOMERS = 16  # looked at, to say whether what is drawn is chiral
CARBON = 6


@dataclass(frozen=True)
class Part:
    """Something beside the parent. count: in the smallest whole formula unit; name: empty for what is in no table."""

    smiles: str
    count: int
    formula: str
    name: Words = ""

    @property
    def words(self) -> str:
        return str(self.name or self.formula)


@dataclass(frozen=True)
class Stereo:
    """Of one parent molecule: centres and E/Z double bonds, and how many of them are undefined.

    is_unstated: no centre is defined, and at least one of the isomers that are left possible is chiral.
    """

    centres: int = 0
    centres_open: int = 0
    bonds: int = 0
    bonds_open: int = 0
    is_unstated: bool = False

    @property
    def sentences(self) -> list[str]:
        return [*_centres(self.centres, self.centres_open), *_bonds(self.bonds, self.bonds_open), *_unstated(self)]


@dataclass(frozen=True)
class Composition:
    """Of the smallest whole formula unit that is drawn. Masses are average masses in g/mol.

    The parent is the largest organic part that is no common counter-ion or solvent, without its charge (a quaternary cation keeps its
    own). salt_factor: grams of what is drawn that hold one gram of the parent; 1 where nothing stands beside it.
    """

    parent_smiles: str
    parent_inchikey: str
    parent_formula: str
    parent_molar_mass_g_per_mol: float
    parent_count: int
    parts: tuple[Part, ...]
    salt_factor: float
    stereo: Stereo

    @property
    def hydrate(self) -> str:
        """By the water of the formula unit, as a compound is named: a hemicalcium salt drawn as 2 : 1 : 3 is a trihydrate."""
        count = sum(part.count for part in self.parts if part.smiles == WATER)
        return str(HYDRATES.get(count, "")) if count else ""

    @property
    def is_salt(self) -> bool:
        """Rather than a solvate, or the parent itself."""
        return any(part.smiles not in SOLVENTS for part in self.parts)

    @property
    def words(self) -> str:
        """For example “2 parent : 1 calcium : 3 water (trihydrate)”; empty where nothing stands beside the parent."""
        if not self.parts:
            return ""
        told = " : ".join([f"{self.parent_count} {_t('parent')}", *(f"{part.count} {part.words}" for part in self.parts)])
        return f"{told} ({self.hydrate})" if self.hydrate else told


@lru_cache(maxsize=2048)
def composition_of(smiles: str) -> Composition:
    """Raises StructureError."""
    whole = read_smiles(smiles.strip())
    counted = _taken_apart(whole)
    parent_smiles = _parent(counted)
    parent = Chem.MolFromSmiles(parent_smiles)
    inchikey = Chem.MolToInchiKey(parent)
    if not inchikey:
        raise StructureError(_t("No InChIKey can be computed for this structure."))
    unit = gcd(*counted.values())
    count = counted.pop(parent_smiles)
    mass = Descriptors.MolWt(parent)
    return Composition(
        parent_smiles=parent_smiles,
        parent_inchikey=inchikey,
        parent_formula=rdMolDescriptors.CalcMolFormula(parent),
        parent_molar_mass_g_per_mol=round(mass, 3),
        parent_count=count // unit,
        parts=tuple(_parts(counted, unit, has_cation=Chem.GetFormalCharge(parent) > 0)),
        salt_factor=round(Descriptors.MolWt(whole) / (count * mass), 4),
        stereo=_stereo(parent),
    )


def composition_or_none(smiles: str) -> Composition | None:
    """None where there is no structure, or one that was stored before it could be read."""
    try:
        return composition_of(smiles) if smiles else None
    except StructureError:
        return None


def made_of(smiles: str) -> str:
    """As `Composition.words`; of what is plainly one molecule nothing is taken apart, so that a long list stays quick."""
    if not smiles or _is_plainly_one(smiles):
        return ""
    found = composition_or_none(smiles)
    return found.words if found else ""


@lru_cache(maxsize=8192)
def stereo_of_parent(smiles: str) -> Stereo | None:
    """The same as `Composition.stereo`, found as quickly as `made_of`; None without a structure that can be read."""
    if not smiles or not _is_plainly_one(smiles):
        found = composition_or_none(smiles)
        return found.stereo if found else None
    try:
        return _stereo(read_smiles(smiles))
    except StructureError:
        return None


def _is_plainly_one(smiles: str) -> bool:
    """Without a dot, and without a light metal whose bond is only drawn."""
    return "." not in smiles and not A_LIGHT_METAL.search(smiles)


def kinship(asked: Composition, known: Composition, name: str) -> str:
    """What the asked one is to a known compound of that name: its salt, its parent, another salt. Empty for the same, or no kin."""
    if asked.parent_inchikey != known.parent_inchikey or (asked.parent_count, asked.parts) == (known.parent_count, known.parts):
        return ""
    if not known.parts:
        words = _t("salt of %(name)s") if asked.is_salt else _t("solvate of %(name)s")
    elif not asked.parts:
        words = _t("parent of %(name)s")
    else:
        words = _t("other salt or solvate of the parent of %(name)s")
    return words % {"name": name}


def fingerprint(smiles: str) -> str:
    """Morgan fingerprint as zeros and ones, of the parent: a salt resembles its free base in everything.

    Without stereo: the enantiomer of what was made before is worth knowing of. Raises StructureError.
    """
    parent = Chem.MolFromSmiles(composition_of(smiles).parent_smiles)
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=FINGERPRINT_RADIUS, fpSize=FINGERPRINT_BITS)
    return str(generator.GetFingerprint(parent).ToBitString())


def _taken_apart(whole: Chem.Mol) -> Counter[str]:
    """Its molecules without their charges, by canonical SMILES; what cannot be taken apart counts as one."""
    try:
        found = [Chem.MolToSmiles(_neutral(part)) for part in Chem.GetMolFrags(_ionic(whole), asMols=True)]
    except (ValueError, RuntimeError):
        found = []
    if not found or any(Chem.MolFromSmiles(smiles) is None for smiles in found):
        found = [Chem.MolToSmiles(whole)]
    return Counter(found)


def _ionic(molecule: Chem.Mol) -> Chem.Mol:
    """With the bonds of light metals taken apart; others may be meant, as in a catalyst."""
    metals = {atom.GetAtomicNum() for atom in molecule.GetAtoms() if atom.GetDegree()} & LIGHT_METALS
    return rdMolStandardize.MetalDisconnector().Disconnect(molecule) if metals else molecule


def _neutral(molecule: Chem.Mol) -> Chem.Mol:
    """As drawn where no proton can be put on it, as on a hexafluorophosphate."""
    found = rdMolStandardize.Uncharger(canonicalOrder=True).uncharge(molecule)
    return molecule if Chem.MolFromSmiles(Chem.MolToSmiles(found)) is None else found


def _parent(counted: Iterable[str]) -> str:
    """Of the largest among equals the first by its letters."""
    return min(counted, key=lambda smiles: (not _is_organic(smiles), bool(_name(smiles)), -_size(smiles), smiles))


def _is_organic(smiles: str) -> bool:
    return any(atom.GetAtomicNum() == CARBON for atom in Chem.MolFromSmiles(smiles).GetAtoms())


def _size(smiles: str) -> int:
    return int(Chem.MolFromSmiles(smiles).GetNumHeavyAtoms())


def _name(smiles: str) -> Words:
    """An acid or base is looked up as drawn, then without its stereo: L-tartaric acid makes a tartrate, too."""
    flat = Chem.MolToSmiles(Chem.MolFromSmiles(smiles), isomericSmiles=False)
    tables = (ACIDS, BASES, SOLVENTS)
    return next((table[key] for key in (smiles, flat) for table in tables if key in table), "")


def _parts(counted: Counter[str], unit: int, *, has_cation: bool) -> Iterator[Part]:
    """Water last, as compounds are named."""
    for smiles, count in sorted(counted.items(), key=lambda item: (item[0] == WATER, item[0] in SOLVENTS, item[0])):
        name = WITH_CATION.get(smiles, "") if has_cation else ""
        formula = rdMolDescriptors.CalcMolFormula(Chem.MolFromSmiles(smiles))
        yield Part(smiles, count // unit, formula, name or _name(smiles))


def _stereo(parent: Chem.Mol) -> Stereo:
    centres, bonds = stereo_of(parent)
    opened = [sum(each.specified == Chem.StereoSpecified.Unspecified for each in found) for found in (centres, bonds)]
    unstated = 0 < len(centres) == opened[0] and _may_be_chiral(parent, len(centres))
    return Stereo(len(centres), opened[0], len(bonds), opened[1], unstated)


def _may_be_chiral(molecule: Chem.Mol, centres: int) -> bool:
    """Centres alone do not say so: 1,4-dimethylcyclohexane has two."""
    if centres == 1:
        return True
    options = StereoEnumerationOptions(maxIsomers=MOST_ISOMERS, unique=True)
    return any(Chem.MolToSmiles(isomer) != _mirrored(isomer) for isomer in EnumerateStereoisomers(molecule, options=options))


def _mirrored(isomer: Chem.Mol) -> str:
    mirror = Chem.Mol(isomer)
    for atom in mirror.GetAtoms():
        atom.InvertChirality()
    return str(Chem.MolToSmiles(Chem.MolFromSmiles(Chem.MolToSmiles(mirror))))


def _centres(count: int, opened: int) -> Iterator[str]:
    if not count:
        yield _t("no stereocentre")
    elif not opened:
        yield ngettext("%(count)d stereocentre, defined", "%(count)d stereocentres, all defined", count) % {"count": count}
    else:
        words = ngettext("%(count)d stereocentre, undefined", "%(count)d stereocentres, %(open)d of them undefined", count)
        yield words % {"count": count, "open": opened}


def _bonds(count: int, opened: int) -> Iterator[str]:
    if count and not opened:
        yield ngettext("%(count)d E/Z double bond, defined", "%(count)d E/Z double bonds, all defined", count) % {"count": count}
    elif count:
        words = ngettext("%(count)d E/Z double bond, undefined", "%(count)d E/Z double bonds, %(open)d of them undefined", count)
        yield words % {"count": count, "open": opened}


def _unstated(stereo: Stereo) -> Iterator[str]:
    if stereo.is_unstated:
        yield _t("chiral, stereochemistry not stated")
