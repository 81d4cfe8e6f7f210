"""Uploaded files are found by what they say, by those who may open them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department, Role, User
from audit.client_role import client_rows
from desk import search
from desk.search import find
from documents.models import FileText
from documents.services import upload_version
from documents.services.file_texts import read_files
from projects.attachments import take_upload
from projects.models import Project, Rfp, RfpFile
from projects.services.agreements import record_agreement, record_client_agreement
from projects.services.evidence import enter_reference
from projects.services.rfp import attach_rfp_file
from tests.projects import confidential
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
SAID = b"The crude product was crystallised from isopropanol and water."


def attach(project: Project, by: User, text: bytes = SAID) -> RfpFile:
    stored = take_upload(io.BytesIO(text), "procedure.txt")
    attached = attach_rfp_file(project.rfp.number, stored=stored, actor=by) if by.is_internal else _sent_with(project, by, stored)
    read_files()
    return attached


def _sent_with(project: Project, by: User, stored: Any) -> RfpFile:
    """As it came with the request that the client's person sent."""
    kept = {"name": stored.name, "media_type": stored.media_type, "sha256": stored.sha256, "size_bytes": stored.size_bytes}
    return RfpFile.objects.create(rfp=project.rfp, uploaded_by=by, **kept)


def found(user: User, words: str = "crystallising") -> list[tuple[str, str]]:
    return [(file.where, file.page) for file in find(user, words).files]


@pytest.mark.parametrize("few", [0, 500])
def test_a_request_s_file_is_found_in_any_form_of_its_words(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr("desk.search_files.FEW", few)
    project = make.a_project()
    file = attach(project, confidential.business())

    assert found(make.manager()) == [(project.rfp.number, f"/rfps/{project.rfp.number}/files/{file.pk}/")]
    assert found(make.manager(), "chromatography") == []


def test_the_page_marks_the_passage_and_the_api_names_the_file() -> None:
    project = make.a_project()
    file = attach(project, confidential.business())
    browser = Browser()
    browser.force_login(make.manager())

    shown = browser.get("/search/", {"q": "isopropanol"}).content.decode()
    answer = browser.get("/api/v1/search/", {"q": "isopropanol"}).json()["results"]

    assert "crystallised from <mark>isopropanol</mark> and water." in shown
    assert answer == [
        {"kind": "file", "code": project.rfp.number, "title": "procedure.txt", "page": f"/rfps/{project.rfp.number}/files/{file.pk}/"}
    ]


def test_a_kept_request_s_file_is_found_by_nobody_who_is_not_named() -> None:
    project = confidential.a_kept_project()
    attach(project, confidential.business())

    assert found(confidential.business())
    assert found(confidential.another_seller()) == []


def test_what_somebody_may_not_see_takes_the_place_of_nothing_that_they_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever come first: more foreign files than are shown say the words, before the own one and after it."""
    monkeypatch.setattr(search, "SHOWN", 1)
    before, own, after = confidential.a_kept_project(), make.a_project(make.a_client("DCB")), confidential.a_kept_project()
    for number, project in enumerate([before, before, own, after, after]):
        attach(project, confidential.business(), SAID + str(number).encode())

    assert [where for where, _page in found(confidential.another_seller())] == [own.rfp.number]


def test_a_client_finds_what_its_own_side_attached_and_no_other_client_does() -> None:
    project = make.a_project()
    approver = make.person(Role.CLIENT_APPROVER)
    Rfp.objects.filter(pk=project.rfp_id).update(created_by=approver)
    attach(project, confidential.business(), b"Ours about distillation.")
    file = attach(project, approver)

    with client_rows(approver.client_id or 0):
        seen = found(approver), found(approver, "distillation")
    other = make.person(Role.CLIENT_APPROVER, client=make.a_client("DCB"))
    with client_rows(other.client_id or 0):
        foreign = found(other), FileText.objects.count()

    assert seen == ([(project.rfp.number, f"/portal/requests/{project.rfp.number}/files/{file.pk}/")], [])
    assert foreign == ([], 0)


def test_the_database_shows_a_client_no_text_of_a_file_that_is_not_its_own() -> None:
    attach(make.a_project(), confidential.business())
    evidence = FileText.objects.create(sha256="0" * 64, media_type="text/plain", text="of our evidence")

    with client_rows(make.person(Role.CLIENT_APPROVER).client_id or 0):
        assert not FileText.objects.filter(pk=evidence.pk).exists()


def test_agreements_evidence_and_uploaded_documents_are_found_where_they_are() -> None:
    project, seller, manager, today = make.a_project(), confidential.business(), make.manager(), timezone.localdate()
    stored = take_upload(io.BytesIO(SAID), "signed.txt")
    agreement = record_agreement(project.code, kind="confidentiality", number="CDA-7", effective_on=today, actor=seller, stored=stored)
    of_client = record_client_agreement(
        project.client.code, kind="quality", number="QAA-7", effective_on=today, actor=seller, stored=stored
    )
    owed = project.deliverables.create(key="safety", title="Safety file", phase=project.phase, department=Department.objects.all()[0])
    there = {"system": "LIMS", "number": "L-1", "record_state": "Approved", "record_date": today, "stored": stored}
    evidence = enter_reference(project.code, owed.key, actor=manager, **there)  # type: ignore[arg-type]
    version = upload_version("project_status_report", upload=io.BytesIO(SAID), name="report.txt", actor=manager, project=project)
    read_files()

    assert found(manager) == [
        (str(version.document), reverse("document-uploaded", args=[version.document.number, 1])),
        (f"{project.code} {owed.title}", f"/projects/{project.code}/deliverables/{owed.key}/evidence/{evidence.pk}/file/"),
        (f"{project.client.name} Quality agreement QAA-7", f"/agreements/{of_client.pk}/file/"),
        (f"{project.code} Confidentiality agreement CDA-7", f"/projects/{project.code}/agreements/{agreement.pk}/file/"),
    ]


@pytest.mark.parametrize("files", [1, 3])
def test_files_cost_the_same_queries_however_many(files: int) -> None:
    project = make.a_project()
    for number in range(files):
        attach(project, confidential.business(), SAID + str(number).encode())
    browser = Browser()
    browser.force_login(make.manager())
    browser.get("/search/")

    with CaptureQueriesContext(connection) as captured:
        shown = browser.get("/search/", {"q": "isopropanol"})

    assert shown.content.count(b"<mark>") == files
    assert len(captured) == 14
