"""Cost scenarios of a project: side by side, and the page of each, which prices anew what is typed without saving it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from audit.events import events_of
from audit.nested import attach, carrying
from audit.refusals import BadInput, Blocker, add_to_form, carried_out
from audit.seen import version_after, version_of
from process.actuals.history import Seen, seen_before
from process.actuals.outcomes import seen_costs, with_seen_costs
from process.assumptions.ledger import arrivals, missing_of, rows_of, taking_blockers
from process.assumptions.letters import scenario_blockers
from process.assumptions.tables import LEDGER
from process.assumptions.taking_offers import take_award, take_offer
from process.costs import quoted, quoting, services
from process.costs.awarded import awarded_in
from process.costs.building import ROWS, assessed, assessed_many
from process.costs.clause import clause_of, take_clause, threshold_of
from process.costs.disposing import take_waste, waste_of, with_tariffs
from process.costs.forms import (
    ClauseForm,
    CopyForm,
    NewScenarioForm,
    PlanForm,
    ScenarioForm,
    TrialForm,
    first_values,
    trial_values,
    versions_beside,
    with_versions,
    wrong_typed_sizes,
)
from process.costs.models import CostAssessment
from process.costs.offered import offered_in
from process.costs.phase_table import PHASES
from process.costs.plan_words import words_of_plan
from process.costs.results import Priced, markup_pct, priced, whole
from process.costs.simulation import SEED
from process.costs.taking import Standing, misfits_of, standings_of, take_plan
from process.costs.worksheets import COST_LINES, MATERIAL_PRICES, RISKS
from process.routes.models import RouteStep
from projects.forms.scratch import ReasonForm
from projects.models import Project, Quotation
from projects.permissions import lacking
from projects.services.commercial import draft_of
from projects.services.locking import not_active
from projects.views.found import found_of_project, visible_project
from projects.views.quotation import quote_locks
from worksheets.bound import bind_to
from worksheets.showing import Shown

EVENTS = 20
AS_READ: Mapping[str, PlanForm] = MappingProxyType({})


def editors(request: SignedInRequest, project: Project) -> list[Blocker]:
    return lacking("process.edit_costs", request.user, project, str(COST_LINES.who))


def keepers(request: SignedInRequest, project: Project) -> list[Blocker]:
    return lacking("process.keep_assumptions", request.user, project, str(LEDGER.who))


def writers(request: SignedInRequest, project: Project) -> list[Blocker]:
    words = _t("Letters are written by business development or a project manager.")
    return lacking("process.write_letter", request.user, project, words)


def visible_scenario(request: SignedInRequest, code: str, number: int) -> CostAssessment:
    rows = with_seen_costs(with_tariffs(carrying(CostAssessment.objects.visible_to(request.user), *ROWS)), request.user)
    rows = with_versions(rows)
    rows = rows.select_related(
        "project__client", "project__rfp", "project__site", "route_version__route__project", "created_by", "fixed_by", "made_from__project"
    )
    scenario = found_of_project(request, rows, project__code=code, number=number)
    attach([scenario], *ROWS)
    return scenario


@internal_required
@require_http_methods(["GET", "POST"])
def costs_page(request: SignedInRequest, code: str) -> HttpResponse:
    """All scenarios side by side. POST opens one."""
    project = visible_project(request, code)
    form = NewScenarioForm(request.POST or None, project=project, prefix="new", taken=first_values(project, project.today))
    if request.method == "POST" and carried_out(
        form, lambda: services.open_scenario(code, form.values, actor=request.user), judge=wrong_typed_sizes
    ):
        words = _t(
            "The scenario is open. Each material of its route has the price that was awarded, else the cheapest for the largest phase."
        )
        messages.success(request, words)
        newest = CostAssessment.objects.filter(project=project).order_by("-number")[0]
        return redirect("cost-scenario", code, newest.number)
    rows = (
        CostAssessment.objects.visible_to(request.user).filter(project=project).select_related("project", "route_version__route__project")
    )
    context = {
        "project": project,
        "rows": [priced(each) for each in assessed_many(list(rows))],
        "form": form,
        "blockers": editors(request, project) + not_active(project),
    }
    return render(request, "process/costs.html", context, status=400 if form.errors else 200)


@internal_required
@require_http_methods(["GET"])
def scenario_page(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """One scenario. What is typed into the sizes and yields prices it anew; htmx is answered with that part alone."""
    scenario = visible_scenario(request, code, number)
    if request.headers.get("HX-Request") != "true":
        return render_scenario(request, scenario)
    context = _result(request, scenario)
    if scenario.is_draft and "blocked" in request.GET:
        standing = None if context["is_tried"] else context["found"]
        blockers = editors(request, scenario.project) + services.fix_blockers(scenario, standing)
        context |= {"fix_blockers": blockers, "fix_form": ReasonForm(prefix="fix")}
    return render(request, "process/_cost_result.html", context)


def _result(
    request: SignedInRequest, scenario: CostAssessment, standing: Priced | None = None, plans: Sequence[Standing] = ()
) -> dict[str, Any]:
    """standing: the price as it stands, plans: how it stands with them, where they were computed already."""
    form = TrialForm(request.GET, standing=trial_values(scenario))
    is_tried = form.is_tried
    found = standing if standing is not None and not is_tried else priced(assessed(scenario, form.trial if is_tried else None))
    seed = form.cleaned_data.get("seed", SEED)
    project = scenario.project
    tried = [Blocker("cost.tried", _t("It follows from what is saved: keep what is tried as the next scenario first."))] if is_tried else []
    ledger = rows_of(project)
    missing = missing_of(project, ledger)
    return {
        "project": project,
        "scenario": scenario,
        "trial_form": form,
        "is_tried": is_tried,
        "found": found,
        "whole": whole(found, missing, seed=seed),
        "misfits": misfits_of(scenario, found.assessed.case, plans),
        "markup_pct": markup_pct(scenario),
        "copy_form": CopyForm(prefix="copy", initial={"name": _t("%(name)s, another") % {"name": scenario.name[:100]}}),
        "copy_blockers": editors(request, project) + not_active(project),
        "ledger_blockers": keepers(request, project) + taking_blockers(project, missing) + tried,
        "letter_blockers": writers(request, project) + scenario_blockers(project, missing, ledger) + tried,
        "arrived": arrivals(project, ledger),
    }


def render_scenario(request: SignedInRequest, scenario: CostAssessment, *, status: int = 200, **bound: Any) -> HttpResponse:
    """bound: a form with its errors."""
    scenario.standing = assessed(scenario)
    standing = priced(scenario.standing)
    values = services.scenario_values(scenario)
    not_mine = editors(request, scenario.project)
    plans = standings_of(scenario)
    today = scenario.project.today
    offers = [each for each in offered_in(scenario.standing, today) if each.award is None]  # else said beside the award
    result = _result(request, scenario, standing, plans=plans)
    batches = Shown(bind_to(PHASES, scenario, request.user), request, list(scenario.phases.all()))
    sheets = ((COST_LINES, scenario.lines), (MATERIAL_PRICES, scenario.prices), (RISKS, scenario.risks))
    context = result | {
        "batches": batches,
        "sheets": [Shown(bind_to(sheet, scenario, request.user), request, list(rows.all())) for sheet, rows in sheets],
        "blockers": not_mine + services.editing_blockers(scenario),
        "fix_blockers": not_mine + services.fix_blockers(scenario, standing),
        "fix_form": ReasonForm(prefix="fix"),
        "awarded": awarded_in(scenario.standing, today),
        "offered": [each for each in offers if each.is_assumed],
        "newer": [each for each in offers if not each.is_assumed],
        "plans": plans_on(scenario, plans, not_mine),
        "waste": waste_on(scenario, not_mine),
        **_quoting(request, scenario, standing),
        "form": ScenarioForm(project=scenario.project, prefix="change", initial=values, versions=versions_beside(scenario)),
        "history": _history(request, scenario),
        "costs_seen": seen_costs(scenario) if allowed("process.read_actual_costs", request.user, scenario.project) else [],
        "version": version_of(values),
        "events": list(events_of(scenario)[:EVENTS]),
    }
    return render(request, "process/cost.html", context | bound, status=status)


def plans_on(
    scenario: CostAssessment, plans: Sequence[Standing], not_mine: list[Blocker], bound: Mapping[str, PlanForm] = AS_READ
) -> list[dict[str, Any]]:
    """Each department's plan beside what was taken from it; a phase that makes batches is proposed. bound: the form that was sent."""
    making = next((row.phase for row in scenario.phases.all() if row.batches), "")
    found = []
    for standing in plans:
        department = standing.words.department
        form = bound.get(department) or PlanForm(prefix=f"plan-{department}", initial={"phase": standing.phase or making})
        found.append({"standing": standing, "form": form, "blockers": [*not_mine, *standing.blockers]})
    return found


