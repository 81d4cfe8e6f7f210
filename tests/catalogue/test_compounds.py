"""The table of compounds: what follows from a structure, that each stands there once, and who sees which; and the page of one."""

from __future__ import annotations

import csv
import io
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, User
from audit.models import Event
from catalogue.models import Compound, CompoundFingerprint
from catalogue.parents import composition_or_none, made_of, stereo_of_parent
from catalogue.services import create_or_find_compound
from process.routes.models import RouteStep
from projects.models import Project
from projects.models.confidentiality import SEEN
from tests.process import factories as process
from tests.projects.confidential import a_kept_project, named, secrets
from tests.projects.factories import PARACETAMOL, a_project
from tests.projects.people import person
from tests.worksheets.rows import TOLUENE, a_material, change
from worksheets.bound import bind
from worksheets.changing import ADD, CHANGE, REMOVE, Change, Result, change_rows
from worksheets.models import Import
from worksheets.services import take_import

pytestmark = pytest.mark.django_db

SITAGLIPTIN = "N[C@@H](CC(=O)N1CCn2c(nnc2C(F)(F)F)C1)Cc1cc(F)c(F)cc1F"
PHOSPHATE = f"{SITAGLIPTIN}.O.OP(=O)(O)O"


def chemist() -> User:
    return person(Role.RESEARCH)


def enter(actor: User | None = None, **values: Any) -> Result:
    (result,) = change_rows("compounds", [Change(ADD, values=values)], actor=actor or chemist()).results
    return result


def cells(pk: int) -> dict[str, Any]:
    bound = bind("compounds", chemist())
    found: dict[str, Any] = bound.table(list(bound.query().filter(pk=pk)))[0]["values"]
    return found


def seen_by(user: User) -> list[str]:
    return list(Compound.objects.visible_to(user).values_list("name", flat=True))


def test_everything_follows_from_the_structure() -> None:
    row = cells(enter(name="Sitagliptin phosphate", cas_number="CAS 654671-77-9", structure_text=PHOSPHATE).pk)

    assert (row["cas_number"], row["formula"], row["inchikey"]) == ("654671-77-9", "C16H20F6N5O6P", "GQPYTJVDPQTBQC-KLQYNRQASA-N")
    assert row["molar_mass_g_per_mol"] == pytest.approx(523.33, abs=0.01)
    assert row["made_of"] == "1 parent : 1 phosphate : 1 water (monohydrate)"
    assert row["stereo"] == "1 stereocentre, defined"
    assert CompoundFingerprint.objects.count() == 1, "similar ones are found by it"


@pytest.mark.parametrize(
    "smiles",
    [
        PARACETAMOL,
        SITAGLIPTIN,
        PHOSPHATE,
        "Nc1cccc2c1CN(C1CCC(=O)NC1=O)C2=O",
        "CC1CCC(C)CC1",
        "C/C=C/C(=O)O[Na]",
        "C[C@H](N)C(=O)[O-].[K+]",
        "C[C@H]([NH3+])C(=O)[O-]",
        "CN(C)C(=N)N=C(N)N",
        "",
    ],
)
def test_what_the_list_finds_quickly_is_what_the_page_says(smiles: str) -> None:
    whole = composition_or_none(smiles)

    assert made_of(smiles) == (whole.words if whole else "")
    assert stereo_of_parent(smiles) == (whole.stereo if whole else None)


def test_a_compound_without_a_structure_gets_one_and_a_structure_is_taken_away_for_a_reason() -> None:
    pk = enter(name="Compound 1").pk

    assert change("compounds", pk, {"structure_text": "c1ccccc1C"}, actor=chemist()).is_saved
    assert (cells(pk)["structure_text"], cells(pk)["formula"]) == ("Cc1ccccc1", "C7H8")
    assert change("compounds", pk, {"structure_text": "C1=CC=CC=C1C"}, actor=chemist()).is_saved, (
        "the same in another spelling is no change"
    )
    assert change("compounds", pk, {"structure_text": ""}, actor=chemist(), reason="Of another batch.").is_saved
    assert (cells(pk)["formula"], CompoundFingerprint.objects.count()) == ("", 0)


