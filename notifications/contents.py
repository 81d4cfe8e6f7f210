"""What a group of events holds, in words: shown beside the choice about it."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _t

from accounts.models import User
from audit.kinds import CLIENT, EventKind, all_kinds
from notifications.asking import WAIT_OF_KIND, WAIT_OF_PAGE
from notifications.choices import Group, group_of

# What fills the words differs from event to event: what comes after it, or stands before it, says nothing by itself.
FILLED, BEFORE, AFTER = re.compile(r"%\(\w+\)s"), re.compile(r"^(… ?)+:? ?"), re.compile(r" \([^)]*…[^)]*\)|: ?…")


def contents_of(group: Group, user: User) -> list[str]:
    """The words of every kind in the group that may reach this person, with “…” for what is named in each event."""
    if group == Group.WATCHED:
        return [_t("a milestone that you chose to watch moves by more than the days that you named")]
    kinds = [kind for kind in all_kinds() if user.is_internal or kind.audience == CLIENT]
    return sorted(
        {_outline(str((None if user.is_internal else kind.client_words) or kind.words)) for kind in kinds if group in _groups(kind, user)}
    )


def _outline(words: str) -> str:
    bare = BEFORE.sub("", FILLED.sub("…", words))
    return AFTER.split(bare)[0] or bare


def _groups(kind: EventKind, user: User) -> set[Group | None]:
    """The same kind asks one person and informs another, where it opens a wait."""
    asks = kind.key in WAIT_OF_KIND or kind.key in WAIT_OF_PAGE
    return {group_of(kind.key, asked=asked, internal=user.is_internal) for asked in ((True, False) if asks else (False,))}