def waste_on(scenario: CostAssessment, not_mine: list[Blocker], bound: PlanForm | None = None) -> dict[str, Any]:
    """What the route leaves over, beside what was taken of it."""
    standing = waste_of(scenario, scenario.standing.steps if scenario.standing is not None else None)
    making = next((row.phase for row in scenario.phases.all() if row.batches), "")
    form = bound or PlanForm(prefix="waste", initial={"phase": standing.phase or making})
    return {"standing": standing, "form": form, "blockers": [*not_mine, *standing.blockers]}


def _history(request: SignedInRequest, scenario: CostAssessment) -> list[Seen]:
    """Of the steps that the scenario counts with."""
    steps: Iterable[RouteStep] = scenario.standing.steps if scenario.standing is not None else ()
    if not steps and scenario.route_version is not None:
        steps = scenario.route_version.steps.select_related("product_compound")
    return seen_before(steps, scenario.project, request.user)


def _quoting(request: SignedInRequest, scenario: CostAssessment, standing: Priced) -> dict[str, Any]:
    """Where the scenario is quoted, and why its price cannot go into the draft."""
    locks = quote_locks(request.user, scenario.project)
    quotes = [] if scenario.is_draft else quoted.quotes_of(scenario.project_id)
    revisions = quoted.revisions_of(scenario.project_id) if quoted.is_quoted(scenario, quotes) else []
    drafts = [each for each in revisions if each.state == Quotation.State.DRAFT]
    draft = next(iter(drafts), None) if revisions else draft_of(scenario.project)
    proposed = quoting.proposal(scenario, draft, standing, quotes)
    clause = clause_of(scenario, draft, standing, quoted.up_to(draft, quotes) if draft else ())
    return {
        "quoted": quoted.quoted_by(scenario, quotes, revisions),
        "draft": draft,
        "quote_blockers": locks or list(proposed.blockers),
        "quote_replaced": proposed.replaced,
        "clause": clause,
        "clause_blockers": locks or list(clause.blockers),
        "clause_form": ClauseForm(prefix="clause", initial={"threshold_pct": threshold_of(draft)}),
    }


