"""The pages of routes and literature in the browser's hands."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from process.models import Literature, Route, RouteStep, RouteVersion, StepInput
from process.routes import services
from projects.models import Project
from tests.process import factories as make
from tests.projects import factories as projects

pytestmark = pytest.mark.django_db


@pytest.fixture
def chemist(client: Client) -> Client:
    client.force_login(make.chemist())
    return client


def page_of(version: RouteVersion, name: str = "route-version", **more: Any) -> str:
    return reverse(name, args=[version.route.project.code, version.route.number, version.number, *more.values()])


STEP = {"step-name": "Coupling", "step-product_name": "Amide", "step-yield_pct": "92,5", "step-product_structure": "CC(=O)Nc1ccccc1"}
INPUT = {"input-role": "reactant", "input-amount": "1.05", "input-basis": "equivalents"}


def test_routes_stand_side_by_side(chemist: Client, project: Project) -> None:
    make.a_whole_route(project)
    make.a_route(project, "Empty")

    page = chemist.get(reverse("project-routes", args=[project.code])).content.decode()

    assert "90.0 %" in page
    assert "The route has no step." in page


def test_the_list_costs_the_same_for_one_and_three_routes(chemist: Client, project: Project, django_assert_num_queries: Any) -> None:
    address = reverse("project-routes", args=[project.code])
    make.a_whole_route(project)
    chemist.get(address)
    with CaptureQueriesContext(connection) as one:
        chemist.get(address)
    for name in ("Second", "Third"):
        step = make.a_step(make.draft_of(make.a_route(project, name)))
        make.an_input(step, make.a_material("4-Aminophenol"), is_limiting=True)

    with django_assert_num_queries(len(one)):
        chemist.get(address)


def test_a_route_is_opened_and_filled_in_the_browser(chemist: Client, project: Project) -> None:
    material = make.a_material(molar_mass_g_per_mol=109.1)
    chemist.post(reverse("project-routes", args=[project.code]), {"new-name": "Amide route", "new-origin": "client"})
    version = Route.objects.get().versions.get()

    chemist.post(page_of(version, "route-step-add"), STEP)
    step = RouteStep.objects.get()
    chemist.post(page_of(version, "step-input-add", key=step.key), INPUT | {"input-material": material.pk, "input-is_limiting": "on"})

    assert (step.molar_mass_g_per_mol, step.product_compound.name) == (pytest.approx(135.166, abs=0.01), "Amide")
    assert (step.yield_pct, StepInput.objects.get().amount) == (Decimal("92.5"), Decimal("1.05"))
    page = chemist.get(page_of(version)).content.decode()
    assert "Coupling: the limiting input has one equivalent." in page


def test_a_wrong_step_keeps_what_was_typed(chemist: Client, project: Project) -> None:
    version = make.draft_of(make.a_route(project))

    answer = chemist.post(page_of(version, "route-step-add"), STEP | {"step-yield_pct": "0.92"})

    assert answer.status_code == 400
    assert "write 92" in answer.content.decode()
    assert 'value="Amide"' in answer.content.decode()
    assert not RouteStep.objects.exists()


def test_a_step_and_an_input_are_changed_moved_and_removed(chemist: Client, project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    step = version.steps.get()
    line = step.inputs.get(position=2)
    for asked in (f"step={step.key}", f"input={line.pk}", "new_step=1", f"new_input={step.key}"):
        assert "data-open" in chemist.get(f"{page_of(version)}?{asked}").content.decode()

    chemist.post(page_of(version, "route-step-change", key=step.key), STEP)
    chemist.post(page_of(version, "step-input-change", pk=line.pk), INPUT | {"input-material": line.material_id})
    chemist.post(page_of(version, "step-input-move", pk=line.pk), {"place": "1"})

    assert RouteStep.objects.get().name == "Coupling"
    assert (StepInput.objects.get(pk=line.pk).position, StepInput.objects.get(pk=line.pk).amount) == (1, Decimal("1.05"))
    chemist.post(page_of(version, "step-input-remove", pk=line.pk))
    chemist.post(page_of(version, "route-step-remove", key=step.key))
    assert not RouteStep.objects.exists()


def test_the_target_scales_masses_and_cost(chemist: Client, project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))

    page = chemist.get(f"{page_of(version)}?target=100&currency=EUR").content.decode()

    assert "80.21" in page  # kg of 4-aminophenol: 100 · 109.128 / (0.9 · 151.165)
    assert "497.32" in page  # at 6.20 EUR/kg


def test_a_missing_price_is_said_and_a_fault_stands_at_its_step(chemist: Client, project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    make.an_input(version.steps.get(), make.a_material("Carbon"), role="auxiliary", amount=Decimal("0.1"), basis="l_per_kg")

    page = chemist.get(page_of(version)).content.decode()

    assert "the density of Carbon is missing" in page
    assert "the price of Carbon is missing" in page


def test_the_scheme_is_a_picture_without_inline_style(chemist: Client, project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    services.change_step(version.steps.get().pk, {"product_compound": project.compound}, actor=make.chemist())

    answer = chemist.get(page_of(version, "route-scheme"))

    assert answer["Content-Type"] == "image/svg+xml"
    picture = answer.content.decode()
    assert "style=" not in picture
    assert 'aria-label="Paracetamol"' in picture
    assert "yield 90 %" in picture


def test_a_version_is_fixed_and_the_next_started(chemist: Client, project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))

    chemist.post(page_of(version, "route-fix"), {"fix-reason": "For the quotation."})
    page = chemist.get(page_of(version)).content.decode()
    chemist.post(reverse("route-start", args=[project.code, 1]), {"start-reason": "Less water."})

    assert "is fixed and stays as it is" in page
    assert list(RouteVersion.objects.values_list("number", "state")) == [(1, "fixed"), (2, "draft")]
    assert chemist.get(reverse("route-detail", args=[project.code, 1])).url.endswith("/versions/2/")


def test_a_quality_person_reads_and_is_told_who_writes(client: Client, project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    client.force_login(projects.person(Role.QUALITY_ASSURANCE))

    page = client.get(page_of(version)).content.decode()

    assert "Routes are written by research or a project manager." in page
    assert "new_step" not in page


def test_a_reference_is_kept_changed_and_tied_to_a_step(chemist: Client, project: Project) -> None:
    make.a_whole_route(project)
    address = reverse("project-literature", args=[project.code])
    given = {"kind": "patent", "citation": "Acetylation process", "identifier": "US 1234567", "relevance": "high", "rights": "blocking"}
    chemist.post(address, {f"new-{name}": value for name, value in given.items()})
    twice = chemist.post(address, {f"new-{name}": value for name, value in given.items()})
    named = [project.code, Literature.objects.get().number]

    chemist.post(reverse("literature-change", args=named), {f"change-{name}": v for name, v in (given | {"year": "1998"}).items()})
    chemist.post(reverse("literature-link", args=named), {"link-step": "1:1"})

    assert "reference 1 of this project already" in twice.content.decode()
    assert Literature.objects.get().year == 1998
    assert "Acetylation: Acetylation" in chemist.get(f"{address}?reference=1").content.decode()
    assert "Acetylation process" in chemist.get(page_of(Route.objects.get().versions.get())).content.decode()
    chemist.post(reverse("literature-unlink", args=named), {"link-step": "1:1"})
    assert not Literature.objects.get().supports.exists()
