"""What an installation writes into its documents beside the templates of the release: fixed texts, guidance, address and foot.

Kept in revisions. A version of a document pins the texts of its day with its data, so that its hash and its signatures bind them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import AppendOnly

if TYPE_CHECKING:
    from documents.registry import DocumentType, NarrativeSection

HOUSE = ""  # the type of what every document carries
HOUSE_TEXTS = ("address", "footer")
TYPE_TEXTS = ("introduction", "closing")


class DocumentWording(AppendOnly):
    """The texts of one type of document from this revision on; those of the house where the type is empty."""

    type_key = models.SlugField(_("type"), max_length=64, blank=True)
    revision = models.PositiveIntegerField(_("revision"))
    content = models.JSONField(_("texts"))
    reason = models.TextField(_("reason"), max_length=1000)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta(AppendOnly.Meta):
        ordering = ["type_key", "-revision"]
        verbose_name = _("texts of a document type")
        verbose_name_plural = _("texts of document types")
        constraints = [models.UniqueConstraint(fields=["type_key", "revision"], name="document_wording_once")]

    def __str__(self) -> str:
        return f"{self.type_key or 'house'} {self.revision}"

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return None, None


def newest_of(*keys: str) -> dict[str, DocumentWording]:
    """The newest revision of each of these types, by type."""
    rows = DocumentWording.objects.filter(type_key__in=keys).order_by("type_key", "-revision").distinct("type_key")
    return {row.type_key: row for row in rows}


def pinned_texts(declared: DocumentType) -> tuple[str, dict[str, Any]]:
    """The template's version with the revisions of both texts, and the texts; just the release's version where nobody wrote any."""
    rows = newest_of(HOUSE, declared.key)
    own, house = rows.get(declared.key), rows.get(HOUSE)
    version = declared.template_version + (f".{own.revision}" if own else "") + (f"-h{house.revision}" if house else "")
    texts = {name: row.content.get(name, "") for row, names in ((own, TYPE_TEXTS), (house, HOUSE_TEXTS)) if row for name in names}
    return version, texts


def is_of_release(template_version: str, declared: DocumentType) -> bool:
    """Whether this release's template made it, with whichever texts of the installation: a later change of those touches no version."""
    return re.fullmatch(rf"{re.escape(declared.template_version)}(\.\d+)?(-h\d+)?", template_version) is not None


def sections_of(declared: DocumentType) -> tuple[NarrativeSection, ...]:
    """The sections that people write, each with the guidance of this installation where there is one."""
    row = newest_of(declared.key).get(declared.key) if declared.narrative else None
    guidance = row.content.get("guidance", {}) if row else {}
    return tuple(replace(each, help=guidance.get(each.key) or each.help) for each in declared.narrative)
