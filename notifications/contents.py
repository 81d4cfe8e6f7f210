"""What a group of events holds, in words: each can be chosen about by itself."""

from __future__ import annotations

import re

from accounts.models import User
from audit.kinds import CLIENT, EventKind, all_kinds
from notifications.asking import WAIT_OF_KIND, WAIT_OF_PAGE
from notifications.choices import Group, group_of

# What fills the words differs from event to event: what comes after it, or stands before it, says nothing by itself.
FILLED, BEFORE, AFTER = re.compile(r"%\(\w+\)s"), re.compile(r"^(… ?)+:? ?"), re.compile(r" \([^)]*…[^)]*\)|: ?…")


def kinds_in(group: Group, user: User) -> dict[str, str]:
    """Kind → words of every kind in the group that may reach this person, with “…” for what is named in each event."""
    kinds = [kind for kind in all_kinds() if user.is_internal or kind.audience == CLIENT]
    found = {kind.key: _outline(_words_for(kind, user)) for kind in kinds if group in _groups(kind, user)}
    return dict(sorted(found.items(), key=lambda each: each[1]))


def _words_for(kind: EventKind, user: User) -> str:
    return str((None if user.is_internal else kind.client_words) or kind.words)


def _outline(words: str) -> str:
    bare = BEFORE.sub("", FILLED.sub("…", words))
    return AFTER.split(bare)[0] or bare


def _groups(kind: EventKind, user: User) -> set[Group | None]:
    """The same kind asks one person and informs another, where it opens a wait."""
    asks = kind.key in WAIT_OF_KIND or kind.key in WAIT_OF_PAGE
    return {group_of(kind.key, asked=asked, internal=user.is_internal) for asked in ((True, False) if asks else (False,))}