@pytest.mark.parametrize(
    ("values", "column", "words"),
    [
        ({"structure_text": "c1ccccc1C"}, "structure_text", "There is Toluene already."),
        ({"cas_number": "108-88-3"}, "cas_number", "There is Toluene already."),
        ({"cas_number": "108-88-4"}, "cas_number", "check digit"),
        ({"structure_text": "C1CC"}, "structure_text", "ring bond 1 is not closed"),
    ],
)
def test_what_is_there_already_or_is_no_structure_is_told_at_its_cell(values: dict[str, str], column: str, words: str) -> None:
    toluene = enter(name="Toluene", cas_number="108-88-3", structure_text="Cc1ccccc1")

    refused = enter(name="Another", **values)

    assert words in refused.errors[column][0]
    assert Compound.objects.count() == 1
    assert refused.links in ({}, {column: reverse("compound-detail", args=[toluene.pk])})


def test_what_projects_work_on_keeps_its_structure_and_stays() -> None:
    compound = a_project().compound

    refused = change("compounds", compound.pk, {"structure_text": "Cc1ccccc1"}, actor=chemist(), reason="Drawn wrongly.")
    (kept,) = change_rows("compounds", [Change(REMOVE, compound.pk)], actor=chemist(), reason="Not needed.").results

    assert "Projects work on this compound" in refused.errors["structure_text"][0]
    assert "projects" in kept.errors[""][0]
    assert Compound.objects.get().smiles == compound.smiles


def test_what_is_kept_to_named_people_is_shown_to_them_alone_and_named_to_nobody_else() -> None:
    project, stranger = a_kept_project(), chemist()
    browser = Browser()
    browser.force_login(stranger)
    enter(name="Toluene", structure_text="Cc1ccccc1")

    refused = enter(name="Mine", structure_text=PARACETAMOL)

    assert seen_by(stranger) == ["Toluene"]
    assert browser.get(project.compound.get_absolute_url()).status_code == 404
    assert "Enter it with the request" in refused.errors["structure_text"][0]
    assert refused.links == {}
    assert secrets(project, browser.get(reverse("worksheet-data", args=["compounds"])).content.decode()) == []
    named(project, stranger)
    assert seen_by(stranger) == ["Paracetamol", "Toluene"]
    assert secrets(project, browser.get(project.compound.get_absolute_url()).content.decode()) != []
    assert Event.objects.filter(kind=SEEN, actor=stranger, project_id=project.pk).exists(), "who looked stands in the record"


@pytest.fixture
def intermediate() -> tuple[Project, RouteStep, Compound]:
    """Of a route of a kept project: toluene, made in its one step."""
    project = a_kept_project()
    named(project, chemist())
    step = process.a_step(process.draft_of(process.a_route(project)), product_structure="Cc1ccccc1")
    assert step.product_compound is not None
    return project, step, step.product_compound


def another_chemist() -> User:
    return person(Role.RESEARCH, name="Another chemist")


@pytest.mark.parametrize("act", [CHANGE, REMOVE])
def test_what_a_step_of_a_kept_project_once_made_stays_kept(intermediate: tuple[Project, RouteStep, Compound], act: str) -> None:
    _project, step, compound = intermediate
    said = {"values": {"product_structure": "CCO"}} if act == CHANGE else {}

    process.one(f"route-steps:{step.version_id}", act, step.pk, **said)

    assert compound.name not in seen_by(another_chemist())
    assert compound.name in seen_by(chemist())


