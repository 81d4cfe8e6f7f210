"""What stands at the arrows of a route's scheme."""

from __future__ import annotations

import re

import pytest

from process.models import RouteVersion
from process.routes.building import steps_of
from process.routes.drawing import scheme_of
from projects.models import Project
from tests.process import factories as make

pytestmark = pytest.mark.django_db


def texts_of(version: RouteVersion) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", scheme_of(list(steps_of(version)), title="A route"))


def test_an_amount_that_was_worked_out_has_four_figures(project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    solvent = make.a_material("Toluene", kind="solvent", density_kg_per_l=0.867)
    make.an_input(version.steps.get(), solvent, role="solvent", amount="21.126761", basis="l_per_kg")
    catalyst = make.a_material("Catalyst", kind="catalyst", molar_mass_g_per_mol=400.0)
    make.an_input(version.steps.get(), catalyst, role="catalyst", amount="0.010518")

    assert {"Toluene (21.13 L/kg)", "Catalyst (0.01052 eq)"} <= set(texts_of(version))


def test_what_a_branch_has_made_stands_by_its_number(project: Project) -> None:
    """Found with a published synthesis: “+ 2 N,N-Dibenzyl…” was read as two of it, and what came behind it was cut."""
    version = make.draft_of(make.a_route(project))
    branch, last = make.a_step(version, "Branch"), make.a_step(version, "Coupling")
    make.an_input(branch, make.a_material("Acid", molar_mass_g_per_mol=120.0), is_limiting=True)
    make.an_input(last, make.a_material("Amine", molar_mass_g_per_mol=90.0), is_limiting=True)
    make.an_input(last, branch, amount="1.2")

    found = texts_of(version)

    assert "+ 2 (1.2 eq)" in found and found.count("Product of Branch") == 1
