"""Parents, counter-ions, solvates and stereochemistry: published compounds, and drawings that mean the same."""

from __future__ import annotations

import pytest
from rdkit import Chem

from catalogue import counterions
from catalogue.chemistry import StructureError, parse_structure
from catalogue.parents import composition_of, composition_or_none, fingerprint, kinship

ATORVASTATIN = "CC(C)c1c(C(=O)Nc2ccccc2)c(-c2ccccc2)c(-c2ccc(F)cc2)n1CC[C@@H](O)C[C@@H](O)CC(=O)O"
SITAGLIPTIN = "N[C@@H](CC(=O)N1CCn2c(C1)nnc2C(F)(F)F)Cc1cc(F)c(F)cc1F"
AMLODIPINE = "CCOC(=O)C1=C(COCCN)NC(C)=C(C(=O)OC)C1c1ccccc1Cl"
QUETIAPINE = "OCCOCCN1CCN(CC1)C1=Nc2ccccc2Sc2ccccc12"
IMIPRAMINE = "CN(C)CCCN1c2ccccc2CCc2ccccc12"
PAMOIC = "O=C(O)c1cc2ccccc2c(Cc2c(O)c(C(=O)O)cc3ccccc23)c1O"
TAMOXIFEN = "CC/C(=C(\\c1ccccc1)c1ccc(OCCN(C)C)cc1)c1ccccc1"

# Molar masses and InChIKeys as published: of the whole per formula unit, of the parent.
PUBLISHED = [
    (
        f"{ATORVASTATIN[:-1]}[O-].{ATORVASTATIN[:-1]}[O-].[Ca+2].O.O.O",
        1209.42, "XUKUURHRXDUEBC-KAYWLYCHSA-N", 558.64, "2 parent : 1 calcium : 3 water (trihydrate)",
    ),
    (f"{SITAGLIPTIN}.OP(=O)(O)O.O", 523.33, "MFFMDFFZMYYVKS-SECBINFHSA-N", 407.32, "1 parent : 1 phosphate : 1 water (monohydrate)"),
    (f"{AMLODIPINE}.OS(=O)(=O)c1ccccc1", 567.06, "HTIQEAQVCYTUBX-UHFFFAOYSA-N", 408.88, "1 parent : 1 besylate"),
    (f"{QUETIAPINE}.{QUETIAPINE}.OC(=O)/C=C/C(=O)O", 883.09, "URKOMYMAXPYINW-UHFFFAOYSA-N", 383.51, "2 parent : 1 fumarate"),
    ("CN(C)C(=N)NC(=N)N.Cl", 165.62, "XZWYZXLIPXDOLR-UHFFFAOYSA-N", 129.16, "1 parent : 1 hydrochloride"),
    ("CC(C)Cc1ccc(cc1)C(C)C(=O)O", 206.28, "HEFNNWSXXWATRW-UHFFFAOYSA-N", 206.28, ""),
]  # fmt: skip


@pytest.mark.parametrize(("smiles", "whole", "inchikey", "parent", "words"), PUBLISHED)
def test_published_salts_have_their_parents(smiles: str, whole: float, inchikey: str, parent: float, words: str) -> None:
    found = composition_of(smiles)

    assert (found.parent_inchikey, found.words) == (inchikey, words)
    assert found.parent_molar_mass_g_per_mol == pytest.approx(parent, abs=0.015)
    assert parse_structure(smiles).molar_mass_g_per_mol == pytest.approx(whole, abs=0.02)
    assert found.salt_factor == pytest.approx(whole / parent / found.parent_count, rel=1e-4)


SAID = [
    (AMLODIPINE, ["1 stereocentre, undefined", "chiral, stereochemistry not stated"]),
    ("CC(C)Cc1ccc(cc1)C(C)C(=O)O", ["1 stereocentre, undefined", "chiral, stereochemistry not stated"]),
    (SITAGLIPTIN, ["1 stereocentre, defined"]),
    (ATORVASTATIN, ["2 stereocentres, all defined"]),
    (ATORVASTATIN.replace("[C@@H](O)C[C@@H]", "[C@@H](O)CC"), ["2 stereocentres, 1 of them undefined"]),
    (TAMOXIFEN, ["no stereocentre", "1 E/Z double bond, defined"]),
    (TAMOXIFEN.replace("/", "").replace("\\", ""), ["no stereocentre", "1 E/Z double bond, undefined"]),
    ("OC(=O)C(O)C(O)C(=O)O", ["2 stereocentres, 2 of them undefined", "chiral, stereochemistry not stated"]),
    ("CC1CCC(C)CC1", ["2 stereocentres, 2 of them undefined"]),  # cis or trans, neither is chiral
    ("CN(C)C(=N)NC(=N)N", ["no stereocentre"]),
]


