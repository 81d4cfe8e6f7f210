"""What was read for a project, and which steps rest on it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput
from audit.seen import require_unchanged, words_of
from catalogue.services.cleaning import clean
from process.literature.models import Literature, StepSupport
from process.routes.models import Route, RouteStep
from projects.models import Project
from projects.services.locking import locked, require_active

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Reading:
    """A reference as somebody writes it down."""

    kind: str
    citation: str
    relevance: str
    rights: str = Literature.Rights.UNKNOWN
    identifier: str = ""
    year: int | None = None
    rights_expire_on: date | None = None
    note: str = ""


FIELDS = tuple(field.name for field in fields(Reading))


def reading_values(row: Literature) -> dict[str, Any]:
    """What the form of the reference shows."""
    return {name: getattr(row, name) for name in FIELDS}


@act
def add_literature(code: str, reading: Reading, *, actor: User) -> Literature:
    """Raises BadInput at the field, also where the project has the same DOI or patent number already."""
    project = _project(code, actor)
    last = Literature.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    row = Literature(project=project, number=last + 1, added_by=actor)
    _take(row, reading)
    row.save(force_insert=True)
    record("literature.added", row, actor=actor, after=_as_data(row), link=row.get_absolute_url())
    return row


@act
def change_literature(code: str, number: int, reading: Reading, *, actor: User, version: str = "") -> Literature:
    """version: of what the form showed (`audit.seen`). The same again records nothing."""
    row = _locked(code, number, actor)
    before, old = reading_values(row), _as_data(row)
    wanted = {name: getattr(reading, name) for name in FIELDS}
    require_unchanged(version, now=before, wanted=wanted, words=partial(words_of, row))
    _take(row, reading)
    if reading_values(row) != before:
        row.save()
        record("literature.changed", row, actor=actor, before=old, after=_as_data(row), link=row.get_absolute_url())
    return row


@act
def link_step(code: str, number: int, *, route: int, step_key: int, actor: User) -> StepSupport:
    """The step rests on it, in every version that has the step. The same again records nothing."""
    row = _locked(code, number, actor)
    step = _step(row.project, route, step_key)
    support, is_new = StepSupport.objects.get_or_create(literature=row, route_id=step.version.route_id, step_key=step.key)
    if is_new:
        record("literature.linked", row, actor=actor, title=step.name, link=row.get_absolute_url())
    return support


@act
def unlink_step(code: str, number: int, *, route: int, step_key: int, actor: User) -> None:
    row = _locked(code, number, actor)
    support = StepSupport.objects.get(literature=row, route__number=route, step_key=step_key)
    step = RouteStep.objects.filter(version__route=support.route_id, key=step_key).order_by("-version__number").first()
    support.delete()
    record("literature.unlinked", row, actor=actor, title=step.name if step else str(step_key), link=row.get_absolute_url())


def _project(code: str, actor: User) -> Project:
    project = locked(code, actor)
    require_permission("process.keep_literature", actor, project)
    require_active(project)
    return project


def _locked(code: str, number: int, actor: User) -> Literature:
    project = _project(code, actor)
    row = Literature.objects.select_for_update(of=("self",)).get(project=project, number=number)
    row.project = project
    return row


def _step(project: Project, route: int, key: int) -> RouteStep:
    """In the newest version that has it. Raises Route.DoesNotExist for another project's."""
    found = Route.objects.get(project=project, number=route)
    step = RouteStep.objects.filter(version__route=found, key=key).select_related("version").order_by("-version__number").first()
    if step is None:
        raise BadInput({"step": _t("The route has no such step.")})
    return step


def _take(row: Literature, reading: Reading) -> None:
    for name in FIELDS:
        value = getattr(reading, name)
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    clean(row)
    same = Literature.objects.filter(project=row.project, identifier__iexact=row.identifier).exclude(pk=row.pk)
    if row.identifier and (there := same.first()) is not None:
        raise BadInput({"identifier": _t("It is reference %(number)d of this project already.") % {"number": there.number}})


def _as_data(row: Literature) -> dict[str, Any]:
    return {**reading_values(row), "rights": row.get_rights_display(), "relevance": row.get_relevance_display()}
