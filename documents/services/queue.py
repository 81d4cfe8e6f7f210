"""The worker's side: claim a version by a lease, make its PDF, store it once.

A worker that dies leaves its lease; when it ends, the sweeper calls the next one. A worker that was only slow finds
that its claim is no longer its own and drops its result. The file is stored under its hash before the row that names
it, so nothing half-made is ever seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import override

from audit.files import PDF, StoredFile, store_file
from catalogue.chemistry import draw_svg
from documents import rendering
from documents.models import QUEUE_STATE, DocumentVersion, Rendition
from documents.registry import DocumentType
from documents.services.issuing import proceed
from documents.services.shared import declared_type, record_about, ring
from documents.services.turns import next_ids
from projects.services.waiting import open_wait

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 5
SWEEP_AT_MOST = 50
ERROR_MAX_LENGTH = 4000
PROGRESS_EVERY_SECONDS = 1.0
SIGNATURE_SHEET = "documents/signature_sheet.html"
STRUCTURE_SIZE = (460, 300)
Step = DocumentVersion.Step


class LeaseLostError(Exception):
    """Another worker has the version, or its content has changed: this result is of no use."""


@dataclass(frozen=True)
class Made:
    """What a rendering gave: the stored file, its pages, and the characters that no font has."""

    kind: str
    stored: StoredFile
    pages: int
    missing_characters: str


def render_version(version_id: int) -> bool:
    """Make the PDF that the version owes; False when it owes none, somebody else is at it, or it failed.

    A version that is being issued takes its next step, also when its file was there already: the worker before may have died.
    """
    made = _render(version_id)
    proceed(version_id)
    return made


def render_next(called_for: int) -> None:
    """A bell rang for one version: make the one whose turn it is. As many bells ring as versions wait, so each of them gets its turn."""
    tried = next_ids(timezone.now())
    made = any(render_version(version_id) for version_id in tried)
    if called_for not in tried:
        (proceed if made else render_version)(called_for)


def _render(version_id: int) -> bool:
    version = _claim(version_id)
    if version is None:
        return False
    try:
        return _finish(version, _make(version))
    except LeaseLostError:
        log.info("document.lease_lost", version=version_id)
        return False
    except Exception as error:
        log.exception("document.rendering_failed", version=version_id)
        _fail(version, f"{type(error).__name__}: {error}")
        return False


def sweep() -> int:
    """Call a worker for every version that owes a PDF, or a step of its issue, and that no living worker holds; how many were called."""
    waiting = list(DocumentVersion.objects.claimable(timezone.now()).order_by("requested_at")[:SWEEP_AT_MOST])
    waiting += DocumentVersion.objects.half_issued().order_by("requested_at")[:SWEEP_AT_MOST]
    for version in waiting:
        ring(version)
    return len(waiting)


@transaction.atomic
def _claim(version_id: int) -> DocumentVersion | None:
    now = timezone.now()
    rows = DocumentVersion.objects.claimable(now).select_for_update(of=("self",), skip_locked=True)
    version = rows.filter(pk=version_id).first()
    if version is None:
        return None
    if version.attempts >= MAX_ATTEMPTS:
        _fail(version, _t("The worker stopped %(count)d times while it made this file.") % {"count": version.attempts})
        return None
    version.lease(now)
    if version.effective_at is None:
        version.begin_rendering()
    version.save(update_fields=["state", *QUEUE_STATE])
    return version


def _make(version: DocumentVersion) -> Made:
    """Everything that takes time, outside any transaction."""
    kind = Rendition.Kind.EFFECTIVE if version.effective_at else Rendition.Kind.REVIEW
    html = page_of(version, kind)
    missing = rendering.missing_characters(html)
    document = version.document
    pdf = rendering.render_pdf(
        html,
        attachment=rendering.canonical_json(version.snapshot | {"narrative": version.narrative, "content_hash": version.content_hash}),
        attachment_name=f"{document.number}-v{version.number}.json",
        created=version.effective_at or version.requested_at,
        progress=_Reporter(version),
    )
    _renew(version, Step.STORING, 0)
    return Made(kind, store_file(pdf.content), pdf.pages, missing)


def page_of(version: DocumentVersion, kind: str) -> str:
    """The HTML of one kind of rendition, from the pinned content and the signatures alone."""
    declared = declared_type(version.document)
    is_draft = kind == Rendition.Kind.REVIEW
    with override(version.language):
        context = rendering.build_context(
            version.snapshot,
            status=_t("Draft for review") if is_draft else _t("Effective"),
            content_hash=version.content_hash,
            is_draft=is_draft,
            narrative=[
                {"key": each.key, "title": str(each.title), "html": version.narrative.get(each.key, "")} for each in declared.narrative
            ],
            figures=_figures(version.snapshot, declared),
            signatures=[] if is_draft else _signatures(version),
            issued_at=version.effective_at or version.requested_at,
        )
    return rendering.render_html(declared.template if version.is_generated else SIGNATURE_SHEET, context, language=version.language)


def _figures(snapshot: dict[str, Any], declared: DocumentType) -> dict[str, str]:
    smiles = snapshot["compound"]["smiles"]
    drawn = {"structure": draw_svg(smiles, *STRUCTURE_SIZE)} if smiles else {}
    return drawn | dict(declared.figures(snapshot) if declared.figures else {})


def _signatures(version: DocumentVersion) -> list[dict[str, Any]]:
    words = {slot.key: slot.words for slot in declared_type(version.document).slots if slot.is_clients}
    rows = version.slot_signatures.select_related("signature").filter(review_round=version.review_round)
    return [
        {
            "name": row.signature.signer_words,
            "function": row.signature.signer_function,
            "meaning": words.get(row.slot, row.signature.meaning),
            "at": row.signature.signed_at,
        }
        for row in rows
    ]


class _Reporter:
    """Writes progress at most once a second, and with it renews the lease: a worker that makes no progress loses it."""

    def __init__(self, version: DocumentVersion) -> None:
        self.version = version
        self.step = ""
        self.written = 0.0

    def __call__(self, step: str, page: int) -> None:
        if step == self.step and monotonic() - self.written < PROGRESS_EVERY_SECONDS:
            return
        self.step, self.written = step, monotonic()
        _renew(self.version, step, page)


def _renew(version: DocumentVersion, step: str, page: int) -> None:
    percent = {Step.STYLING: 15, Step.LAYOUT: min(25 + 2 * page, 75), Step.DRAWING: 80, Step.STORING: 95}.get(Step(step), 10)
    lease = timezone.now() + timedelta(seconds=settings.RENDER_LEASE_SECONDS)
    mine = DocumentVersion.objects.filter(pk=version.pk, started_at=version.started_at, content_hash=version.content_hash)
    if not mine.update(lease_until=lease, progress_step=step, progress_page=page, progress_pct=percent):
        raise LeaseLostError


def _still_mine(version: DocumentVersion) -> DocumentVersion:
    """The row as it is now, locked, if the claim still holds. Raises LeaseLostError."""
    found = DocumentVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if found.started_at != version.started_at or found.content_hash != version.content_hash:
        raise LeaseLostError
    return found


@transaction.atomic
def _finish(claimed: DocumentVersion, made: Made) -> bool:
    version = _still_mine(claimed)
    if made.kind == Rendition.Kind.REVIEW:
        if version.state != DocumentVersion.State.RENDERING:
            raise LeaseLostError
        version.finish_rendering()
        version.missing_characters = made.missing_characters[:500]
    _store(version, made)
    version.lease_until, version.progress_pct = None, 100
    version.save(update_fields=["state", "missing_characters", "lease_until", "progress_pct"])
    record_about("document.rendered", version, actor=None, kind=made.kind, pages=made.pages, sha256=made.stored.sha256)
    return True


def _store(version: DocumentVersion, made: Made) -> None:
    suffix = "-draft" if made.kind == Rendition.Kind.REVIEW else ""
    Rendition.objects.get_or_create(
        version=version,
        kind=made.kind,
        content_hash=version.content_hash,
        defaults={
            "name": f"{version.document.number}-v{version.number}{suffix}.pdf",
            "media_type": PDF,
            "sha256": made.stored.sha256,
            "size_bytes": made.stored.size,
            "pages": made.pages,
        },
    )


@transaction.atomic
def _fail(claimed: DocumentVersion, error: str) -> None:
    """Keep the error with the version and tell the person who asked for it."""
    try:
        version = _still_mine(claimed)
    except LeaseLostError:
        return
    if version.state in DocumentVersion.QUEUE:
        version.fail()
    version.failed_at, version.error, version.lease_until = timezone.now(), error[:ERROR_MAX_LENGTH].replace("\x00", ""), None
    version.save(update_fields=["state", "failed_at", "error", "lease_until"])
    record_about("document.failed", version, actor=None, error=version.error[:500])
    open_wait(
        f"document.failed:{version.pk}",
        project=version.document.project,
        user=version.requested_by,
        words=_t("%(number)s version %(version)d: the PDF could not be made")
        % {"number": version.document.number, "version": version.number},
        link=version.document.get_absolute_url(),
    )
