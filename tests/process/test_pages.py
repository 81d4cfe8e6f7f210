"""The pages of routes in the browser's hands."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.refusals import Refused
from catalogue.models import Material
from process.models import Route, RouteStep, RouteVersion, StepInput
from process.purchasing.services import prepare_inquiry
from process.routes.checks import faults_of
from process.templatetags.process import measured, percent
from projects.models import Project, Rfp
from tests.process import factories as make
from tests.projects import factories as projects

pytestmark = pytest.mark.django_db


def page_of(version: RouteVersion, name: str = "route-version", **more: Any) -> str:
    return reverse(name, args=[version.route.project.code, version.route.number, version.number, *more.values()])


def grid(client: Client, address: str, *rows: dict[str, Any]) -> Any:
    """As the grid of the page sends it."""
    changes = [{"act": "add", "values": row} for row in rows]
    body = {"changes": changes, "all_or_none": False}
    answer = client.post(
        f"/api/v1/worksheets/{address}/batch/", body, content_type="application/json", headers={"Idempotency-Key": str(uuid4())}
    )
    return answer.json()


STEP = {"name": "Coupling", "product_name": "Amide", "yield_pct": "92,5", "product_structure": "CC(=O)Nc1ccccc1"}
INPUT = {"step": "Coupling", "role": "reactant", "amount": "1.05", "basis": "equivalents"}


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


def test_a_route_is_opened_and_its_tables_are_filled(chemist: Client, project: Project) -> None:
    make.a_material(molar_mass_g_per_mol=109.1)
    chemist.post(reverse("project-routes", args=[project.code]), {"new-name": "Amide route", "new-origin": "client"})
    version = Route.objects.get().versions.get()

    grid(chemist, f"route-steps:{version.pk}", STEP)
    told = grid(chemist, f"step-inputs:{version.pk}", INPUT | {"material": "4-aminophenol", "is_limiting": "yes"}, INPUT)

    step = RouteStep.objects.get()
    assert (step.molar_mass_g_per_mol, step.product_compound.name) == (pytest.approx(135.166, abs=0.01), "Amide")
    assert (step.yield_pct, StepInput.objects.get().amount) == (Decimal("92.5"), Decimal("1.05"))
    assert [each["saved"] for each in told["results"]] == [True, False]
    assert list(told["results"][1]["errors"]) == ["material"]
    page = chemist.get(page_of(version)).content.decode()
    assert "Coupling: the limiting input has one equivalent." in page
    assert f'"batch": "/api/v1/worksheets/step-inputs:{version.pk}/batch/"' in page


def test_a_row_is_typed_without_a_script_and_a_wrong_one_keeps_what_was_typed(chemist: Client, project: Project) -> None:
    version = make.draft_of(make.a_route(project))
    address = reverse("worksheet-row-new", args=[f"route-steps:{version.pk}"])

    wrong = chemist.post(address, STEP | {"yield_pct": "0.92"})
    right = chemist.post(address, STEP)

    assert (wrong.status_code, right.status_code) == (400, 302)
    assert "Then type 92." in wrong.content.decode()
    assert 'value="Amide"' in wrong.content.decode()
    assert RouteStep.objects.get().name == "Coupling"


def test_classes_of_reaction_stand_in_their_groups_in_the_form(chemist: Client, project: Project) -> None:
    version = make.draft_of(make.a_route(project))

    form = chemist.get(reverse("worksheet-row-new", args=[f"route-steps:{version.pk}"])).content.decode()

    group = form[form.index('<optgroup label="C–X coupling with a transition metal">') :]
    assert '<option value="c_n_coupling">C–N coupling</option>' in group[: group.index("</optgroup>")]
    assert '<option value="" selected></option>' in form[: form.index("<optgroup")]


def test_a_step_stands_beside_the_published_ones_of_its_class(chemist: Client, project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    RouteStep.objects.filter(version=version).update(transformation="suzuki_coupling")

    shown = chemist.get(f"{page_of(version)}?target=100&currency=EUR").content.decode()

    assert "PMI 23.2 – 80.0 over 37 reactions" in shown


def test_a_page_looks_for_faults_once(chemist: Client, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    version = make.draft_of(make.a_whole_route(project))
    looked: list[int] = []
    monkeypatch.setattr("process.routes.figures.faults_of", lambda route: looked.append(1) or faults_of(route))
    for module in ("mass_balance", "yields", "unit_cost"):
        monkeypatch.setattr(f"process.routes.{module}.faults_of", lambda route: looked.append(2) or faults_of(route))

    chemist.get(f"{page_of(version)}?target=100&currency=EUR")

    assert looked == [1]


@pytest.mark.parametrize(("value", "words"), [(139.46, "139.5"), (0.0123456, "0.01235"), (1106.6, "1,107"), (9.9996, "10.000"), (0.0, "0")])
def test_a_figure_is_rounded_and_not_cut_off(value: float, words: str) -> None:
    assert measured(value) == words


def test_a_figure_without_end_is_shown_and_breaks_nothing(chemist: Client, project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    Material.objects.filter(name="Acetic anhydride").update(molar_mass_g_per_mol=1e28)

    assert measured(1e30) == "1" + 10 * ",000"
    assert percent(1e30)
    assert chemist.get(page_of(version)).status_code == 200
    (told,) = chemist.get(f"/api/v1/projects/{project.code}/routes/").json()
    assert (told["material_cost_per_kg"], [words[-21:] for words in told["missing"]]) == (None, ["with too many digits."])
    with pytest.raises(Refused, match="with too many digits"):
        prepare_inquiry(version.pk, target_kg=Decimal(1), answer_by=timezone.localdate(), with_priced=True, actor=make.chemist())


def test_a_percentage_is_rounded_too() -> None:
    assert percent(0.12387) == "12.4"


def test_the_button_that_fixes_is_drawn_anew_only_while_it_was_blocked(chemist: Client, project: Project) -> None:
    """So that a reason which somebody types stays when a row is saved."""
    version = make.draft_of(make.a_whole_route(project))

    saved, was_blocked = (chemist.get(f"{page_of(version)}{query}").content.decode() for query in ("", "?blocked=1"))

    assert ("hx-swap-oob" in saved, 'id="route-fix" hx-swap-oob="true"' in was_blocked) == (False, True)
    assert 'name="blocked"' not in saved
    Material.objects.update(molar_mass_g_per_mol=None)
    assert 'name="blocked"' in chemist.get(page_of(version)).content.decode()


def test_suppliers_are_asked_from_a_route_that_has_something_to_ask_for(chemist: Client, project: Project) -> None:
    """Of one without, the button says what is missing, and is drawn anew once a row was saved."""
    empty = make.draft_of(make.a_route(project, "Not drawn yet"))

    page = chemist.get(page_of(empty)).content.decode()

    assert 'name="unasked" value="1">' in page and 'id="blocked-inquiry"' in page and 'name="inquiry-target_kg"' not in page
    whole = make.draft_of(make.a_whole_route(project))
    plain, was_blocked = (chemist.get(f"{page_of(whole)}{query}").content.decode() for query in ("", "?unasked=1"))
    assert 'name="inquiry-target_kg"' in plain and 'name="unasked" value="1" disabled' in plain
    assert ("hx-swap-oob" in plain, 'id="route-inquiry" hx-swap-oob="true"' in was_blocked) == (False, True)


def test_the_target_scales_masses_and_cost(chemist: Client, project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))

    page = chemist.get(f"{page_of(version)}?target=100&currency=EUR").content.decode()

    assert "80.21" in page  # kg of 4-aminophenol: 100 · 109.128 / (0.9 · 151.165)
    assert "497.32" in page  # at 6.20 EUR/kg


def test_the_target_is_that_of_the_newest_scenario_else_of_the_request_else_a_kilogram(chemist: Client, project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    make.a_price(Material.objects.get(name="Acetic anhydride"), "0.15", quantity_from_kg=Decimal(50))
    routes = reverse("project-routes", args=[project.code])

    def told(words: str) -> tuple[str, float, bool, bool]:
        answer = chemist.get(page_of(version))
        page, shown = answer.content.decode(), chemist.get(routes).content.decode()
        cost = answer.context["figures"].cost.value.cost_per_kg
        return answer.context["target_form"]["target"].value(), float(cost), words in page, words in shown

    assert told("For 1 kg: neither a cost scenario nor the request") == ("1", pytest.approx(6.0026, abs=1e-4), True, True)
    Rfp.objects.filter(project=project).update(batch_size_wanted_kg=Decimal(100))
    assert told("For 100 kg: the batch that the request wants.") == ("100", pytest.approx(5.1772, abs=1e-3), True, True)
    make.a_scenario(project, version, name="Trial")
    said = "For 150 kg: all batches of Validation, the largest phase of cost scenario 1 (Trial)."
    assert told(said) == ("150", pytest.approx(5.1772, abs=1e-3), True, True)
    assert said not in chemist.get(f"{page_of(version)}?target=5&currency=EUR").content.decode()
    assert said in chemist.get(f"{page_of(version)}?target=0&currency=EUR").content.decode()


def test_a_missing_price_is_said_and_a_fault_stands_at_its_step(chemist: Client, project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    make.an_input(version.steps.get(), make.a_material("Carbon"), role="auxiliary", amount="0.1", basis="l_per_kg")

    page = chemist.get(page_of(version)).content.decode()

    assert "the density of Carbon is missing" in page
    assert "the price of Carbon is missing" in page


def test_the_scheme_is_a_picture_without_inline_style(chemist: Client, project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    make.change_step(version.steps.get(), product_structure=project.compound.smiles)

    answer = chemist.get(page_of(version, "route-scheme"))

    assert answer["Content-Type"] == "image/svg+xml"
    picture = answer.content.decode()
    assert "style=" not in picture
    assert 'aria-label="Paracetamol"' in picture
    assert "yield 90 %" in picture


def test_the_button_saves_what_is_said_about_a_route(chemist: Client, project: Project) -> None:
    route = make.a_whole_route(project)
    said = {"route-name": "In toluene", "route-origin": "ours", "route-purpose": "Second source", "route-note": "Dried over sieves."}
    address = reverse("route-change", args=[project.code, route.number])
    shown = chemist.get(page_of(make.draft_of(route))).context["route_version"]

    answer = chemist.post(address, said | {"version": shown}, follow=True).content.decode()

    assert "Saved." in answer and "Dried over sieves." in answer
    assert Route.objects.values_list("name", "origin", "purpose").get() == ("In toluene", "ours", "Second source")
    wrong = chemist.post(address, said | {"route-name": ""})
    assert (wrong.status_code, Route.objects.get().name) == (400, "In toluene")


def test_a_version_is_fixed_and_the_next_started(chemist: Client, project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))

    chemist.post(page_of(version, "route-fix"), {"fix-reason": "For the quotation."})
    page = chemist.get(page_of(version)).content.decode()
    chemist.post(reverse("route-start", args=[project.code, 1]), {"start-reason": "Less water."})

    assert "is fixed and stays as it is" in page
    assert "and with it what is said about the route" in page
    assert "Add: step" not in page
    assert list(RouteVersion.objects.values_list("number", "state")) == [(1, "fixed"), (2, "draft")]
    assert chemist.get(reverse("route-detail", args=[project.code, 1])).url.endswith("/versions/2/")


def test_a_quality_person_reads_and_is_told_who_writes(client: Client, project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    client.force_login(projects.person(Role.QUALITY_ASSURANCE))

    page = client.get(page_of(version)).content.decode()

    assert "Routes are written by research or a project manager." in page
    listed = client.get(reverse("project-routes", args=[project.code])).content.decode()
    assert 'id="blocked-import"' in listed
    assert "/imports/routes/" not in listed
    assert "Add: step" not in page
    assert page.count("Routes are written by research or a project manager.") >= 4  # both tables, fixing, what is said about it
