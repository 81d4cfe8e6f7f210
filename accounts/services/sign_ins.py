"""Where somebody is signed in, and ending it: one's own, or, by an administrator, another person's.

A session is ended where it is kept, on the server, at once. Rows of `UserSession` are what the person reads; a session that has
none (made before they were kept) is found by its content when all of a person are ended.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from accounts.models import User
from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import Blocker, Refused, require, require_reason

BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (("iPhone|iPad", "iOS"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))


@dataclass(frozen=True)
class SignedIn:
    """One session as its owner reads it."""

    pk: int
    device: str
    ip: str
    since: datetime
    seen: datetime
    is_current: bool


def sign_ins_of(user: User, *, current: str | None = None) -> list[SignedIn]:
    """The sessions that still authorise, the one asking first, then the latest used. Two queries, however many there are."""
    rows = list(UserSession.objects.filter(user=user))
    alive = {each.session_key: each for each in Session.objects.filter(session_key__in=[row.session_key for row in rows])}
    found = []
    for row in rows:
        session = alive.get(row.session_key)
        seen = _seen(session) if session else None
        if seen is None:
            continue
        found.append(
            SignedIn(row.pk, device(row.user_agent), row.ip, row.created_at, max(seen, row.created_at), row.session_key == current)
        )
    return sorted(found, key=lambda each: (not each.is_current, -each.seen.timestamp()))


def _seen(session: Session) -> datetime | None:
    """When it was last used; None when it is over."""
    content = session.get_decoded()
    seen = content.get("seen_at", 0)
    idle = timezone.now().timestamp() - seen > settings.IDLE_TIMEOUT_SECONDS
    return None if idle or SESSION_KEY not in content or session.expire_date <= timezone.now() else datetime.fromtimestamp(seen, UTC)


def device(agent: str) -> str:
    """Firefox on Windows."""
    browser = next((name for mark, name in BROWSERS if re.search(mark, agent)), "")
    system = next((name for mark, name in SYSTEMS if re.search(mark, agent)), "")
    if browser and system:
        return _t("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _t("Unknown device")


@transaction.atomic
def end_own_sign_in(pk: int, *, actor: User) -> None:
    """Raises UserSession.DoesNotExist for another person's."""
    row = UserSession.objects.get(pk=pk, user=actor)
    record("person.session_ended", actor, actor=actor, device=device(row.user_agent))
    _end([row.session_key])


@transaction.atomic
def end_other_sign_ins(*, actor: User, current: str | None) -> int:
    """All but the one that asks; how many."""
    keys = [key for key in keys_of(actor) if key != current]
    if keys:
        record("person.sessions_ended", actor, actor=actor, number=len(keys))
        _end(keys)
    return len(keys)


@transaction.atomic
def end_sign_ins_of(user_id: int, *, actor: User, reason: str) -> int:
    """By an administrator: the person is signed out everywhere and may sign in again."""
    user = User.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=user_id)
    require_permission("accounts.manage_people", actor)
    require(user.pk != actor.pk, _("Your own sign-ins are ended on your profile."))
    require_reason(reason)
    keys = keys_of(user)
    if not keys:
        raise Refused(Blocker("person.signed_out", _("The person is signed in nowhere.")))
    record("person.sessions_ended", user, actor=actor, reason=reason.strip(), number=len(keys))
    _end(keys)
    return len(keys)


def end_all(user: User) -> None:
    """Of an account that is closed or whose second factor is taken off; permission and record are the caller's."""
    _end(keys_of(user))


def keys_of(user: User) -> list[str]:
    """Every session of the person, read from the sessions themselves: rare enough to look through all."""
    alive = Session.objects.filter(expire_date__gt=timezone.now())
    return [each.session_key for each in alive.iterator() if each.get_decoded().get(SESSION_KEY) == str(user.pk)]


def _end(keys: Iterable[str]) -> None:
    store, keys = import_module(settings.SESSION_ENGINE).SessionStore(), list(keys)
    UserSession.objects.filter(session_key__in=keys).delete()
    for key in keys:
        try:
            store.delete(key)
        except RedisError as lost:  # what stays there would be a sign-in again as soon as it is back
            raise Refused(
                Blocker("sign_in.redis", _("Redis keeps sign-ins and does not answer: none was ended. Try again shortly."))
            ) from lost
        transaction.on_commit(partial(store.delete, key))  # a request in between may have put it into the cache again
