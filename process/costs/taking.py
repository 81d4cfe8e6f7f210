"""The production plan taken over into a draft scenario: its lines stand there with their sheet, and are replaced when it is taken again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils.translation import gettext as _t

from accounts.models import DEPARTMENT_NAMES
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none
from charts.look import written
from process.costs.figures import Source
from process.costs.models import PHASE_CHOICES, CostAssessment, CostLine
from process.costs.plans import DepartmentPlan, lines_of, plan_of
from process.costs.services import editing_blockers, locked_draft

if TYPE_CHECKING:
    from accounts.models import User

MOST = Decimal(10) ** 12  # what a quantity has room for


@dataclass(frozen=True)
class Standing:
    """plan: as it is now, None where nothing is planned. phase, number: of the lines that were taken from it, "" and 0 where none were.

    changes: what has happened to the plan since, in words.
    """

    plan: DepartmentPlan | None
    phase: str
    number: int
    changes: tuple[str, ...]
    blockers: tuple[Blocker, ...]


def standing_of(scenario: CostAssessment) -> Standing:
    """One query of its own, where the lines of the scenario are read already; none of a fixed one that took nothing."""
    taken = [line for line in scenario.lines.all() if line.planned_by]
    plan = plan_of(scenario.project) if scenario.is_draft or taken else None
    phase = taken[0].phase if taken else ""
    changes = tuple(_changes(plan, taken))
    return Standing(plan, phase, len(taken), changes, tuple(editing_blockers(scenario) + plan_blockers(plan)))


def plan_blockers(plan: DepartmentPlan | None) -> list[Blocker]:
    """Only what its department has signed is a figure that a price can rest on."""
    if plan is None:
        return [Blocker("cost.no_plan", _t("The production sheet plans no operation, or has no currency yet."))]
    if plan.signed_on is None:
        return [Blocker("cost.plan_open", _t("The production sheet is not signed."), link=plan.link)]
    if not any(each.quantity and each.price for each in plan.costs):
        return [Blocker("cost.plan_free", _t("No operation of the production plan has a rate or a price."), link=plan.link)]
    return []


def _changes(plan: DepartmentPlan | None, taken: Sequence[CostLine]) -> Iterable[str]:
    if not taken:
        return
    if plan is None:
        yield _t("The production plan is empty since.")
    elif plan.fingerprint != taken[0].plan_fingerprint:
        yield _t("The production plan is another one since.")
    if plan is not None and plan.signed_on is None:
        yield _t("The production sheet has been opened again and is not signed.")


@act
def take_plan(pk: int, phase: str, *, actor: User) -> CostAssessment:
    """In place of the lines that were taken from it before, in whatever phase: the plan counts once. What people typed stays."""
    row = locked_draft(pk, actor)
    if phase not in dict(PHASE_CHOICES):
        raise BadInput({"phase": _t("Choose a phase.")})
    plan = plan_of(row.project)
    require_none(plan_blockers(plan))
    assert plan is not None  # noqa: S101 - refused without it
    own = row.lines.filter(planned_by=plan.department)
    before = _told(own)
    own.delete()
    lines = _lines(row, plan, phase)
    CostLine.objects.bulk_create(lines)
    record("cost.plan_taken", row, actor=actor, before=before, after=_told(lines), reason=_reference(plan), link=row.get_absolute_url())
    return row


def _lines(row: CostAssessment, plan: DepartmentPlan, phase: str) -> list[CostLine]:
    """Below all others. Raises Refused where a quantity has more digits than a line can have."""
    found: list[dict[str, Any]] = list(lines_of(plan, row.phases.get(phase=phase)))
    if any(each["quantity"] >= MOST for each in found):
        require_none([Blocker("cost.too_large", _t("A quantity of the plan is larger than a cost line can be."), link=plan.link)])
    last = row.lines.aggregate(last=Max("position"))["last"] or 0
    origin = {
        "assessment": row,
        "phase": phase,
        "department": plan.department,
        "source": Source.SHEET.value,
        "reference": _reference(plan),
        "dated": plan.signed_on,
        "planned_by": plan.department,
        "plan_fingerprint": plan.fingerprint,
    }
    return [CostLine(position=last + place, **origin, **each) for place, each in enumerate(found, start=1)]


def _reference(plan: DepartmentPlan) -> str:
    return _t("Sheet of %(department)s, signed on %(day)s") % {
        "department": DEPARTMENT_NAMES[plan.department],
        "day": written(plan.signed_on),
    }


def _told(lines: Iterable[CostLine]) -> dict[str, str]:
    """By its words and phase what each line says."""

    def said(row: CostLine) -> str:
        return f"{row.quantity:f} {row.unit} × {row.price:f} {row.currency}"

    return {f"{each.get_phase_display()}: {each.label}": said(each) for each in lines}
