"""Reading uploaded files for the search, apart from the request that brought them.

Every file that a row holds and nobody has read gets a row of its own; that row is the queue. A worker that dies leaves its lease, and
the next one takes the file up; after a few deaths it is left. What cannot be read is not found, and nothing else happens.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from time import monotonic

import structlog
from django.db import DataError, OperationalError, models, transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from audit.files import open_file
from documents.file_reading import READERS, UnreadableError, text_of
from documents.models import FileText, Rendition
from projects.models import Agreement, ReferencedEvidence, RfpFile

SECONDS_AT_ONCE = 10.0  # and one file more: whoever waits for a PDF waits behind it
NEW_AT_ONCE = 500  # of each holder
LEASE = timedelta(minutes=3)  # longer than the task may take
log = structlog.get_logger(__name__)


def read_files() -> int:
    """Read what has come in since; how many files were read."""
    _note_new_files()
    read, until = 0, monotonic() + SECONDS_AT_ONCE
    while monotonic() < until and (claimed := _claim()):
        _read(claimed)
        read += 1
    return read


def _note_new_files() -> None:
    for holder, hash_field, type_field in _holders():
        unread = holder.filter(~Exists(FileText.objects.filter(sha256=OuterRef(hash_field))), **{f"{type_field}__in": list(READERS)})
        found = unread.order_by("pk").values_list(hash_field, type_field)[:NEW_AT_ONCE]
        FileText.objects.bulk_create([FileText(sha256=sha256, media_type=kind) for sha256, kind in found], ignore_conflicts=True)


def _holders() -> Iterator[tuple[models.QuerySet, str, str]]:
    yield RfpFile.objects.all(), "sha256", "media_type"
    yield Rendition.objects.filter(kind=Rendition.Kind.UPLOADED), "sha256", "media_type"
    yield Agreement.objects.all(), "file_sha256", "file_media_type"
    yield ReferencedEvidence.objects.all(), "file_sha256", "file_media_type"


@transaction.atomic
def _claim() -> FileText | None:
    """The next file, counted as tried before it is opened."""
    now = timezone.now()
    claimed = FileText.objects.claimable(now).select_for_update(skip_locked=True).order_by("id").defer("text").first()
    if claimed:
        claimed.attempts, claimed.lease_until = claimed.attempts + 1, now + LEASE
        claimed.save(update_fields=["attempts", "lease_until"])
    return claimed


def _read(file: FileText) -> None:
    try:
        with open_file(file.sha256) as content:
            file.text = text_of(content, file.media_type)
    except (UnreadableError, FileNotFoundError) as fault:
        file.fault = str(fault)[:300]
    except Exception:  # the store is away: this says nothing about the file
        FileText.objects.filter(pk=file.pk).update(attempts=F("attempts") - 1)
        raise
    try:
        _keep(file)
    except (DataError, OperationalError) as fault:  # more different words than an index entry holds
        file.text, file.fault = "", str(fault)[:300]
        _keep(file)
    if file.fault:
        log.info("file.not_read", sha256=file.sha256, fault=file.fault)


@transaction.atomic
def _keep(file: FileText) -> None:
    file.read_at, file.lease_until = timezone.now(), None
    file.save(update_fields=["text", "fault", "read_at", "lease_until"])
