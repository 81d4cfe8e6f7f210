"""What is true of a row of a sheet's tables."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from catalogue.models.kept import standing_on
from phases.evaluation.cost_tables import SheetCost
from phases.evaluation.planned import priced_on, work_of
from phases.evaluation.vessel_rates import take_rate
from projects.models import ProjectRisk
from projects.occupancies import days_of
from projects.services.occupancy import LONGEST_DAYS
from worksheets.columns import ChoiceField
from worksheets.rows import Rows

if TYPE_CHECKING:
    from phases.evaluation.cost_tables import PlannedUtility
    from phases.evaluation.tables import PlannedOperation, PlannedTest, SheetAssumption

MOST_YEARS = 10


class LevelField(ChoiceField):
    """Low, medium, high, or not judged yet."""

    def __init__(self) -> None:
        super().__init__(choices=[("", ""), *ProjectRisk.Level.choices], required=False)

    def clean(self, value: Any) -> Any:
        return super().clean(value) or None


class AssumptionRows(Rows):
    def clean(self, row: SheetAssumption, changed: Collection[str]) -> None:
        """A figure has its unit; low and high belong to it, and stand on its sides."""
        errors = {}
        if row.figure is None:
            errors = {name: _t("This belongs to a figure.") for name in ("unit", "low", "high") if getattr(row, name) not in (None, "")}
        elif not row.unit:
            errors["unit"] = _t("A figure needs its unit.")
        else:
            errors |= {"low": _t("Above the figure.")} if row.low is not None and row.low > row.figure else {}
            errors |= {"high": _t("Below the figure.")} if row.high is not None and row.high < row.figure else {}
        if errors:
            raise BadInput(errors)


class PlannedTestRows(Rows):
    def clean(self, row: PlannedTest, changed: Collection[str]) -> None:
        """A price is chosen while it is valid; later it may expire, and is then marked."""
        day = priced_on(self.parent)
        if "price" in changed and not row.price.holds_on(day):
            raise BadInput({"price": _t("This price is %(standing)s.") % {"standing": standing_on(row.price, day)}})


class CostRows(Rows):
    """unit: of every row of the table; empty where each says its own."""

    unit = ""

    def clean(self, row: SheetCost, changed: Collection[str]) -> None:
        row.unit = self.unit or row.unit


class HourRows(CostRows):
    unit = "h"


class MethodRows(CostRows):
    def clean(self, row: SheetCost, changed: Collection[str]) -> None:
        """Work is counted in hours, columns and standards in whatever they are bought by."""
        if not row.work:
            raise BadInput({"work": _t("Say what is done: development, validation or transfer, or that it is columns and standards.")})
        is_bought = row.work == SheetCost.Work.COLUMNS
        if is_bought and not row.unit:
            raise BadInput({"unit": _t("By what they are bought: pieces, mg, …")})
        row.unit = row.unit if is_bought else HourRows.unit


class KilogramRows(CostRows):
    unit = "kg"


class PlannedUtilityRows(Rows):
    def clean(self, row: PlannedUtility, changed: Collection[str]) -> None:
        """By kind, or as one figure of the operation: not twice. A rate is entered while it is valid."""
        errors = {}
        if row.operation.utilities_per_kg:
            errors["operation"] = _t("This operation has one figure for all its utilities; empty that first.")
        if "valid_until" in changed and row.valid_until and row.valid_until < priced_on(self.parent):
            errors["valid_until"] = _t("This day has passed.")
        if errors:
            raise BadInput(errors)


class PlannedOperationRows(Rows):
    def clean(self, row: PlannedOperation, changed: Collection[str]) -> None:
        """What the calendar can hold: a year at once, and not in another decade. A vessel brings its rate where none is typed; 0 is one."""
        errors = {}
        if "vessel_rate" in self.empty or ("vessel" in changed and "vessel_rate" not in changed):
            take_rate(row, self.parent)
        if None not in (row.batches, row.hours) and row.shifts_per_day and work_of(row).days > LONGEST_DAYS:
            errors["hours"] = _t("The vessel would be taken for more than a year.")
        if row.wanted_from and abs(row.wanted_from.year - priced_on(self.parent).year) > MOST_YEARS:
            errors["wanted_from"] = _t("This is more than %(years)d years away.") % {"years": MOST_YEARS}
        if "utilities_per_kg" in changed and row.utilities_per_kg and row.pk and row.utilities.exists():
            errors["utilities_per_kg"] = _t("The utilities of this operation stand by kind in a table of their own; leave this one empty.")
        if errors:
            raise BadInput(errors)
        row.proposed = False

    def remove(self, row: PlannedOperation) -> None:
        """What stands on the calendar is released there, with a reason."""
        if row.booking is not None:
            raise BadInput({"": _t("Its vessel is booked (%(days)s). Release the booking first.") % {"days": days_of(row.booking)}})
        super().remove(row)
