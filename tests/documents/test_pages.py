"""The pages of documents, through the client."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role, User
from documents import services
from documents.models import Document, DocumentVersion
from documents.registry import Meaning
from projects.models import Project
from tests.documents.conftest import again, render, sign

State = DocumentVersion.State
PASSWORD = "a long enough password"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stub_pdf")]


@pytest.fixture
def as_user(client: Browser) -> Callable[[User], Browser]:
    def as_user(user: User) -> Browser:
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        client.force_login(user)
        return client

    return as_user


@pytest.fixture
def effective(in_review: DocumentVersion, chemist: User, quality: User, person: Callable[..., User]) -> DocumentVersion:
    sign(in_review, chemist, Meaning.REVIEWED)
    sign(in_review, quality, Meaning.APPROVED)
    version = sign(in_review, person("Second Manager", Role.PROJECT_MANAGER), Meaning.APPROVED)
    render(version)
    return again(version)


def address(version: DocumentVersion, *parts: str) -> str:
    return "/".join([f"/documents/{version.document.number}", *parts])


def read(response: Any) -> bytes:
    """The whole body; a stored file is closed at its end."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def statuses(browser: Browser, paths: Iterable[str]) -> dict[str, int]:
    answers = {path: browser.get(path) for path in paths}
    for answer in answers.values():
        read(answer)
    return {path: answer.status_code for path, answer in answers.items()}


def test_pages_ask_to_sign_in(client: Browser, requested: DocumentVersion) -> None:
    for path in ("/documents/", address(requested, ""), address(requested, "v1", "status", ""), address(requested, "v1", "review.pdf")):
        assert client.get(path).status_code == 302


def test_list_filters_by_type_and_state(
    as_user: Callable[[User], Browser], rendered: DocumentVersion, project: Project, manager: User
) -> None:
    services.request_document("sample_status", actor=manager, project=project)
    browser = as_user(manager)

    everything = browser.get("/documents/").content.decode()
    drafts = browser.get("/documents/?state=draft").content.decode()

    assert "API-2026-0001-XST-01" in everything
    assert "API-2026-0001-XSR-01" in drafts
    assert "API-2026-0001-XST-01" not in drafts
    assert "API-2026-0001-XST-01" in browser.get("/documents/?type=sample_status&q=paracetamol").content.decode()


