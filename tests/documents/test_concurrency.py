"""Two at once: exactly one wins, the other is told."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from accounts.models import Role, User
from audit.context import acting
from audit.refusals import Refused
from audit.signatures import signatures_of
from documents.models import DocumentVersion
from documents.registry import Meaning
from documents.services import queue
from tests.documents.conftest import again, sign

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("stub_pdf", "silent_bell")]


@pytest.fixture
def silent_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("documents.services.shared.render_version.delay", lambda _id: None)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same moment, each on its own connection; what each returned or raised."""
    answers: list[Any] = [None] * len(calls)
    start = Barrier(len(calls))

    def run(position: int) -> None:
        try:
            start.wait()
            with acting(channel="worker"):
                answers[position] = calls[position]()
        except Exception as error:
            answers[position] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(position,)) for position in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_two_workers_claim_one_version(requested: DocumentVersion) -> None:
    answers = at_once(lambda: queue._claim(requested.pk), lambda: queue._claim(requested.pk))

    assert sorted(answer is None for answer in answers) == [False, True]
    assert again(requested).attempts == 1


def test_two_people_sign_in_one_place(in_review: DocumentVersion, chemist: User, person: Callable[..., User]) -> None:
    colleague = person("Second Chemist", Role.RESEARCH)

    answers = at_once(lambda: sign(in_review, chemist, Meaning.REVIEWED), lambda: sign(in_review, colleague, Meaning.REVIEWED))

    assert sorted(isinstance(answer, Refused) for answer in answers) == [False, True]
    assert signatures_of(in_review).count() == 1
