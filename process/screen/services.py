"""What a person makes of a finding, with the reason."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Missing, require_none, require_reason
from audit.seen import require_unchanged, words_of
from process.routes.building import steps_of
from process.routes.models import RouteVersion
from process.screen.findings import findings_of
from process.screen.models import Disposition
from projects.services.locking import locked, not_active

if TYPE_CHECKING:
    from accounts.models import User


SHOWN = ("decision", "reason")


def decided_values(row: Disposition | None) -> dict[str, Any]:
    """What the form of a finding shows."""
    return {name: getattr(row, name) if row is not None else "" for name in SHOWN}


@act
def decide_finding(version_pk: int, *, rule: str, subject: str, decision: str, reason: str, actor: User, version: str = "") -> Disposition:
    """Decide, or decide anew. Raises Missing for what the screen does not find in this version, BadInput at the field.

    version: of what the form showed (`audit.seen`). The same again records nothing.
    """
    code = RouteVersion.objects.visible_to(actor).values_list("route__project__code", flat=True).get(pk=version_pk)
    project = locked(code, actor)
    require_permission("process.decide_finding", actor, project)
    require_none(not_active(project))
    of = RouteVersion.objects.select_related("route__project__rfp", "route__project__site").get(pk=version_pk)
    found = next((each for each in findings_of(of, steps_of(of)) if (each.rule.key, each.subject) == (rule, subject)), None)
    if found is None:
        raise Missing
    if decision not in Disposition.Decision.values:
        raise BadInput({"decision": _t("Choose what is to be made of it.")})
    require_reason(reason)
    row = Disposition.objects.filter(route=of.route, rule=rule, subject=subject).first()
    before, wanted = decided_values(row), {"decision": decision, "reason": reason.strip()}
    require_unchanged(version, now=before, wanted=wanted, words=partial(_words, row))
    if row is not None and (before, row.words) == (wanted, found.words):
        return row
    values = wanted | {"words": found.words, "decided_by": actor}
    row, _is_new = Disposition.objects.update_or_create(route=of.route, rule=rule, subject=subject, defaults=values)
    told = {"route": of.route.name, "title": f"{found.rule.title}, {found.about}", "link": of.get_absolute_url()}
    after = {"decision": decision, "finding": found.words}
    record("finding.decided", row, actor=actor, reason=reason, after=after, **told)
    return row


def _words(row: Disposition | None, name: str) -> str:
    return words_of(row, name) if row is not None else _t("nothing")
