"""The test plan's total taken as the base cost of its sheet: one step, with where the figure comes from in the history."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import Blocker, require_none
from catalogue.models import ExchangeRate
from phases.evaluation.planned import priced_on, priced_tests, sum_of_tests
from phases.evaluation.services import change_blockers, locked_sheet
from projects.money import rounded

if TYPE_CHECKING:
    from accounts.models import User
    from phases.evaluation.models import DepartmentAssessment
    from phases.evaluation.tables import PlannedTest


LARGEST = Decimal(10) ** 14  # a cost has fourteen digits before the point


def planned_total(sheet: DepartmentAssessment, rows: Sequence[PlannedTest]) -> Decimal | None:
    """In the sheet's currency. None where the plan is empty, one of its tests has no cost, or the sum is larger than a cost can be."""
    total = sum_of_tests(priced_tests(rows, sheet)) if rows else None
    return rounded(total.total, sheet.currency) if total is not None and total.total < LARGEST else None


def taking_blockers(sheet: DepartmentAssessment, rows: Sequence[PlannedTest]) -> list[Blocker]:
    """What keeps the total from being taken; the page's disabled button shows the same."""
    return [*change_blockers(sheet), *(Blocker("sheet.plan_total", words, sheet.get_absolute_url()) for words in _obstacles(sheet, rows))]


def _obstacles(sheet: DepartmentAssessment, rows: Sequence[PlannedTest]) -> list[str]:
    if not rows:
        return [_t("There is no test in the plan.")]
    unpriced = dict.fromkeys(each.words for each in priced_tests(rows, sheet) if each.cost is None)
    if unpriced:
        return list(unpriced)
    total = planned_total(sheet, rows)
    if total is None:
        return [_t("The plan's total is larger than a cost can be.")]
    if total == sheet.cost_base:
        return [_t("The base cost is the plan's total.")]
    return _out_of_order(sheet, total)


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
    rows = list(sheet.tests.select_related("price"))
    require_none(taking_blockers(sheet, rows))
    before = sheet.cost_base
    sheet.cost_base = planned_total(sheet, rows)
    sheet.save(update_fields=["cost_base", "updated_at"])
    record(
        "sheet.plan_total_taken",
        sheet,
        actor=actor,
        reason=_origin(sheet, rows),
        before={"cost_base": before},
        after={"cost_base": sheet.cost_base},
        department=sheet.department.name,
    )
    return sheet


def _origin(sheet: DepartmentAssessment, rows: Sequence[PlannedTest]) -> str:
    """How many tests, the day whose prices hold, and each rate with its own day."""
    day = priced_on(sheet)
    words = ngettext(
        "The plan's total of %(count)d test, priced on %(day)s", "The plan's total of %(count)d tests, priced on %(day)s", len(rows)
    )
    said = words % {"count": len(rows), "day": date_format(day, "j M Y")}
    foreign = {row.price.currency for row in rows} - {sheet.currency}
    rates = [rate for other, rate in sorted(ExchangeRate.objects.into(sheet.currency, day).items()) if other in foreign] if foreign else []
    return (
        "; ".join([said, *(f"{rate.currency}/{rate.into} {rate.rate.normalize():f} ({date_format(rate.on, 'j M Y')})" for rate in rates)])
        + "."
    )
