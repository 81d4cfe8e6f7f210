"""Whose document is made next: people take turns, and a long report never takes the last free hand.

Ten thousand documents asked for by one person, or by a night's work, keep nobody waiting who asks for one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db.models import Exists, F, Max, OuterRef, Window
from django.db.models.functions import RowNumber

from documents.models import DocumentVersion, Rendition

LONG_PAGES = 40  # takes some ten seconds; what an earlier file of the document had says what the next one will have
LONG = Exists(Rendition.objects.filter(version__document=OuterRef("document"), pages__gte=LONG_PAGES))
CHOICE = 3  # more than one, because another worker may take the first at the same moment
NEVER = datetime.min.replace(tzinfo=UTC)


def next_ids(now: datetime) -> list[int]:
    """The versions to be made next, best first.

    Of each person's documents the oldest comes first, and the turn is with whom no document was begun for the longest time: what
    waits is not enough to say it, since of ten thousand the next one is always somebody's first. While a long report is being made,
    short ones go first.
    """
    in_work = DocumentVersion.objects.unrendered().filter(lease_until__gte=now)
    waiting = DocumentVersion.objects.claimable(now).annotate(is_long=LONG)
    own = [F("requested_by"), F("is_long")] if in_work.filter(LONG).exists() else [F("requested_by")]
    place = Window(RowNumber(), partition_by=own, order_by=[F("requested_at"), F("pk")])
    firsts = list(
        waiting.only("requested_by", "requested_at").annotate(place=place).filter(place__lte=CHOICE).order_by("requested_at", "pk")
    )
    served = _last_begun(firsts)
    firsts.sort(key=lambda each: (len(own) > 1 and each.is_long, each.place, served.get(each.requested_by_id, NEVER)))
    return [each.pk for each in firsts[:CHOICE]]


def _last_begun(waiting: Sequence[DocumentVersion]) -> dict[int, datetime]:
    """By person: when a document of theirs was begun last, since the first of those that wait was asked for."""
    if not waiting:
        return {}
    people = {each.requested_by_id for each in waiting}
    begun = DocumentVersion.objects.filter(requested_by__in=people, started_at__gte=waiting[0].requested_at)
    return dict(begun.order_by().values_list("requested_by").annotate(Max("started_at")))
