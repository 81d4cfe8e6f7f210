"""Where the figures of a row come from and what they may come to: fields, checks and columns of every table that holds money."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import and_
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.refusals import Words
from process.confidence import confidence_column, confidence_field
from process.costs.figures import Source
from worksheets.sheets import SheetColumn

SOURCES = [(each.value, each.label) for each in Source if each != Source.AWARDED]  # nobody types that one: it follows from the award
AS_THE_BASE = _("Empty: as the base.")


class Sourced(models.Model):
    """source: whose word the figures of the row are, with its reference and day; empty where nobody has said."""

    source = models.CharField(_("source"), max_length=12, choices=SOURCES, blank=True)
    confidence = confidence_field()
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    dated = models.DateField(_("dated"), null=True, blank=True)

    class Meta:
        abstract = True


def in_order(*names: str) -> Q:
    """low ≤ base ≤ high of each of these figures, where low and high are said."""
    return reduce(and_, (end for name in names for end in _ends(name)))


def _ends(name: str) -> Iterable[Q]:
    low, high = f"{name}_low", f"{name}_high"
    return Q(**{low: None}) | Q(**{f"{low}__lte": F(name)}), Q(**{high: None}) | Q(**{f"{high}__gte": F(name)})


def end_columns(name: str, **said: Any) -> tuple[SheetColumn, SheetColumn]:
    """The low and high of a column, to stand behind it."""
    return SheetColumn(f"{name}_low", note=AS_THE_BASE, **said), SheetColumn(f"{name}_high", note=AS_THE_BASE, **said)


def origin_columns(*, unsaid: Words = "", undated: Words = "") -> tuple[SheetColumn, ...]:
    """unsaid, undated: what counts where no source and no day is typed."""
    return (
        SheetColumn("source", note=unsaid, example="Quote", width=18),
        confidence_column(),
        SheetColumn("reference", example="Price book 2026", width=18),
        SheetColumn("dated", note=undated, example="2026-03-12"),
    )
