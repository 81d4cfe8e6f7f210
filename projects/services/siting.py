"""The site that a project in evaluation counts with: its vessels, prices of disposal, exposure band and working days make the estimate.

The submission of a request may name it; here it is chosen or changed until the charter names the one at which the work is done.
What only a layer above does with another site (the sheets of the departments) it does by `follow_site`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import Blocker, require_none
from projects.models import Phase, Project
from projects.services.locking import locked, not_active

if TYPE_CHECKING:
    from accounts.models import User
    from catalogue.models import Site


_followers: list[Callable[[Project, User], None]] = []


def follow_site(follower: Callable[[Project, User], None]) -> None:
    """follower: of the project, which its caller has locked and saved with its site, and of who acts. In the same transaction."""
    _followers.append(follower)


def site_changed(project: Project, *, actor: User) -> None:
    """Of a project in evaluation, whichever way it came to another site."""
    for follower in _followers:
        follower(project, actor)


def siting_blockers(project: Project) -> list[Blocker]:
    """What keeps the site as it is, whoever asks."""
    if project.phase != Phase.EVALUATION:
        return [Blocker("site.phase", _t("The site is chosen in evaluation."), link=project.get_absolute_url())]
    if hasattr(project, "charter"):
        link = reverse("project-charter", args=[project.code])
        return [Blocker("site.charter", _t("The charter names the site; it is changed there."), link=link)]
    return not_active(project)


def no_site(project: Project, words: str) -> list[Blocker]:
    """What an act that counts with the site is held up by; leads to where it is chosen."""
    link = f"{reverse('project-evaluation', args=[project.code])}#site"
    return [Blocker("project.no_site", words, link=link)] if project.site_id is None else []


@act
def choose_site(code: str, *, site: Site, actor: User) -> Project:
    """The days on which sheets are due stay: they were agreed. Raises Refused once the charter names the site."""
    project = locked(code, actor)
    require_permission("projects.choose_site", actor, project)
    require_none(siting_blockers(project))
    if site == project.site:
        return project
    before = {"site": project.site.name if project.site else ""}
    project.site = site
    project.save(update_fields=["site", "updated_at"])
    record("project.site_chosen", project, actor=actor, before=before, after={"site": site.name}, site=site.name)
    site_changed(project, actor=actor)
    return project
