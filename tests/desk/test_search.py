"""The search: words of documents, names nearly right, and never a word of what the reader may not see."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from desk import search
from desk.search import Passage, find, find_nearly, nearly, structure_in
from desk.search_passages import passage_in
from documents.models import Document, DocumentVersion
from documents.services import request_document, save_narrative
from projects.models import Project
from tests.projects import confidential, factories

pytestmark = pytest.mark.django_db
SAID = "<p>The crude product was <b>crystallised</b> from isopropanol &amp; water.</p>"


@pytest.fixture
def project() -> Project:
    return factories.a_project()


@pytest.fixture
def version(project: Project) -> DocumentVersion:
    return a_version(project)


def a_version(project: Project) -> DocumentVersion:
    """Whose narrative says SAID."""
    made = request_document("project_status_report", actor=factories.manager(), project=project)
    key = made.document.type.narrative[0].key  # type: ignore[union-attr]
    return save_narrative(made.document.number, 1, key, SAID, actor=factories.manager())


def foreign() -> User:
    return factories.person(Role.CLIENT_APPROVER, client=factories.a_client("DCB"))


def page(user: User, words: str, **headers: str) -> Any:
    browser = Browser(headers=headers)
    browser.force_login(user)
    return browser.get("/search/", {"q": words}, follow=find(user, words).nothing)


@pytest.mark.parametrize("words", ["crystallising", "isopropanol crystallised", '"crystallised from isopropanol"'])
def test_finds_what_a_document_says_in_any_form_of_its_words(version: DocumentVersion, words: str) -> None:
    ((document, passage),) = find(factories.manager(), words).documents

    assert document == version.document
    assert passage is None or passage.words.lower() in ("crystallised", "isopropanol")
    assert find(factories.manager(), "chromatography").documents == []


def test_the_passage_is_marked_and_no_markup(version: DocumentVersion) -> None:
    shown = page(factories.manager(), "isopropanol").content.decode()

    assert "crystallised from <mark>isopropanol</mark> &amp; water." in shown


def test_what_is_called_so_comes_before_what_says_so(version: DocumentVersion) -> None:
    found = find(factories.manager(), version.document.number).documents

    assert found[0] == (version.document, None)


def test_documents_that_somebody_may_not_see_take_the_place_of_none_that_they_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SHOWN", 1)
    before, own, after = (a_version(factories.a_project(client)) for client in (None, factories.a_client("DCB"), None))
    for foreign in (before, after):
        confidential.keep(foreign.document.project.client)  # type: ignore[union-attr]

    found = find(confidential.another_seller(), "isopropanol").documents

    assert [document for document, _passage in found] == [own.document]


@pytest.mark.parametrize("few", [0, 500])
def test_where_many_say_so_the_same_is_found_as_where_few_do(monkeypatch: pytest.MonkeyPatch, version: DocumentVersion, few: int) -> None:
    monkeypatch.setattr("desk.search.FEW", few)

    found = find(factories.person(Role.MANAGEMENT), "isopropanol").documents

    assert [document.pk for document, _passage in found] == [version.document_id]


def test_a_client_finds_words_of_what_it_may_read_only(version: DocumentVersion) -> None:
    viewer = factories.person(Role.CLIENT_VIEWER)
    assert find(viewer, "isopropanol").nothing

    Document.objects.filter(pk=version.document_id).update(
        visibility="shared", shared_at="2026-03-12T00:00Z", shared_by=factories.manager()
    )

    assert find(viewer, "isopropanol").nothing  # shared, and still a draft
    assert find(foreign(), "isopropanol").nothing
    assert find(foreign(), version.document.number).nothing


@pytest.mark.parametrize("words", ["103902", "CAS 103-90-2", "rzvaJinKPMORJF-UHFFFAOYSA-N", "c8h9no2"])
def test_identifiers_are_found_as_people_write_them(project: Project, words: str) -> None:
    assert [each.code for each in find(factories.manager(), words).projects] == [project.code]
    assert find(foreign(), words).nothing


def test_a_mistyped_name_finds_what_is_nearly_so(project: Project) -> None:
    found = find_nearly(factories.manager(), "Paracetmol")
    shown = page(factories.manager(), "Paracetmol").content.decode()

    assert ([each.code for each in found.projects], found.words, found.instead_of) == ([project.code], "Paracetamol", "Paracetmol")
    assert "Nothing that you may see is written “Paracetmol”" in shown
    assert "Paracetamol" not in page(foreign(), "Paracetmol").content.decode()


def test_a_mistyped_name_goes_on_to_the_other_and_neither_asks_much(project: Project) -> None:
    browser = Browser()
    browser.force_login(factories.manager())
    browser.get("/search/")

    with CaptureQueriesContext(connection) as first:
        led = browser.get("/search/", {"q": "Paracetmol"})
    with CaptureQueriesContext(connection) as second:
        shown = browser.get(led.url)

    assert (led.url, project.code in shown.content.decode()) == ("/search/?q=Paracetamol&typed=Paracetmol", True)
    assert (len(first) <= 20, len(second) <= 20) == (True, True)


def test_a_name_that_the_reader_may_not_see_is_no_guess(project: Project) -> None:
    assert nearly(factories.manager(), find(factories.manager(), "Paracetmol")) == "Paracetamol"
    assert nearly(foreign(), find(foreign(), "Paracetmol")) == ""


def test_an_exact_code_that_is_still_being_typed_leads_nowhere_yet(project: Project) -> None:
    assert page(factories.manager(), project.code).status_code == 302

    typing = page(factories.manager(), project.code, hx_request="true")

    assert typing.status_code == 200
    assert project.code in typing.content.decode()


@pytest.mark.parametrize("who", [factories.manager, lambda: factories.person(Role.CLIENT_APPROVER)], ids=["ours", "a client's"])
def test_three_projects_cost_what_one_does(who: Any) -> None:
    counts = []
    for number in (1, 2):
        for _ in range(number):
            factories.a_project()
        page(who(), "Paracetamol")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert page(who(), "Paracetamol").status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "words", ["%_\\", "' OR 1=1 --", ":*&|!<->", '"', "…", "x" * 10_000, "-", "\ud800".encode("utf-8", "replace").decode()]
)
def test_nonsense_is_answered_plainly(project: Project, words: str) -> None:
    assert page(factories.manager(), words).status_code == 200


def test_the_api_finds_the_same(version: DocumentVersion) -> None:
    browser = Browser()
    browser.force_login(factories.manager())

    answer = browser.get("/api/v1/search/", {"q": "isopropanol"}).json()
    nearly = browser.get("/api/v1/search/", {"q": "Paracetmol"}).json()

    assert [(row["kind"], row["code"], row["page"]) for row in answer["results"]] == [
        ("document", version.document.number, version.document.get_absolute_url())
    ]
    assert (nearly["words"], nearly["instead_of"]) == ("Paracetamol", "Paracetmol")
    assert {row["kind"] for row in nearly["results"]} == {"project", "request", "document"}
    assert browser.get("/api/v1/search/", {"query": "x"}).status_code == 400


def test_a_passage_is_cut_around_the_words(version: DocumentVersion) -> None:
    key = version.document.type.narrative[0].key  # type: ignore[union-attr]
    long = save_narrative(version.document.number, 1, key, f"<p>{'first ' * 60}toluene {'last ' * 60}</p>", actor=factories.manager())

    ((_document, passage),) = find(factories.manager(), "toluene").documents

    assert long.narrative
    assert isinstance(passage, Passage)
    assert passage.before.startswith("… ")
    assert passage.after.endswith(" …")
    assert len(passage.before) + len(passage.after) < 200


def test_a_passage_is_what_people_read_and_no_key_of_the_data() -> None:
    assert passage_in(["route_selected", "Route selected on 3 May"], "route") == Passage("", "Route", " selected on 3 May")
    assert passage_in(["route_selected"], "route") is None


ETHOXY = "CCOc1ccc(NC(C)=O)cc1"  # phenacetin, the ethyl ether of paracetamol


def test_a_structure_that_is_typed_finds_what_is_like_it(project: Project) -> None:
    found = find(factories.manager(), ETHOXY)

    assert [(each.project, 35 <= each.percent < 100) for each in found.alike] == [(project, True)]
    assert find(foreign(), ETHOXY).nothing
    assert "No project that you may see has a compound like this structure" in page(foreign(), ETHOXY).content.decode()
    assert f"{found.alike[0].percent} % alike" in page(factories.manager(), ETHOXY).content.decode()
    answer = page(factories.manager(), factories.PARACETAMOL[::-1].replace("(", "[").replace(")", "("))  # begins like one, and is none
    assert answer.status_code == 200


def test_the_same_structure_written_otherwise_finds_the_request(project: Project) -> None:
    written = "c1(O)ccc(NC(=O)C)cc1"

    found = find(factories.manager(), written)

    assert found.rfps == [project.rfp]
    assert [(each.project, each.percent) for each in found.alike] == [(project, 100)]


@pytest.mark.parametrize("words", ["API-2026-0001", "103-90-2", "Paracetamol", "RZVAJINKPMORJF-UHFFFAOYSA-N", "crystallised (twice)"])
def test_what_is_no_structure_is_not_read_as_one(words: str) -> None:
    assert structure_in(words) == ("", "")
