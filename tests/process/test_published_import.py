"""A published route that comes as a spreadsheet has its published figures."""

from __future__ import annotations

import io

import pytest

from process.models import Route, RouteVersion
from process.routes.figures import Figures, figures_in
from projects.models import Project
from tests.process import factories as make
from tests.process.published_import import HEADINGS, published, route_rows
from tests.process.routes import PUBLISHED_KG
from tests.worksheets.tables import csv_text
from worksheets.services import press_import, take_import

pytestmark = pytest.mark.django_db


@pytest.fixture
def figures(project: Project) -> Figures:
    """Of the route as it was imported, at the published prices."""
    for number, row in enumerate(row for row in published("co01_clean_mat.csv") if row["$/kg"]):
        physical = {"molar_mass_g_per_mol": float(row["MW"]), "density_kg_per_l": float(row["Density"]) if row["Density"] else None}
        make.a_price(make.a_material(row["Compound"], code=f"PUB-{number}", **physical), row["$/kg"], "USD")
    file = io.BytesIO(csv_text(HEADINGS.split(","), *route_rows()).encode())
    press_import(take_import("routes", file, "route.csv", actor=make.chemist(), scope=project.code).pk, actor=make.chemist())
    return figures_in(RouteVersion.objects.get(route=Route.objects.get()), "USD")


def test_what_a_kilogram_takes_and_costs_is_as_published(figures: Figures) -> None:
    """CO-01."""
    assert figures.balance.value and figures.green.value and figures.cost.value
    bought = {each.substance.name: each.fresh_kg for each in figures.balance.value.bought}

    assert bought == pytest.approx(PUBLISHED_KG, rel=1e-6)
    assert figures.green.value.net.pmi == pytest.approx(34.84944334, rel=1e-9)
    assert float(figures.cost.value.cost_per_kg) == pytest.approx(66.40818831, rel=1e-9)
