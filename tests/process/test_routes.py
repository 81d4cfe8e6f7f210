"""Routes of a project: row by row, fixed, copied; ours alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput, Missing, NotAllowed, Refused
from process.models import Disposition, Route, RouteStep, RouteVersion, StepInput
from process.routes import services
from process.routes.building import plain_route, steps_of
from projects.models import Project
from projects.services.lifecycle import hold_project
from tests.process import factories as make
from tests.process.routes import usage_per_kg
from tests.projects import factories as projects
from worksheets.bound import bind
from worksheets.changing import ADD, CHANGE, MOVE, REMOVE

pytestmark = pytest.mark.django_db


def test_a_route_opens_with_an_empty_draft(project: Project) -> None:
    route = make.a_route(project)

    assert (route.number, route.compound, make.draft_of(route).number) == (1, project.compound, 1)
    assert Event.objects.get(kind="route.opened").client_visible is False


@pytest.mark.parametrize("role", [Role.CLIENT_APPROVER, Role.CLIENT_VIEWER])
def test_a_client_has_no_route(role: str, project: Project) -> None:
    route = make.a_whole_route(project)
    theirs = projects.person(role, client=project.client)

    assert not Route.objects.visible_to(theirs).exists()
    assert not RouteVersion.objects.visible_to(theirs).exists()
    with pytest.raises(Missing):
        make.one(f"route-steps:{make.draft_of(route).pk}", ADD, by=theirs)
    with pytest.raises(RouteVersion.DoesNotExist):
        services.fix_version(make.draft_of(route).pk, reason="x", actor=theirs)


@pytest.mark.parametrize("role", [Role.BUSINESS_DEVELOPMENT, Role.QUALITY_ASSURANCE, Role.MANAGEMENT])
def test_chemists_and_project_managers_change_it(role: str, project: Project) -> None:
    route = make.a_route(project)

    with pytest.raises(NotAllowed):
        make.one(f"route-steps:{make.draft_of(route).pk}", ADD, by=projects.person(role), values={"name": "x"})


def test_steps_are_added_moved_and_removed(project: Project) -> None:
    version = make.draft_of(make.a_route(project))
    first, second, third = (make.a_step(version, name) for name in ("One", "Two", "Three"))

    make.one(f"route-steps:{version.pk}", MOVE, third.pk, after=0)
    make.one(f"route-steps:{version.pk}", REMOVE, first.pk)

    assert list(version.steps.values_list("name", "position", "key")) == [("Three", 1, 3), ("Two", 2, 2)]
    assert make.a_step(version, "Four").key == 4
    assert second.pk in version.steps.values_list("pk", flat=True)


def test_a_new_step_has_nothing_of_one_that_is_gone(project: Project) -> None:
    """Neither its references nor what was decided about its product."""
    version = make.draft_of(make.a_route(project))
    kept, gone = make.a_step(version, "One"), make.a_step(version, "Two")
    reference = make.a_reference(project, steps="Acetylation: Two")
    said = {"words": "A finding.", "decision": "to_do", "reason": "Later.", "decided_by": make.chemist()}
    Disposition.objects.create(route=version.route, rule="alert", subject="step 7", **said)

    make.one(f"route-steps:{version.pk}", REMOVE, gone.pk)
    assert make.a_step(version, "Three").key == 8
    Disposition.objects.all().delete()
    RouteStep.objects.exclude(pk=kept.pk).delete()

    assert make.a_step(version, "Four").key == reference.supports.get().step_key + 1


def test_names_by_which_references_find_a_step_are_told_apart(project: Project) -> None:
    route = make.a_route(project)
    other = make.a_route(project, "Another")

    for name in ("acetylation", "Acetylation; in water"):
        with pytest.raises(BadInput) as opened:
            make.a_route(project, name)
        with pytest.raises(BadInput) as changed:
            services.change_route(other.pk, {"name": name}, actor=make.chemist())
        assert (list(opened.value.errors), list(changed.value.errors)) == (["name"], ["name"])
    with pytest.raises(BadInput) as bad:
        make.a_step(make.draft_of(route), "Coupling; washing")

    assert list(bad.value.errors) == ["name"]
    assert services.change_route(route.pk, {"name": "Acetylation", "note": "Read."}, actor=make.chemist()).note == "Read."


def test_a_move_to_the_same_place_is_no_event(project: Project) -> None:
    version = make.draft_of(make.a_route(project))
    first, second = make.a_step(version, "One"), make.a_step(version, "Two")

    for step, after in ((first, 0), (second, first.pk)):
        make.one(f"route-steps:{version.pk}", MOVE, step.pk, after=after)

    assert not Event.objects.filter(kind="worksheet.row_moved").exists()


def test_inputs_stand_with_their_step_and_are_counted_in_it(project: Project) -> None:
    """Of all steps in one table: a late input of the first step comes before those of the second."""
    version = make.draft_of(make.a_route(project))
    first, second = make.a_step(version, "One"), make.a_step(version, "Two")
    acid, base = make.a_material("Acid"), make.a_material("Base")
    make.an_input(first, acid)
    make.an_input(second, first)
    late = make.an_input(first, base)
    bound = bind(f"step-inputs:{version.pk}", make.chemist())

    make.one(bound.address, MOVE, late.pk, after=0)

    told = [(row["values"]["step"], row["values"]["material"] or row["values"]["from_step"]) for row in bound.table(list(bound.query()))]
    assert told == [("One", "Base"), ("One", "Acid"), ("Two", "One")]
    assert list(StepInput.objects.filter(step=second).values_list("position", flat=True)) == [1]

    make.one(bound.address, CHANGE, late.pk, values={"step": "Two"})

    assert sorted(StepInput.objects.filter(step=second).values_list("position", flat=True)) == [1, 2]
    assert list(StepInput.objects.filter(step=first).values_list("position", flat=True)) == [1]


def test_two_steps_of_a_version_have_two_names(project: Project) -> None:
    version = make.draft_of(make.a_route(project))
    make.a_step(version, "Coupling")

    with pytest.raises(BadInput) as bad:
        make.a_step(version, "coupling")

    assert list(bad.value.errors) == ["name"]


def test_a_line_is_counted_on_the_one_of_its_own_step(project: Project) -> None:
    """The same material stands in two steps."""
    version = make.draft_of(make.a_route(project))
    first, second = make.a_step(version, "One"), make.a_step(version, "Two")
    amine, carbon = make.a_material("Amine"), make.a_material("Carbon")
    make.an_input(first, amine)
    own = make.an_input(second, amine)

    line = make.an_input(second, carbon, basis="kg_per_kg", reference="Amine")

    assert line.reference == own
    with pytest.raises(BadInput) as bad:
        make.one(f"step-inputs:{version.pk}", REMOVE, own.pk)
    assert "Carbon" in str(bad.value)


def test_the_tables_compute_masses_and_costs(project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    steps, inputs = (bind(f"{key}:{version.pk}", make.chemist()) for key in ("route-steps", "step-inputs"))

    (step,) = steps.table(list(steps.query()))
    phenol, anhydride, _water = inputs.table(list(inputs.query()))

    assert (step["values"]["made"], step["values"]["cost"], step["values"]["missing"]) == ("1", "6.0026", "")
    assert (phenol["values"]["fresh"], phenol["values"]["cost"]) == ("0.8021", "4.9732")
    assert float(inputs.totals()["cost"]) == pytest.approx(6.0026, abs=2e-4)
    assert anhydride["values"]["from_step"] is None


def test_what_is_missing_stands_at_its_step(project: Project) -> None:
    version = make.draft_of(make.a_route(project))
    make.an_input(make.a_step(version, "Coupling"), make.a_material("Base"))
    steps = bind(f"route-steps:{version.pk}", make.chemist())

    (step,) = steps.table(list(steps.query()))

    assert "the molar mass of Base is missing" in step["values"]["missing"]
    assert step["values"]["cost"] is None


def test_the_tables_cost_the_same_for_one_step_and_for_three(project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            for key in ("route-steps", "step-inputs"):
                bound = bind(f"{key}:{version.pk}", user)
                bound.table(list(bound.query()))
        return len(counted)

    user = make.chemist()
    queries()
    one = queries()
    for name in ("Second", "Third"):
        make.an_input(make.a_step(version, name), make.a_material(), is_limiting="yes")

    assert queries() == one


def test_what_happens_to_steps_and_inputs_is_in_the_record_of_the_project(project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))

    rows = Event.objects.filter(project_id=project.pk, client_id=project.client_id, kind="worksheet.row_added")

    assert [event.data["key"] for event in rows.order_by("pk")] == ["route-steps", "step-inputs", "step-inputs", "step-inputs"]
    assert {event.data["link"] for event in rows} == {version.get_absolute_url()}


def test_a_step_whose_product_is_taken_in_or_that_has_inputs_stays(project: Project) -> None:
    version = make.draft_of(make.a_route(project))
    first, second = make.a_step(version, "One"), make.a_step(version, "Two")
    make.an_input(second, first)

    with pytest.raises(BadInput, match="Two"):
        make.one(f"route-steps:{version.pk}", REMOVE, first.pk)
    with pytest.raises(BadInput, match="Take its inputs away first"):
        make.one(f"route-steps:{version.pk}", REMOVE, second.pk)
    assert StepInput.objects.count() == 1
    make.one(f"step-inputs:{version.pk}", REMOVE, StepInput.objects.get().pk)
    make.one(f"route-steps:{version.pk}", REMOVE, second.pk)

    assert list(version.steps.all()) == [first]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("yield_pct", {"yield_pct": Decimal("0.92")}),
        ("yield_pct", {"yield_pct": Decimal(120)}),
        ("yield_low_pct", {"yield_low_pct": Decimal(95)}),
        ("yield_high_pct", {"yield_high_pct": Decimal(80)}),
        ("temperature_max_c", {"temperature_min_c": Decimal(20), "temperature_max_c": Decimal(-5)}),
        ("product_name", {"product_name": ""}),
        ("product_structure", {"product_structure": "C1CC"}),
    ],
)
def test_a_fault_of_a_step_is_said_at_its_field(field: str, values: dict[str, Any], project: Project) -> None:
    version = make.draft_of(make.a_route(project))

    with pytest.raises(BadInput) as bad:
        make.a_step(version, **values)

    assert list(bad.value.errors) == [field]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("recycle_pct", {"recycle_pct": Decimal("0.9")}),
        ("recycle_pct", {"recycle_pct": Decimal(100)}),
        ("assay_pct", {"assay_pct": Decimal("0.98")}),
        ("amount", {"amount": Decimal(0)}),
        ("material", {"material": ""}),
    ],
)
def test_a_fault_of_an_input_is_said_at_its_field(field: str, values: dict[str, Any], project: Project) -> None:
    step = make.a_step(make.draft_of(make.a_route(project)))

    with pytest.raises(BadInput) as bad:
        make.an_input(step, make.a_material(), **values)

    assert list(bad.value.errors) == [field]


def test_an_input_belongs_to_its_version_and_is_not_counted_on_itself(project: Project) -> None:
    step = make.a_step(make.draft_of(make.a_route(project)), "One")
    make.a_step(make.draft_of(make.a_route(project, "Another")), "Other")
    line = make.an_input(step, make.a_material("Amine"))

    for field, value in (("from_step", "Other"), ("from_step", "One"), ("reference", "Amine"), ("step", "Other")):
        values = {"material": "", field: value} if field == "from_step" else {field: value}
        with pytest.raises(BadInput) as bad:
            make.change_input(line, **values)
        assert list(bad.value.errors) == [field]


def test_of_two_people_the_second_reads_what_the_first_wrote(project: Project) -> None:
    step = make.a_step(make.draft_of(make.a_route(project)))
    shown = {"yield_pct": "90"}
    make.change_step(step, yield_pct="80")

    with pytest.raises(BadInput, match="80"):
        make.one(f"route-steps:{step.version_id}", CHANGE, step.pk, values={"yield_pct": "70"}, seen=shown)
    make.one(f"route-steps:{step.version_id}", CHANGE, step.pk, values={"name": "Another name"}, seen={"name": "Acetylation"})

    assert RouteStep.objects.get(pk=step.pk).yield_pct == 80


def test_what_is_said_about_a_route_is_fixed_with_its_version(project: Project) -> None:
    route = make.a_whole_route(project)
    services.fix_version(make.draft_of(route).pk, reason="For the quotation.", actor=make.chemist())

    with pytest.raises(Refused, match="and with it what is said about the route"):
        services.change_route(route.pk, {"name": "Another name"}, actor=make.chemist())
    services.start_version(route.pk, reason="Less water.", actor=make.chemist())
    services.change_route(route.pk, {"name": "Another name"}, actor=make.chemist())

    assert Route.objects.get().name == "Another name"


def test_a_structure_is_a_compound_of_the_catalogue(project: Project) -> None:
    version = make.draft_of(make.a_route(project))

    step = make.a_step(version, product_name="Acetanilide", product_structure="O=C(C)Nc1ccccc1", product_molar_mass_g_per_mol="")
    change = make.change_step(step, product_structure="")

    assert (step.product_compound.name, step.product_structure) == ("Acetanilide", "CC(=O)Nc1ccccc1")
    assert step.molar_mass_g_per_mol == pytest.approx(135.166, abs=0.01)
    assert change.is_saved
    assert RouteStep.objects.get().product_compound is None


def test_a_fixed_version_stays_and_the_next_is_its_copy(project: Project) -> None:
    route = make.a_whole_route(project)
    first = make.draft_of(route)
    carbon = make.an_input(first.steps.get(), make.a_material("Carbon"), role="auxiliary", amount="0.05", basis="kg_per_kg")
    make.change_input(carbon, reference="Acetic anhydride")

    services.fix_version(first.pk, reason="For the quotation.", actor=make.chemist())
    with pytest.raises(Refused, match="fixed"):
        make.a_step(RouteVersion.objects.get(pk=first.pk))
    with pytest.raises(Refused, match="fixed"):
        make.change_input(carbon, amount="1")
    second = services.start_version(route.pk, reason="Less water.", actor=make.chemist())

    assert (second.number, second.made_from_id, second.is_draft) == (2, first.pk, True)
    used = [list(usage_per_kg(plain_route(steps_of(version))).values()) for version in (first, second)]
    assert used[0] == used[1]
    assert StepInput.objects.get(step__version=second, material__name="Carbon").reference.step.version_id == second.pk
    with pytest.raises(Refused, match="draft already"):
        services.start_version(route.pk, reason="Again.", actor=make.chemist())


def test_what_cannot_be_computed_is_not_fixed(project: Project) -> None:
    version = make.draft_of(make.a_route(project))
    step = make.a_step(version, "Coupling")
    make.an_input(step, make.a_material("Base"))

    with pytest.raises(Refused) as refused:
        services.fix_version(version.pk, reason="For the quotation.", actor=make.chemist())

    assert "Coupling: the molar mass of Base is missing." in str(refused.value)


def test_the_project_is_held_before_its_version(project: Project) -> None:
    """As in every service of a project, so that no two of them wait for one another."""
    version = make.draft_of(make.a_whole_route(project))

    with CaptureQueriesContext(connection) as asked:
        services.fix_version(version.pk, reason="For the quotation.", actor=make.chemist())

    held = [query["sql"] for query in asked if "FOR UPDATE" in query["sql"]]
    assert [table for table in ("projects_project", "process_routeversion") if table in held[0].split("FROM", 1)[1][:60]] == [
        "projects_project"
    ]
    assert len(held) == 2


def test_reasons_are_needed_to_fix_and_to_start(project: Project) -> None:
    route = make.a_whole_route(project)

    with pytest.raises(BadInput):
        services.fix_version(make.draft_of(route).pk, reason=" ", actor=make.chemist())


def test_nothing_changes_while_the_project_is_on_hold(project: Project) -> None:
    version = make.draft_of(make.a_route(project))
    hold_project(project.code, reason="The client waits.", actor=projects.manager())

    with pytest.raises(Refused, match="on hold"):
        make.a_step(RouteVersion.objects.get(pk=version.pk))


def test_an_alternative_set_aside_is_not_counted(project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    other = make.a_step(version, "Another way", product_name="Paracetamol")
    assert len(plain_route(steps_of(version)).steps) == 2

    make.change_step(other, set_aside="yes")

    assert [step.name for step in plain_route(steps_of(version)).steps] == ["Acetylation"]


def test_reading_a_version_costs_the_same_for_one_step_and_for_three(project: Project, django_assert_num_queries: Any) -> None:
    version = make.draft_of(make.a_whole_route(project))

    for _count in range(2):
        with django_assert_num_queries(2):
            plain_route(steps_of(version))
        step = make.a_step(version, f"Step {_count}")
        make.an_input(step, make.a_material(), is_limiting="yes")
