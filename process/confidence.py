"""How sure a figure of the cost is, in the eyes of whoever entered it: one field and one column, whatever the figure."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from worksheets.sheets import SheetColumn


class Confidence(StrEnum):
    """How sure whoever entered a figure is of it, within its low and high."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def label(self) -> Promise:
        return _LABELS[self]


_LABELS: dict[Confidence, Promise] = {
    Confidence.HIGH: pgettext_lazy("confidence", "High"),
    Confidence.MEDIUM: pgettext_lazy("confidence", "Medium"),
    Confidence.LOW: pgettext_lazy("confidence", "Low"),
}
CONFIDENCES = [(each.value, each.label) for each in Confidence]
HOW_SURE = _("How sure the figure is, within its low and high.")


def confidence_field(words: Any = "") -> models.CharField[Any, Any]:
    """Empty where nobody has judged it."""
    return models.CharField(words or _("confidence"), max_length=8, choices=CONFIDENCES, blank=True)


def confidence_column(name: str = "confidence") -> SheetColumn:
    return SheetColumn(name, note=HOW_SURE, example="Medium", width=12)


def confidence_words(said: str) -> str:
    """confidence: Medium; nothing where nobody has judged it."""
    return _t("confidence: %(confidence)s") % {"confidence": Confidence(said).label} if said else ""
