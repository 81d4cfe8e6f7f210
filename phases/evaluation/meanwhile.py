"""Who signs a sheet has read what it says: what somebody else changed since the page was opened is read first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from audit.events import events_of
from audit.refusals import Blocker

if TYPE_CHECKING:
    from accounts.models import User
    from audit.models import Event
    from phases.evaluation.models import DepartmentAssessment

CONTENT, OF_A_TABLE = ("sheet.saved", "sheet.plan_total_taken"), "worksheet."


def seen_of(asked: str, events: Sequence[Event]) -> int:
    """The newest event that the page shows. asked: of a part that is loaded again, what the whole page showed."""
    return int(asked) if asked.isdecimal() else max((event.pk for event in events), default=0)


def changed_meanwhile(sheet: DepartmentAssessment, events: Iterable[Event], reader: User) -> list[Blocker]:
    """What keeps a reader from signing what others wrote after `events` began: reading it."""
    theirs = (each for each in events if each.actor_id not in (None, reader.pk) and each.kind.startswith((*CONTENT, OF_A_TABLE)))
    names = ", ".join(dict.fromkeys(each.actor_name for each in theirs))
    if not names:
        return []
    words = _t("%(names)s changed the sheet since you opened it. Open it again and read it, then sign.")
    return [Blocker("sheet.changed_meanwhile", words % {"names": names}, sheet.get_absolute_url())]


def is_as_shown(sheet: DepartmentAssessment, asked: str, reader: User) -> bool:
    """Whether a page that was opened at that event shows all that others wrote."""
    return not (asked.isdecimal() and changed_meanwhile(sheet, events_of(sheet).filter(pk__gt=int(asked)), reader))
