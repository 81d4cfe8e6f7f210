"""A department's plan taken over into a draft scenario: its lines stand there with their sheet, and are replaced when it is taken again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _t

from accounts.models import DEPARTMENT_NAMES
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Words, require_none
from charts.look import written
from process.confidence import confidence_words
from process.costs.campaigns import misfits
from process.costs.figures import Source
from process.costs.models import PHASE_CHOICES, CostAssessment, CostLine, CostPhase
from process.costs.plan_words import PLANS, PRODUCTION, PlanWords, words_of_plan
from process.costs.plans import DepartmentPlan, lines_of, plan_of, plans_of
from process.costs.services import editing_blockers, locked_draft

if TYPE_CHECKING:
    from accounts.models import User
    from process.costs.case import Case

MOST = Decimal(10) ** 12  # what a quantity has room for


@dataclass(frozen=True)
class Standing:
    """words: what is said of it. plan: as it is now, None where nothing is planned.

    phase, number: of the lines that were taken from it, "" and 0 where none were. changes: what has happened to the plan
    since, in words.
    """

    words: PlanWords
    plan: DepartmentPlan | None
    phase: str
    number: int
    changes: tuple[str, ...]
    blockers: tuple[Blocker, ...]

    @property
    def anchor(self) -> str:
        return f"plan-{self.words.department}"

    @property
    def button(self) -> Words:
        return self.words.again if self.number else self.words.take

    @property
    def taken_words(self) -> str:
        return str(self.words.taken % {"number": self.number})


def standings_of(scenario: CostAssessment) -> list[Standing]:
    """As `standing_of`, of every department."""
    asked = [words.department for words in PLANS if scenario.is_draft or _taken(scenario, words)]
    plans = plans_of(scenario.project) if asked else {}
    return [_standing(scenario, words, plans.get(words.department) if words.department in asked else None) for words in PLANS]


def standing_of(scenario: CostAssessment, words: PlanWords) -> Standing:
    """What the plan is read by, where the lines of the scenario are read already; no query of a fixed one that took nothing."""
    is_asked = scenario.is_draft or _taken(scenario, words)
    return _standing(scenario, words, plan_of(scenario.project, words.department) if is_asked else None)


def _taken(scenario: CostAssessment, words: PlanWords) -> list[CostLine]:
    return [line for line in scenario.lines.all() if line.planned_by == words.department]


def _standing(scenario: CostAssessment, words: PlanWords, plan: DepartmentPlan | None) -> Standing:
    taken = _taken(scenario, words)
    phase = taken[0].phase if taken else ""
    changes = tuple(str(each) for each in _changes(words, plan, taken))
    return Standing(words, plan, phase, len(taken), changes, tuple(editing_blockers(scenario) + plan_blockers(words, plan, scenario)))


def misfits_of(scenario: CostAssessment, case: Case | None, known: Sequence[Standing] = ()) -> list[str]:
    """Where the sizes of the case do not suit the vessels that the production plan has now, whose lines the scenario counts with.

    known: how it stands with the plans, where they were read already.
    """
    phase = next((line.phase for line in scenario.lines.all() if line.planned_by == PRODUCTION.department), "")
    scale = next((each for each in case.scales if each.phase == phase), None) if case is not None else None
    if scale is None or not scale.output_kg:
        return []
    read = next((each.plan for each in known if each.words.department == PRODUCTION.department), None)
    plan = read if known else plan_of(scenario.project, PRODUCTION.department)
    planned = next((row.batches for row in scenario.phases.all() if row.phase == phase), 0)
    return list(misfits(plan.operations, planned, scale.batch_kg)) if plan is not None and plan.operations else []


def plan_blockers(words: PlanWords, plan: DepartmentPlan | None, scenario: CostAssessment) -> list[Blocker]:
    """Only what its department has signed is a figure that a price can rest on."""
    if plan is None:
        return [Blocker("cost.no_plan", words.empty, link=reverse("sheet-detail", args=[scenario.project.code, words.department]))]
    if plan.signed_on is None:
        return [Blocker("cost.plan_open", words.unsigned, link=plan.link)]
    if all(each.is_free for each in plan.costs):
        return [Blocker("cost.plan_free", words.free, link=plan.link)]
    return []


def _changes(words: PlanWords, plan: DepartmentPlan | None, taken: Sequence[CostLine]) -> Iterator[Words]:
    if not taken:
        return
    if plan is None:
        yield words.gone
    elif plan.fingerprint != taken[0].plan_fingerprint:
        yield words.changed
    if plan is not None and plan.signed_on is None:
        yield words.reopened


@act
def take_plan(pk: int, department: str, phase: str, *, actor: User) -> CostAssessment:
    """In place of the lines that were taken from this plan before, in whatever phase: it counts once. What people typed stays."""
    row = locked_draft(pk, actor)
    if phase not in dict(PHASE_CHOICES):
        raise BadInput({"phase": _t("Choose a phase.")})
    words, plan = words_of_plan(department), plan_of(row.project, department)
    require_none(plan_blockers(words, plan, row))
    assert plan is not None  # noqa: S101 - refused without it
    into = row.phases.get(phase=phase)
    if plan.operations and not into.batches:
        raise BadInput({"phase": _t("This phase makes no batch yet: say first how many and how large.")})
    own = row.lines.filter(planned_by=plan.department)
    before = told_of(own)
    own.delete()
    lines = _lines(row, plan, into)
    CostLine.objects.bulk_create(lines)
    record(words.event, row, actor=actor, before=before, after=told_of(lines), reason=_reference(plan), link=row.get_absolute_url())
    return row


def _lines(row: CostAssessment, plan: DepartmentPlan, phase: CostPhase) -> list[CostLine]:
    """Below all others; whose word a figure is, its row says, else it is the sheet's. Raises Refused where a quantity has more digits than
    a line can have.
    """
    found: list[dict[str, Any]] = list(lines_of(plan, phase))
    if any((each["quantity_high"] or each["quantity"]) >= MOST for each in found):
        require_none([Blocker("cost.too_large", _t("A quantity of the plan is larger than a cost line can be."), link=plan.link)])
    last = row.lines.aggregate(last=Max("position"))["last"] or 0
    origin = {
        "assessment": row,
        "phase": phase.phase,
        "department": plan.department,
        "source": Source.SHEET.value,
        "reference": _reference(plan),
        "dated": plan.signed_on,
        "planned_by": plan.department,
        "plan_fingerprint": plan.fingerprint,
    }
    return [CostLine(position=last + place, **origin | each) for place, each in enumerate(found, start=1)]


def _reference(plan: DepartmentPlan) -> str:
    return _t("Sheet of %(department)s, signed on %(day)s") % {
        "department": DEPARTMENT_NAMES[plan.department],
        "day": written(plan.signed_on),
    }


def told_of(lines: Iterable[CostLine]) -> dict[str, str]:
    """By its words and phase what each line says."""
    told: dict[str, str] = {}
    for each in lines:
        key = name = f"{each.get_phase_display()}: {each.label}"
        number = 1
        while key in told:  # one operation in two vessels
            number += 1
            key = f"{name} ({number})"
        told[key] = _said(each)
    return told


def _said(row: CostLine) -> str:
    """With low and high, and whose word it is, where that is not the sheet's."""
    amount = _ranged(row.quantity, row.quantity_low, row.quantity_high)
    price = _ranged(row.price, row.price_low, row.price_high)
    said = [f"{amount} {row.unit} × {price} {row.currency}"]
    if row.source != Source.SHEET:
        said += [str(row.get_source_display()), row.reference, written(row.dated)]
    return ", ".join(filter(None, [*said, confidence_words(row.confidence)]))


def _ranged(base: Decimal, low: Decimal | None, high: Decimal | None) -> str:
    ends = "" if low is high is None else f" ({base if low is None else low:f} – {base if high is None else high:f})"
    return f"{base:f}{ends}"
