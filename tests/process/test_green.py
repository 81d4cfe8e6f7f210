"""PMI, E-factor, atom economy: published numbers, and what must hold for every route."""

from __future__ import annotations

import pytest
from hypothesis import given

from catalogue.chemistry import StructureError, parse_structure
from process.routes.green import GreenMetrics, atom_economy, green_metrics
from process.routes.plain import Role, Route
from tests.process.routes import charge, from_step, published_route, routes, step, usage_per_kg


def metrics_of(route: Route) -> GreenMetrics:
    found = green_metrics(route)
    assert found.value is not None, found.reason
    return found.value


def test_published_linear_route_has_its_published_intensity() -> None:
    """CO-01."""
    found = metrics_of(published_route())

    assert [each.net.pmi for each in found.steps] == pytest.approx([5.1553342, 19.57336844, 3.918762696], rel=1e-7)
    assert found.net.pmi == pytest.approx(34.84944334, rel=1e-9)
    assert found.net.e_complete == pytest.approx(33.84944334, rel=1e-9)


def test_gross_counts_what_is_recycled() -> None:
    found = metrics_of(published_route())
    recycled = 3 * (7.229458 + 1.228991)  # a recycle fraction of 0.75 leaves a quarter fresh

    assert found.gross.pmi == pytest.approx(34.84944334 + recycled, rel=1e-6)
    assert found.gross.e_simple == found.net.e_simple


def molar_mass(smiles: str) -> float:
    return parse_structure(smiles).molar_mass_g_per_mol


def test_atom_economy_of_ibuprofen_by_the_bhc_route() -> None:
    """PM-03, as three steps: acylation, hydrogenation, carbonylation."""
    acid = step(
        "1",
        charge("l", "isobutylbenzene", molar_mass("CC(C)Cc1ccccc1"), is_limiting=True),
        charge("a", "acetic anhydride", molar_mass("CC(=O)OC(C)=O")),
        product=molar_mass("CC(=O)c1ccc(CC(C)C)cc1"),
    )
    alcohol = step(
        "2",
        from_step("l", acid, is_limiting=True),
        charge("h", "hydrogen", molar_mass("[H][H]"), amount=1.5),
        product=molar_mass("CC(O)c1ccc(CC(C)C)cc1"),
    )
    last = step(
        "3",
        from_step("l", alcohol, is_limiting=True),
        charge("c", "carbon monoxide", molar_mass("[C-]#[O+]"), amount=2.0),
        charge("p", "palladium chloride", 177.3, 0.01, role=Role.CATALYST),
        product=molar_mass("CC(C)Cc1ccc(C(C)C(=O)O)cc1"),
    )

    found = metrics_of(Route((acid, alcohol, last)))

    assert found.atom_economy is not None
    assert 100 * found.atom_economy == pytest.approx(77.45, abs=0.05)
    assert found.steps[1].atom_economy == pytest.approx(1.0, abs=1e-4)


def test_atom_economy_of_ibuprofen_by_the_boots_route() -> None:
    """PM-03."""
    masses = (134.222, 102.089, 122.55, 68.05, 19.02, 33.03, 36.03)

    found = atom_economy(206.285, [(1.0, mass) for mass in masses])

    assert found is not None
    assert 100 * found == pytest.approx(40.06, abs=0.05)


@pytest.mark.parametrize(
    ("smiles", "expected"),
    [
        ("CC(C)C(=O)OC[C@@H]1[C@H]([C@H]([C@@H](O1)N2C=CC(=NC2=O)NO)O)O", 329.309),
        ("C1=CN(C(=O)N=C1N)[C@H]2[C@@H]([C@@H]([C@H](O2)CO)O)O", 243.219),
        ("CC(C)Cc1ccc(cc1)C(C)C(=O)O", 206.285),
        ("CC(C)Cc1ccccc1", 134.222),
        ("CC(=O)OC(C)=O", 102.089),
        ("CC(=O)Nc1ccc(O)cc1", 151.165),
    ],
)
def test_molar_masses(smiles: str, expected: float) -> None:
    """CH-01."""
    assert molar_mass(smiles) == pytest.approx(expected, abs=0.01)


def test_an_open_ring_is_no_structure() -> None:
    """CH-01."""
    with pytest.raises(StructureError):
        parse_structure("C1CC")


def test_efficiency_is_economy_times_yield_by_excess() -> None:
    made = step("1", charge("l", "start", 120.0, is_limiting=True), charge("b", "other", 120.0), product=200.0, y=0.9)

    found = metrics_of(Route((made,))).steps[0]

    assert found.atom_economy == pytest.approx(200 / 240)
    assert found.reaction_mass_efficiency == pytest.approx(0.9 * 200 / 240)
    assert found.mass_yield == pytest.approx(0.9 * 200 / 120)


def test_a_route_without_a_molar_mass_of_a_reactant_has_no_economy_but_says_why_it_has_no_balance() -> None:
    found = green_metrics(Route((step("1", charge("l", "start", None, is_limiting=True)),)))

    assert (found.value, [fault.kind for fault in found.faults]) == (None, ["input.molar_mass"])


def test_an_equation_that_gives_more_than_it_takes_in_has_no_economy() -> None:
    salt = step("1", charge("l", "amine", 100.0, is_limiting=True), charge("h", "acid", 36.5, 2.0, role=Role.REAGENT), product=136.5, y=0.9)

    found = green_metrics(Route((salt,)))

    assert found.value is not None
    assert (found.value.atom_economy, [warning.kind for warning in found.warnings]) == (None, ["step.equation"])


@given(routes())
def test_no_intermediate_is_counted_twice(route: Route) -> None:
    found = metrics_of(route)

    assert found.net.pmi == pytest.approx(sum(usage_per_kg(route).values()), rel=1e-9)
    assert found.gross.pmi >= found.net.pmi >= 1
    assert found.net.pmi == pytest.approx(found.net.reactants + found.net.solvents + found.net.water)
