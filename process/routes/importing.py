"""Routes of a project from a table: a row an input, in the order of the steps. What a row says of its step need stand once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.numbers import NumberField
from audit.refusals import BadInput, Refused
from catalogue.models import Material
from process.confidence import CONFIDENCES, HOW_SURE
from process.routes import services
from process.routes.models import Route, RouteSource, RouteVersion, StepInput
from process.routes.worksheets import INPUTS, RECYCLED, STEPS, WHO, percent, recycled
from projects.models import Project
from worksheets.changing import add_row
from worksheets.columns import ChoiceField, Column, TextField, YesNoField, text
from worksheets.days import DayField
from worksheets.kinds import Entered, ImportKind, register_import

if TYPE_CHECKING:
    from worksheets.kinds import Values
    from worksheets.sheets import Worksheet

MOST_ROWS = 1000
OF_THE_STEP = (
    "product_molar_mass_g_per_mol",
    "yield_low_pct",
    "yield_pct",
    "yield_high_pct",
    "yield_source",
    "yield_confidence",
    "yield_reference",
    "yield_dated",
    "purity_pct",
    "cycle_time_h",
    "batch_output_kg",
    "temperature_min_c",
    "temperature_max_c",
    "conditions",
)
OF_THE_INPUT = (
    "step",
    "role",
    "amount",
    "amount_low",
    "amount_high",
    "basis",
    "is_limiting",
    "assay_pct",
    "recycle_pct",
    "amount_source",
    "amount_confidence",
    "amount_reference",
    "amount_dated",
)
SOURCE = _("Of a run that was made or published, or assumed. Empty: assumed.")
IN_FIRST_ROW = _("In the first row of each step.")
COLUMN_OF = {"name": "step", "product_name": "product", "material": "input", "from_step": "input"}  # of the tables, in the file


def _number(*, digits: int = 12, places: int = 4, needed: bool = False) -> NumberField:
    return NumberField(max_digits=digits, decimal_places=places, required=needed)


def _confidence() -> ChoiceField:
    return ChoiceField(choices=CONFIDENCES, required=False)


def columns() -> tuple[Column, ...]:
    return (
        Column(
            "route", _("Route"), TextField(max_length=120), _("A route of this name that is there already stays as it is."), "Amide route"
        ),
        Column("step", _("Step"), TextField(max_length=120), _("Rows of one step stand together."), "Coupling"),
        Column("product", _("Product"), text(200), _("In the first row of each step."), "Amide 3"),
        Column("product_structure", _("Structure of the product (SMILES)"), text(4000), example="CC(=O)Nc1ccc(O)cc1"),
        Column("product_molar_mass_g_per_mol", _("Molar mass of the product (g/mol)"), _number(), example="312.36"),
        Column("yield_pct", _("Yield (%)"), percent(), _("In the first row of each step; 92 for 92 %."), "92"),
        Column("yield_low_pct", _("Yield, low (%)"), percent(), IN_FIRST_ROW, "88"),
        Column("yield_high_pct", _("Yield, high (%)"), percent(), IN_FIRST_ROW, "94"),
        Column("yield_source", _("Yield, source"), ChoiceField(choices=RouteSource.choices, required=False), SOURCE, "Analogue"),
        Column("yield_confidence", _("Yield, confidence"), _confidence(), HOW_SURE, "Medium"),
        Column("yield_reference", _("Yield, reference"), text(120), IN_FIRST_ROW, "Org. Process Res. Dev. 2003, 7, 939"),
        Column("yield_dated", _("Yield, dated"), DayField(required=False), IN_FIRST_ROW, "2003-11-21"),
        Column("purity_pct", _("Purity of the product (area %)"), percent(), IN_FIRST_ROW, "99.2"),
        Column(
            "input",
            _("Input"),
            TextField(max_length=200),
            _("A material by its code, CAS number or name, or the product of a step further up."),
            "Amine 2",
        ),
        Column("role", _("Role"), ChoiceField(choices=StepInput.Role.choices), example="Reactant"),
        Column("amount", _("Amount"), _number(places=6, needed=True), example="1.05"),
        Column("basis", _("Counted in"), ChoiceField(choices=StepInput.Basis.choices), example="equivalents"),
        Column("amount_low", _("Amount, low"), _number(places=6), _("Empty: as the amount.")),
        Column("amount_high", _("Amount, high"), _number(places=6), _("Empty: as the amount."), "1.2"),
        Column("is_limiting", _("Limiting"), YesNoField(), _("One input of each step. Empty: no."), "no"),
        Column("assay_pct", _("Assay (%)"), percent(), _("Empty: 100."), "98.5"),
        Column("recycle_pct", _("Recycled (%)"), recycled(), RECYCLED, "0"),
        Column("amount_source", _("Amount, source"), ChoiceField(choices=RouteSource.choices, required=False), SOURCE, "Analogue"),
        Column("amount_confidence", _("Amount, confidence"), _confidence(), HOW_SURE, "Medium"),
        Column("amount_reference", _("Amount, reference"), text(120), example="WO 2003/011872, example 3"),
        Column("amount_dated", _("Amount, dated"), DayField(required=False), example="2003-02-13"),
        Column("cycle_time_h", _("Cycle time (h)"), _number(digits=7, places=2), example="26"),
        Column("batch_output_kg", _("Output of a batch (kg)"), _number(), example="85"),
        Column("temperature_min_c", _("Temperature from (°C)"), _number(digits=5, places=1), example="-5"),
        Column("temperature_max_c", _("Temperature to (°C)"), _number(digits=5, places=1), example="20"),
        Column("conditions", _("Conditions"), text(1000), example="Nitrogen, 12 h"),
    )


class RouteWriter:
    """Keeps what the file itself has made: routes, steps and products further up."""

    def __init__(self, actor: User, project: Project, reason: str) -> None:
        self.actor, self.project = actor, project
        self.there = {route.name.casefold(): route for route in Route.objects.filter(project=project)}
        self.described: set[tuple[str, str]] = set()
        self.is_first = True  # of its step, the row that was judged last
        self.products: dict[tuple[str, str], str] = {}  # by route and product, the step that makes it
        self.versions: dict[str, RouteVersion] = {}
        self.made: dict[tuple[str, str], tuple[str, str]] = {}  # by route and step, its name and what it makes

    def faults(self, values: Values) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        key = self._key(values)
        self.is_first = key not in self.described
        if self.is_first:
            found |= {name: [_t("The first row of a step says it.")] for name in ("product", "yield_pct") if values.get(name) in (None, "")}
        typed = (values.get("input") or "").casefold()
        if typed and self.products.get((key[0], typed), key[1]) == key[1]:
            matches = materials_called(values["input"])
            if not matches:
                found["input"] = [_t("The catalogue has no such material, and no step further up makes it.")]
            elif len(matches) > 1:
                found["input"] = [_t("Several materials are called so; write the code: %(codes)s.") % {"codes": _codes(matches)}]
        if values.get("product") and self.is_first:
            self.products[key[0], values["product"].casefold()] = key[1]
        self.described.add(key)
        return found

    def doubts(self, values: Values) -> list[str]:
        return []

    def enter(self, values: Values) -> Entered:
        """What a wrong row has made before its fault was found is taken back, so it is forgotten here too."""
        kept = self.versions.copy(), self.made.copy()
        try:
            return self._entered(values)
        except (BadInput, Refused):
            self.versions, self.made = kept
            raise

    def _entered(self, values: Values) -> Entered:
        key = self._key(values)
        there = self.there.get(key[0])
        if there is not None:
            return Entered(f"{values['step']}: {values['input']}", there.get_absolute_url(), is_written=False)
        if key not in self.made and not self.is_first:
            raise BadInput({"step": [_t("The first row of this step is wrong.")]})
        version = self._version(values["route"])
        if key not in self.made:
            self._add(STEPS, version, _step_values(values))
            self.made[key] = (values["step"], values["product"].casefold())
        self._add(INPUTS, version, self._input_values(values, key[0]))
        return Entered(f"{values['step']}: {values['input']}", version.get_absolute_url())

    def _add(self, sheet: Worksheet, version: RouteVersion, values: dict[str, Any]) -> None:
        """What is wrong stands at the column of the file."""
        try:
            add_row(f"{sheet.key}:{version.pk}", sheet.told_values(values), actor=self.actor)
        except BadInput as bad:
            raise BadInput({COLUMN_OF.get(name, name): words for name, words in bad.errors.items()}) from bad

    def _version(self, name: str) -> RouteVersion:
        found = self.versions.get(name.casefold())
        if found is None:
            try:
                route = services.open_route(self.project.code, {"name": name, "origin": Route.Origin.OURS}, actor=self.actor)
            except BadInput as bad:
                raise BadInput({"route": [words for said in bad.errors.values() for words in said]}) from bad
            found = self.versions[name.casefold()] = route.versions.select_related("route__project").get()
        return found

    def _input_values(self, values: Values, route: str) -> dict[str, Any]:
        """Steps and materials by the words that their cells take."""
        typed = values["input"].casefold()
        makers = (step for (of, _name), (step, product) in self.made.items() if of == route and product == typed)
        maker, materials = next(makers, None), materials_called(values["input"])
        if maker is None and not materials:
            raise BadInput({"input": [_t("The row of the step that makes it is wrong.")]})
        source = {"from_step": maker} if maker is not None else {"material": materials[0].code}
        return source | {name: values[name] for name in OF_THE_INPUT}

    @staticmethod
    def _key(values: Values) -> tuple[str, str]:
        return (values.get("route") or "").casefold(), (values.get("step") or "").casefold()


def materials_called(typed: str) -> list[Material]:
    """As a cell names them."""
    return list(Material.objects.filter(in_use=True).called(typed)[:5])


def _codes(materials: list[Material]) -> str:
    return ", ".join(material.code for material in materials)


def _step_values(values: Values) -> dict[str, Any]:
    said = {"name": values["step"], "product_name": values["product"], "product_structure": values["product_structure"]}
    return said | {name: values[name] for name in OF_THE_STEP}


def _project(user: User, code: str) -> Project:
    return get_object_or_404(Project.objects.visible_to(user).select_related("client"), code=code)


def register() -> None:
    register_import(
        ImportKind(
            key="routes",
            sheet=_("Routes"),
            columns=columns,
            writer=RouteWriter,
            permission="process.edit_route",
            who=WHO,
            back=lambda project: reverse("project-routes", args=[project.code]) if project else "",
            subject=_project,
            most_rows=MOST_ROWS,
        )
    )
