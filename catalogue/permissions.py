"""Who keeps what exists before any project."""

from __future__ import annotations

import rules

from accounts.permissions import has_administrator, has_business_development, has_management, has_project_manager


def register() -> None:
    rules.set_perm("catalogue.manage_sites", has_administrator | has_management)
    rules.set_perm("catalogue.cite_compound", has_business_development | has_project_manager)
