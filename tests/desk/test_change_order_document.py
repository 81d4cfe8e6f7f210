"""The Change Order as a PDF: what it says is what was released, and it is not made before."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import Role
from audit.signatures import content_hash
from desk.change_order_document import change_order, missing
from documents.models import Document
from projects.models import Phase, Project
from tests.finished import drafted, text_of
from tests.projects import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(db: None) -> Project:
    return make.a_project_in(Phase.SMALL_SCALE)


def test_it_waits_for_a_release(project: Project) -> None:
    make.a_change_order(project)

    assert [blocker.key for blocker in missing(project)] == ["change_order.released"]
    with pytest.raises(LookupError):
        change_order(project, f"CO-{project.code[4:]}-1")


def test_the_pdf_says_what_was_released(project: Project) -> None:
    order = make.sent_change_order(project)
    project = Project.objects.select_related("client", "site").get(pk=project.pk)

    text = text_of(drafted("change_order", project, author=make.person(Role.BUSINESS_DEVELOPMENT), about=order.number))

    assert order.label in text
    assert "A second crystallisation study" in text
    assert "+10" in text
    assert content_hash(order)[:12] in text.replace(" ", "")


@pytest.mark.usefixtures("unlaid")
def test_each_change_order_has_its_own_document(project: Project) -> None:
    first = make.accept_change_order(make.sent_change_order(project))
    second = make.sent_change_order(project)
    project = Project.objects.select_related("client", "site").get(pk=project.pk)
    author = make.person(Role.BUSINESS_DEVELOPMENT)

    made = [drafted("change_order", project, author=author, about=order.number) for order in (first, second)]

    assert [version.document.number for version in made] == [f"{project.code}-CHO-01", f"{project.code}-CHO-02"]
    assert [version.state for version in made] == ["draft", "draft"]
    assert first.label in text_of(made[0]) and second.label in text_of(made[1])


def test_a_document_from_before_is_named_after_the_order_that_it_prints(project: Project) -> None:
    order = make.sent_change_order(project)
    project = Project.objects.select_related("client", "site").get(pk=project.pk)
    made = drafted("change_order", project, author=make.person(Role.BUSINESS_DEVELOPMENT), about=order.number)
    Document.objects.filter(pk=made.document_id).update(about_kind="", about_reference="")

    import_module("documents.migrations.0003_name_what_documents_are_about").name_them(apps, SimpleNamespace(connection=connection))

    assert Document.objects.get(pk=made.document_id).about_words == order.number
