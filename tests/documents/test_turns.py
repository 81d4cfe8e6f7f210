from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from audit.context import acting
from documents.models import Document, DocumentVersion, Rendition
from documents.services import queue
from documents.services.turns import CHOICE, LONG_PAGES, next_ids
from tests.documents.conftest import again, render

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stub_pdf")]
State = DocumentVersion.State
Waiting = Callable[..., DocumentVersion]


def ring(version: DocumentVersion) -> None:
    with acting(channel="worker"):
        queue.render_next(version.pk)


@pytest.fixture
def waiting(requested: DocumentVersion) -> Waiting:
    """A version in the queue, with the content of the sample report, so many microseconds after the first."""

    def waiting(by: User, place: int, *, pages: int = 0, lease_until: datetime | None = None) -> DocumentVersion:
        number = f"API-2026-0001-XSR-{place + 2:02}"
        values = {each: getattr(requested.document, each) for each in ("type_key", "title", "project", "client")}
        document = Document.objects.create(number=number, about_kind="batch", about_reference=f"{place}", **values)
        content = {each: getattr(requested, each) for each in ("snapshot", "narrative", "template_version", "content_hash", "reason")}
        at = requested.requested_at + timedelta(microseconds=place)
        version = DocumentVersion.objects.create(
            document=document, number=1, requested_by=by, requested_at=at, lease_until=lease_until, **content
        )
        if pages:
            Rendition.objects.create(version=version, kind="review", content_hash="0" * 64, sha256="0" * 64, size_bytes=1, pages=pages)
        return version

    return waiting


def test_everybody_s_first_comes_before_anybody_s_second(
    requested: DocumentVersion, waiting: Waiting, manager: User, chemist: User, quality: User
) -> None:
    of_the_manager = [requested, *(waiting(manager, place) for place in range(1, 6))]
    of_the_chemist, of_quality = waiting(chemist, 10), waiting(quality, 11)

    assert next_ids(timezone.now()) == [requested.pk, of_the_chemist.pk, of_quality.pk]
    for made in (requested, of_the_chemist):
        render(made)
    assert next_ids(timezone.now()) == [of_quality.pk, of_the_manager[1].pk, of_the_manager[2].pk]


def test_choosing_reads_no_content(requested: DocumentVersion) -> None:
    with CaptureQueriesContext(connection) as read:
        assert next_ids(timezone.now()) == [requested.pk]

    assert not any('"snapshot"' in query["sql"] for query in read)


def test_one_hand_alone_serves_who_comes_after_a_crowd(requested: DocumentVersion, waiting: Waiting, manager: User, chemist: User) -> None:
    """Nothing of the crowd is in work when the hand is free again, and the first of what is left was asked for earlier."""
    crowd = [requested, *(waiting(manager, place) for place in range(1, 6))]
    late = [waiting(chemist, place) for place in (10, 11)]

    made = []
    for _turn in range(4):
        made.append(next_ids(timezone.now())[0])
        render(DocumentVersion.objects.get(pk=made[-1]))

    assert made == [crowd[0].pk, late[0].pk, crowd[1].pk, late[1].pk]


def test_while_a_long_report_is_made_short_ones_go_first(
    requested: DocumentVersion, waiting: Waiting, manager: User, chemist: User
) -> None:
    render(requested)
    long_one = waiting(chemist, 1, pages=LONG_PAGES)
    short = [waiting(manager, place, pages=LONG_PAGES - 1) for place in range(2, 6)]
    assert next_ids(timezone.now())[0] == long_one.pk

    waiting(manager, 0, pages=LONG_PAGES, lease_until=timezone.now() + timedelta(minutes=1))

    assert next_ids(timezone.now()) == [each.pk for each in short[:CHOICE]]


def test_a_bell_makes_the_version_whose_turn_it_is(requested: DocumentVersion, waiting: Waiting, manager: User) -> None:
    called_for = [waiting(manager, place) for place in range(1, 5)]

    ring(called_for[-1])
    assert [again(each).state for each in (requested, called_for[-1])] == [State.DRAFT, State.QUEUED]

    for each in (requested, *called_for[:-1]):
        ring(each)
    assert {again(each).state for each in called_for} == {State.DRAFT}


def test_a_bell_for_what_is_made_already_makes_the_next(requested: DocumentVersion, waiting: Waiting, chemist: User) -> None:
    render(requested)
    other = waiting(chemist, 1)

    ring(requested)

    assert again(other).state == State.DRAFT
