"""The page of a version: what it shows, whichever of its forms is open."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _t

from accounts.requests import SignedInRequest
from audit.refusals import Blocker
from audit.seen import version_of
from process.literature.models import Literature
from process.purchasing.forms import PrepareForm, usual_values
from process.routes import services
from process.routes.building import known_prices, steps_of
from process.routes.drawing import scheme_of
from process.routes.figures import CURRENCY, Figures, figures_of, materials_of, needed_kg, priced_rows
from process.routes.forms import InputForm, RouteForm, StepForm, TargetForm
from process.routes.models import Route, RouteStep, RouteVersion, StepInput
from process.routes.services.routes import route_values
from process.screen.findings import Judged, findings_of, judged
from process.screen.forms import DispositionForm
from projects.forms.scratch import ReasonForm
from projects.models import Project
from projects.permissions import lacking
from projects.services.locking import not_active

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
    return lacking("process.edit_route", request.user, project, _t("Routes are written by research or a project manager."))


def render_version(request: SignedInRequest, version: RouteVersion, *, status: int = 200, **bound: Any) -> HttpResponse:
    """bound: a form with its errors, and what its dialog is about."""
    steps = list(steps_of(version))
    target = TargetForm(request.GET if "target" in request.GET else {"target": "1", "currency": CURRENCY})
    kg, currency = (float(target.cleaned_data["target"]), target.cleaned_data["currency"]) if target.is_valid() else (1.0, CURRENCY)
    today = timezone.localdate()
    priced = known_prices(materials_of(steps), currency=currency, on=today, needed_kg=needed_kg(steps, kg))
    figures = figures_of(steps, priced, currency=currency, target_kg=kg)
    screened = judged(version, findings_of(version, steps))
    supports = _supports(version)
    not_mine = editors(request, version.route.project)
    context = {
        "project": version.route.project,
        "route": version.route,
        "version": version,
        "versions": version.route.versions.order_by("-number"),
        "steps": [(step, _faults_at(figures, step), supports.get(step.key, [])) for step in steps],
        "screen": screened,
        "decide_blockers": decide_blockers(request, version.route.project),
        "scheme": mark_safe(scheme_of(steps, title=version.route.name)),  # noqa: S308 - drawn by us, texts escaped
        "figures": figures,
        "general_faults": [fault for fault in figures.faults if not fault.step],
        "balance_rows": priced_rows(figures),
        "target_form": target,
        "kg": kg,
        "blockers": not_mine + services.editing_blockers(version),
        "fix_blockers": not_mine + services.fix_blockers(version),
        "start_blockers": not_mine + services.starting_blockers(version.route),
        "fix_form": ReasonForm(prefix="fix"),
        "start_form": ReasonForm(prefix="start"),
        "inquiry_blockers": inquiry_blockers(request, version.route.project),
        "inquiry_form": PrepareForm(prefix="inquiry", initial=usual_values(Decimal(repr(kg)), today)),
        "route_form": RouteForm(prefix="route", initial=route_values(version.route)),
        "route_version": version_of(route_values(version.route)),
        **_asked_for(request, version, steps),
        **_asked_finding(request, screened),
    }
    return render(request, "process/route.html", context | bound, status=status)


def inquiry_blockers(request: SignedInRequest, project: Project) -> list[Blocker]:
    words = _t("Purchase inquiries are prepared by research, material control and the project manager.")
    return lacking("process.prepare_inquiry", request.user, project, words) + not_active(project)


def _faults_at(figures: Figures, step: RouteStep) -> list[Any]:
    return [fault for fault in (*figures.faults, *figures.warnings, *figures.unpriced) if fault.step == str(step.key)]


def _asked_for(request: SignedInRequest, version: RouteVersion, steps: list[RouteStep]) -> dict[str, Any]:
    """Which dialog the address opens: a new step, one step, a new input of a step, or one input."""
    asked = request.GET
    if "new_step" in asked:
        return {"step_form": StepForm(prefix="step", initial={"product_per_limiting": 1})}
    by_key = {str(step.key): step for step in steps}
    if step := by_key.get(asked.get("step", "")):
        return dialog_of_step(step, version)
    if step := by_key.get(asked.get("new_input", "")):
        initial = {"assay_pct": 100, "recycle_pct": 0}
        return {"input_step": step, "input_form": InputForm(step=step, version=version, prefix="input", initial=initial)}
    for step in steps:
        for line in step.inputs.all():
            if str(line.pk) == asked.get("input"):
                return dialog_of_input(line, step, version)
    return {}


def decide_blockers(request: SignedInRequest, project: Project) -> list[Blocker]:
    words = _t("Findings are decided by research, EHS, regulatory affairs, quality assurance or a project manager.")
    return lacking("process.decide_finding", request.user, project, words) + not_active(project)


def _asked_finding(request: SignedInRequest, screened: list[Judged]) -> dict[str, Any]:
    rule, _colon, subject = request.GET.get("finding", "").partition(":")
    for row in screened:
        if (row.finding.rule.key, row.finding.subject) == (rule, subject):
            said = {"decision": row.disposition.decision, "reason": row.disposition.reason} if row.disposition else {}
            form = DispositionForm(prefix="finding", initial={"rule": rule, "subject": subject, **said})
            return {"finding_form": form, "finding_chosen": row}
    return {}


def _supports(version: RouteVersion) -> dict[int, list[Literature]]:
    """By the key of a step: what it rests on."""
    found: dict[int, list[Literature]] = {}
    for support in version.route.supports.select_related("literature__project"):
        found.setdefault(support.step_key, []).append(support.literature)
    return found


def dialog_of_step(step: RouteStep, version: RouteVersion) -> dict[str, Any]:
    values = services.step_values(step)
    return {
        "step_chosen": step,
        "step_form": StepForm(prefix="step", initial=values | {"product_structure": services.structure_of(step)}),
        "step_version": version_of(values),
    }


def dialog_of_input(line: StepInput, step: RouteStep, version: RouteVersion) -> dict[str, Any]:
    values = services.input_values(line)
    return {
        "input_chosen": line,
        "input_step": step,
        "input_form": InputForm(step=step, version=version, line=line, prefix="input", initial=values),
        "input_version": version_of(values),
    }
