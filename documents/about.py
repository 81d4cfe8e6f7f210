"""What a document is about where a project has many of its type: this batch, that round of a gate, this change order.

The reference is what people call the thing; the number of the document, its title, its pages and its files are named after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.refusals import BadInput

if TYPE_CHECKING:
    from documents.registry import DocumentType

LONGEST_REFERENCE = 40
LONGEST_IN_NUMBER = 24


class AboutKind(models.TextChoices):
    BATCH = "batch", _("Batch")
    GATE_ROUND = "gate_round", _("Round of a gate")
    CHANGE_ORDER = "change_order", _("Change order")
    CHANGE = "change", _("Change")
    EVENT = "event", _("Quality event")
    PERIOD = "period", _("Period")
    INQUIRY = "inquiry", _("Purchase inquiry")
    LETTER = "letter", _("Letter")


NAMED = {
    AboutKind.BATCH: _("Batch %(number)s"),
    AboutKind.CHANGE: _("Change control %(number)s"),
    AboutKind.EVENT: _("Quality event %(number)s"),
    AboutKind.INQUIRY: _("Inquiry %(number)s"),
    AboutKind.LETTER: _("Letter %(number)s"),
}
HINTS = {
    AboutKind.BATCH: _("Its number, as it stands on the batch record."),
    AboutKind.CHANGE: _("Its number in change control."),
    AboutKind.EVENT: _("Number of the deviation, out-of-specification result or complaint."),
    AboutKind.PERIOD: _("For example 2026."),
}
ROUND = _("%(code)s round %(number)s")


@dataclass(frozen=True)
class About:
    """What each document of a repeated type is about.

    `known(subject)` gives the references that the record has, with their words, newest first; without it people write them.
    """

    kind: AboutKind
    known: Callable[[Any], Mapping[str, str]] | None = None

    @property
    def hint(self) -> str:
        """How people write the reference; nothing where they choose it."""
        return str(HINTS[self.kind]) if self.kind in HINTS else ""

    def checked(self, reference: str, subject: Any) -> str:
        """The reference as it is kept. Raises BadInput at `about` for none, one that is too long, or one that the record does not know."""
        found = " ".join(reference.split())
        if not found:
            raise BadInput({"about": [_t("Say about what: %(kind)s.") % {"kind": self.kind.label.lower()}]})
        if len(found) > LONGEST_REFERENCE or not found.isprintable():
            raise BadInput({"about": [_t("Use at most %(limit)d characters.") % {"limit": LONGEST_REFERENCE}]})
        if self.known is not None and found not in self.known(subject):
            raise BadInput({"about": [_t("There is no %(reference)s that it could be made about now.") % {"reference": found}]})
        return found


def checked_about(declared: DocumentType, reference: str, subject: Any) -> str:
    """What the document that is asked for is about; empty for a type of which there is one. Raises BadInput at `about`."""
    if declared.about is not None:
        return declared.about.checked(reference, subject)
    if reference.strip():
        raise BadInput({"about": [_t("There is one %(title)s; it is about all of the project.") % {"title": declared.title}]})
    return ""


def words_of(kind: str, reference: str) -> str:
    """“Batch 3”, “G2 round 2”; a reference that says by itself what it is stays as it is. Empty where nothing is named."""
    if kind == AboutKind.GATE_ROUND:
        gate, _dash, number = reference.partition("-")
        return ROUND % {"code": gate, "number": number}
    return NAMED[AboutKind(kind)] % {"number": reference} if kind in NAMED else reference


def in_number(kind: str, reference: str) -> str:
    """The part of the document's number that names what it is about; empty where Latin letters and digits cannot say it."""
    short = reference.rpartition("-")[2] if kind == AboutKind.CHANGE_ORDER else reference
    return slugify(short).upper()[:LONGEST_IN_NUMBER].strip("-_").zfill(2) if slugify(short) else ""
