"""The total of a plan, of tests or of operations, taken as the base cost of its sheet: with where the figure comes from in the history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from phases.evaluation.planned import priced_on, priced_tests, rate_words, sum_of_costs, sum_of_operations, sum_of_tests, sum_of_utilities
from phases.evaluation.reach import Swing, reach_of, swings_of_costs, swings_of_operations, swings_of_tests, swings_of_utilities
from phases.evaluation.services import change_blockers, locked_sheet
from projects.money import rounded

if TYPE_CHECKING:
    from accounts.models import User
    from phases.evaluation.cost_tables import PlannedUtility, SheetCost
    from phases.evaluation.models import DepartmentAssessment
    from phases.evaluation.tables import PlannedOperation, PlannedTest

PRODUCTION, ANALYTICAL = "production", "analytical"
LARGEST = Decimal(10) ** 14  # a cost has fourteen digits before the point


@dataclass(frozen=True)
class Plan:
    """A plan as it is priced, once for all that is asked of it.

    total: in the sheet's currency. None where the plan is empty, one of its rows has no cost, or the sum is larger than a cost can be.
    low, high: how far its rows say that it may fall or rise; None where none of them says so. empty: what is said of a plan without a row.
    unpriced: why rows have no cost. origin: how the total came about.
    """

    total: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    empty: str = ""
    unpriced: tuple[str, ...] = ()
    origin: str = ""


def plan_of(sheet: DepartmentAssessment, rows: Sequence[PlannedTest], methods: Sequence[SheetCost] = ()) -> Plan:
    """Of an analytical sheet: its tests, each at its price, and the work on its methods."""
    if methods and not rows:
        return plan_of_costs(sheet, methods)
    if not rows:
        return Plan(None, empty=_t("There is no test in the plan."))
    tests = priced_tests(rows, sheet)
    cost = sum_of_tests(tests)
    used = {each.row.price.currency: each.rate for each in tests}
    rates = [used[currency] for currency in sorted(used)]
    told = [rate_words(rate) for rate in rates if rate]
    words = ngettext(
        "The plan's total of %(count)d test, priced on %(day)s", "The plan's total of %(count)d tests, priced on %(day)s", len(tests)
    )
    said = words % {"count": len(tests), "day": written(priced_on(sheet))}
    unpriced = tuple(dict.fromkeys(each.words for each in tests if each.cost is None))
    if methods:
        told.append(_t("with the work on methods"))
    total = cost.total + sum_of_costs(methods) if cost else None
    ends = _ends(total, [*swings_of_tests(tests), *swings_of_costs(methods)], sheet)
    return Plan(_sum(total, sheet), *ends, unpriced=unpriced, origin="; ".join([said, *told]) + ".")


def plan_of_operations(sheet: DepartmentAssessment, rows: Sequence[PlannedOperation], utilities: Sequence[PlannedUtility] = ()) -> Plan:
    """Of a production sheet: its operations and their utilities, whose money is in the sheet's currency."""
    if not rows:
        return Plan(None, empty=_t("There is no operation in the plan."))
    if not sheet.currency:
        return Plan(None, unpriced=(_t("The sheet has no currency yet."),))
    words = ngettext("The plan's total of %(count)d operation.", "The plan's total of %(count)d operations.", len(rows))
    total = sum_of_operations(rows) + sum_of_utilities(utilities)
    ends = _ends(total, [*swings_of_operations(rows), *swings_of_utilities(utilities)], sheet)
    return Plan(_sum(total, sheet), *ends, origin=words % {"count": len(rows)})


def plan_of_costs(sheet: DepartmentAssessment, rows: Sequence[SheetCost]) -> Plan:
    """Of the sheet of research, of materials or of EHS: its costs, in the sheet's currency."""
    if not rows:
        return Plan(None, empty=_t("There is no cost in the table."))
    if not sheet.currency:
        return Plan(None, unpriced=(_t("The sheet has no currency yet."),))
    words = ngettext("The total of %(count)d cost of the sheet.", "The total of %(count)d costs of the sheet.", len(rows))
    total = sum_of_costs(rows)
    return Plan(_sum(total, sheet), *_ends(total, swings_of_costs(rows), sheet), origin=words % {"count": len(rows)})


def _sum(amount: Decimal | None, sheet: DepartmentAssessment) -> Decimal | None:
    return rounded(amount, sheet.currency) if amount is not None and amount < LARGEST else None


def _ends(total: Decimal | None, swings: Iterable[Swing], sheet: DepartmentAssessment) -> tuple[Decimal | None, Decimal | None]:
    low, high = (None, None) if total is None else reach_of(total, swings)
    return _sum(low, sheet), _sum(high, sheet)


def _proposed(sheet: DepartmentAssessment, plan: Plan) -> dict[str, Decimal]:
    """Low and high of the rows, where the sheet says none."""
    ends = {"cost_low": plan.low, "cost_high": plan.high}
    return {name: end for name, end in ends.items() if end is not None and getattr(sheet, name) is None}


def taking_blockers(sheet: DepartmentAssessment, plan: Plan) -> list[Blocker]:
    """What keeps the total from being taken; the page's disabled button shows the same."""
    return [*change_blockers(sheet), *(Blocker("sheet.plan_total", words, sheet.get_absolute_url()) for words in _obstacles(sheet, plan))]


def _obstacles(sheet: DepartmentAssessment, plan: Plan) -> list[str]:
    if plan.empty:
        return [plan.empty]
    if plan.unpriced:
        return list(plan.unpriced)
    if plan.total is None:
        return [_t("The total is larger than a cost can be.")]
    if plan.total == sheet.cost_base and not _proposed(sheet, plan):
        return [_t("The base cost is the total already.")]
    return _out_of_order(sheet, plan.total)


def _out_of_order(sheet: DepartmentAssessment, total: Decimal) -> list[str]:
    """Low, base and high rise in this order."""
    if sheet.cost_low is not None and total < sheet.cost_low:
        return [_t("The total lies below the low cost; correct that first.")]
    if sheet.cost_high is not None and total > sheet.cost_high:
        return [_t("The total lies above the high cost; correct that first.")]
    return []


@transaction.atomic
def take_plan_total(code: str, department_key: str, *, actor: User) -> DepartmentAssessment:
    """Write the total of the plan, as it is now, over the base cost of the open sheet, and what its rows say of low and high where it says
    none.
    """
    sheet = locked_sheet(code, department_key, actor)
    require_permission("phases.edit_sheet", actor, sheet)
    plan = _read(sheet)
    require_none(taking_blockers(sheet, plan))
    after = {"cost_base": plan.total, **_proposed(sheet, plan)}
    before = {name: getattr(sheet, name) for name in after}
    for name, amount in after.items():
        setattr(sheet, name, amount)
    sheet.save(update_fields=[*after, "updated_at"])
    record(
        "sheet.plan_total_taken",
        sheet,
        actor=actor,
        reason=plan.origin,
        before=before,
        after=after,
        department=sheet.department.name,
    )
    return sheet


def _read(sheet: DepartmentAssessment) -> Plan:
    """Its rows as they stand now."""
    if sheet.department.key == PRODUCTION:
        return plan_of_operations(sheet, list(sheet.operations.all()), list(sheet.utilities.select_related("operation")))
    costs = list(sheet.cost_rows.all())
    if sheet.department.key == ANALYTICAL:
        return plan_of(sheet, list(sheet.tests.select_related("price")), costs)
    return plan_of_costs(sheet, costs)
