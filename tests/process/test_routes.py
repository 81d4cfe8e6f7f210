"""Routes of a project: row by row, fixed, copied; ours alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from audit.seen import Overtaken, version_of
from process.models import Route, RouteStep, RouteVersion, StepInput
from process.routes import services
from process.routes.building import known_prices, plain_route, steps_of
from process.routes.mass_balance import usage_per_kg
from projects.models import Project
from projects.services.lifecycle import hold_project
from tests.process import factories as make
from tests.projects import factories as projects

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
    with pytest.raises(RouteVersion.DoesNotExist):
        services.add_step(make.draft_of(route).pk, {}, actor=theirs)


@pytest.mark.parametrize("role", [Role.BUSINESS_DEVELOPMENT, Role.QUALITY_ASSURANCE, Role.MANAGEMENT])
def test_chemists_and_project_managers_change_it(role: str, project: Project) -> None:
    route = make.a_route(project)

    with pytest.raises(NotAllowed):
        make.services.add_step(make.draft_of(route).pk, {"name": "x"}, actor=projects.person(role))


def test_steps_are_added_moved_and_removed(project: Project) -> None:
    version = make.draft_of(make.a_route(project))
    first, second, third = (make.a_step(version, name) for name in ("One", "Two", "Three"))

    services.move_step(third.pk, 1, actor=make.chemist())
    services.remove_step(first.pk, actor=make.chemist())

    assert list(version.steps.values_list("name", "position", "key")) == [("Three", 1, 3), ("Two", 2, 2)]
    assert make.a_step(version, "Four").key == 4
    kinds = Event.objects.filter(kind__startswith="route_step.").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["route_step.added"] * 3 + ["route_step.moved", "route_step.removed", "route_step.added"]
    assert second.pk in version.steps.values_list("pk", flat=True)


def test_what_happens_to_steps_and_inputs_is_in_the_record_of_the_project(project: Project) -> None:
    make.a_whole_route(project)

    kinds = Event.objects.filter(project_id=project.pk, client_id=project.client_id, kind__contains="_").values_list("kind", flat=True)

    assert {"route_step.added", "step_input.added"} <= set(kinds)


def test_a_step_whose_product_is_taken_in_stays(project: Project) -> None:
    version = make.draft_of(make.a_route(project))
    first, second = make.a_step(version, "One"), make.a_step(version, "Two")
    make.an_input(second, first)

    with pytest.raises(Refused, match="Two"):
        services.remove_step(first.pk, actor=make.chemist())
    services.remove_step(second.pk, actor=make.chemist())

    assert not StepInput.objects.exists()


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
        ("material", {"material": None}),
    ],
)
def test_a_fault_of_an_input_is_said_at_its_field(field: str, values: dict[str, Any], project: Project) -> None:
    step = make.a_step(make.draft_of(make.a_route(project)))

    with pytest.raises(BadInput) as bad:
        make.an_input(step, make.a_material(), **values)

    assert list(bad.value.errors) == [field]


def test_an_input_belongs_to_its_version_and_is_not_counted_on_itself(project: Project) -> None:
    step = make.a_step(make.draft_of(make.a_route(project)))
    other = make.a_step(make.draft_of(make.a_route(project, "Another")))
    line = make.an_input(step, make.a_material())

    for field, value in (("from_step", other), ("from_step", step), ("reference", line)):
        values = {"material": None, field: value} if field == "from_step" else {field: value}
        with pytest.raises(BadInput) as bad:
            services.change_input(line.pk, values, actor=make.chemist())
        assert list(bad.value.errors) == [field]


def test_of_two_people_the_second_reads_what_the_first_wrote(project: Project) -> None:
    step = make.a_step(make.draft_of(make.a_route(project)))
    shown = version_of(services.step_values(step))
    services.change_step(step.pk, {"yield_pct": Decimal(80)}, actor=make.chemist(), version=shown)

    with pytest.raises(Overtaken, match="80"):
        services.change_step(step.pk, {"yield_pct": Decimal(70)}, actor=projects.manager(), version=shown)
    services.change_step(step.pk, {"name": "Another name"}, actor=projects.manager(), version=shown)

    assert RouteStep.objects.get(pk=step.pk).yield_pct == 80


def test_a_fixed_version_stays_and_the_next_is_its_copy(project: Project) -> None:
    route = make.a_whole_route(project)
    first = make.draft_of(route)
    carbon = make.an_input(first.steps.get(), make.a_material("Carbon"), role="auxiliary", amount=Decimal("0.05"), basis="kg_per_kg")
    services.change_input(carbon.pk, {"reference": first.steps.get().inputs.get(position=2)}, actor=make.chemist())

    services.fix_version(first.pk, reason="For the quotation.", actor=make.chemist())
    with pytest.raises(Refused, match="fixed"):
        make.a_step(RouteVersion.objects.get(pk=first.pk))
    with pytest.raises(Refused, match="fixed"):
        services.change_input(carbon.pk, {"amount": Decimal(1)}, actor=make.chemist())
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

    services.change_step(other.pk, {"set_aside": True}, actor=make.chemist())

    assert [step.name for step in plain_route(steps_of(version)).steps] == ["Acetylation"]


def test_reading_a_version_costs_the_same_for_one_step_and_for_three(project: Project, django_assert_num_queries: Any) -> None:
    version = make.draft_of(make.a_whole_route(project))

    for _count in range(2):
        with django_assert_num_queries(2):
            plain_route(steps_of(version))
        step = make.a_step(version, f"Step {_count}")
        make.an_input(step, make.a_material(), is_limiting=True)


def test_the_cheapest_price_in_force_counts(project: Project) -> None:
    material = make.a_material()
    on = make.a_price(material, "7.00").quoted_on
    make.a_price(material, "5.00", supplier="Cheap", quantity_from_kg=Decimal(100))
    make.a_price(material, "1.00", supplier="Late", valid_until=on)
    make.a_price(material, "3.00", "USD", supplier="Overseas")

    def price(needed: float | None) -> Decimal:
        needs = None if needed is None else {material.pk: needed}
        return known_prices([material.pk], currency="EUR", on=projects.timezone.localdate(), needed_kg=needs)[
            material.pk
        ].price.amount_per_kg

    assert [price(each) for each in (None, 10.0, 250.0)] == [Decimal("7.00"), Decimal("7.00"), Decimal("5.00")]


def test_what_nobody_sells_so_little_of_has_its_smallest_break(project: Project) -> None:
    material = make.a_material()
    make.a_price(material, "5.00", quantity_from_kg=Decimal(100))
    make.a_price(material, "4.00", quantity_from_kg=Decimal(1000))

    (found,) = known_prices([material.pk], currency="EUR", on=projects.timezone.localdate(), needed_kg={material.pk: 2.0}).values()

    assert (found.price.amount_per_kg, found.is_reached) == (Decimal("5.00"), False)
