from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem
from rdkit.Chem import AllChem

from catalogue.chemistry import CasNumberError, StructureError, cas_check_digit_ok, draw_svg, is_molfile, normalise_cas, parse_structure

MOLNUPIRAVIR = "CC(C)C(=O)OC[C@@H]1[C@H]([C@H]([C@@H](O1)N2C=CC(=NC2=O)NO)O)O"

# Case CH-01: published values, equal within 0.01 g/mol.
PUBLISHED = [
    (MOLNUPIRAVIR, "C13H19N3O7", 329.309, "HTNPEHXGEKVIHG-QCNRFFRDSA-N"),
    ("C1=CN(C(=O)N=C1N)[C@H]2[C@@H]([C@@H]([C@H](O2)CO)O)O", "C9H13N3O5", 243.219, "UHDGCWIWMRVCDJ-XVFCMESISA-N"),
    ("CC(C)CC1=CC=C(C=C1)C(C)C(=O)O", "C13H18O2", 206.285, "HEFNNWSXXWATRW-UHFFFAOYSA-N"),
    ("CC(C)CC1=CC=CC=C1", "C10H14", 134.222, "KXUHSQYYJYAXGZ-UHFFFAOYSA-N"),
    ("CC(=O)OC(=O)C", "C4H6O3", 102.089, "WFDIJRYMOXRFFG-UHFFFAOYSA-N"),
    ("CC(=O)NC1=CC=C(C=C1)O", "C8H9NO2", 151.165, "RZVAJINKPMORJF-UHFFFAOYSA-N"),
]


@pytest.mark.parametrize(("smiles", "formula", "molar_mass", "inchikey"), PUBLISHED)
def test_structure_reproduces_published_values(smiles: str, formula: str, molar_mass: float, inchikey: str) -> None:
    structure = parse_structure(smiles)

    assert (structure.formula, structure.inchikey) == (formula, inchikey)
    assert structure.molar_mass_g_per_mol == pytest.approx(molar_mass, abs=0.01)


@pytest.mark.parametrize("v3000", [False, True])
def test_molfile_keeps_stereo_and_identity(v3000: bool) -> None:
    molecule = Chem.MolFromSmiles(MOLNUPIRAVIR)
    AllChem.Compute2DCoords(molecule)
    molfile = Chem.MolToMolBlock(molecule, forceV3000=v3000)

    structure = parse_structure(molfile)

    assert (structure.smiles, structure.inchikey) == (parse_structure(MOLNUPIRAVIR).smiles, "HTNPEHXGEKVIHG-QCNRFFRDSA-N")
    assert (structure.stereocentres, structure.unspecified, structure.molfile) == (4, 0, molfile)


def test_molfile_with_windows_lines_hydrogens_and_three_dimensions_is_read() -> None:
    molecule = Chem.AddHs(Chem.MolFromSmiles("C[C@H](N)C(=O)O"))
    AllChem.EmbedMolecule(molecule, randomSeed=7)

    structure = parse_structure(Chem.MolToMolBlock(molecule).replace("\n", "\r\n") + "\n$$$$\n")

    assert structure.smiles == "C[C@H](N)C(=O)O"


# eighty atoms, each bound to the next and to the one after it
LADDER = "".join("C" + "".join(f"%{10 + ring}" for ring in (step - 2, step) if 0 <= ring < 78) for step in range(80))

