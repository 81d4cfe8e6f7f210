"""What a person makes of a finding, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Missing, require_none, require_reason
from process.routes.building import steps_of
from process.routes.models import Route, RouteVersion
from process.screen.findings import findings_of
from process.screen.models import Disposition
from projects.services.locking import not_active

if TYPE_CHECKING:
    from accounts.models import User


@act
def decide_finding(version_pk: int, *, rule: str, subject: str, decision: str, reason: str, actor: User) -> Disposition:
    """Decide, or decide anew. Raises Missing for what the screen does not find in this version, BadInput at the field."""
    rows = RouteVersion.objects.visible_to(actor).select_related("route__project__client", "route__project__rfp", "route__project__site")
    version = rows.get(pk=version_pk)
    project = version.route.project
    require_permission("process.decide_finding", actor, project)
    require_none(not_active(project))
    Route.objects.select_for_update(of=("self",)).get(pk=version.route_id)
    found = next((each for each in findings_of(version, steps_of(version)) if (each.rule.key, each.subject) == (rule, subject)), None)
    if found is None:
        raise Missing
    if decision not in Disposition.Decision.values:
        raise BadInput({"decision": _t("Choose what is to be made of it.")})
    require_reason(reason)
    values = {"words": found.words, "decision": decision, "reason": reason.strip(), "decided_by": actor}
    row, _is_new = Disposition.objects.update_or_create(route=version.route, rule=rule, subject=subject, defaults=values)
    told = {"route": version.route.name, "title": f"{found.rule.title}, {found.about}", "link": version.get_absolute_url()}
    record("finding.decided", row, actor=actor, reason=reason, after={"decision": decision, "finding": found.words}, **told)
    return row
