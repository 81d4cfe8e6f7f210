"""Versions of a route: fixed with a reason, and copied into a new draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _t

from audit.acts import act
from audit.events import record
from audit.refusals import Blocker, require_none, require_reason
from process.routes.figures import balance_of
from process.routes.mending import blockers_of
from process.routes.models import Route, RouteStep, RouteVersion, StepInput
from process.routes.services.shared import editing_blockers, locked_route, locked_version, told
from projects.services.locking import not_active

if TYPE_CHECKING:
    from accounts.models import User

Row = TypeVar("Row", RouteStep, StepInput)


def fix_blockers(version: RouteVersion) -> list[Blocker]:
    """What is fixed is quoted and made by: it has to be computable."""
    if blockers := editing_blockers(version):
        return blockers
    whole = balance_of(version)
    return blockers_of(whole.faults, version, whole.steps)


def starting_blockers(route: Route) -> list[Blocker]:
    draft = next((each for each in route.versions.all() if each.is_draft), None)
    words = _t("Version %(number)d is a draft already.")
    open_draft = [Blocker("route.draft", words % {"number": draft.number}, link=draft.get_absolute_url())] if draft else []
    return open_draft + not_active(route.project)


@act
def fix_version(pk: int, *, reason: str, actor: User) -> RouteVersion:
    """From now on it never changes. Raises Refused while it cannot be computed."""
    version = locked_version(pk, actor)
    require_none(fix_blockers(version))
    require_reason(reason)
    version.fix(by=actor, at=timezone.now(), because=reason.strip())
    version.save(update_fields=["state", "fixed_by", "fixed_at", "fixed_because"])
    record("route.fixed", version, actor=actor, reason=reason, **told(version))
    return version


@act
def start_version(route_pk: int, *, reason: str, actor: User) -> RouteVersion:
    """A draft that begins as a copy of the newest version, steps keeping their keys. Raises Refused while there is a draft."""
    route = locked_route(route_pk, actor)
    require_none(starting_blockers(route))
    require_reason(reason)
    newest = route.versions.order_by("-number")[0]
    version = RouteVersion.objects.create(route=route, number=newest.number + 1, made_from=newest, reason=reason.strip(), created_by=actor)
    copy_steps(newest, version)
    record("route.version_started", version, actor=actor, reason=reason, **told(version))
    return version


def copy_steps(source: RouteVersion, target: RouteVersion) -> None:
    """Steps, then inputs with their links turned to the copies."""
    steps = {row.pk: row for row in source.steps.all()}
    copies = RouteStep.objects.bulk_create([_copy(row, version=target) for row in steps.values()])
    new_steps = dict(zip(steps, copies, strict=True))
    lines = list(StepInput.objects.filter(step__in=list(steps)).order_by("pk"))
    made = StepInput.objects.bulk_create(
        [_copy(row, step=new_steps[row.step_id], from_step=new_steps.get(row.from_step_id or 0), reference=None) for row in lines]
    )
    new_lines = {row.pk: copy for row, copy in zip(lines, made, strict=True)}
    counted = [(new_lines[row.pk], new_lines[row.reference_id]) for row in lines if row.reference_id]
    for copy, reference in counted:
        copy.reference = reference
    StepInput.objects.bulk_update([copy for copy, _reference in counted], ["reference"])


def _copy(row: Row, **other: object) -> Row:
    """Unsaved, with some fields set otherwise."""
    kept = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
    copied = type(row)(**kept)
    for name, value in other.items():
        setattr(copied, name, value)
    return copied
