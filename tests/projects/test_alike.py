"""Have we made something like this? As far as the reader sees the projects."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from catalogue.models import CompoundFingerprint
from catalogue.parents import FINGERPRINT_BITS, fingerprint
from catalogue.services import create_or_find_compound
from projects.alike import alike
from projects.models import Project, Rfp
from projects.models.rfp import Likeness
from projects.similar import look
from tests.projects import factories as make

pytestmark = pytest.mark.django_db

PHENACETIN = "CCOc1ccc(NC(C)=O)cc1"


@pytest.fixture
def project() -> Project:
    return make.a_project()


def test_a_compound_has_its_fingerprint_as_soon_as_it_has_a_structure() -> None:
    business = make.person(Role.BUSINESS_DEVELOPMENT)
    compound = create_or_find_compound(name="Phenacetin", cas_number="62-44-2", actor=business)
    assert not CompoundFingerprint.objects.filter(compound=compound).exists()

    create_or_find_compound(name="Phenacetin", cas_number="62-44-2", structure_text=PHENACETIN, actor=business)

    assert CompoundFingerprint.objects.get(compound=compound).bits == fingerprint(PHENACETIN)


def test_a_salt_is_its_base_and_a_stranger_is_nothing() -> None:
    assert fingerprint("CCN(CC)CC.Cl") == fingerprint("CCN(CC)CC")
    assert fingerprint("C[C@H](N)C(=O)O") == fingerprint("C[C@@H](N)C(=O)O")


def test_the_score_is_what_rdkit_says(project: Project) -> None:
    from rdkit import DataStructs

    bits = [DataStructs.CreateFromBitString(fingerprint(smiles)) for smiles in (PHENACETIN, project.compound.smiles)]

    (found,) = CompoundFingerprint.objects.filter(compound=project.compound).alike(fingerprint(PHENACETIN), least=0.0)

    assert found.score == pytest.approx(DataStructs.TanimotoSimilarity(*bits))


def test_projects_are_found_by_a_structure_like_theirs(project: Project) -> None:
    manager = make.manager()

    assert [(each.project, each.percent) for each in alike(manager, project.compound.smiles)] == [(project, 100)]
    assert [each.project for each in alike(manager, PHENACETIN)] == [project]
    assert alike(manager, "CCCCCCCCCCCC") == []
    assert alike(manager, "not a structure") == []
    assert alike(manager, project.compound.smiles, besides=project.rfp.number) == []


def test_a_salt_of_what_we_made_is_offered_as_its_salt(client: Client, project: Project) -> None:
    salt = f"{project.compound.smiles}.Cl"
    client.force_login(make.person(Role.BUSINESS_DEVELOPMENT))

    page = client.get(reverse("rfp-similar"), {"structure_text": salt}).content.decode()

    assert [(each.percent, each.kinship) for each in alike(make.manager(), salt)] == [(100, f"salt of {project.compound.name}")]
    assert page.count(f"salt of {project.compound.name}") == 2  # at the project, and at its request
    assert Rfp.objects.similar(parent_inchikey=project.rfp.parent_inchikey).get().likeness == Likeness.PARENT  # type: ignore[attr-defined]


def test_a_salt_of_the_other_enantiomer_has_the_same_parent(project: Project) -> None:
    """The first fourteen letters say it: stereochemistry stands behind them."""
    Rfp.objects.update(inchikey="", parent_inchikey="HEFNNWSXXWATRW-JTQLQIEISA-N")

    (found,) = Rfp.objects.similar(parent_inchikey="HEFNNWSXXWATRW-UHFFFAOYSA-N")

    assert found.likeness == Likeness.PARENT  # type: ignore[attr-defined]
    assert not Rfp.objects.similar(parent_inchikey="XZWYZXLIPXDOLR-UHFFFAOYSA-N").exists()


def test_another_client_on_a_salt_of_the_same_parent_is_a_conflict(project: Project) -> None:
    found = look(make.manager(), client_id=make.a_client("DCB").pk, inchikey="", smiles=f"{project.compound.smiles}.OS(=O)(=O)O")

    assert found.elsewhere


def test_parents_are_found_for_what_was_there_before(project: Project) -> None:
    Rfp.objects.update(parent_inchikey="")
    CompoundFingerprint.objects.update(parent_inchikey="", bits="0" * FINGERPRINT_BITS)

    import_module("projects.migrations.0018_parents_and_treatment").find_parents(apps, SimpleNamespace(connection=connection))
    import_module("catalogue.migrations.0009_parents").compute(apps, SimpleNamespace(connection=connection))

    row = CompoundFingerprint.objects.get(compound=project.compound)
    parent = project.compound.inchikey
    assert (Rfp.objects.get().parent_inchikey, row.parent_inchikey, row.bits) == (parent, parent, fingerprint(project.compound.smiles))


def test_who_does_not_see_the_project_finds_nothing(project: Project) -> None:
    outside = make.person(Role.REGULATORY)
    foreign = make.person(Role.CLIENT_APPROVER, client=make.a_client("DCB"))

    assert alike(outside, PHENACETIN) == []
    assert alike(foreign, PHENACETIN) == []


def test_it_is_said_while_a_request_is_typed(client: Client, project: Project) -> None:
    client.force_login(make.person(Role.BUSINESS_DEVELOPMENT))

    page = client.get(reverse("rfp-similar"), {"structure_text": PHENACETIN}).content.decode()

    assert project.code in page
    assert "% alike" in page


def test_a_project_has_a_page_of_what_resembles_it(client: Client, project: Project) -> None:
    client.force_login(make.manager())

    page = client.get(reverse("project-similar", args=[project.code])).content.decode()

    assert "None of the projects that you see" in page
