"""Files waiting to be read: each once, whatever dies in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from accounts.models import Role
from audit.files import PDF, store_file
from documents.file_texts import ATTEMPTS_MAX
from documents.models import FileText
from documents.services import file_texts
from documents.services.file_texts import read_files
from projects.attachments import Attachment
from projects.models import RfpFile
from projects.services.rfp import attach_rfp_file
from tests.attacks import bombs
from tests.projects import factories as make

pytestmark = pytest.mark.django_db


def attach(text: str, *, media_type: str = "text/plain", encoding: str = "utf-8") -> RfpFile:
    stored = store_file(text.encode(encoding))
    kept = Attachment("note.txt", media_type, stored.sha256, stored.size)
    return attach_rfp_file(make.an_rfp().number, stored=kept, actor=make.person(Role.BUSINESS_DEVELOPMENT))


def test_a_file_is_read_once_however_often_it_was_uploaded() -> None:
    first, second = attach("Recrystallised twice."), attach("Recrystallised twice.")

    assert (read_files(), read_files()) == (1, 0)

    assert first.sha256 == second.sha256
    assert FileText.objects.get().text == "Recrystallised twice."


def test_what_cannot_be_read_is_left_with_its_fault_and_the_next_is_read() -> None:
    attach("no archive", media_type=next(iter(file_texts.READERS)))
    attach("Readable.")

    assert read_files() == 2

    assert [(bool(each.fault), each.text) for each in FileText.objects.order_by("id")] == [(True, ""), (False, "Readable.")]


def test_a_pdf_is_read_and_one_that_is_none_is_left_with_its_fault() -> None:
    attach(bombs.packed_pages(b"BT /F 9 Tf (Dried in vacuum) Tj ET").decode("latin-1"), media_type=PDF, encoding="latin-1")
    attach("%PDF-1.7 and nothing more", media_type=PDF)

    assert read_files() == 2

    assert [(bool(each.fault), each.text) for each in FileText.objects.order_by("id")] == [(False, "Dried in vacuum"), (True, "")]


def test_kinds_that_nobody_reads_do_not_wait() -> None:
    attach("%PDF-", media_type="image/png")

    assert read_files() == 0
    assert not FileText.objects.exists()


def test_a_file_whose_worker_died_is_taken_up_when_its_lease_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    attach("Begun.")
    monkeypatch.setattr(file_texts, "_read", lambda _file: None)  # the worker is gone
    assert read_files() == 1
    monkeypatch.undo()

    assert read_files() == 0
    FileText.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert read_files() == 1
    assert FileText.objects.get().text == "Begun."


def test_a_file_at_which_workers_die_is_left_alone() -> None:
    attach("Deadly.")
    read_files()
    FileText.objects.update(read_at=None, attempts=ATTEMPTS_MAX)

    assert read_files() == 0


def test_a_store_that_is_away_costs_no_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_sha256: str) -> None:
        raise OperationalError("the store is away")

    attach("Patient.")
    monkeypatch.setattr(file_texts, "open_file", away)

    with pytest.raises(OperationalError):
        read_files()

    assert FileText.objects.get().attempts == 0
