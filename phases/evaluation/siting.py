"""The site that a project in evaluation counts with: its vessels, prices of disposal, exposure band and working days make the estimate.

The submission of a request may name it; here it is chosen or changed until the charter names the one at which the work is done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _t

from accounts.permissions import allowed, require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none
from catalogue.models import Site
from projects.models import Charter, Phase, Project
from projects.services.lifecycle import locked, not_active

if TYPE_CHECKING:
    from accounts.models import User


def site_called(key: str) -> Site | None:
    """None for an empty key. Raises BadInput at `site` where there is none of this key."""
    found = Site.objects.filter(key=key).first() if key else None
    if key and found is None:
        raise BadInput({"site": [_t("There is no such site.")]})
    return found


def siting_blockers(project: Project) -> list[Blocker]:
    """What keeps the site as it is, whoever asks."""
    if project.phase != Phase.EVALUATION:
        return [Blocker("site.phase", _t("The site is chosen in evaluation."), link=project.get_absolute_url())]
    if Charter.objects.filter(project=project).exists():
        link = reverse("project-charter", args=[project.code])
        return [Blocker("site.charter", _t("The charter names the site; it is changed there."), link=link)]
    return not_active(project)


def choosing_blockers(project: Project, user: User) -> list[Blocker]:
    """What keeps this person from choosing."""
    if not allowed("phases.choose_site", user, project):
        return [Blocker("permission", _t("The site is chosen by business development or a project manager."))]
    return siting_blockers(project)


def where_to_choose(project: Project) -> str:
    """The address of the form."""
    return f"{reverse('project-evaluation', args=[project.code])}#site"


@act
def choose_site(code: str, site: str, *, actor: User) -> Project:
    """site: its key. The days on which sheets are due stay: they were agreed. Raises BadInput at `site` for none or an unknown one."""
    project = locked(code, actor)
    require_permission("phases.choose_site", actor, project)
    require_none(siting_blockers(project))
    chosen = site_called(site)
    if chosen is None:
        raise BadInput({"site": [_t("Choose a site.")]})
    if chosen == project.site:
        return project
    before = {"site": project.site.name if project.site else ""}
    project.site = chosen
    project.save(update_fields=["site", "updated_at"])
    record("project.site_chosen", project, actor=actor, before=before, after={"site": chosen.name}, site=chosen.name)
    return project
