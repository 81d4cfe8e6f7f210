"""The tables of a feasibility sheet as worksheets: of every department its risks and assumptions; the plans and hazards of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.numbers import PercentField
from catalogue.models import AnalyticalPrice
from phases.evaluation.booking import calendar_words
from phases.evaluation.cost_worksheets import METHODS, OF_COSTS, UTILITIES
from phases.evaluation.models import DepartmentAssessment
from phases.evaluation.planned import (
    band_words,
    filling,
    fit_words,
    gathered_tests,
    priced_on,
    priced_tests,
    sum_of_operations,
    sum_of_tests,
    work_of,
)
from phases.evaluation.sheet_tables import OF_THE_SHEET, OWN, SIGNED, money_in, table_of_sheet
from phases.evaluation.table_rows import AssumptionRows, HighestField, LevelField, PlannedOperationRows, PlannedTestRows
from phases.evaluation.tables import PlannedOperation, PlannedTest, SheetAssumption, SheetHazard, SheetRisk, SiteVessel
from phases.evaluation.vessel_rates import rates_beside
from process.confidence import confidence_column
from process.costs.figures import Source
from process.costs.origins import origin_columns
from projects.money import half_up
from worksheets.sheets import Lookup, SheetColumn, Worksheet, register_sheet

if TYPE_CHECKING:
    from worksheets.bound import Bound

TENTH = Decimal("0.1")


def _prices(bound: Bound) -> QuerySet[Any]:
    """Those that hold today, and what the plan uses already."""
    day, used = priced_on(bound.parent), bound.parent.tests.values("price")
    rows = AnalyticalPrice.objects.visible_to(bound.user).select_related("supplier")
    return rows.filter(Q(pk__in=rows.valid(day).values("pk")) | Q(pk__in=used))


def _called(name: str) -> Callable[[QuerySet[Any], str], QuerySet[Any]]:
    """By all its words; this field of it is enough where one is meant."""

    def find(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        exact = [each.pk for each in rows if str(each).casefold() == words.casefold()]
        return rows.filter(pk__in=exact) if exact else rows.filter(**{f"{name}__iexact": words})

    return find


def _test_costs(rows: Sequence[PlannedTest], sheet: DepartmentAssessment) -> Mapping[Any, Mapping[str, Any]]:
    found = {}
    valid = _t("valid")  # of two thousand rows once
    for each in priced_tests(rows, sheet):
        told: dict[str, Any] = {"standing": each.words or valid}
        if each.cost is not None:
            told |= {"hours": half_up(each.cost.hours, TENTH), "cost": money_in(each.cost.total, sheet)}
            told |= {name: money_in(getattr(each.cost, name), sheet) for name in ("consumables", "outside")}
        found[each.row.pk] = told
    return found


def _test_totals(rows: Sequence[PlannedTest], sheet: DepartmentAssessment) -> dict[str, Any]:
    """Of what is not rounded yet; nothing where a row has no cost."""
    if not rows:
        return {}
    total = sum_of_tests(priced_tests(rows, sheet))
    if total is None:
        return {}
    money = {name: money_in(amount, sheet) for name, amount in (("consumables", total.consumables), ("outside", total.outside))}
    return {"samples": total.samples, "hours": half_up(total.hours, TENTH), **money, "cost": money_in(total.total, sheet)}


def _vessels(bound: Bound) -> QuerySet[Any]:
    """Of the site that is asked; of all sites while none is."""
    rows = SiteVessel.objects.visible_to(bound.user).select_related("site")
    site = bound.parent.project.site
    return rows.filter(site=site) if site else rows


def _proposed(row: PlannedOperation) -> str:
    return _t("from the route") if row.proposed else ""


def _litres(row: PlannedOperation) -> Decimal | None:
    litres = filling(row).litres
    return None if litres is None else half_up(litres, TENTH)


def _percent(row: PlannedOperation) -> Decimal | None:
    percent = filling(row).percent
    return None if percent is None else half_up(percent, TENTH)


def _waste(row: PlannedOperation) -> Decimal:
    return half_up(work_of(row).waste_kg, TENTH)


def _cost(row: PlannedOperation) -> Decimal | None:
    return money_in(work_of(row).cost, row.assessment)


def _operation_totals(rows: Sequence[PlannedOperation], sheet: DepartmentAssessment) -> dict[str, Any]:
    if not rows:
        return {}
    works = [work_of(row) for row in rows]
    waste = sum((each.waste_kg for each in works), Decimal(0))
    cost = money_in(sum_of_operations(rows), sheet)
    return {"days": sum(each.days for each in works), "waste_kg": half_up(waste, TENTH), "cost": cost}


def _capability(row: SheetHazard) -> int | None:
    site = row.assessment.project.site
    return site.highest_exposure_band if site else None


def _verdict(row: SheetHazard) -> str:
    if row.assessment.project.site is None:
        return _t("no site is chosen yet")
    return band_words(row.band_required, _capability(row))


def _spread(name: str, example: str) -> SheetColumn:
    kind = HighestField if name == "high_pct" else PercentField
    field = partial(kind, required=False, max_digits=6, decimal_places=2, of_one=True)
    return SheetColumn(name, unit="%", field=field, note=_("Of what it costs here. Empty: as the base."), example=example)


SPREAD = (_spread("low_pct", "85"), _spread("high_pct", "140"))
RISKS = Worksheet(
    title=_("Risks"),
    noun=_("risk"),
    model=SheetRisk,
    columns=(
        SheetColumn("text", example="The dimer is not purged", frozen=True, width=40),
        SheetColumn("probability", field=LevelField, example="Medium", width=12),
        SheetColumn("impact", field=LevelField, example="High", width=12),
        SheetColumn("weight", _("Weight"), compute=lambda row: row.weight, kind="whole"),
        SheetColumn("response", example="Crystallise twice in the first batch", width=40),
    ),
    hint=_("What may go wrong, how likely and how badly, and what is done about it. The weight is probability × impact, 1 to 9."),
    **table_of_sheet("sheet-risks"),
)
ASSUMPTIONS = Worksheet(
    title=_("Assumptions"),
    noun=_("assumption"),
    model=SheetAssumption,
    columns=(
        SheetColumn("text", example="The amine is bought, not made", frozen=True, width=40),
        SheetColumn("source", example="Assumption", width=16),
        confidence_column(),
        SheetColumn("figure", example="82"),
        SheetColumn("unit", example="%", width=8),
        SheetColumn("low", example="75"),
        SheetColumn("high", example="88"),
        SheetColumn("confirm_by", width=16, example="2026-06-30"),
    ),
    service=AssumptionRows,
    hint=_(
        "What must hold for cost and time to be right; a figure with its lowest and highest, and by when it is confirmed. "
        "Once the sheet is signed it stands in the ledger of the project, and the client reads it in quotation and charter, "
        "unless the ledger says no; an amount of money stays ours."
    ),
    **table_of_sheet("sheet-assumptions"),
)
TEST_PLAN = Worksheet(
    title=_("Test plan"),
    noun=_("planned test"),
    model=PlannedTest,
    columns=(
        SheetColumn(
            "price",
            note=_("As the price book calls it."),
            lookup=Lookup(_prices, find=_called("test")),
            example="Assay",
            frozen=True,
            width=36,
        ),
        SheetColumn("stage", example="Release", width=16),
        SheetColumn("batches", example="3"),
        SheetColumn("samples_per_batch", example="2"),
        SheetColumn("replicates", note=_("How often each sample is measured; empty: once."), example="2"),
        SheetColumn("samples", _("Samples"), compute=lambda row: row.batches * row.samples_per_batch, total=True, kind="whole"),
        SheetColumn("cost", _("Cost in all"), money=True, derived=True, total=True, kind="number"),
        SheetColumn("standing", _("Price"), derived=True, width=18),
        SheetColumn("hours", _("Hours of ours"), unit="h", derived=True, total=True, kind="number"),
        SheetColumn("consumables", _("Consumables"), money=True, derived=True, total=True, kind="number"),
        SheetColumn("outside", _("Outside laboratories"), money=True, derived=True, total=True, kind="number"),
        *SPREAD,
        SheetColumn("source", _("Source"), compute=lambda _row: str(Source.PRICE_BOOK.label), width=18),
        confidence_column(),
        SheetColumn("reference", _("Reference"), compute=lambda row: row.price.reference, width=18),
        SheetColumn("dated", _("Dated"), compute=lambda row: row.price.valid_from, kind="day"),
        SheetColumn("note", width=20),
    ),
    service=PlannedTestRows,
    rows=lambda rows: rows.select_related(None).prefetch_related("price__supplier"),  # a few prices, which many rows share
    together=_test_costs,
    alone=True,
    totals=_test_totals,
    gathered=gathered_tests,
    hint=_(
        "Tests of the price book × samples × replicates × batches, in the currency of the sheet. A price that has expired since is named."
    ),
    **table_of_sheet("test-plan"),
)
PRODUCTION_PLAN = Worksheet(
    title=_("Production plan"),
    noun=_("planned operation"),
    model=PlannedOperation,
    columns=(
        SheetColumn("operation", example="Step 2: amination", frozen=True, width=24),
        SheetColumn(
            "vessel",
            lookup=Lookup(_vessels, find=_called("tag")),
            example="R-302",
            width=20,
            link=lambda row: row.vessel.get_absolute_url(),
        ),
        SheetColumn("batch_kg", unit="kg", example="120"),
        SheetColumn("litres_per_kg", unit="L/kg", note=_("At its fullest, for each kilogram of the batch size."), example="12"),
        SheetColumn("fill_litres", _("Filled"), unit="L", compute=_litres, kind="number"),
        SheetColumn("fill_percent", _("Filled"), unit="%", compute=_percent, kind="number"),
        SheetColumn("fit", _("Fit"), compute=fit_words, width=26),
        SheetColumn("batches", example="3"),
        SheetColumn("hours", unit="h", note=_("Of one batch in this vessel."), example="36"),
        SheetColumn("cleaning_hours", unit="h", example="8"),
        SheetColumn("shifts_per_day", note=_("Of eight hours."), example="3"),
        SheetColumn("days", _("Days taken"), compute=lambda row: work_of(row).days, total=True, kind="whole"),
        SheetColumn("vessel_rate", money=True, note=_("Empty: the vessel's own, in the currency of the sheet."), example="410"),
        SheetColumn("vessel_rate_says", _("Rate of the vessel"), derived=True, width=30),
        SheetColumn("operators", example="2"),
        SheetColumn("operator_rate", money=True, example="68"),
        SheetColumn("utilities_per_kg", money=True, example="3.20"),
        SheetColumn("waste_kg_per_kg", example="18"),
        SheetColumn("waste_price_per_kg", money=True, example="0.42"),
        SheetColumn("waste_kg", _("Waste"), unit="kg", compute=_waste, total=True, kind="number"),
        SheetColumn("modification_cost", money=True, note=_("Once, whatever the number of batches."), example="12000"),
        SheetColumn("cost", _("Cost in all"), money=True, compute=_cost, total=True, kind="number"),
        SheetColumn("wanted_from", note=_("The first day on which the vessel is wanted."), example="2026-09-14"),
        SheetColumn("on_calendar", _("On the calendar"), compute=calendar_words, width=26),
        *SPREAD,
        *origin_columns(unsaid=OF_THE_SHEET, undated=SIGNED),
        SheetColumn("note", width=20),
        SheetColumn("comes", _("Proposed"), compute=_proposed, width=14),
    ),
    service=PlannedOperationRows,
    rows=lambda rows: rows.select_related("vessel__site", "booking__vessel__site"),
    together=rates_beside,
    alone=True,
    totals=_operation_totals,
    hint=_("Vessel and operators cost their hours, cleaning included; utilities and waste the kilograms that are made."),
    **table_of_sheet("production-plan"),
)
HAZARDS = Worksheet(
    title=_("Hazards and containment"),
    noun=_("hazard"),
    model=SheetHazard,
    columns=(
        SheetColumn("hazard", example="Dust of the active substance", frozen=True, width=32),
        SheetColumn("source", example="Safety data sheet", width=18),
        SheetColumn("band_required", note=_("Occupational, 1 (least) to 5."), example="4"),
        SheetColumn("capability", _("Site contains up to band"), compute=_capability, kind="whole"),
        SheetColumn("verdict", _("Verdict"), compute=_verdict, width=26),
        SheetColumn("measure", example="Isolator at the dryer", width=36),
    ),
    hint=_("What the site can contain stands on its page; what goes beyond it needs a measure, or another site."),
    **table_of_sheet("sheet-hazards"),
)
EVERY = (RISKS, ASSUMPTIONS, TEST_PLAN, METHODS, PRODUCTION_PLAN, UTILITIES, *OF_COSTS, HAZARDS)


def tables_of(sheet: DepartmentAssessment) -> tuple[Worksheet, ...]:
    """The department's own first."""
    own = tuple(each for each in EVERY if OWN.get(each.key) == sheet.department.key)
    return (*own, RISKS, ASSUMPTIONS)


def register() -> None:
    register_sheet(*EVERY)
