"""Whose document is made next: everybody's first before anybody's second, and a long report never takes the last free hand.

Ten thousand documents asked for by one person, or by a night's work, keep nobody waiting who asks for one.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Window
from django.db.models.functions import RowNumber

from documents.models import DocumentVersion, Rendition

LONG_PAGES = 40  # takes some ten seconds; what an earlier file of the document had says what the next one will have
LONG = Exists(Rendition.objects.filter(version__document=OuterRef("document"), pages__gte=LONG_PAGES))
CHOICE = 3  # more than one, because another worker may take the first at the same moment


def next_ids(now: datetime) -> list[int]:
    """The versions to be made next, best first.

    Of each person's documents the oldest comes first, and persons take turns. While a long report is being made, short ones go first.
    """
    in_work = DocumentVersion.objects.unrendered().filter(lease_until__gte=now)
    turn = Window(RowNumber(), partition_by=F("requested_by"), order_by=[F("requested_at"), F("pk")])
    waiting = DocumentVersion.objects.claimable(now).annotate(turn=turn, is_long=LONG)
    order = ("turn", "requested_at", "pk")
    rows = waiting.order_by(*(("is_long", *order) if in_work.filter(LONG).exists() else order))
    return list(rows.values_list("pk", flat=True)[:CHOICE])
