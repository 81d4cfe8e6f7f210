"""The tables of a version of a route: its steps, and what goes into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.numbers import PercentField
from catalogue.worksheets import A_MATERIAL
from process.confidence import confidence_column
from process.routes.figures import CURRENCY, worked_out
from process.routes.forms import TargetForm
from process.routes.models import RouteStep, RouteVersion, StepInput
from process.routes.plain import Fault
from process.routes.recycling import RecycledField
from process.routes.services.shared import editing_blockers
from process.routes.table_rows import InputRows, StepRows
from process.routes.unit_cost import exact
from process.words import can_be_rounded
from projects.money import half_up
from worksheets.columns import text
from worksheets.sheets import Lookup, SheetColumn, Worksheet, register_sheet

if TYPE_CHECKING:
    from worksheets.bound import Bound

WHO = _("Routes are written by research or a project manager.")
ONE_KG = _("For one kilogram of the route's product.")
AT_TARGET = _("For one kilogram of the route's product, at the price for the quantity wanted below.")
RECYCLED = _("Empty: nothing. “10 × 10 %”: used ten times, a tenth of it fresh before each further use.")
MOST_LETTERS = 4000
CITED_LETTERS = 60
TO_THE_CENT = Decimal("0.0001")


def percent(*, required: bool = False) -> PercentField:
    return PercentField(required=required, max_digits=6, decimal_places=3, of_one=True)


def recycled() -> RecycledField:
    return RecycledField(required=False, max_digits=6, decimal_places=3, of_one=True)


def _steps_together(rows: Sequence[RouteStep], version: RouteVersion) -> Mapping[Any, Mapping[str, Any]]:
    """By step: what it makes for a kilogram of the route's product, its intensity and cost, what is missing, what it rests on."""
    figures = worked_out(version)
    made = {each.step.key: each.product_kg for each in figures.balance.value.steps} if figures.balance.value else {}
    intensity = {each.step.key: each.net.pmi for each in figures.green.value.steps} if figures.green.value else {}
    costs = figures.cost.value.by_step if figures.cost.value else {}
    missing: dict[str, list[Fault]] = {}
    for fault in (*figures.faults, *figures.warnings, *figures.unpriced):
        missing.setdefault(fault.step, []).append(fault)
    cited: dict[int, list[str]] = {}
    for support in version.route.supports.select_related("literature"):
        cited.setdefault(support.step_key, []).append(f"{support.literature.number}. {support.literature.citation[:CITED_LETTERS]}")
    return {
        row.pk: {
            "made": _short(made.get(str(row.key))),
            "intensity": _short(intensity.get(str(row.key))),
            "cost": _money(costs.get(str(row.key))),
            "missing": " ".join(fault.words for fault in missing.get(str(row.key), ())),
            "rests_on": "; ".join(cited.get(row.key, ())),
        }
        for row in rows
    }


def _inputs_together(rows: Sequence[StepInput], version: RouteVersion) -> Mapping[Any, Mapping[str, Any]]:
    """By input: its kilograms and, of what is bought, its cost for a kilogram of the route's product."""
    figures = worked_out(version)
    found: dict[int, dict[str, Any]] = {}
    for step in figures.balance.value.steps if figures.balance.value else ():
        for line in step.lines:
            known = figures.prices.get(line.charge.substance.key)
            cost = exact(line.fresh_kg) * known.counted.amount_per_kg if known else None
            bought = {} if line.charge.from_step else {"cost": _money(cost)}
            found[int(line.charge.key)] = {"charged": _short(line.charged_kg), "fresh": _short(line.fresh_kg), **bought}
    return found


def _for_target(version: RouteVersion, asked: Mapping[str, str]) -> None:
    """Masses stay those of one kilogram; prices are those of the quantity that the page is for."""
    form = TargetForm({"target": asked.get("target", ""), "currency": CURRENCY})
    if form.is_valid():
        version.target_kg = float(form.cleaned_data["target"])


def _short(value: float | None) -> Decimal | None:
    """To four figures."""
    return None if value is None else Decimal(f"{value:.4g}")


def _money(value: Decimal | None) -> Decimal | None:
    """A figure with more digits than a number of ours has places stays as it is."""
    return half_up(value, TO_THE_CENT) if value is not None and can_be_rounded(value) else value


def _page(version: RouteVersion) -> str:
    return version.get_absolute_url()


def _steps(bound: Bound) -> QuerySet[Any]:
    return bound.parent.steps.all()


def _lines(bound: Bound) -> QuerySet[Any]:
    return StepInput.objects.filter(step__version=bound.parent).select_related("material", "from_step")


