"""The RFP Record: what the client said, what is still to be asked, and nothing of what we think."""

from __future__ import annotations

import json

import pytest
from django.template.loader import render_to_string

from accounts.models import Role
from documents.content import key_values
from documents.services.queue import page_of
from phases.evaluation.rfp_document import rfp_record
from projects.models import Project, Rfp
from projects.services.clarifications import ask_clarification
from tests.finished import drafted, finished, text_of
from tests.projects import factories

pytestmark = pytest.mark.django_db

UNTOLD = ("process_challenges", "patents_known", "decision_criteria", "conflict_check_note")


def test_rfp_record_says_what_was_asked_for_and_what_is_missing() -> None:
    project = factories.a_project()
    actor = factories.person(Role.BUSINESS_DEVELOPMENT)
    ask_clarification(project.rfp.number, question="Which polymorph is wanted?", actor=actor)

    version = finished("rfp_record", project, author=actor)

    said = text_of(version)
    assert version.document.number == f"{project.rfp.number}-RR-01"
    for words in (
        "Development and supply, 5 t a year",
        "103-90-2",
        "C8H9NO2",
        "no stereocentre",
        "Which polymorph is wanted?",
        "Still to ask",
        "Page 1 of",
    ):
        assert words in said
    assert "Approved · Project manager" in said
    assert page_of(version, "effective").count("Structural formula of Paracetamol") == 2  # on the cover, and beside the SMILES


def test_rfp_record_prints_what_is_answered_by_group_and_what_had_to_be_asked() -> None:
    said = {"exposure_band": 4, "special_conditions": ["azide", "cryogenic"], "specification_proposed": "Water: at most 0.5 %"}
    rfp = factories.an_rfp(**factories.COMPLETE_REQUEST, **said)
    for name in UNTOLD:
        setattr(rfp, name, f"Ours: {name}")

    data = rfp_record(rfp)

    groups = {group["title"]: group for group in data["groups"]}
    rows = {row["label"]: row["value"] for group in data["groups"] for row in group["rows"]}
    assert not any(secret in json.dumps(data, default=str) for secret in UNTOLD), "a client may be shown the record"
    assert [title for title in groups if title not in ("Molecule", "Need")] == [
        "Role of the compound", "Product context", "Status of the process", "Analytical", "Regulatory", "Safety", "Timing",
    ]  # fmt: skip
    assert (rows["Role of the compound"], rows["GMP needed"], rows["Number of steps"]) == ("API", "not asked yet", "not asked yet")
    assert (rows["Occupational exposure band"], rows["Special conditions"]) == ("4", "Azide, Cryogenic (−78 °C)")
    assert groups["Analytical"]["texts"] == [{"title": "Specification proposed", "text": "Water: at most 0.5 %"}]
    assert not {"Energetic groups", "Hygroscopicity", "Chromatography in the process"} & set(rows)


def test_rfp_record_says_how_the_client_is_reached_and_by_which_agreement() -> None:
    rfp = factories.a_project_ready_for_g1().rfp
    rfp.client.country, rfp.contact.phone = "CH", "+41 61 000 00 00"

    said = {row["label"]: row["value"] for row in rfp_record(rfp)["reach"]}

    assert (said["Country"], said["Contact's telephone"], said["Language"]) == ("CH", "+41 61 000 00 00", "English")
    assert rfp.project.agreements.get(kind="confidentiality").number in said["Confidentiality agreement"]


def test_rfp_record_of_an_earlier_release_is_printed_as_it_was_made() -> None:
    data = {name: [] for name in ("parties", "molecule", "product", "dates", "missing", "composition", "treatment")}
    data |= {name: {"columns": [], "rows": [], "caption": "", "empty": ""} for name in ("quantities", "questions", "files")}
    old = data | {
        "wanted": "5 t",
        "challenges": "Colour of the crude product",
        "timeline": "Two years",
        "product": key_values(("Drug", "X")),
    }

    page = render_to_string("documents/types/_rfp_record_2.html", {"data": old})

    assert all(words in page for words in ("Colour of the crude product", "Two years", "Product and registration", "Drug"))


@pytest.mark.usefixtures("unlaid")
def test_that_no_file_was_sent_needs_no_page_of_its_own() -> None:
    version = drafted("rfp_record", factories.a_project(), author=factories.person(Role.BUSINESS_DEVELOPMENT))

    page = page_of(version, "review")

    assert "<p>No file was sent.</p>" in page and "Files received" not in page
    assert page.index("No file was sent.") < page.index("Development and supply, 5 t a year")


def test_rfp_record_without_a_structure_draws_none() -> None:
    factories.a_project()
    Rfp.objects.update(smiles="", structure_text="", formula="", molar_mass_g_per_mol=None)

    version = drafted("rfp_record", Project.objects.get(), author=factories.person(Role.BUSINESS_DEVELOPMENT))

    assert "Structural formula" not in page_of(version, "review")
