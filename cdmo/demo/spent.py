"""What the demo's older projects really cost, and what their steps really gave and took, as their managers recorded it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.models import Role
from audit.context import Channel, acting
from cdmo.demo.people import holding
from cdmo.demo.projects import COMMERCIAL, VALIDATION
from cdmo.demo.routes import project_of
from cdmo.demo.supplied import IN_SUPPLY
from process.actuals.models import RunStep
from process.actuals.phases import stays_of
from process.models import ActualCost, RouteVersion
from projects.models import Phase, Project
from projects.price import accepted_quotation
from worksheets.changing import ADD, Change, change_rows

# Of the price of the phase, and where it is booked; what still runs has cost less than half of it.
BOOKED = (
    ("Hours of the laboratory and the plant", "Time sheets", Decimal("0.46")),
    ("Starting materials and solvents", "Invoices of suppliers", Decimal("0.21")),
    ("Waste, utilities, outside tests", "Cost centre 4410", Decimal("0.08")),
)
DEARER = {
    Phase.SMALL_SCALE: Decimal("0.96"),
    Phase.PILOT: Decimal("1.12"),
    Phase.VALIDATION: Decimal("1.03"),
    Phase.COMMERCIAL: Decimal("0.99"),
}
RUNNING = Decimal("0.4")
# Batches, and how yield (points) and cycle time (hours) came beside the base of the route, which improved from phase to phase.
RAN = {Phase.PILOT: (2, "-4.5", "6"), Phase.VALIDATION: (3, "-1.5", "2.5"), Phase.COMMERCIAL: (6, "0.4", "-0.5")}
HUNDRED, HUNDREDS = Decimal(100), Decimal("1E2")


def record_actuals(today: date) -> Iterator[date]:
    """Today. Once: what is there already stays as it is."""
    yield today
    if ActualCost.objects.exists():
        return
    actor = holding(Role.PROJECT_MANAGER)
    with acting(actor=actor, channel=Channel.COMMAND):
        for story in (COMMERCIAL, VALIDATION, IN_SUPPLY):
            project = project_of(story)
            ended = {phase: stays[-1].end for phase, stays in stays_of(project).items()}
            for address, rows in (("actual-costs", _costs(project, ended, today)), ("step-runs", _runs(project, ended, today))):
                changes = [Change(ADD, values=row) for row in rows]
                change_rows(f"{address}:{project.code}", changes, actor=actor, all_or_none=True)


def _costs(project: Project, ended: dict[str, date | None], today: date) -> Iterator[dict[str, Any]]:
    quotation = accepted_quotation(project)
    assert quotation is not None  # noqa: S101 - these stories have gone beyond their offers
    for line in quotation.lines.all():
        if line.phase not in ended or not line.is_priced:
            continue
        end = ended[line.phase]
        share = DEARER.get(Phase(line.phase), Decimal(1)) * (1 if end else RUNNING)
        for label, source, part in BOOKED:
            yield {
                "phase": line.phase,
                "label": label,
                "amount": f"{(line.amount * share * part).quantize(HUNDREDS):.2f}",
                "currency": quotation.currency,
                "source": source,
                "booked_on": (end or today).isoformat(),
            }


def _runs(project: Project, ended: dict[str, date | None], today: date) -> Iterator[dict[str, Any]]:
    """Of every step of the version that was fixed first."""
    versions = RouteVersion.objects.filter(route__project=project, state=RouteVersion.State.FIXED).order_by("route__number", "number")
    steps = RunStep.objects.filter(version__in=versions[:1], set_aside=False).select_related("version__route").order_by("position")
    for phase, (batches, points, hours) in RAN.items():
        if phase not in ended:
            continue
        for step in steps:
            yield {
                "step": str(step),
                "phase": phase.value,
                "batches": str(batches),
                "yield_pct": str(min(step.yield_pct + Decimal(points), HUNDRED)),
                "cycle_time_h": str(step.cycle_time_h + Decimal(hours)) if step.cycle_time_h else "",
                "seen_on": (ended[phase] or today).isoformat(),
            }