@internal_required
@require_POST
def scenario_change(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """Of two people who change it at once the second reads what the first one wrote."""
    scenario = visible_scenario(request, code, number)
    form, shown = ScenarioForm(request.POST, project=scenario.project, prefix="change"), request.POST.get("version", "")
    try:
        if form.is_valid():
            services.change_scenario(scenario.pk, form.values, actor=request.user, version=shown)
            messages.success(request, _t("Saved."))
            return redirect(scenario)
    except BadInput as bad:
        add_to_form(form, bad)
        shown = version_after(bad, shown)
    return render_scenario(request, scenario, status=400, form=form, version=shown)


@internal_required
@require_POST
def scenario_copy(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """The next scenario, with what was tried on this one."""
    scenario = visible_scenario(request, code, number)
    form = CopyForm(request.POST, prefix="copy")
    tried = TrialForm(request.POST, standing=trial_values(scenario))
    if tried.is_valid() and form.is_valid():
        copy = services.copy_scenario(scenario.pk, form.cleaned_data["name"], trial=tried.trial, actor=request.user)
        messages.success(request, _t("This is the copy; change in it what shall differ."))
        return redirect(copy)
    return render_scenario(request, scenario, status=400, copy_form=form, trial_form=tried)


@internal_required
@require_POST
def scenario_fix(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    scenario = visible_scenario(request, code, number)
    form = ReasonForm(request.POST, prefix="fix")
    if carried_out(form, lambda: services.fix_scenario(scenario.pk, actor=request.user, **form.cleaned_data)):
        messages.success(request, _t("Fixed: this scenario stays as it is."))
        return redirect(scenario)
    return render_scenario(request, scenario, status=400, fix_form=form)


@internal_required
@require_POST
def scenario_plan(request: SignedInRequest, code: str, number: int, department: str) -> HttpResponse:
    """The plan of the department as cost lines of the chosen phase."""
    scenario, words = visible_scenario(request, code, number), words_of_plan(department)
    form = PlanForm(request.POST, prefix=f"plan-{department}")
    if carried_out(form, lambda: take_plan(scenario.pk, department, actor=request.user, **form.cleaned_data)):
        messages.success(request, words.done)
        return redirect(scenario)
    return render_scenario(
        request,
        scenario,
        status=400,
        plans=plans_on(scenario, standings_of(scenario), editors(request, scenario.project), {department: form}),
    )


@internal_required
@require_POST
def scenario_waste(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """The waste of the route as cost lines of the chosen phase."""
    scenario = visible_scenario(request, code, number)
    form = PlanForm(request.POST, prefix="waste")
    if carried_out(form, lambda: take_waste(scenario.pk, actor=request.user, **form.cleaned_data)):
        messages.success(request, _t("The cost lines follow the waste of the route."))
        return redirect(scenario)
    return render_scenario(request, scenario, status=400, waste=waste_on(scenario, editors(request, scenario.project), form))


@internal_required
@require_POST
def scenario_offer(request: SignedInRequest, code: str, number: int, quote: int) -> HttpResponse:
    """A supplier's price in place of the assumed or older one."""
    scenario = visible_scenario(request, code, number)
    if take_offer(scenario.pk, quote, actor=request.user):
        messages.success(request, _t("The scenario counts with the supplier's price; what the ledger assumed of it is settled."))
    else:
        messages.success(request, _t("The scenario counts with the supplier's price."))
    return redirect(scenario)


@internal_required
@require_POST
def scenario_award(request: SignedInRequest, code: str, number: int, award: int) -> HttpResponse:
    """The price of the supplier to whom a material goes, in place of the one that stands there."""
    scenario = visible_scenario(request, code, number)
    take_award(scenario.pk, award, actor=request.user)
    messages.success(request, _t("The scenario counts with the awarded price."))
    return redirect(scenario)


@internal_required
@require_POST
def scenario_quote(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    scenario = visible_scenario(request, code, number)
    draft = quoting.quote_scenario(scenario.pk, actor=request.user)
    messages.success(
        request, _t("The price stands in %(label)s. Look at its lines, price breaks, payments and assumptions.") % {"label": draft.label}
    )
    if draft.price_adjustment:
        messages.warning(request, _t("The rule for raw-material prices was written for the price before: take it anew, or change it."))
    return redirect(draft)


@internal_required
@require_POST
def scenario_clause(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """The rule for raw-material prices into the draft of the quotation."""
    scenario, form = visible_scenario(request, code, number), ClauseForm(request.POST, prefix="clause")
    if carried_out(form, lambda: take_clause(scenario.pk, actor=request.user, **form.cleaned_data)):
        messages.success(request, _t("The rule for raw-material prices stands in the quotation; change there what shall differ."))
        draft = draft_of(scenario.project)
        return redirect(draft or scenario)
    return render_scenario(request, scenario, status=400, clause_form=form)
