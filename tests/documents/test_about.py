"""Documents of which a project has many: each about one batch, one round, one order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.context import acting
from audit.models import Event
from audit.refusals import BadInput, Refused
from documents import services
from documents.about import AboutKind, in_number, words_of
from documents.models import Document, DocumentVersion
from documents.services.freshness import refresh_out_of_date
from projects.models import Project
from tests.documents import sample_types as types
from tests.documents.conftest import again, render, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stub_pdf")]
State = DocumentVersion.State


def a_record(project: Project, actor: User, batch: str, **values: Any) -> DocumentVersion:
    return services.request_document("sample_batch", actor=actor, project=project, about=batch, **values)


def in_effect(version: DocumentVersion, actor: User) -> DocumentVersion:
    render(version)
    return services.submit_for_review(version.document.number, version.number, actor=actor)


def test_each_batch_has_its_own_document(project: Project, manager: User) -> None:
    first, second = a_record(project, manager, "PB-1"), a_record(project, manager, "PB-2")
    in_effect(first, manager)
    in_effect(second, manager)

    assert [again(each).state for each in (first, second)] == [State.EFFECTIVE, State.EFFECTIVE]
    assert [each.document.number for each in (first, second)] == ["API-2026-0001-XBR-PB-1", "API-2026-0001-XBR-PB-2"]
    assert first.document.title == "Sample batch record · Batch PB-1"


def test_the_same_batch_written_otherwise_is_the_same_document(project: Project, manager: User) -> None:
    a_record(project, manager, "PB-1")

    second = a_record(project, manager, "  pb-1 ", reason="Weights corrected.")

    assert (second.number, Document.objects.filter(project=project).count()) == (2, 1)


def test_names_that_look_alike_in_a_number_are_told_apart(project: Project, manager: User) -> None:
    numbers = [a_record(project, manager, batch).document.number for batch in ("PB 1", "PB-1", "批次一", "批次二")]

    assert numbers == [f"API-2026-0001-XBR-{end}" for end in ("PB-1", "PB-1-02", "01", "02")]


@pytest.mark.usefixtures("real_pdf")
def test_every_page_and_file_says_which_batch(project: Project, manager: User) -> None:
    version = a_record(project, manager, "PB-1")

    render(version)

    file = again(version).review_pdf
    assert file is not None and file.name == "API-2026-0001-XBR-PB-1-v1-draft.pdf"
    assert "SAMPLE BATCH RECORD · BATCH PB-1" in text_of(file.sha256, page=0)
    assert "Sample batch record · Batch PB-1 API-2026-0001-XBR-PB-1 · Version 1" in text_of(file.sha256, page=2)
    assert version.signed_content["snapshot"]["document"]["about"] == "Batch PB-1"


@pytest.mark.parametrize(
    ("type_key", "about"), [("sample_batch", " "), ("sample_batch", "x" * 41), ("sample_status", "PB-1"), ("sample_minutes", "G9-1")]
)
def test_what_it_is_about_is_asked_for_at_its_field(type_key: str, about: str, project: Project, manager: User) -> None:
    with pytest.raises(BadInput) as bad:
        services.request_document(type_key, actor=manager, project=project, about=about)

    assert list(bad.value.errors) == ["about"]
    assert not Document.objects.filter(project=project).exists()


def test_minutes_of_the_next_round_leave_those_of_the_first(project: Project, manager: User) -> None:
    types.ROUNDS.update({"G2-1": "G2 round 1"})
    first = services.request_document("sample_minutes", actor=manager, project=project, about="G2-1")
    in_effect(first, manager)
    types.ROUNDS.update({"G2-2": "G2 round 2"})

    in_effect(services.request_document("sample_minutes", actor=manager, project=project, about="G2-2"), manager)

    effective = DocumentVersion.objects.effective().order_by("document__number")
    assert [each.document.about_words for each in effective.select_related("document")] == ["G2 round 1", "G2 round 2"]


def test_one_made_before_documents_were_named_goes_on_without_a_name(project: Project, manager: User) -> None:
    Document.objects.filter(pk=a_record(project, manager, "PB-1").document_id).update(about_kind="", about_reference="")

    version = a_record(project, manager, "", reason="Weights corrected.")

    assert (version.number, version.document.about_words) == (2, "")


def test_only_the_batch_whose_records_changed_is_out_of_date(project: Project, manager: User) -> None:
    first, second = (in_effect(a_record(project, manager, batch), manager) for batch in ("PB-1", "PB-2"))
    types.BATCH_WORDS["PB-2"] = "The yield was corrected."

    with acting(channel="worker"):
        refresh_out_of_date([project.pk])

    marked = {each.document_id: each.document.out_of_date_since is not None for each in (again(first), again(second))}
    assert marked == {first.document_id: False, second.document_id: True}


def test_one_begun_by_mistake_is_taken_out_and_comes_back(project: Project, manager: User) -> None:
    number = a_record(project, manager, "PB-9").document.number

    services.withdraw_document(number, actor=manager, reason="There is no such batch.")

    assert Document.objects.get(number=number).withdrawn_at is not None
    assert Event.objects.get(kind="document.withdrawn").reason == "There is no such batch."
    with pytest.raises(Refused, match="taken out already"):
        services.withdraw_document(number, actor=manager, reason="Again.")
    a_record(project, manager, "PB-9", reason="It was made after all.")
    assert Document.objects.get(number=number).withdrawn_at is None


def test_what_was_in_effect_is_never_taken_out(project: Project, manager: User) -> None:
    version = in_effect(a_record(project, manager, "PB-1"), manager)

    with pytest.raises(Refused, match="was in effect"):
        services.withdraw_document(version.document.number, actor=manager, reason="A mistake.")
    with pytest.raises(BadInput):
        services.withdraw_document(a_record(project, manager, "PB-2").document.number, actor=manager, reason=" ")


def test_the_next_batch_is_made_from_the_projects_documents(client: Browser, project: Project, manager: User) -> None:
    client.force_login(manager)
    shelf = reverse("project-documents", args=[project.code])
    a_record(project, manager, "PB-1")

    made = client.post(f"{reverse('document-new')}?project={project.code}&type=sample_batch", {"type_key": "sample_batch", "about": "PB-2"})

    assert made.status_code == 302
    page = client.get(shelf).content.decode()
    assert 'id="about-sample_batch"' in page
    for words in ("Batch PB-1", "Batch PB-2", "API-2026-0001-XBR-PB-2"):
        assert words in page


def test_a_missing_name_is_said_at_the_field(client: Browser, project: Project, manager: User) -> None:
    client.force_login(manager)

    page = client.post(f"{reverse('document-new')}?project={project.code}&type=sample_batch", {"type_key": "sample_batch", "about": ""})

    assert page.status_code == 400
    assert page.context["form"].errors["about"] == ["Say about what: batch."]


def test_the_page_offers_only_rounds_without_minutes(client: Browser, project: Project, manager: User) -> None:
    types.ROUNDS.update({"G2-2": "G2 round 2", "G2-1": "G2 round 1"})
    services.request_document("sample_minutes", actor=manager, project=project, about="G2-1")
    client.force_login(manager)

    page = client.get(reverse("project-documents", args=[project.code])).content.decode()

    assert '<option value="G2-2">' in page and '<option value="G2-1">' not in page


def test_the_page_costs_the_same_for_one_and_three(client: Browser, project: Project, manager: User) -> None:
    client.force_login(manager)
    costs = []
    for batches in (("1",), ("2", "3")):
        for batch in batches:
            a_record(project, manager, batch)
        client.get(reverse("project-documents", args=[project.code]))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("project-documents", args=[project.code]))
        costs.append(len(queries))

    assert costs[0] == costs[1]


def test_taking_out_needs_words_on_the_page_too(client: Browser, project: Project, manager: User) -> None:
    number = a_record(project, manager, "PB-1").document.number
    client.force_login(manager)
    address = reverse("document-withdraw", args=[number])

    assert client.post(address, {"reason": ""}).status_code == 400
    assert client.post(address, {"reason": "Typed twice."}).status_code == 302
    assert "begun by mistake" in client.get(reverse("document-detail", args=[number])).content.decode()


@pytest.fixture
def api(manager: User) -> Callable[..., Any]:
    browser = Browser()
    browser.force_login(manager)

    def post(body: dict[str, Any], **headers: str) -> Any:
        return browser.post("/api/v1/documents/", body, content_type="application/json", headers=headers)

    return post


def test_the_api_makes_and_shows_them(api: Callable[..., Any], project: Project) -> None:
    body = {"type": "sample_batch", "project": project.code, "about": "PB-1"}

    made = api(body, **{"Idempotency-Key": "one"})
    same = api(body, **{"Idempotency-Key": "one"})

    assert made.status_code == 201
    assert made.json()["about"] == {"kind": "batch", "reference": "PB-1", "words": "Batch PB-1"}
    assert same.json() == made.json() and same.headers["Idempotency-Replayed"] == "true"


def test_the_api_refuses_at_the_field(api: Callable[..., Any], project: Project) -> None:
    nameless = api({"type": "sample_batch", "project": project.code})
    nowhere = api({"type": "sample_batch"})

    assert (nameless.status_code, nowhere.status_code) == (400, 400)
    assert "about" in nameless.json()["errors"] and "project" in nowhere.json()["errors"]


def test_the_api_lists_by_what_they_are_about(api: Callable[..., Any], project: Project, manager: User, client: Browser) -> None:
    for batch in ("PB-1", "PB-2"):
        a_record(project, manager, batch)
    services.request_document("sample_status", actor=manager, project=project)
    client.force_login(manager)

    listed = client.get("/api/v1/documents/", {"about": "pb-2"}).json()["results"]
    every = client.get("/api/v1/documents/").json()["results"]

    assert [each["about"]["reference"] for each in listed] == ["PB-2"]
    assert sorted(each["about"] is None for each in every) == [False, False, True]


def test_a_client_makes_no_document(customer: User, project: Project) -> None:
    browser = Browser()
    browser.force_login(customer)
    body = {"type": "sample_batch", "project": project.code, "about": "PB-1"}

    assert browser.post("/api/v1/documents/", body, content_type="application/json").status_code == 403


@pytest.mark.parametrize(
    ("kind", "reference", "words", "number"),
    [
        (AboutKind.BATCH, "3", "Batch 3", "03"),
        (AboutKind.GATE_ROUND, "G2-1", "G2 round 1", "G2-1"),
        (AboutKind.CHANGE_ORDER, "CO-2026-0001-2", "CO-2026-0001-2", "02"),
        (AboutKind.EVENT, "DEV/7", "Quality event DEV/7", "DEV7"),
        (AboutKind.PERIOD, "2026", "2026", "2026"),
        ("", "", "", ""),
    ],
)
def test_words_and_numbers(kind: str, reference: str, words: str, number: str) -> None:
    assert (words_of(kind, reference), in_number(kind, reference)) == (words, number)
