"""The page of a version: what it shows, whichever of its forms is open."""

from __future__ import annotations

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe

from accounts.requests import SignedInRequest
from audit.refusals import Blocker
from audit.seen import version_of
from process.actuals.history import seen_before
from process.costs.wanted import usually_wanted
from process.purchasing.forms import PrepareForm, usual_values
from process.purchasing.worksheets import WHO as INQUIRERS
from process.routes import services
from process.routes.aim import off_aim
from process.routes.drawing import scheme_of
from process.routes.figures import CURRENCY, TARGET_KG, balance_of, figures_in, priced_rows
from process.routes.forms import RouteForm, TargetForm
from process.routes.mending import blockers_of, materials_at
from process.routes.mending import lacking as lacking_materials
from process.routes.models import Route, RouteVersion
from process.routes.services.routes import route_values
from process.routes.unit_cost import exact
from process.routes.worksheets import INPUTS, STEPS, WHO
from process.screen.findings import findings_of, judged
from process.screen.table_rows import rows_from
from process.screen.worksheets import FINDINGS
from projects.forms.scratch import ReasonForm
from projects.models import Project
from projects.permissions import lacking
from projects.services.locking import not_active
from worksheets.bound import bind_to
from worksheets.showing import Shown

READ = (
    "route__project__client",
    "route__project__rfp",
    "route__project__site",
    "route__compound",
    "created_by",
    "fixed_by",
    "made_from",
)


def visible_route(request: SignedInRequest, code: str, number: int) -> Route:
    rows = Route.objects.visible_to(request.user).select_related("project__client", "compound")
    return get_object_or_404(rows, project__code=code, number=number)


def visible_version(request: SignedInRequest, code: str, number: int, version: int) -> RouteVersion:
    rows = RouteVersion.objects.visible_to(request.user).select_related(*READ)
    return get_object_or_404(rows, route__project__code=code, route__number=number, number=version)


def editors(request: SignedInRequest, project: Project) -> list[Blocker]:
    return lacking("process.edit_route", request.user, project, str(WHO))


def render_version(request: SignedInRequest, version: RouteVersion, *, status: int = 200, **bound: Any) -> HttpResponse:
    """bound: a form with its errors."""
    route, project = version.route, version.route.project
    prefetch_related_objects([route], "versions")
    usual = usually_wanted(project)
    target = TargetForm(request.GET if "target" in request.GET else {"target": f"{usual.kg.normalize():f}", "currency": CURRENCY})
    wanted, currency = (target.cleaned_data["target"], target.cleaned_data["currency"]) if target.is_valid() else (usual.kg, CURRENCY)
    version.target_kg = kg = float(wanted)
    figures = figures_in(version, currency)
    asked = {} if kg == TARGET_KG else {"target": f"{wanted.normalize():f}"}
    steps = balance_of(version).steps
    screened = rows_from(judged(version, findings_of(version, steps)))
    not_mine, faults = editors(request, project), blockers_of(figures.faults, version, steps)
    context = {
        "project": project,
        "route": route,
        "version": version,
        "versions": sorted(route.versions.all(), key=lambda each: each.number, reverse=True),
        "sheets": [Shown(bind_to(sheet, version, request.user, asked), request) for sheet in (STEPS, INPUTS)],
        "screen": Shown(bind_to(FINDINGS, version, request.user), request, rows=screened),
        "scheme": mark_safe(scheme_of(steps, title=route.name)),  # noqa: S308 - drawn by us, texts escaped
        "figures": figures,
        "off_aim": off_aim(balance_of(version), route.compound),
        "history": seen_before(steps, project, request.user),
        "balance_rows": priced_rows(figures),
        "target_form": target,
        "usual_words": usual.words if "target" not in request.GET or not target.is_valid() else "",
        "facts_blockers": not_mine + services.facts_blockers(route),
        "fix_blockers": not_mine + services.fix_blockers(version),
        "start_blockers": not_mine + services.starting_blockers(route),
        "fix_form": ReasonForm(prefix="fix"),
        "fix_oob": "blocked" in request.GET,
        "start_form": ReasonForm(prefix="start"),
        "faults": faults,
        "lacking": lacking_materials(figures.faults, steps),
        "materials_at": materials_at(version),
        "inquiry_blockers": inquiry_blockers(request, project) + faults,
        "inquiry_oob": "unasked" in request.GET,
        "inquiry_form": PrepareForm(prefix="inquiry", initial=usual_values(exact(kg), project)),
        "route_form": RouteForm(prefix="route", initial=route_values(route)),
        "route_version": version_of(route_values(route)),
    }
    return render(request, "process/route.html", context | bound, status=status)


def inquiry_blockers(request: SignedInRequest, project: Project) -> list[Blocker]:
    return lacking("process.prepare_inquiry", request.user, project, str(INQUIRERS)) + not_active(project)