def _line_called(lines: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Any line of this name; which one is meant follows from the step of the row (`InputRows`)."""
    keys = [line.pk for line in lines if str(line).casefold() == words.casefold()]
    return lines.filter(pk__in=keys[:1])


OF_VERSION: dict[str, Any] = {
    "permission": "process.edit_route",
    "who": WHO,
    "blockers": editing_blockers,
    "page": _page,
    "ask": _for_target,
    "order": "position",
}
STEPS = Worksheet(
    key="route-steps",
    title=_("Steps"),
    noun=_("step"),
    model=RouteStep,
    parent="version",
    columns=(
        SheetColumn("name", note=_("Inputs name their step by it."), example="Coupling", frozen=True, width=22),
        SheetColumn("transformation", example="Amidation", width=18),
        SheetColumn("product_name", example="Amide 3", width=22),
        SheetColumn(
            "product_structure",
            _("Structure of the product (SMILES)"),
            field=lambda: text(MOST_LETTERS),
            note=_("It draws the scheme and gives the molar mass."),
            example="CC(=O)Nc1ccc(O)cc1",
            width=24,
        ),
        SheetColumn("product_molar_mass_g_per_mol", unit="g/mol", note=_("Empty: that of the structure."), example="312.36"),
        SheetColumn(
            "yield_pct", unit="%", field=lambda: percent(required=True), note=_("Of what the equation gives: 92 for 92 %."), example="92"
        ),
        SheetColumn("yield_low_pct", unit="%", field=percent, example="88"),
        SheetColumn("yield_high_pct", unit="%", field=percent, example="94"),
        SheetColumn("yield_source", note=_("Of a run that was made or published, or assumed."), example="Analogue", width=14),
        confidence_column("yield_confidence"),
        SheetColumn("yield_reference", example="Org. Process Res. Dev. 2003, 7, 939", width=22),
        SheetColumn("yield_dated", example="2003-11-21", width=14),
        SheetColumn("purity_pct", unit="area %", field=percent, note=_("Of what the step isolates."), example="99.2"),
        SheetColumn("product_per_limiting", note=_("Empty: 1."), example="1"),
        SheetColumn("made", _("Made"), unit="kg", note=ONE_KG, derived=True, kind="number"),
        SheetColumn("intensity", _("PMI, net"), derived=True, kind="number"),
        SheetColumn(
            "cost",
            _("Cost"),
            unit=f"{CURRENCY}/kg",
            note=_("Of one kilogram of what the step makes, at the price for the quantity wanted below."),
            derived=True,
            kind="number",
        ),
        SheetColumn("batch_output_kg", unit="kg", example="85"),
        SheetColumn("cycle_time_h", unit="h", example="26"),
        SheetColumn("temperature_min_c", unit="°C", example="-5"),
        SheetColumn("temperature_max_c", unit="°C", example="20"),
        SheetColumn("conditions", example="Nitrogen, 12 h", width=26),
        SheetColumn("hazards", example="Gas evolution", width=22),
        SheetColumn("set_aside", note=_("It is kept and not counted."), example="no"),
        SheetColumn("missing", _("To look at"), derived=True, width=34),
        SheetColumn("rests_on", _("Rests on"), derived=True, width=30),
    ),
    service=StepRows,
    rows=lambda rows: rows.select_related("product_compound"),
    together=_steps_together,
    hint=_("In the order in which they are run; what feeds which is said by the inputs."),
    **OF_VERSION,
)
INPUTS = Worksheet(
    key="step-inputs",
    title=_("Inputs"),
    noun=_("input"),
    model=StepInput,
    parent="step__version",
    within=("step__position", "step_id"),
    columns=(
        SheetColumn("step", _("Step"), lookup=Lookup(_steps), example="Coupling", frozen=True, width=20),
        SheetColumn("material", lookup=A_MATERIAL, note=_("Or the product of a step."), example="TOL-99", width=26),
        SheetColumn("from_step", lookup=Lookup(_steps, by=("name", "product_name")), note=_("Where no material is named."), width=20),
        SheetColumn("role", example="Reactant", width=12),
        SheetColumn("amount", example="1.05"),
        SheetColumn("basis", note=_("kg/kg and L/kg are counted on the limiting input."), example="equivalents", width=12),
        SheetColumn("is_limiting", note=_("One input of each step, with 1 equivalent."), example="no"),
        SheetColumn("charged", _("Charged"), unit="kg", note=ONE_KG, derived=True, kind="number"),
        SheetColumn("fresh", _("Fresh"), unit="kg", note=ONE_KG, derived=True, kind="number"),
        SheetColumn("cost", _("Cost"), unit=CURRENCY, note=AT_TARGET, derived=True, total=True, whole=True, kind="number"),
        SheetColumn("assay_pct", unit="%", field=percent, note=_("Empty: 100."), example="98.5"),
        SheetColumn("recycle_pct", unit="%", field=recycled, note=RECYCLED, example="0"),
        SheetColumn("reference", lookup=Lookup(_lines, find=_line_called), note=_("Empty: the limiting input."), width=20),
        SheetColumn("stoichiometry", note=_("For atom economy. Empty: 1 for a reactant, else none.")),
        SheetColumn("amount_low", note=_("Empty: as the amount.")),
        SheetColumn("amount_high", note=_("Empty: as the amount."), example="1.2"),
        SheetColumn("amount_source", note=_("Of a run that was made or published, or assumed."), example="Analogue", width=14),
        confidence_column("amount_confidence"),
        SheetColumn("amount_reference", example="WO 2003/011872, example 3", width=22),
        SheetColumn("amount_dated", example="2003-02-13", width=14),
        SheetColumn("note", width=24),
    ),
    service=InputRows,
    rows=lambda rows: rows.select_related("reference__material", "reference__from_step"),
    together=_inputs_together,
    hint=_("A bought material or the product of a step in each row. Masses and costs are for one kilogram of the route's product."),
    **OF_VERSION,
)


def register() -> None:
    register_sheet(STEPS, INPUTS)
