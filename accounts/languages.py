"""The language and the clock of a person: messages and mails in any of `LANGUAGES`, whole pages in those of `PAGE_LANGUAGES`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.utils import timezone, translation

if TYPE_CHECKING:
    from accounts.models import User


class Spoken(Protocol):
    """Whoever has a language: a person, a client, a supplier."""

    language: Any


def known_language(code: str) -> str:
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def language_of(person: Spoken) -> str:
    return known_language(person.language)


def name_of_language(code: str) -> str:
    return str(dict(settings.LANGUAGES)[known_language(code)])


def zone_of(user: User) -> ZoneInfo:
    """The person's time zone; UTC where the list of zones has dropped it."""
    try:
        return ZoneInfo(user.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def page_language_of(user: User | None) -> str:
    """Pages are shown, and what is written from them is recorded, in one language as long as the others are not complete."""
    return user.language if user is not None and user.language in settings.PAGE_LANGUAGES else settings.LANGUAGE_CODE


@contextmanager
def speaking_to(user: User) -> Iterator[None]:
    """In the language and on the clock of whoever will read it."""
    with translation.override(language_of(user)), timezone.override(zone_of(user)):
        yield
