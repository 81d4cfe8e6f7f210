"""A route from a spreadsheet: all rows or none, as by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from process.models import Route, RouteVersion, StepInput
from process.routes.building import plain_route, steps_of
from process.routes.checks import faults_of
from projects.models import Project
from tests.process import factories as make
from tests.worksheets.tables import xlsx
from worksheets.bound import bind
from worksheets.models import Import
from worksheets.services import press_import, take_import

pytestmark = pytest.mark.django_db

HEAD = (
    "Route",
    "Step",
    "Product",
    "Molar mass of the product (g/mol)",
    "Yield (%)",
    "Input",
    "Role",
    "Amount",
    "Counted in",
    "Limiting",
)
ROWS: list[list[Any]] = [
    ["Amides", "Nitration", "Nitrophenol", 139.11, 60, "108-95-2", "Reactant", 1, "equivalents", "yes"],
    ["Amides", "Nitration", "", "", "", "nitric-acid", "Reagent", 1.1, "equivalents", ""],
    ["Amides", "Reduction", "Aminophenol", 109.13, 95, "Nitrophenol", "Reactant", 1, "equivalents", "yes"],
    ["Amides", "Reduction", "", "", "", "Methanol", "Solvent", 8, "L/kg", ""],
]


@pytest.fixture(autouse=True)
def materials(db: None) -> None:
    make.a_material("Phenol", cas_number="108-95-2", molar_mass_g_per_mol=94.11)
    make.a_material("Nitric acid", molar_mass_g_per_mol=63.01)
    make.a_material("Methanol", density_kg_per_l=0.79)


def taken(project: Project, *rows: list[Any]) -> Import:
    return take_import("routes", xlsx(HEAD, *rows, sheet="Routes"), "routes.xlsx", actor=make.chemist(), scope=project.code)


def test_steps_and_inputs_are_entered_as_by_hand(project: Project) -> None:
    press_import(taken(project, *ROWS).pk, actor=make.chemist())

    version = Route.objects.get().versions.get()
    steps = list(steps_of(version))
    assert [(step.name, step.inputs.count()) for step in steps] == [("Nitration", 2), ("Reduction", 2)]
    assert StepInput.objects.get(from_step=steps[0]).step == steps[1]
    assert faults_of(plain_route(steps)) == ()


def test_ranges_and_sources_come_with_the_file(project: Project) -> None:
    head = (
        *HEAD,
        "Yield, low (%)",
        "Yield, source",
        "Yield, reference",
        "Purity of the product (area %)",
        "Amount, high",
        "Amount, source",
        "Yield, confidence",
        "Amount, confidence",
    )
    first = [*ROWS[0], 55, "Analogue", "Org. Synth. 1925, 5, 1", 98.5, "", "", "High", ""]
    second = [*ROWS[1], "", "", "", "", 1.3, "Analogue", "", "Low"]
    file = xlsx(head, first, second, sheet="Routes")

    press_import(take_import("routes", file, "routes.xlsx", actor=make.chemist(), scope=project.code).pk, actor=make.chemist())

    step = Route.objects.get().versions.get().steps.get()
    said = (step.yield_low_pct, step.yield_source, step.yield_confidence, step.yield_reference, step.purity_pct)
    assert said == (55, "analogue", "high", "Org. Synth. 1925, 5, 1", Decimal("98.5"))
    amounts = step.inputs.order_by("position").values_list("amount_high", "amount_source", "amount_confidence")
    assert list(amounts) == [(None, "assumption", ""), (Decimal("1.3"), "analogue", "low")]


def test_every_fault_is_said_at_its_cell_and_nothing_is_written(project: Project) -> None:
    unknown = [*ROWS[1][:5], "Unobtainium", *ROWS[1][6:]]
    headless = ["Amides", "Last", "", "", "", "Methanol", "Solvent", 1, "L/kg", ""]
    fraction = ["Amides", "Third", "Amide", 151.2, 0.92, "Aminophenol", "Reactant", 1, "equivalents", "yes"]

    shown = taken(project, *ROWS, unknown, headless, fraction)

    wrong = {row.number: " ".join(each["words"] for each in row.problems) for row in shown.rows.exclude(problems=[])}
    assert sorted(wrong) == [6, 7, 8]
    assert "no such material" in wrong[6]
    assert "first row of a step" in wrong[7]
    assert "Then type 92." in wrong[8]
    assert not Route.objects.exists()


def test_what_rests_on_a_wrong_row_is_named_too(project: Project) -> None:
    """Found with a yield of more decimals than there is room for, and a bad input below a new route: both were a failure of the page."""
    wrong = [*ROWS[0][:4], "55.00000000000001", *ROWS[0][5:]]
    of_later = [*ROWS[2][:5], "Salt of it", *ROWS[2][6:]]
    later = [*ROWS[3][:2], "Salt of it", *ROWS[3][3:]]  # only the first row of a step says what it makes
    other = [["Other", *row[1:]] for row in ROWS]
    other[0][7] = -1  # found when it is entered: the route that its row has opened is gone again

    shown = taken(project, wrong, ROWS[1], ROWS[2], later, of_later, *other)

    said = {row.number: " ".join(each["words"] for each in row.problems) for row in shown.rows.exclude(problems=[])}
    makes = "The row of the step that makes it is wrong."
    assert [said.get(number) for number in (3, 4, 8, 9)] == ["The first row of this step is wrong.", makes] * 2
    assert "no step further up makes it" in said[6]
    assert set(said) == set(range(2, 11))


def test_less_than_one_percent_is_read_with_its_sign_and_one_is_asked_about(project: Project) -> None:
    """A spreadsheet keeps 100 % as 1, so that one percent needs its sign too; what is told can be sent again."""
    head = [*HEAD, "Assay (%)", "Recycled (%)"]
    rows = [[*row, assay, "0.5 %"] for row, assay in zip(ROWS, ("1 %", 1, 98.5, ""), strict=True)]
    shown = take_import("routes", xlsx(head, *rows, sheet="Routes"), "routes.xlsx", actor=make.chemist(), scope=project.code)
    (wrong,) = shown.rows.exclude(problems=[])

    rows[1][-2] = 100
    right = take_import("routes", xlsx(head, *rows, sheet="Routes"), "routes.xlsx", actor=make.chemist(), scope=project.code)
    press_import(right.pk, actor=make.chemist())
    bound = bind(f"step-inputs:{RouteVersion.objects.get().pk}", make.chemist())
    told = [row["values"] for row in bound.table(list(bound.query()))]

    assert "Is 100 % meant?" in wrong.problems[0]["words"]
    assert [row.assay_pct for row in StepInput.objects.order_by("pk")] == [1, 100, Decimal("98.5"), 100]
    assert set(StepInput.objects.values_list("recycle_pct", flat=True)) == {Decimal("0.5")}
    assert [(row["assay_pct"], row["recycle_pct"]) for row in told][:2] == [("1 %", "0.5 %"), ("100", "0.5 %")]


def test_a_route_that_is_there_stays(project: Project) -> None:
    press_import(taken(project, *ROWS).pk, actor=make.chemist())

    shown = taken(project, *ROWS, ["amides", "More", "X", 100, 50, "Phenol", "Reactant", 1, "equivalents", "yes"])

    assert set(shown.rows.values_list("standing", flat=True)) == {"there"}
    assert StepInput.objects.count() == 4
