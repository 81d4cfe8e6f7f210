"""Looking on as a client does: whose eyes, and where the links of the portal lead meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import Resolver404, resolve, reverse

if TYPE_CHECKING:
    from projects.models import Project


@dataclass(frozen=True)
class Preview:
    """One of ours looks at a project as its client sees it; nothing can be done from here."""

    project: Project

    def path(self, link: str) -> str:
        """Where a link of the portal leads while looking on; nothing for what cannot be shown so."""
        root = reverse("as-client", args=[self.project.code])
        home = reverse("portal-project", args=[self.project.code])
        path = root + link.removeprefix(home) if link.startswith(home) else root + link.removeprefix("/")
        try:
            resolve(path)
        except Resolver404:
            return ""
        return path