def test_list_costs_the_same_for_one_and_three(
    as_user: Callable[[User], Browser],
    requested: DocumentVersion,
    project: Project,
    manager: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = as_user(manager)
    browser.get("/documents/")
    with CaptureQueriesContext(connection) as one:
        browser.get("/documents/")
    for key in ("sample_status", "sample_large"):
        services.request_document(key, actor=manager, project=project)

    with django_assert_num_queries(len(one)):
        browser.get("/documents/")


def test_detail_polls_while_the_pdf_is_being_made(as_user: Callable[[User], Browser], requested: DocumentVersion, manager: User) -> None:
    browser = as_user(manager)
    page = browser.get(address(requested, "")).content.decode()
    fragment = browser.get(address(requested, "v1", "status", ""), headers={"HX-Request": "true"}).content.decode()

    assert "every 2s" in page
    assert "every 2s" in fragment
    assert "<html" not in fragment

    render(requested)

    assert "every 2s" not in browser.get(address(requested, "v1", "status", "")).content.decode()
    assert "review.pdf" in browser.get(address(requested, "")).content.decode()


def test_detail_says_what_is_missing(as_user: Callable[[User], Browser], rendered: DocumentVersion, manager: User) -> None:
    page = as_user(manager).get(address(rendered, "")).content.decode()

    assert "“Summary” is empty." in page
    assert 'aria-disabled="true"' in page


def test_failed_version_shows_error_and_retry(
    as_user: Callable[[User], Browser], requested: DocumentVersion, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("documents.rendering.render_pdf", lambda *_args, **_kwargs: 1 / 0)
        render(requested)
    browser = as_user(manager)

    assert "division by zero" in browser.get(address(requested, "")).content.decode()
    assert browser.post(address(requested, "v1", "retry", "")).status_code == 302
    assert again(requested).state == State.QUEUED


def test_new_document_from_the_project(as_user: Callable[[User], Browser], project: Project, manager: User) -> None:
    browser = as_user(manager)
    where = f"/documents/new/?project={project.code}"
    assert "Sample report" in browser.get(where).content.decode()

    answer = browser.post(where, {"type_key": "sample_report", "reason": ""})

    assert answer.status_code == 302
    assert Document.objects.get().number == "API-2026-0001-XSR-01"


def test_second_version_without_reason_is_said_at_the_field(
    as_user: Callable[[User], Browser], rendered: DocumentVersion, manager: User
) -> None:
    answer = as_user(manager).post(f"/documents/new/?project={rendered.document.project.code}", {"type_key": "sample_report"})

    assert answer.status_code == 400
    assert "Say why a new version is needed" in answer.content.decode()


def test_new_document_of_a_foreign_project_is_not_found(
    as_user: Callable[[User], Browser], project: Project, person: Callable[..., User]
) -> None:
    stranger = as_user(person("Stranger", Role.ANALYTICAL))

    assert stranger.get(f"/documents/new/?project={project.code}").status_code == 404
    assert stranger.get("/documents/new/?project=API-2099-0001").status_code == 404


def test_upload_page_takes_a_file_and_refuses_a_false_one(as_user: Callable[[User], Browser], project: Project, manager: User) -> None:
    browser = as_user(manager)
    where = f"/documents/upload/?project={project.code}"

    refused = browser.post(where, {"type_key": "sample_upload", "upload": SimpleUploadedFile("protocol.pdf", b"MZ\x90\x00")})
    taken = browser.post(where, {"type_key": "sample_upload", "upload": SimpleUploadedFile("data.csv", b"a;b\n1;2\n")})
    file = browser.get("/documents/API-2026-0001-XUP-01/v1/uploaded/")

    assert refused.status_code == 400
    assert "not what its name says" in refused.content.decode()
    assert taken.status_code == 302
    assert file["Content-Disposition"] == 'attachment; filename="data.csv"'
    assert file["X-Content-Type-Options"] == "nosniff"
    assert read(file) == b"a;b\n1;2\n"


def test_text_is_written_in_the_browser(as_user: Callable[[User], Browser], rendered: DocumentVersion, manager: User) -> None:
    browser = as_user(manager)
    where = address(rendered, "v1", "text", "summary", "")
    assert "nonce=" in browser.get(where).content.decode()

    browser.post(where, {"html": "<p>Written</p><script>x</script>"})

    assert again(rendered).narrative == {"summary": "<p>Written</p>"}
    assert browser.get(address(rendered, "v1", "text", "nothing", "")).status_code == 404


def test_sign_asks_for_the_password(as_user: Callable[[User], Browser], in_review: DocumentVersion, chemist: User) -> None:
    browser = as_user(chemist)
    where = address(in_review, "v1", "sign", "") + "?meaning=reviewed"

    wrong = browser.post(where, {"password": "guessed", "expected_hash": in_review.content_hash})
    right = browser.post(where, {"password": PASSWORD, "expected_hash": in_review.content_hash})

    assert wrong.status_code == 400
    assert "password is wrong" in wrong.content.decode()
    assert right.status_code == 302
    assert services.slots_of(again(in_review))[0].signature.signer == chemist


def test_sign_out_of_turn_is_refused_with_its_reason(as_user: Callable[[User], Browser], in_review: DocumentVersion, quality: User) -> None:
    answer = as_user(quality).post(address(in_review, "v1", "sign", "") + "?meaning=approved", {"password": PASSWORD})

    assert answer.status_code == 409
    assert "Now it is the turn of" in answer.content.decode()


def test_refuse_needs_words(as_user: Callable[[User], Browser], in_review: DocumentVersion, quality: User) -> None:
    browser = as_user(quality)

    assert browser.post(address(in_review, "v1", "refuse", ""), {"reason": ""}).status_code == 400
    assert browser.post(address(in_review, "v1", "refuse", ""), {"reason": "Units."}).status_code == 302
    assert again(in_review).state == State.DRAFT


def test_client_reads_only_shared_signed_files(
    as_user: Callable[[User], Browser], effective: DocumentVersion, manager: User, customer: User
) -> None:
    browser = as_user(customer)
    paths = {
        address(effective, ""): 200,
        address(effective, "v1", "status", ""): 200,
        address(effective, "v1", "effective.pdf"): 200,
        address(effective, "v1", "snapshot.json"): 200,
        address(effective, "v1", "review.pdf"): 404,
        address(effective, "v1", "uploaded", ""): 404,
        address(effective, "v1", "text", "summary", ""): 404,
        "/documents/new/?project=API-2026-0001": 404,
    }
    assert statuses(browser, paths) == dict.fromkeys(paths, 404)

    services.share_document(effective.document.number, actor=manager)

    assert statuses(browser, paths) == paths
    page = browser.get(address(effective, "")).content.decode()
    assert "History" not in page
    assert "Process Chemist" not in page


def test_signed_pdf_opens_in_the_browser_and_downloads_on_demand(
    as_user: Callable[[User], Browser], effective: DocumentVersion, manager: User
) -> None:
    browser = as_user(manager)

    shown = browser.get(address(effective, "v1", "effective.pdf"))
    saved = browser.get(address(effective, "v1", "effective.pdf") + "?download")

    assert shown["Content-Disposition"].startswith("inline")
    assert saved["Content-Disposition"].startswith("attachment")
    assert read(saved) == read(shown)
    assert browser.get(address(effective, "v1", "anything.pdf")).status_code == 404


def test_share_and_unshare_by_button(as_user: Callable[[User], Browser], effective: DocumentVersion, manager: User) -> None:
    browser = as_user(manager)

    assert browser.post(address(effective, "share", "")).status_code == 302
    assert Document.objects.get().is_shared
    assert browser.post(address(effective, "unshare", "")).status_code == 302
    assert not Document.objects.get().is_shared


def test_states_change_only_by_post(as_user: Callable[[User], Browser], in_review: DocumentVersion, manager: User) -> None:
    browser = as_user(manager)

    for verb in ("submit", "sign", "refuse", "retry"):
        assert browser.get(address(in_review, "v1", verb, "")).status_code == 405


def test_the_list_offers_both_ways_and_they_ask_for_the_project(
    as_user: Callable[[User], Browser], manager: User, project: Project
) -> None:
    browser = as_user(manager)

    listed = browser.get("/documents/").content.decode()
    asked = [browser.get(f"/documents/{way}/") for way in ("new", "upload")]

    assert all(f'href="/documents/{way}/"' in listed for way in ("new", "upload"))
    assert [answer.status_code for answer in asked] == [200, 200]
    assert all(f'value="{project.code}"' in answer.content.decode() for answer in asked)
    assert browser.get("/documents/new/", {"project": "API-1999-0001"}).status_code == 404
