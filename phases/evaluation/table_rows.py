"""What is true of a row of a sheet's tables."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from accounts.numbers import PercentField
from audit.refusals import BadInput
from catalogue.models.kept import standing_on
from phases.evaluation.cost_tables import SheetCost
from phases.evaluation.planned import priced_on, work_of
from phases.evaluation.tables import MOST_PCT
from phases.evaluation.vessel_rates import take_rate
from process.costs.table_rows import wrong_ends
from projects.models import ProjectRisk
from projects.occupancies import days_of
from projects.services.occupancy import LONGEST_DAYS
from worksheets.columns import ChoiceField
from worksheets.rows import Rows, cells

if TYPE_CHECKING:
    from phases.evaluation.cost_tables import PlannedUtility
    from phases.evaluation.tables import PlannedOperation, PlannedTest, SheetAssumption

MOST_YEARS = 10
Faults = str | list[str]
OF_DAYS = ("batches", "hours", "shifts_per_day")


class LevelField(ChoiceField):
    """Low, medium, high, or not judged yet."""

    def __init__(self) -> None:
        super().__init__(choices=[("", ""), *ProjectRisk.Level.choices], required=False)

    def clean(self, value: Any) -> Any:
        return super().clean(value) or None


class HighestField(PercentField):
    """Of what comes to all of it at the least: 1.4 is the 140 % of a spreadsheet."""

    def is_asked(self, percent: Decimal) -> bool:
        return 0 < percent <= MOST_PCT / 100


class AssumptionRows(Rows):
    def weigh(self, row: SheetAssumption, changed: Collection[str], wrong: Collection[str]) -> dict[str, str]:
        """A figure has its unit; low and high belong to it, and stand on its sides."""
        if "figure" in wrong:
            return {}
        figure, unit, low, high = cells(row, ("figure", "unit", "low", "high"), wrong)
        if figure is None:
            given = {"unit": unit, "low": low, "high": high}
            return {name: _t("This belongs to a figure.") for name, value in given.items() if value not in (None, "")}
        errors = {} if unit or "unit" in wrong else {"unit": _t("A figure needs its unit.")}
        errors |= {"low": _t("Above the figure.")} if low is not None and low > figure else {}
        errors |= {"high": _t("Below the figure.")} if high is not None and high < figure else {}
        return errors


class PlannedTestRows(Rows):
    def weigh(self, row: PlannedTest, changed: Collection[str], wrong: Collection[str]) -> dict[str, str]:
        """A price is chosen while it is valid; later it may expire, and is then marked."""
        day, (price,) = priced_on(self.parent), cells(row, ["price"], wrong)
        if "price" not in changed or price is None or price.holds_on(day):
            return {}
        return {"price": _t("This price is %(standing)s.") % {"standing": standing_on(price, day)}}


class CostRows(Rows):
    """unit: of every row of the table; empty where each says its own."""

    unit = ""

    def weigh(self, row: SheetCost, changed: Collection[str], wrong: Collection[str]) -> dict[str, Faults]:
        return {**wrong_ends(row, "amount", wrong), **wrong_ends(row, "unit_price", wrong)}

    def clean(self, row: SheetCost, changed: Collection[str]) -> None:
        row.unit = self.unit or row.unit


class HourRows(CostRows):
    unit = "h"


class MethodRows(CostRows):
    def weigh(self, row: SheetCost, changed: Collection[str], wrong: Collection[str]) -> dict[str, Faults]:
        found = super().weigh(row, changed, wrong)
        if "work" in wrong:
            return found
        if not row.work:
            found["work"] = _t("Say what is done: development, validation or transfer, or that it is columns and standards.")
        elif row.work == SheetCost.Work.COLUMNS and not row.unit and "unit" not in wrong:
            found["unit"] = _t("By what they are bought: pieces, mg, …")
        return found

    def clean(self, row: SheetCost, changed: Collection[str]) -> None:
        """Work is counted in hours, columns and standards in whatever they are bought by."""
        row.unit = row.unit if row.work == SheetCost.Work.COLUMNS else HourRows.unit


class KilogramRows(CostRows):
    unit = "kg"


class PlannedUtilityRows(Rows):
    def weigh(self, row: PlannedUtility, changed: Collection[str], wrong: Collection[str]) -> dict[str, Faults]:
        """By kind, or as one figure of the operation: not twice. A rate is entered while it is valid."""
        errors: dict[str, Faults] = {**wrong_ends(row, "amount", wrong), **wrong_ends(row, "rate", wrong)}
        operation, until = cells(row, ("operation", "valid_until"), wrong)
        if operation is not None and operation.utilities_per_kg:
            errors["operation"] = _t("This operation has one figure for all its utilities; empty that first.")
        if "valid_until" in changed and until and until < priced_on(self.parent):
            errors["valid_until"] = _t("This day has passed.")
        return errors


class PlannedOperationRows(Rows):
    def weigh(self, row: PlannedOperation, changed: Collection[str], wrong: Collection[str]) -> dict[str, str]:
        """What the calendar can hold: a year at once, and not in another decade."""
        errors = {}
        batches, hours, shifts, from_day, utilities = cells(row, (*OF_DAYS, "wanted_from", "utilities_per_kg"), wrong)
        if None not in (batches, hours) and shifts and work_of(row).days > LONGEST_DAYS:
            errors["hours"] = _t("The vessel would be taken for more than a year.")
        if from_day and abs(from_day.year - priced_on(self.parent).year) > MOST_YEARS:
            errors["wanted_from"] = _t("This is more than %(years)d years away.") % {"years": MOST_YEARS}
        if "utilities_per_kg" in changed and utilities and row.pk and row.utilities.exists():
            errors["utilities_per_kg"] = _t("The utilities of this operation stand by kind in a table of their own; leave this one empty.")
        return errors

    def clean(self, row: PlannedOperation, changed: Collection[str]) -> None:
        """A vessel brings its rate where none is typed; 0 is one."""
        if "vessel_rate" in self.empty or ("vessel" in changed and "vessel_rate" not in changed):
            take_rate(row, self.parent)
        row.proposed = False

    def remove(self, row: PlannedOperation) -> None:
        """What stands on the calendar is released there, with a reason."""
        if row.booking is not None:
            raise BadInput({"": _t("Its vessel is booked (%(days)s). Release the booking first.") % {"days": days_of(row.booking)}})
        super().remove(row)
