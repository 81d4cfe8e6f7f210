"""A project in small scale whose price came from a fixed scenario; and a route that was fixed, with runs of its step."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Role
from catalogue.models import SupplierQuote
from process.actuals.models import ActualCost, StepRun
from process.costs.quoting import quote_scenario
from process.costs.services import fix_scenario
from process.models import RouteVersion
from process.routes.services import fix_version
from projects.models import Project, Quotation
from projects.services import quotation_answers
from tests.process import factories as make
from tests.projects import factories as projects
from tests.projects.remembered import remembered
from worksheets.changing import ADD, Change, change_rows

D = Decimal


def a_draft(project: Project, **step: Any) -> RouteVersion:
    """Acetylation to paracetamol: 90 %, 20 hours. In any number of projects, unlike `make.a_whole_route`."""
    version = make.draft_of(make.a_route(project))
    given = {"product_name": "Paracetamol", "transformation": "acylation", "yield_pct": "90", "cycle_time_h": "20"}
    row, material = make.a_step(version, **(given | step)), make.a_material("4-Aminophenol", molar_mass_g_per_mol=109.128)
    anhydride = make.a_material("Acetic anhydride", molar_mass_g_per_mol=102.089)
    make.an_input(row, material, is_limiting="yes")
    make.an_input(row, anhydride, amount="1.1")
    if not SupplierQuote.objects.exists():
        make.a_price(material, "6.20")
        make.a_price(anhydride, "1.15")
    return version


def a_fixed_route(project: Project, **step: Any) -> RouteVersion:
    return fix_version(a_draft(project, **step).pk, reason="For the quotation.", actor=make.chemist())


@remembered
def a_quoted_project() -> Project:
    """Small scale was estimated to cost 11,000.00 EUR and sold at 22,000.00; its yields are 95 % of those of the route: 85.5 %.

    An option of 1,100.00, sold at 2,200.00, was not chosen.
    """
    project = projects.a_project()
    version = a_fixed_route(project)
    terms = {"overhead_pct": D(10), "contingency_pct": D(0), "margin_pct": D(50), "yield_pct": D(95)}
    row = make.a_scenario(project, version, **terms)
    line = {"phase": "small_scale", "category": "labour", "label": "Chemists", "basis": "once", "quantity": "100"}
    line |= {"unit": "h", "price": "100"}
    option = line | {"label": "Polymorph screen", "quantity": "10", "inclusion": "optional"}
    change_rows(f"cost-lines:{row.pk}", [Change(ADD, values=each) for each in (line, option)], actor=make.estimator())
    fix_scenario(row.pk, reason="For the quotation.", actor=make.estimator())
    projects.sign_off_sheets(project)
    projects.recommend(project.code, recommendation="bid", reason="Feasible.", actor=make.estimator())
    projects.a_quotation(project)
    quotation = Quotation.objects.get(pk=quote_scenario(row.pk, actor=make.estimator()).pk)
    projects.release(quotation)
    projects.send(quotation)
    approver = projects.person(Role.CLIENT_APPROVER, client=project.client)
    said = {"actor": approver, "authentication": projects.fake_authentication(approver)}
    quotation_answers.accept_quotation(project.code, quotation.revision, **said)
    projects.signed_agreements(project)
    projects.charter(project)
    projects.finish_phase(project)
    return projects.decide(project)


def spend(project: Project, amount: str, currency: str = "EUR", **values: Any) -> ActualCost:
    given = {"phase": "small_scale", "label": "Time of the laboratory", "source": "Time sheets"}
    given |= {"booked_on": timezone.localdate().isoformat(), "amount": amount, "currency": currency}
    return ActualCost.objects.get(pk=make.one(f"actual-costs:{project.code}", ADD, values=given | values).pk)


def run(project: Project, percent: str, batches: int = 1, **values: Any) -> StepRun:
    """Of the only step of the first fixed version, unless another is named."""
    version = RouteVersion.objects.filter(route__project=project, state=RouteVersion.State.FIXED).earliest("number")
    given = {"step": f"{version}: {version.steps.get().name}", "phase": "small_scale", "seen_on": timezone.localdate().isoformat()}
    given |= {"yield_pct": percent, "batches": str(batches)}
    return StepRun.objects.get(pk=make.one(f"step-runs:{project.code}", ADD, values=given | values).pk)
