"""Where a compound is published, on the page of its project."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Role
from audit.models import Event
from projects.models import Project
from tests.projects import factories as make
from tests.projects.people import as_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make.a_project()


def test_sources_are_written_down_and_shown(project: Project) -> None:
    manager, address = as_person(make.manager()), reverse("compound-sources", args=[project.code])

    answer = manager.post(address, {"pubchem_cid": "1983", "references": " US 2,998,450 (1961)\n\nAnn. Chem. 1878, 11, 277 "})
    again = manager.post(address, {"pubchem_cid": "1983", "references": "US 2,998,450 (1961)\nAnn. Chem. 1878, 11, 277"})

    page = manager.get(project.get_absolute_url()).content.decode()
    assert (answer.status_code, again.status_code) == (302, 302)
    assert "PubChem CID 1983" in page
    assert "pubchem.ncbi" not in page, "nobody else is told what we look at"
    assert "Ann. Chem. 1878, 11, 277" in page
    assert Event.objects.filter(kind="compound.cited").count() == 1


def test_a_wrong_number_is_said_at_its_field_and_nothing_typed_is_lost(project: Project) -> None:
    address = reverse("compound-sources", args=[project.code])

    answer = as_person(make.manager()).post(address, {"pubchem_cid": "0", "references": "A patent."})

    assert answer.status_code == 400
    assert "pubchem_cid" in answer.context["form"].errors
    assert "A patent." in answer.content.decode()


def test_others_read_and_are_told_who_writes(project: Project) -> None:
    research, address = as_person(make.person(Role.RESEARCH)), reverse("compound-sources", args=[project.code])

    assert "Sources are written down by" in research.get(address).content.decode()
    assert research.post(address, {"pubchem_cid": "1983", "references": ""}).status_code == 403
    assert not Event.objects.filter(kind="compound.cited").exists()
