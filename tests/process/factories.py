"""Materials, and routes as their services make them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Role, User
from audit.refusals import BadInput
from catalogue.models import Material, Supplier, SupplierQuote
from process.costs.services import open_scenario
from process.models import CostAssessment, Literature, Route, RouteStep, RouteVersion, StepInput
from process.routes import services
from process.screen.table_rows import FindingRow, rows_of
from projects.models import Project
from tests.projects import factories as projects
from worksheets.changing import ADD, CHANGE, Change, Result, change_rows


def a_project() -> Project:
    return projects.a_project()


def chemist() -> User:
    return projects.person(Role.RESEARCH)


def a_material(name: str = "4-Aminophenol", **values: Any) -> Material:
    """By the model layer: the catalogue has no sheet for materials yet."""
    code = values.pop("code", name.lower().replace(" ", "-").replace(",", "")[:32])
    given = {"kind": Material.Kind.REAGENT, "name": name, **values}
    return Material.objects.get_or_create(code=code, defaults=given)[0]


def a_price(material: Material, price: str, currency: str = "EUR", **values: Any) -> SupplierQuote:
    supplier = Supplier.objects.get_or_create(name=values.pop("supplier", "Chemical Works"))[0]
    given = {"quoted_on": timezone.localdate() - timedelta(days=30), "price_per_kg": Decimal(price), "currency": currency, **values}
    return SupplierQuote.objects.create(material=material, supplier=supplier, **given)


def a_route(project: Project, name: str = "Acetylation") -> Route:
    return services.open_route(project.code, {"name": name, "origin": Route.Origin.LITERATURE}, actor=chemist())


def draft_of(route: Route) -> RouteVersion:
    return route.versions.get(state=RouteVersion.State.DRAFT)


def one(address: str, act: str, pk: int | None = None, *, by: User | None = None, **said: Any) -> Result:
    """One change of a table; raises BadInput where the row is not saved."""
    (result,) = change_rows(address, [Change(act, pk, **said)], actor=by or chemist()).results
    if not result.is_saved:
        raise BadInput(result.errors)
    return result


def finding_row(version: RouteVersion, rule: str) -> FindingRow:
    return next(row for row in rows_of(version) if row.judged.finding.rule.key == rule)


def decided(version: RouteVersion, rule: str, *, by: User | None = None, **values: Any) -> Result:
    """What is made of the first finding of a rule, in the table of the screen."""
    return one(f"findings:{version.pk}", CHANGE, finding_row(version, rule).pk, by=by, values=values)


def a_step(version: RouteVersion, name: str = "Acetylation", **values: Any) -> RouteStep:
    given = {"name": name, "product_name": f"Product of {name}", "product_molar_mass_g_per_mol": "151.165", "yield_pct": "90"}
    return RouteStep.objects.get(pk=one(f"route-steps:{version.pk}", ADD, values=given | values).pk)


def an_input(step: RouteStep, taken: Material | RouteStep | None, **values: Any) -> StepInput:
    source = {"from_step": taken.name} if isinstance(taken, RouteStep) else {"material": taken.code if taken else ""}
    given = {"step": step.name, "role": "reactant", "amount": "1", "basis": "equivalents"}
    return StepInput.objects.get(pk=one(f"step-inputs:{step.version_id}", ADD, values=given | source | values).pk)


def change_step(step: RouteStep, **values: Any) -> Result:
    return one(f"route-steps:{step.version_id}", CHANGE, step.pk, values=values)


def change_input(line: StepInput, **values: Any) -> Result:
    return one(f"step-inputs:{line.step.version_id}", CHANGE, line.pk, values=values)


def a_reference(project: Project, **values: Any) -> Literature:
    given = {"kind": "paper", "citation": "A paper about the acetylation", "relevance": "high"}
    return Literature.objects.get(pk=one(f"literature:{project.code}", ADD, values=given | values).pk)


def a_whole_route(project: Project) -> Route:
    """One step, of which everything is known: paracetamol from 4-aminophenol and acetic anhydride in water."""
    route = a_route(project)
    step = a_step(draft_of(route), "Acetylation", product_name="Paracetamol", transformation="acylation")
    aminophenol = a_material("4-Aminophenol", molar_mass_g_per_mol=109.128)
    anhydride = a_material("Acetic anhydride", molar_mass_g_per_mol=102.089)
    water = a_material("Water", kind=Material.Kind.WATER, density_kg_per_l=1.0)
    a_price(aminophenol, "6.20")
    a_price(anhydride, "1.15")
    a_price(water, "0.02")
    an_input(step, aminophenol, is_limiting="yes")
    an_input(step, anhydride, amount="1.1")
    an_input(step, water, role="water", amount="5", basis="l_per_kg")
    return route


def estimator() -> User:
    return projects.person(Role.BUSINESS_DEVELOPMENT)


def a_scenario(project: Project, version: RouteVersion | None = None, **values: Any) -> CostAssessment:
    """Two pilot batches of 10 kg and three of validation of 50 kg, in euros."""
    given = {
        "name": "As asked",
        "currency": "EUR",
        "priced_on": timezone.localdate(),
        "route_version": version,
        "yield_pct": Decimal(100),
        "overhead_pct": Decimal(12),
        "contingency_pct": Decimal(8),
        "margin_pct": Decimal(30),
        "risk_in_price": True,
        "pilot-batch_kg": Decimal(10),
        "pilot-batches": 2,
        "validation-batch_kg": Decimal(50),
        "validation-batches": 3,
    }
    return open_scenario(project.code, given | values, actor=estimator())
