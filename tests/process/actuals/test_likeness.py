"""Which two steps count as similar."""

from __future__ import annotations

from dataclasses import replace

import pytest

from process.actuals.likeness import Kind, Likeness, likeness

COUPLING = Kind("Coupling", "Ibuprofen", "HEFNNWSXXWATRW", "amidation")
NAMED = replace(COUPLING, skeleton="")
ELSEWHERE = Kind("Step 3", "Amide 3", "XZWYZXLIPXDOLR", "amidation")

ALIKE = [
    ("the same", COUPLING, Likeness.SAME),
    ("the same product by another name", replace(ELSEWHERE, skeleton="HEFNNWSXXWATRW"), Likeness.SAME),
    ("the same product without a structure", replace(NAMED, name="Step 3", product="IBUPROFEN"), Likeness.SAME),
    ("the same name of the step", replace(ELSEWHERE, name="coupling"), Likeness.SAME),
    ("the same name, the class of one is not said", replace(ELSEWHERE, name="Coupling", reaction=""), Likeness.SAME),
    ("the same product by another reaction", replace(COUPLING, reaction="hydrolysis"), Likeness.NONE),
    ("the salt of the product", replace(COUPLING, name="Salt", reaction="salt_formation"), Likeness.NONE),
    ("one name for two products", replace(ELSEWHERE, product="Ibuprofen"), Likeness.CLASS),
    ("the same class", ELSEWHERE, Likeness.CLASS),
    ("no class, nothing in common", replace(ELSEWHERE, reaction="other"), Likeness.NONE),
]


@pytest.mark.parametrize(("other", "found"), [each[1:] for each in ALIKE], ids=[each[0] for each in ALIKE])
def test_the_likeness_of_two_steps(other: Kind, found: Likeness) -> None:
    assert (likeness(COUPLING, other), likeness(other, COUPLING)) == (found, found)


def test_two_steps_of_no_class_are_not_of_one_class() -> None:
    one, other = Kind("Filtration", "Cake", reaction="other"), Kind("Milling", "Powder", reaction="other")

    assert likeness(one, other) == likeness(replace(one, reaction=""), replace(other, reaction="")) == Likeness.NONE
