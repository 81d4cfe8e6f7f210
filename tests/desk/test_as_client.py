"""One of ours looks at a project as its client sees it: the same words, nothing to press, and a line in the record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Role
from audit.models import Event
from documents import registry
from documents.registry import DocumentType
from documents.services import share_document, submit_for_review, upload_version
from projects.models import Phase, Project, WaitingFor
from projects.services.sharing import ask_for_approval
from tests.kept import kept_until_the_end
from tests.projects import factories
from tests.projects.people import as_person

pytestmark = pytest.mark.django_db
MEMO = DocumentType(key="seen_memo", title="Memo", phase=Phase.SMALL_SCALE, number_prefix="SMM")


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A project with an order that waits for the client and a document that is shared with it."""
    registry._types["seen_memo"] = MEMO
    with pytest.MonkeyPatch.context() as patch, kept_until_the_end(django_db_blocker):
        patch.setattr("django.conf.settings.FILES_DIR", tmp_path_factory.mktemp("files"))
        project = factories.a_project_in(Phase.SMALL_SCALE)
        factories.sent_change_order(project)
        version = upload_version(
            "seen_memo", upload=BytesIO(b"%PDF-1.7 a memo\n%%EOF\n"), name="memo.pdf", actor=factories.manager(), project=project
        )
        if version.effective_at is None:
            submit_for_review(version.document.number, 1, actor=factories.manager())
        share_document(version.document.number, actor=factories.manager())
        ask_for_approval(project.code, "milestone", "g2", actor=factories.manager())
        yield {"project": project.pk, "document": version.document.number}
    del registry._types["seen_memo"]


@pytest.fixture
def project(made: dict[str, Any], db: None) -> Project:
    return Project.objects.get(pk=made["project"])


def pages(project: Project, document: str) -> dict[str, str]:
    """Address of ours → the same page of the client."""
    root, home = reverse("as-client", args=[project.code]), reverse("portal-project", args=[project.code])
    inside = {f"{root}{rest}": f"{home}{rest}" for rest in ("", "quotation/1/", "change-orders/1/1/")}
    return inside | {f"{root}documents/{document}/": f"/documents/{document}/"}


def words_of(page: str) -> str:
    """What a reader reads in the main part."""
    main = page.partition('<main id="main"')[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_it_reads_word_for_word_as_for_a_client_s_viewer(project: Project, made: dict[str, Any]) -> None:
    viewer, ours = as_person(factories.person(Role.CLIENT_VIEWER)), as_person(factories.manager())

    for address, theirs in pages(project, made["document"]).items():
        seen = words_of(ours.get(address).content.decode())
        assert seen == words_of(viewer.get(theirs).content.decode())
        assert len(seen) > 200


def test_it_says_whose_eyes_and_who_looks(project: Project, made: dict[str, Any]) -> None:
    for address in pages(project, made["document"]):
        page = as_person(factories.manager()).get(address).content.decode()
        assert f"As {project.client.name} sees it; you are {factories.manager().full_name}." in page
        assert 'class="as-client-mark"' in page


def test_nothing_can_be_done_from_there(project: Project, made: dict[str, Any]) -> None:
    ours = as_person(factories.manager())

    for address in pages(project, made["document"]):
        main = ours.get(address).content.decode().partition('<main id="main"')[2].partition("</main>")[0]
        assert "<form" not in main
        assert "<button" not in main
        assert 'href="/portal/' not in main
        assert 'href="?' not in main
        assert ours.post(address).status_code == 405


def test_its_links_stay_with_the_client_s_eyes(project: Project, made: dict[str, Any]) -> None:
    ours = as_person(factories.manager())
    main = ours.get(reverse("as-client", args=[project.code])).content.decode().partition('<main id="main"')[2].partition("</main>")[0]
    links = set(re.findall(r'<a [^>]*href="([^"]+)"', main))

    assert {reverse("as-client-quotation", args=[project.code, 1]), reverse("as-client-change-order", args=[project.code, 1, 1])} <= links
    assert {link: ours.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_each_page_that_is_opened_stands_in_the_record_once(project: Project, made: dict[str, Any]) -> None:
    ours = as_person(factories.manager())

    for address in pages(project, made["document"]):
        before = Event.objects.count()
        ours.get(address)
        (event,) = Event.objects.order_by("pk")[before:]
        assert (event.kind, event.actor, event.project_id, event.client_visible) == (
            "project.viewed_as_client",
            factories.manager(),
            project.pk,
            False,
        )


@pytest.mark.parametrize(
    ("role", "status"), [(Role.RESEARCH, 403), (Role.QUALITY_ASSURANCE, 403), (Role.REGULATORY, 404), (Role.CLIENT_APPROVER, 404)]
)
def test_who_may_not_share_may_not_look(project: Project, made: dict[str, Any], role: str, status: int) -> None:
    before = Event.objects.count()
    person = as_person(factories.person(role))

    assert {person.get(address).status_code for address in pages(project, made["document"])} == {status}
    assert Event.objects.count() == before


def test_what_the_client_does_not_see_is_not_there(project: Project) -> None:
    before, ours = Event.objects.count(), as_person(factories.manager())

    for name, arguments in (("quotation", [9]), ("change-order", [9, 9]), ("document", ["NONE-1"])):
        assert ours.get(reverse(f"as-client-{name}", args=[project.code, *arguments])).status_code == 404
    assert Event.objects.count() == before


def test_the_button_stands_on_the_project_s_page_for_those_who_may(project: Project) -> None:
    link = reverse("as-client", args=[project.code])

    assert link in as_person(factories.manager()).get(project.get_absolute_url()).content.decode()
    assert link not in as_person(factories.person(Role.RESEARCH)).get(project.get_absolute_url()).content.decode()


def test_what_waits_for_the_client_leads_ours_to_pages_of_ours(project: Project) -> None:
    ours = as_person(factories.manager())
    page = ours.get(project.get_absolute_url()).content.decode()
    waits = WaitingFor.objects.open().filter(project=project).exclude(client=None).select_related("project")

    links = {wait.key.partition(":")[0]: wait.link_for_ours for wait in waits}

    sharing = f"{reverse('project-sharing', args=[project.code])}#approvals"
    assert links == {"change_order.answer": reverse("change-order-detail", args=[project.code, 1, 1]), "approval.answer": sharing}
    assert 'href="/portal/' not in page
    assert {ours.get(link).status_code for link in links.values() if link in page} == {200}
