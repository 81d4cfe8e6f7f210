"""Routes through the API: our own accounts read them, nobody of a client finds them."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from accounts.models import Role
from projects.models import Project
from tests.process import factories as make
from tests.projects import factories as projects

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours() -> APIClient:
    client = APIClient()
    client.force_authenticate(make.chemist())
    return client


def test_routes_come_with_their_numbers_and_what_is_missing(project: Project, ours: APIClient) -> None:
    make.a_whole_route(project)
    make.a_route(project, "Empty")

    whole, empty = ours.get(f"/api/v1/projects/{project.code}/routes/").json()

    assert (whole["steps"], whole["overall_yield_fraction"], whole["yield_along"]) == (1, 0.9, ["Acetylation"])
    assert (whole["missing"], float(whole["material_cost_per_kg"])) == ([], pytest.approx(6.0026, abs=1e-4))
    assert (whole["currency"], float(whole["priced_for_kg"])) == ("EUR", 1)
    assert (empty["pmi_net"], empty["missing"]) == (None, ["The route has no step."])


def test_a_version_has_its_steps_and_its_masses(project: Project, ours: APIClient) -> None:
    version = make.draft_of(make.a_whole_route(project))
    address = f"/api/v1/projects/{project.code}/routes/1/versions/{version.number}/"

    told = ours.get(address).json()
    (step,) = ours.get(f"/api/v1/worksheets/{told['steps_sheet']}/rows/").json()["results"]
    inputs = ours.get(f"/api/v1/worksheets/{told['inputs_sheet']}/rows/").json()["results"]
    balance = ours.get(f"{address}balance/", {"target_kg": "100"}).json()

    assert (step["values"]["name"], step["values"]["cost"]) == ("Acetylation", "6.0026")
    assert {line["values"]["material"] for line in inputs} == {"4-Aminophenol", "Acetic anhydride", "Water"}
    assert balance["bought"][0]["fresh_kg"] == pytest.approx(100 * 109.128 / (0.9 * 151.165))
    assert ours.get(f"{address}balance/", {"target_kg": "-1"}).status_code == 400
    make.a_route(project, "Empty")
    refused = ours.get(f"/api/v1/projects/{project.code}/routes/2/versions/1/balance/")
    assert (refused.status_code, "has no step" in refused.content.decode()) == (409, True)


@pytest.mark.parametrize("role", [Role.CLIENT_APPROVER, Role.REGULATORY])
def test_who_does_not_see_the_project_finds_nothing(role: str, project: Project) -> None:
    make.a_whole_route(project)
    caller = APIClient()
    caller.force_authenticate(projects.person(role, client=project.client if role == Role.CLIENT_APPROVER else None))

    assert caller.get(f"/api/v1/projects/{project.code}/routes/").status_code == 404
