"""A convergent route of twelve steps with 150 materials, half of them with price breaks, and a cost scenario of it: what a typed batch size
is priced anew on.

Run inside the product's environment (`manage.py shell`); made once, by the services that a chemist's and a planner's pages use.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Role, User
from audit.context import Channel, acting
from catalogue.models import Material, SupplierQuote
from cdmo.demo.people import holding
from cdmo.demo.supplies import RHINE
from process.costs.services import open_scenario
from process.models import CostAssessment, Route, RouteVersion
from process.routes.services import open_route
from projects.models import Project
from worksheets.changing import ADD, CHANGE, Change, change_rows

NAME = "Bench: twelve steps"
STEPS, MATERIALS, BRANCH = 12, 150, 5
REAGENT = {"kind": "reagent", "molar_mass_g_per_mol": "150"}
GIVES = {"product_molar_mass_g_per_mol": "320", "yield_pct": "85", "yield_low_pct": "75", "yield_high_pct": "90"}
LIMITING = {"role": "reactant", "amount": "1", "basis": "equivalents", "is_limiting": "yes"}
ADDED = {"role": "reagent", "amount": "0.3", "basis": "kg_per_kg", "amount_low": "0.27", "amount_high": "0.36"}
PRICE = {"price_per_kg": "25", "price_low": "20", "price_high": "35", "source": "quote"}
LISTED = {"supplier": RHINE, "currency": "CHF", "reference": "LARGE"}  # half of the materials have a price list, by whose breaks is bought
BREAKS = (
    {"price_per_kg": "25", "pack_kg": "1"},
    {"price_per_kg": "22", "quantity_from_kg": "20", "pack_kg": "5"},
    {"price_per_kg": "19", "quantity_from_kg": "100", "pack_kg": "25", "minimum_order_kg": "100"},
)
SIZES = {"pilot-batch_kg": Decimal(10), "pilot-batches": 2, "validation-batch_kg": Decimal(50), "validation-batches": 3}
TERMS = {"yield_pct": Decimal(100), "overhead_pct": Decimal(12), "contingency_pct": Decimal(8), "margin_pct": Decimal(30)}


def main() -> None:
    """Prints the project, the number of its scenario and one of the phases that make something."""
    kept = CostAssessment.objects.filter(name=NAME).first()
    with acting(channel=Channel.COMMAND):
        scenario = kept or made()
    print(scenario.project.code, scenario.number, "validation")


def made() -> CostAssessment:
    chemist, planner = holding(Role.RESEARCH), holding(Role.BUSINESS_DEVELOPMENT)
    project = Project.objects.filter(cost_assessments__name="As asked", cost_assessments__state="draft").latest("pk")
    codes = materials(holding(Role.MATERIAL_CONTROL))
    route = open_route(project.code, {"name": NAME, "origin": Route.Origin.OURS}, actor=chemist)
    version = route.versions.get(state=RouteVersion.State.DRAFT)
    put(f"route-steps:{version.pk}", [step(number) for number in range(STEPS)], chemist)
    put(f"step-inputs:{version.pk}", [each for number in range(STEPS) for each in inputs(number, codes[number::STEPS])], chemist)
    asked = {"name": NAME, "currency": "CHF", "priced_on": timezone.localdate(), "route_version": version, "risk_in_price": True}
    scenario = open_scenario(project.code, asked | TERMS | SIZES, actor=planner)
    prices = [Change(CHANGE, row.pk, PRICE) for row in scenario.prices.filter(quote=None)]
    change_rows(f"cost-materials:{scenario.pk}", prices, actor=planner, all_or_none=True)
    return scenario


def materials(buyer: User) -> list[str]:
    codes = [f"LARGE-{number:03}" for number in range(MATERIALS)]
    there = set(Material.objects.filter(code__in=codes).values_list("code", flat=True))
    put("materials", [{"code": code, "name": code} | REAGENT for code in codes if code not in there], buyer)
    listed = LISTED | {"quoted_on": f"{timezone.localdate()}"}
    for code in codes[::2]:
        if not SupplierQuote.objects.filter(material__code=code).exists():
            put(f"material-prices:{code}", [listed | each for each in BREAKS], buyer)
    return codes


def step(number: int) -> dict[str, Any]:
    return {"name": f"Step {number}", "product_name": f"Product {number}"} | GIVES


def inputs(number: int, codes: list[str]) -> list[dict[str, Any]]:
    """What is bought for it, and what was made before: the last step takes in the ends of both branches."""
    ends = [BRANCH, number - 1] if number == STEPS - 1 else [number - 1] if number not in (0, BRANCH + 1) else []
    taken = [{"from_step": f"Step {each}"} for each in ends] + [{"material": code} for code in codes]
    return [{"step": f"Step {number}"} | each | (ADDED if place else LIMITING) for place, each in enumerate(taken)]


def put(address: str, rows: list[dict[str, Any]], actor: User) -> None:
    change_rows(address, [Change(ADD, values=row) for row in rows], actor=actor, all_or_none=True)
