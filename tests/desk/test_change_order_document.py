"""The Change Order as a PDF: what it says is what was released, and it is not made before."""

from __future__ import annotations

import pytest

from accounts.models import Role
from audit.signatures import content_hash
from desk.change_order_document import change_order, missing
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
