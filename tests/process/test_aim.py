"""A route ends at the project's compound, or says at what else."""

from __future__ import annotations

import re

import pytest

from catalogue.models import Compound
from process.models import RouteStep
from process.routes.aim import off_aim
from process.routes.figures import Balanced
from process.routes.mass_balance import mass_balance
from process.routes.plain import Fault, Route
from tests.process.routes import charge, step

PARACETAMOL = "CC(=O)Nc1ccc(O)cc1"
S_IBUPROFEN, R_IBUPROFEN = "CC(C)Cc1ccc(cc1)[C@H](C)C(=O)O", "CC(C)Cc1ccc(cc1)[C@@H](C)C(=O)O"


def compound(name: str, smiles: str) -> Compound:
    found = Compound(name=name)
    found.structure_text = smiles
    return found


def ending_at(made: Compound | None, *, mass: float | None = None, faults: tuple[Fault, ...] = ()) -> Balanced:
    """A route of two steps, of which the second makes it."""
    first = step("1", charge("a", "4-Nitrophenol", is_limiting=True))
    route = Route((first, step("2", charge("b", "Hydrogen", is_limiting=True))))
    rows = [
        RouteStep(key=1, name="First", product_name="Something on the way", product_molar_mass_g_per_mol=1.5),
        RouteStep(
            key=2, name="Last", product_name=made.name if made else "Product", product_compound=made, product_molar_mass_g_per_mol=mass
        ),
    ]
    chained = Route((first, step("2", charge("b", "Something on the way", is_limiting=True, from_step="1"))))
    return Balanced(rows, chained, faults, mass_balance(route, 1.0, faults=faults))


@pytest.mark.parametrize(
    ("made", "wanted", "words"),
    [
        (PARACETAMOL, "OC1=CC=C(NC(C)=O)C=C1", ""),
        ("Nc1ccc(O)cc1", PARACETAMOL, "different structures"),
        (R_IBUPROFEN, S_IBUPROFEN, "differ in stereocentres"),
        ("Cl.CNCCC(Oc1ccc(cc1)C(F)(F)F)c1ccccc1", "CNCCC(Oc1ccc(cc1)C(F)(F)F)c1ccccc1", "different salts or solvates"),
        ("Nc1ccc(O)cc1", "", ""),
    ],
)
def test_two_structures_are_held_against_one_another(made: str, wanted: str, words: str) -> None:
    aim = compound("Wanted", wanted) if wanted else Compound(name="Code only")

    assert_says(off_aim(ending_at(compound("Made", made)), aim), words)


@pytest.mark.parametrize(("mass", "words"), [(151.2, ""), (109.13, "109.13 g/mol.* 151.1"), (None, "")])
def test_without_a_structure_the_molar_mass_tells(mass: float | None, words: str) -> None:
    assert_says(off_aim(ending_at(None, mass=mass), compound("Paracetamol", PARACETAMOL)), words)


def test_of_a_route_with_faults_nobody_knows_the_last_step() -> None:
    aim = compound("Paracetamol", PARACETAMOL)

    assert off_aim(ending_at(compound("Made", "Nc1ccc(O)cc1"), faults=(Fault("route.products", "Two ends."),)), aim) == ""


def assert_says(found: str, words: str) -> None:
    assert re.search(words, found) if words else found == ""