@pytest.mark.parametrize(("smiles", "sentences"), SAID)
def test_stereochemistry_is_said_of_the_parent(smiles: str, sentences: list[str]) -> None:
    assert composition_of(smiles).stereo.sentences == sentences
    assert composition_of(f"{smiles}.{smiles}.OC(C(O)C(=O)O)C(=O)O").stereo.sentences == sentences


@pytest.mark.parametrize(
    ("drawn", "same"),
    [
        ("CC(=O)O[Na]", "CC(=O)[O-].[Na+]"),
        ("C[NH2+]C.[Cl-]", "CNC.Cl"),
        ("[NH3+]CC(CC(=O)[O-])CC(C)C", "NCC(CC(=O)O)CC(C)C"),
        ("CNC.CNC.Cl.Cl", "CNC.Cl"),
    ],
)
def test_drawings_that_mean_the_same_are_taken_apart_alike(drawn: str, same: str) -> None:
    one, other = composition_of(drawn), composition_of(same)

    assert (one.parent_inchikey, one.words) == (other.parent_inchikey, other.words)
    assert fingerprint(drawn) == fingerprint(same)


@pytest.mark.parametrize(
    ("smiles", "formula", "words"),
    [
        (f"{IMIPRAMINE}.{PAMOIC}", "C19H24N2", "1 parent : 1 pamoate"),  # the counter-ion is the larger one
        ("C[N+](C)(C)CCOC(C)=O.[Cl-]", "C7H16NO2+", "1 parent : 1 chloride"),  # and not a hydrochloride
        ("NCCCC[C@H](N)C(=O)O.Cl", "C6H14N2O2", "1 parent : 1 hydrochloride"),  # a base of the table may be what is wanted
        ("CC(=O)O", "C2H4O2", ""),
        ("C[N+](C)(C)C.F[P-](F)(F)(F)(F)F", "C4H12N+", "1 parent : 1 hexafluorophosphate"),
        (f"{IMIPRAMINE}.OC1CCCCC1", "C19H24N2", "1 parent : 1 C6H12O"),  # in no table: by its formula
        ("CNC.CCO.O", "C2H7N", "1 parent : 1 ethanol : 1 water (monohydrate)"),
        ("Cl[Pd]Cl", "Cl2Pd", ""),
    ],
)
def test_the_parent_is_what_the_compound_is_for(smiles: str, formula: str, words: str) -> None:
    found = composition_of(smiles)

    assert (found.parent_formula, found.words) == (formula, words)


@pytest.mark.parametrize(
    ("asked", "known", "words"),
    [
        (f"{AMLODIPINE}.OS(=O)(=O)c1ccccc1", AMLODIPINE, "salt of Amlodipine"),
        (f"{AMLODIPINE}.O", AMLODIPINE, "solvate of Amlodipine"),
        (AMLODIPINE, f"{AMLODIPINE}.Cl", "parent of Amlodipine"),
        (f"{AMLODIPINE}.Cl", f"{AMLODIPINE}.OS(=O)(=O)c1ccccc1", "other salt or solvate of the parent of Amlodipine"),
        (AMLODIPINE, AMLODIPINE, ""),
        (f"{SITAGLIPTIN}.Cl", AMLODIPINE, ""),
    ],
)
def test_kin_is_named(asked: str, known: str, words: str) -> None:
    assert kinship(composition_of(asked), composition_of(known), "Amlodipine") == words


def test_every_name_is_found_by_its_own_structure() -> None:
    for table in (counterions.ACIDS, counterions.BASES, counterions.SOLVENTS):
        for smiles in table:
            (part,) = composition_of(f"{IMIPRAMINE}.{smiles}").parts
            assert (part.smiles, part.words) == (smiles, str(table[smiles])), smiles
            assert Chem.CanonSmiles(smiles) == smiles


def test_what_is_no_structure_has_no_composition() -> None:
    assert composition_or_none("") is None
    assert composition_or_none("not a structure") is None
    with pytest.raises(StructureError):
        composition_of("C1CC")