@pytest.mark.parametrize("address", ["/compounds/{}/", "/worksheets/compounds/rows/{}/", "/api/v1/worksheets/compounds/rows/{}/"])
def test_every_look_at_what_is_kept_stands_in_the_record(intermediate: tuple[Project, RouteStep, Compound], address: str) -> None:
    project, _step, compound = intermediate
    browser = Browser()
    browser.force_login(chemist())

    assert browser.get(address.format(compound.pk)).status_code == 200

    assert Event.objects.filter(kind=SEEN, actor=chemist(), project_id=project.pk).exists()


def test_an_import_of_compounds_is_seen_by_who_brought_it(settings: Any) -> None:
    found = take_import("compounds", BytesIO(f"Name,Structure (SMILES)\nSecret,{PARACETAMOL}\n".encode()), "secret.csv", actor=chemist())

    assert Import.objects.visible_to(chemist()).get() == found
    assert not Import.objects.visible_to(another_chemist()).exists()


def test_a_structure_stays_where_materials_are_that_compound() -> None:
    toluene = create_or_find_compound(name="Toluene", cas_number="108-88-3", structure_text="Cc1ccccc1", actor=chemist())
    assert a_material(**TOLUENE).compound == toluene

    refused = change("compounds", toluene.pk, {"structure_text": "CCO"}, actor=chemist(), reason="Drawn wrongly.")

    assert "Materials are this compound" in refused.errors["structure_text"][0]


def test_a_material_does_not_tell_the_structure_of_what_is_kept() -> None:
    project, browser = a_kept_project(), Browser()
    browser.force_login(person(Role.MATERIAL_CONTROL))

    material = a_material(cas_number="103-90-2")

    assert material.compound is None
    material.compound = project.compound
    material.save()
    assert "InChI" not in browser.get(material.get_absolute_url()).content.decode()
    assert "Known as the compound" not in browser.get(material.get_absolute_url()).content.decode()


def test_clients_see_none_and_others_of_ours_change_none() -> None:
    project = a_project()
    client = person(Role.CLIENT_APPROVER, client=project.client)
    browser = Browser()
    browser.force_login(client)

    assert seen_by(client) == []
    assert browser.get("/compounds/").status_code == 404
    assert [each.key for each in bind("compounds", person(Role.PRODUCTION)).blockers] == ["permission"]


def test_the_page_leads_to_projects_and_to_what_is_alike() -> None:
    project, browser = a_project(), Browser()
    browser.force_login(chemist())
    like = create_or_find_compound(name="Phenacetin", structure_text="CC(=O)Nc1ccc(OCC)cc1", actor=chemist())

    own = browser.get(project.compound.get_absolute_url()).content.decode()
    other = browser.get(like.get_absolute_url()).content.decode()

    assert f'href="{project.get_absolute_url()}"' in own
    assert "RZVAJINKPMORJF-UHFFFAOYSA-N" in own
    assert "None of the projects that you see works on it." in other
    assert f'<a href="{project.compound.get_absolute_url()}">Paracetamol</a>' in other


def test_the_file_holds_what_the_table_shows_and_more_rows_ask_no_more() -> None:
    browser = Browser()
    browser.force_login(chemist())
    enter(name="Toluene", structure_text="Cc1ccccc1")
    queries(browser)
    before = queries(browser)
    for number in range(3):
        enter(name=f"Alkane {number}", structure_text="C" * (number + 5))

    assert queries(browser) == before
    file = b"".join(browser.get(reverse("list-csv", args=["compounds"]))).decode("utf-8-sig")
    assert [row["Formula"] for row in csv.DictReader(io.StringIO(file))] == ["C5H12", "C6H14", "C7H16", "C7H8"]


def queries(browser: Browser) -> int:
    with CaptureQueriesContext(connection) as found:
        assert browser.get("/compounds/").status_code == 200
    return len(found)


def test_a_known_compound_is_still_found_for_a_material() -> None:
    toluene = create_or_find_compound(name="Toluene", cas_number="108-88-3", structure_text="Cc1ccccc1", actor=chemist())

    assert a_material(**TOLUENE).compound == toluene
    assert Project.objects.count() == 0
