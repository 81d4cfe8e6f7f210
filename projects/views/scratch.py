"""What if: dates and lags tried on a scratch plan, compared with the plan, applied in one act or discarded."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, add_to_form
from projects.baselines import Dated, compared
from projects.forecasting import calendar_for, calendar_of
from projects.forms.scratch import ReasonForm, ScratchForm, ScratchNameForm
from projects.models import Milestone, MilestoneLink, Project, Scratch
from projects.permissions import lacking
from projects.pictures import comparison_gantt
from projects.services import scratch as services
from projects.services.baselines import dated_now
from projects.views.found import visible_project


@internal_required
@require_http_methods(["GET", "POST"])
def scratches_page(request: SignedInRequest, code: str) -> HttpResponse:
    project = visible_project(request, code)
    form = ScratchNameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(services.open_scratch(code, actor=request.user, **form.cleaned_data))
        except BadInput as bad:
            add_to_form(form, bad)
    context = {
        "project": project,
        "scratches": list(Scratch.objects.visible_to(request.user).filter(project=project).select_related("owner", "project")),
        "form": form,
        "blockers": lacking("projects.plan", request.user, project, _t("The plan is changed by a project manager.")),
    }
    return render(request, "projects/scratches.html", context, status=400 if form.errors else 200)


def _scratch(request: SignedInRequest, code: str, pk: int) -> Scratch:
    project = visible_project(request, code)
    scratch = get_object_or_404(Scratch.objects.visible_to(request.user).select_related("owner"), project=project, pk=pk)
    scratch.project = project
    return scratch


def _plan(project: Project) -> tuple[list[Milestone], list[MilestoneLink]]:
    links = MilestoneLink.objects.filter(successor__project=project).select_related("predecessor", "successor")
    return list(Milestone.objects.filter(project=project)), list(links)


@internal_required
@require_http_methods(["GET", "POST"])
def scratch_page(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """GET: what is tried beside the plan. POST: try these dates and lags."""
    scratch = _scratch(request, code, pk)
    rows, links = _plan(scratch.project)
    form = ScratchForm(request.POST or None, milestones=rows, links=links, changes=services.changes_of(scratch))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_scratch(code, pk, earliest=form.earliest, lags=form.lags, actor=request.user)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            return redirect(scratch)
    return _render(request, scratch, rows, links, form, status=400 if form.errors else 200)


def _render(
    request: SignedInRequest,
    scratch: Scratch,
    rows: list[Milestone],
    links: list[MilestoneLink],
    form: ScratchForm,
    *,
    status: int = 200,
    **bound: Any,
) -> HttpResponse:
    project = scratch.project
    tried, remarks = services.tried(scratch, rows, links)
    after = {row.pk: Dated(row.title, row.phase, tried[row.pk], achieved=row.actual_on is not None) for row in rows}
    differences = compared(dated_now(rows), after, calendar_of(project), {row.pk: calendar_for(row, project) for row in rows})
    fields = {row.key: form[f"earliest-{row.key}"] for row in form.milestones}
    lags: dict[int, list[Any]] = {}
    for link in form.links:
        lags.setdefault(link.successor_id, []).append((link, form[f"lag-{link.pk}"]))
    no_planner = lacking("projects.plan", request.user, project, _t("The plan is changed by a project manager."))
    context = {
        "project": project,
        "scratch": scratch,
        "remarks": remarks,
        "form": form,
        "rows": [(row, fields.get(row.key), lags.get(row.pk, []), item) for row, item in zip(rows, differences, strict=True)],
        "moved": sum(1 for item in differences if item.days),
        "gantt": comparison_gantt(differences, today=timezone.localdate()) if rows else None,
        "blockers": no_planner or services.scratch_blockers(scratch, request.user),
        "apply_form": ReasonForm(),
    }
    return render(request, "projects/scratch.html", context | bound, status=status)


@internal_required
@require_POST
def scratch_apply(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    scratch = _scratch(request, code, pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            moved = services.apply_scratch(code, pk, actor=request.user, **form.cleaned_data)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            words = ngettext("Applied; %(number)d milestone moved.", "Applied; %(number)d milestones moved.", len(moved))
            messages.success(request, words % {"number": len(moved)})
            return redirect("project-plan", code)
    rows, links = _plan(scratch.project)
    shape = ScratchForm(milestones=rows, links=links, changes=services.changes_of(scratch))
    return _render(request, scratch, rows, links, shape, status=400, apply_form=form)


@internal_required
@require_POST
def scratch_discard(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    _scratch(request, code, pk)
    services.discard_scratch(code, pk, actor=request.user)
    messages.success(request, _t("Discarded; the plan is as it was."))
    return redirect("project-scratches", code)
