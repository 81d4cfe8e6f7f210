"""The first lines of every service of a route, and how a row takes what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.refusals import BadInput, Blocker, require_none
from process.routes.models import Route, RouteVersion
from projects.services.locking import locked, not_active

if TYPE_CHECKING:
    from accounts.models import User

Values = Mapping[str, Any]


def locked_route(pk: int, actor: User) -> Route:
    """Visible to the actor, its project locked before it, so that numbers are given out once."""
    project = locked(Route.objects.visible_to(actor).values_list("project__code", flat=True).get(pk=pk), actor)
    route = Route.objects.select_for_update(of=("self",)).get(pk=pk)
    route.project = project
    require_permission("process.edit_route", actor, project)
    require_none(not_active(project))
    return route


def locked_version(pk: int, actor: User) -> RouteVersion:
    """A draft that the actor may change. Raises RouteVersion.DoesNotExist for absent and foreign alike, Refused for a fixed one."""
    project = locked(RouteVersion.objects.visible_to(actor).values_list("route__project__code", flat=True).get(pk=pk), actor)
    version = RouteVersion.objects.select_for_update(of=("self",)).select_related("route").get(pk=pk)
    version.route.project = project
    require_permission("process.edit_route", actor, project)
    require_none(editing_blockers(version))
    return version


def editing_blockers(version: RouteVersion) -> list[Blocker]:
    """Why nothing of the version can be changed; the page shows the same."""
    words = _t("Version %(number)d is fixed and stays as it is. Start a new version to change the route.")
    fixed = [] if version.is_draft else [Blocker("route.fixed", words % {"number": version.number}, link=version.route.get_absolute_url())]
    return fixed + not_active(version.route.project)


def take(row: Model, values: Values, allowed: Sequence[str], errors: Mapping[str, list[str]]) -> list[str]:
    """Set what was given; the names of what differs from before. Raises BadInput with every field that is wrong."""
    unknown = set(values) - set(allowed)
    if unknown:
        raise ValueError(f"{type(row).__name__} does not take {sorted(unknown)}.")
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    found = dict(errors)
    try:
        row.full_clean(exclude=set(_fields(row)) - set(allowed), validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        found = error.message_dict | found
    if found:
        raise BadInput(found)
    return [name for name in values if getattr(row, name) != before[name]]


def _fields(row: Model) -> list[str]:
    return [field.name for field in row._meta.concrete_fields]


def split_by_references(name: str) -> list[str]:
    """Why a route or a step is not called so: references name several steps with a semicolon between."""
    return [_t("A name has no semicolon: references list steps with it.")] if ";" in name else []


def as_data(row: Model, names: Iterable[str]) -> dict[str, Any]:
    """For the record: choices, materials and steps in words."""
    found = {}
    for name in names:
        value = getattr(row, name)
        found[name] = str(value) if isinstance(value, Model | Decimal) else value
    return found


def told(version: RouteVersion) -> dict[str, Any]:
    """What the words of an event of a version need."""
    return {"route": version.route.name, "number": version.number, "link": version.get_absolute_url()}
