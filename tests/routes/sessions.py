"""Sessions in the database, of which the world's own are known: thousands of requests need not read them."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db

SIGNED_IN: dict[str, dict[str, Any]] = {}
CHANGED: set[str | None] = set()  # in this test: read from the database, as all others


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        known = SIGNED_IN.get(self.session_key or "")
        return super().load() if known is None or self.session_key in CHANGED else dict(known)

    def save(self, must_create: bool = False) -> None:
        CHANGED.add(self.session_key)
        super().save(must_create)

    def delete(self, session_key: str | None = None) -> None:
        CHANGED.add(session_key or self.session_key)
        super().delete(session_key)
