"""Purchase inquiries through the API: our own accounts read them, nobody of a client finds them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Role
from process.purchasing import services
from projects.models import Project
from tests.process import factories as make
from tests.projects import factories as projects

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(project: Project) -> str:
    version = make.draft_of(make.a_whole_route(project))
    by = timezone.localdate() + timedelta(days=7)
    services.prepare_inquiry(version.pk, target_kg=Decimal(10), answer_by=by, with_priced=True, actor=make.chemist())
    return f"/api/v1/projects/{project.code}/inquiries/"


def test_ours_read_what_is_asked_for(address: str, project: Project) -> None:
    client = APIClient()
    client.force_authenticate(make.chemist())

    (listed,) = client.get(address).json()
    found = client.get(f"{address}1/?currency=USD").json()

    assert (listed["reference"], listed["state"], listed["route"]) == (f"{project.code}-PI-1", "prepared", 1)
    assert found["compared_in"] == "USD"
    by_name = {line["name"]: line for line in found["lines"]}
    assert set(by_name) == {"4-Aminophenol", "Acetic anhydride"}
    assert [offer["is_answered"] for offer in by_name["4-Aminophenol"]["offers"]] == [False]
    assert client.get(f"{address}1/?currency=XXX").status_code == 400


def test_a_client_finds_nothing(address: str, project: Project) -> None:
    client = APIClient()
    client.force_authenticate(projects.person(Role.CLIENT_APPROVER, client=project.client))

    assert client.get(address).status_code == 404
    assert client.get(f"{address}1/").status_code == 404
