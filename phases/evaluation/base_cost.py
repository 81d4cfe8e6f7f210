"""The test plan's total taken as the base cost of its sheet: one step, with where the figure comes from in the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import Blocker, require_none
from charts.look import written
from phases.evaluation.planned import PricedTest, priced_on, priced_tests, sum_of_tests
from phases.evaluation.services import change_blockers, locked_sheet
from projects.money import rounded

if TYPE_CHECKING:
    from accounts.models import User
    from phases.evaluation.models import DepartmentAssessment
    from phases.evaluation.tables import PlannedTest

LARGEST = Decimal(10) ** 14  # a cost has fourteen digits before the point


@dataclass(frozen=True)
class Plan:
    """The tests of a plan as they are priced, once for all that is asked of them.

    total: in the sheet's currency. None where the plan is empty, one of its tests has no cost, or the sum is larger than a cost can be.
    """

    tests: Sequence[PricedTest]
    total: Decimal | None


def plan_of(sheet: DepartmentAssessment, rows: Sequence[PlannedTest]) -> Plan:
    tests = priced_tests(rows, sheet)
    cost = sum_of_tests(tests) if tests else None
    return Plan(tests, rounded(cost.total, sheet.currency) if cost is not None and cost.total < LARGEST else None)


def taking_blockers(sheet: DepartmentAssessment, plan: Plan) -> list[Blocker]:
    """What keeps the total from being taken; the page's disabled button shows the same."""
    return [*change_blockers(sheet), *(Blocker("sheet.plan_total", words, sheet.get_absolute_url()) for words in _obstacles(sheet, plan))]


def _obstacles(sheet: DepartmentAssessment, plan: Plan) -> list[str]:
    if not plan.tests:
        return [_t("There is no test in the plan.")]
    unpriced = dict.fromkeys(each.words for each in plan.tests if each.cost is None)
    if unpriced:
        return list(unpriced)
    if plan.total is None:
        return [_t("The plan's total is larger than a cost can be.")]
    if plan.total == sheet.cost_base:
        return [_t("The base cost is the plan's total.")]
    return _out_of_order(sheet, plan.total)


def _out_of_order(sheet: DepartmentAssessment, total: Decimal) -> list[str]:
    """Low, base and high rise in this order."""
    if sheet.cost_low is not None and total < sheet.cost_low:
        return [_t("The plan's total lies below the low cost; correct that first.")]
    if sheet.cost_high is not None and total > sheet.cost_high:
        return [_t("The plan's total lies above the high cost; correct that first.")]
    return []


@transaction.atomic
def take_plan_total(code: str, department_key: str, *, actor: User) -> DepartmentAssessment:
    """Write the total of the plan, as it is now, over the base cost of the open sheet."""
    sheet = locked_sheet(code, department_key, actor)
    require_permission("phases.edit_sheet", actor, sheet)
    plan = plan_of(sheet, list(sheet.tests.select_related("price")))
    require_none(taking_blockers(sheet, plan))
    before, sheet.cost_base = sheet.cost_base, plan.total
    sheet.save(update_fields=["cost_base", "updated_at"])
    record(
        "sheet.plan_total_taken",
        sheet,
        actor=actor,
        reason=_origin(sheet, plan),
        before={"cost_base": before},
        after={"cost_base": sheet.cost_base},
        department=sheet.department.name,
    )
    return sheet


def _origin(sheet: DepartmentAssessment, plan: Plan) -> str:
    """How many tests, the day whose prices hold, and each rate with its own day."""
    words = ngettext(
        "The plan's total of %(count)d test, priced on %(day)s", "The plan's total of %(count)d tests, priced on %(day)s", len(plan.tests)
    )
    said = words % {"count": len(plan.tests), "day": written(priced_on(sheet))}
    used = {each.row.price.currency: each.rate for each in plan.tests}
    rates = [used[currency] for currency in sorted(used)]
    told = [f"{rate.currency}/{rate.into} {rate.rate.normalize():f} ({written(rate.on)})" for rate in rates if rate]
    return "; ".join([said, *told]) + "."