REFUSED = [
    ("", "no structure"),
    (" \n ", "no structure"),
    ("C1CC", "ring bond 1 is not closed"),
    ("C%12CC", "ring bond 12 is not closed"),
    ("C%(100000)C", "ring bond 100000 is not closed"),
    ("C1" * 200, "is not a SMILES"),
    ("C(C", "parenthesis"),
    ("[CH3", "square bracket"),
    ("CC]", "square bracket"),
    ("CC>>CO", "reaction"),
    ("CC acetic acid", "no spaces"),
    ("aspirin", "“aspirin” is not a SMILES"),
    ("Cé", "“é” cannot stand"),
    ("C\ud800", "cannot stand"),
    ("C\0C", "NUL"),
    ("C[N+](C)(C)(C)C", "Atom 2 (N) has 5 bonds"),
    ("c1cccc1", "aromatic ring"),
    ("*CC", "undefined atoms"),
    ("C:C", "InChIKey"),
    ("C" * 201, "201 atoms; at most 200"),
    ("C" * 100_001, "larger than 100 kB"),
    (LADDER, "The structure has 78 rings; at most 60"),
    ("one\ntwo", "neither one line of SMILES nor a molfile"),
    ("\n\n\nM  END", "counts line"),
    ("\n\n\n999999  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n", "counts line"),
    ("\n\n\n  0  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n", "no atom"),
    ("\n\n\n  0  0  0     0  0            999 V3000\nM  V30 BEGIN CTAB\nM  V30 COUNTS 2000000000 0 0 0 0\nM  END\n", "2000000000 atoms"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_what_is_no_structure_is_named(text: str, words: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StructureError) as caught:
        parse_structure(text)

    assert words in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_file_with_two_structures_is_refused() -> None:
    molfile = Chem.MolToMolBlock(Chem.MolFromSmiles("CCO"))

    with pytest.raises(StructureError, match="several structures"):
        parse_structure(f"{molfile}$$$$\n{molfile}$$$$\n")


def test_atom_list_of_a_query_molfile_is_refused() -> None:
    molfile = Chem.MolToMolBlock(Chem.MolFromSmiles("CCO")).replace(" O  ", " A  ")

    with pytest.raises(StructureError, match="undefined atoms"):
        parse_structure(molfile)


WARNED = [
    ("CC(O)F", "a structure with 1 unspecified stereocentre"),
    ("CC(F)(O)C(F)(C)Cl", "a structure with 2 unspecified stereocentres"),
    ("CC=CC", "a structure with 1 double bond of unspecified geometry"),
    ("CC(=O)[O-]", "a structure with a net charge of -1: is the counter-ion missing?"),
    ("CC(=O)[O-].[Na+]", "a salt, solvate or mixture of 2 parts: the molar mass is that of the whole"),
    ("[13CH4]", "a structure with isotope labels"),
    ("[CH3]", "a structure with unpaired electrons: is a hydrogen missing?"),
]


@pytest.mark.parametrize(("smiles", "warning"), WARNED)
def test_what_the_drawing_leaves_open_is_warned_of(smiles: str, warning: str) -> None:
    assert parse_structure(smiles).warnings == (warning,)


@pytest.mark.parametrize(
    ("smiles", "centres"),
    [
        (MOLNUPIRAVIR, 4),
        ("CC1CCC(C)CC1", 2),
        ("CC12CC3CC(C1)(CC(C3)(C2)N)C", 2),
        ("C1C2CC3CC1CC(C2)C3", 0),
        ("CS(=O)c1ccccc1", 1),
        ("CCO", 0),
    ],
)
def test_stereocentres_are_counted_without_cages_that_cannot_differ(smiles: str, centres: int) -> None:
    assert parse_structure(smiles).stereocentres == centres


def test_molar_mass_of_a_salt_is_that_of_the_whole() -> None:
    assert parse_structure("CC(=O)[O-].[Na+]").molar_mass_g_per_mol == pytest.approx(82.034, abs=0.01)


@given(st.sampled_from([row[0] for row in PUBLISHED]), st.integers(0, 2**31 - 1))
def test_any_order_of_the_atoms_is_the_same_structure(smiles: str, seed: int) -> None:
    shuffled = Chem.MolToRandomSmilesVect(Chem.MolFromSmiles(smiles), 1, randomSeed=seed)[0]

    assert parse_structure(shuffled) == parse_structure(smiles)


@given(st.text(max_size=60))
def test_any_text_is_a_structure_or_is_refused_in_words(text: str) -> None:
    with suppress(StructureError):
        assert parse_structure(text).inchikey


def test_drawing_is_accessible_transparent_and_self_contained() -> None:
    svg = draw_svg(MOLNUPIRAVIR, 320, 220)

    assert svg.startswith(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Structure of C13H19N3O7" width="320" height="220"'
    )
    assert "<title>Structure of C13H19N3O7</title>" in svg
    for forbidden in ("style=", "<script", "href", "url(", "<rect", "<?xml", "<text", "#000"):
        assert forbidden not in svg
    assert svg.rstrip().endswith("</svg>")


def test_drawing_is_the_same_every_time_and_its_title_is_escaped() -> None:
    assert draw_svg(MOLNUPIRAVIR) == draw_svg(MOLNUPIRAVIR)
    assert "<title>&lt;b&gt; &amp; co</title>" in draw_svg("CCO", title="<b> & co")


def test_nothing_is_drawn_of_what_is_no_structure() -> None:
    with pytest.raises(StructureError):
        draw_svg("C1CC")


@pytest.mark.parametrize("cas", ["50-78-2", "7732-18-5", "2349386-89-4", "103-90-2", "15687-27-1", "65-46-3"])
def test_check_digit_of_published_numbers_fits(cas: str) -> None:
    assert cas_check_digit_ok(cas)


@pytest.mark.parametrize("cas", ["50-78-3", "05-78-2", "", "50782", "50-78-2 ", "\u0665\u0660-78-2"])
def test_check_digit_of_anything_else_does_not(cas: str) -> None:
    assert not cas_check_digit_ok(cas)


@pytest.mark.parametrize(
    "text", ["50-78-2", " 50-78-2 ", "CAS 50-78-2", "CAS No.: 50-78-2", "50\u201378\u20132", "50 - 78 - 2", "50782", "000050-78-2"]
)
def test_pasted_cas_number_gets_its_printed_form(text: str) -> None:
    assert normalise_cas(text) == "50-78-2"


@pytest.mark.parametrize(
    ("text", "words"), [("", "is not a CAS number"), ("aspirin", "is not a CAS number"), ("50-78-3", "check digit"), ("1-00-1", "is not")]
)
def test_wrong_cas_number_is_refused(text: str, words: str) -> None:
    with pytest.raises(CasNumberError, match=words):
        normalise_cas(text)


@given(st.integers(10, 9_999_999), st.integers(0, 99))
def test_one_mistyped_digit_is_always_found(first: int, second: int) -> None:
    right = [digit for digit in range(10) if cas_check_digit_ok(f"{first}-{second:02d}-{digit}")]

    assert len(right) == 1


def test_molfile_is_told_from_smiles() -> None:
    assert not is_molfile("CCO\n")
    assert is_molfile("\n\n\nM  END")
