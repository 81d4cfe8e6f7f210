"""The production plan's operations proposed from a route: marked as such until somebody changes them, and nothing that stands there is
overwritten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import Blocker, require_none
from phases.evaluation.base_cost import PRODUCTION
from phases.evaluation.production_plan import Work
from phases.evaluation.proposal import Operation, Vessel, operations_of
from phases.evaluation.services import change_blockers, locked_sheet
from phases.evaluation.tables import PlannedOperation, SiteVessel
from phases.evaluation.vessel_rates import take_rate
from process.models import CostPhase, RouteVersion
from process.routes.building import plain_route, steps_of
from process.routes.checks import faults_of
from process.words import plain_number
from projects.services.occupancy import LONGEST_DAYS
from projects.services.siting import no_site

if TYPE_CHECKING:
    from accounts.models import User
    from phases.evaluation.models import DepartmentAssessment
    from projects.models import Project

STIRRED = (SiteVessel.Kind.REACTOR, SiteVessel.Kind.PRESSURE_REACTOR, SiteVessel.Kind.CRYSTALLISER)
NAME_LENGTH = 120


@dataclass(frozen=True)
class Proposed:
    """made: the names of the operations that stand in the plan now. left: why steps are not among them, in words."""

    made: tuple[str, ...]
    left: tuple[str, ...]


def versions_of(project: Project, user: User) -> QuerySet[RouteVersion]:
    """Fixed ones first, the newest of them on top."""
    rows = RouteVersion.objects.visible_to(user).filter(route__project=project)
    return rows.select_related("route__project").order_by("-state", "-fixed_at", "-pk")


def sizes_of(project: Project) -> tuple[Decimal | None, int]:
    """The batches that the newest cost scenario counts with, the largest first; None and one where there is none."""
    rows = CostPhase.objects.filter(assessment__project=project, batches__gt=0).order_by("-assessment__number", "-batch_kg")
    found = rows.first()
    return (found.batch_kg, found.batches) if found else (None, 1)


def proposing_blockers(sheet: DepartmentAssessment, versions: Sequence[RouteVersion]) -> list[Blocker]:
    found = change_blockers(sheet)
    if not versions:
        found.append(Blocker("sheet.no_route", _t("The project has no route yet.")))
    return [*found, *no_site(sheet.project, _t("No site is chosen for the project, whose vessels could be proposed."))]


@act
def propose_operations(code: str, *, version: int, batch_kg: Decimal, batches: int, actor: User) -> Proposed:
    """batch_kg: of the route's product. Raises RouteVersion.DoesNotExist for a route of another project, Refused for one with faults."""
    sheet = locked_sheet(code, PRODUCTION, actor)
    require_permission("phases.edit_sheet", actor, sheet)
    chosen = versions_of(sheet.project, actor).get(pk=version)
    require_none(proposing_blockers(sheet, [chosen]))
    steps = list(steps_of(chosen))
    route, link = plain_route(steps), chosen.get_absolute_url()
    require_none([Blocker("sheet.route", fault.words, link=link) for fault in faults_of(route)])
    vessels = {each.pk: each for each in _vessels(sheet.project)}
    hours = {str(step.key): step.cycle_time_h for step in steps}
    found = list(operations_of(route, batch_kg, [_plain(each) for each in vessels.values()], hours))
    known = {name.casefold() for name in sheet.operations.values_list("operation", flat=True)}
    lacking = {each: tuple(_lacking(each, known, batches)) for each in found}
    rows = [_row(each, sheet, vessels, batches) for each in found if not lacking[each]]
    _enter(rows, sheet)
    names = tuple(row.operation for row in rows)
    if names:
        record("sheet.operations_proposed", sheet, actor=actor, route=str(chosen), operations=", ".join(names))
    return Proposed(names, tuple(words for each in found for words in lacking[each]))


def _vessels(project: Project) -> QuerySet[SiteVessel]:
    rows = SiteVessel.objects.filter(site=project.site, in_service=True, kind__in=STIRRED, volume_max_litres__isnull=False)
    return rows.select_related("site")


def _plain(vessel: SiteVessel) -> Vessel:
    assert vessel.volume_min_litres is not None  # noqa: S101 - of a range both ends are known
    assert vessel.volume_max_litres is not None  # noqa: S101
    return Vessel(vessel.pk, vessel.volume_min_litres, vessel.volume_max_litres)


def _lacking(each: Operation, known: set[str], batches: int) -> Iterator[str]:
    """Why the step cannot be proposed."""
    if each.name[:NAME_LENGTH].casefold() in known:
        yield _t("%(step)s stands in the plan already.") % {"step": each.name}
        return
    if each.vessel is None:
        values = {"step": each.name, "litres": plain_number(each.litres.quantize(Decimal(1)))}
        yield _t("%(step)s: no reactor of the site that is in service holds %(litres)s L.") % values
    if each.hours is None:
        yield _t("%(step)s: the route gives no cycle time.") % {"step": each.name}
    elif Work(each.batch_kg, batches, each.hours).days > LONGEST_DAYS:
        yield _t("%(step)s: %(batches)d batches would take the vessel for more than a year.") % {"step": each.name, "batches": batches}


def _row(each: Operation, sheet: DepartmentAssessment, vessels: dict[int, SiteVessel], batches: int) -> PlannedOperation:
    assert each.vessel is not None  # noqa: S101 - what lacks one is left out
    row = PlannedOperation(
        assessment=sheet,
        operation=each.name[:NAME_LENGTH],
        vessel=vessels[each.vessel],
        batch_kg=each.batch_kg,
        litres_per_kg=each.litres_per_kg,
        batches=batches,
        hours=each.hours,
        proposed=True,
    )
    take_rate(row, sheet)
    return row


def _enter(rows: Sequence[PlannedOperation], sheet: DepartmentAssessment) -> None:
    """Below all others."""
    last = sheet.operations.aggregate(last=Max("position"))["last"] or 0
    for place, row in enumerate(rows, start=1):
        row.position = last + place
    PlannedOperation.objects.bulk_create(rows)
