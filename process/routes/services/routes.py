"""Opening a route with its first, empty draft; saying what it is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import Blocker, require_none
from audit.seen import require_unchanged, words_of
from process.routes.models import Route, RouteVersion
from process.routes.services.shared import Values, as_data, locked_route, split_by_references, take
from projects.services.locking import locked, next_number, not_active, require_active

if TYPE_CHECKING:
    from accounts.models import User

FIELDS = ("name", "origin", "purpose", "note")


@act
def open_route(code: str, values: Values, *, actor: User) -> Route:
    """A route of the project's compound. Raises BadInput at the field."""
    project = locked(code, actor)
    require_permission("process.edit_route", actor, project)
    require_active(project)
    route = Route(project=project, compound_id=project.compound_id, number=next_number(project.routes.all()), created_by=actor)
    take(route, values, FIELDS, wrong_name(route, values))
    route.save(force_insert=True)
    RouteVersion.objects.create(route=route, number=1, created_by=actor)
    record("route.opened", route, actor=actor, after=as_data(route, FIELDS), link=route.get_absolute_url())
    return route


@act
def change_route(pk: int, values: Values, *, actor: User, version: str = "") -> Route:
    """Correct what is said about it, while it has a draft. version: of what the form showed (`audit.seen`). The same again records
    nothing."""
    route = locked_route(pk, actor)
    require_none(facts_blockers(route))
    before = route_values(route)
    require_unchanged(version, now=before, wanted=values, words=partial(words_of, route))
    changed = take(route, values, FIELDS, wrong_name(route, values))
    if changed:
        route.save(update_fields=[*changed, "updated_at"])
        old = {name: before[name] for name in changed}
        record("route.changed", route, actor=actor, before=old, after=as_data(route, changed), link=route.get_absolute_url())
    return route


def wrong_name(route: Route, values: Values) -> dict[str, list[str]]:
    """References name a step by its route, so that no two routes of a project are called the same."""
    name = str(values.get("name", "")).strip()
    if name == route.name:
        return {}
    if words := split_by_references(name):
        return {"name": words}
    others = Route.objects.filter(project=route.project, name__iexact=name).exclude(pk=route.pk)
    if name and others.exists():
        return {"name": [_t("Another route of the project has this name; references name steps by it.")]}
    return {}


def facts_blockers(route: Route) -> list[Blocker]:
    """What is said about a route is fixed with its newest version, and can be corrected again once there is a draft."""
    newest = max(route.versions.all(), key=lambda each: each.number)
    words = _t("Version %(number)d is fixed, and with it what is said about the route. Start a new version to correct it.")
    fixed = [] if newest.is_draft else [Blocker("route.fixed", words % {"number": newest.number}, link=newest.get_absolute_url())]
    return fixed + not_active(route.project)


def route_values(route: Route) -> dict[str, Any]:
    """What the form of the route shows."""
    return {name: getattr(route, name) for name in FIELDS}
