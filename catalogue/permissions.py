"""Who keeps what exists before any project."""

from __future__ import annotations

import rules

from accounts.permissions import has_administrator, has_management


def register() -> None:
    rules.set_perm("catalogue.manage_sites", has_administrator | has_management)
