"""What if: tried on a scratch plan, compared with the plan, applied in one act or discarded."""

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
from audit.seen import version_after
from projects.forms.scratch import ReasonForm, ScratchForm, ScratchNameForm
from projects.models import Scratch
from projects.permissions import lacking
from projects.pictures import comparison_gantt
from projects.services import scratch as services
from projects.trials import Plan, Trial, changes_of, plan_of, trial_of
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


@internal_required
@require_http_methods(["GET", "POST"])
def scratch_page(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """GET: what is tried beside the plan. POST: try this."""
    scratch = _scratch(request, code, pk)
    plan, changes = plan_of(scratch.project), changes_of(scratch)
    form, version = ScratchForm(request.POST or None, plan=plan, changes=changes), request.POST.get("version", "")
    if request.method == "POST" and form.is_valid():
        try:
            services.change_scratch(code, pk, form.changes, actor=request.user, fingerprint=version)
        except BadInput as bad:
            add_to_form(form, bad)
            version = version_after(bad, version)
        else:
            return redirect(scratch)
    return _render(request, scratch, plan, form, status=400 if form.errors else 200, version=version)


def _render(
    request: SignedInRequest,
    scratch: Scratch,
    plan: Plan,
    form: ScratchForm,
    *,
    status: int = 200,
    version: str = "",
    apply_form: ReasonForm | None = None,
) -> HttpResponse:
    project, trial = scratch.project, trial_of(plan, changes_of(scratch))
    no_planner = lacking("projects.plan", request.user, project, _t("The plan is changed by a project manager."))
    blockers = no_planner or services.scratch_blockers(scratch, request.user)
    context = {
        "project": project,
        "scratch": scratch,
        "trial": trial,
        "critical": [
            (_t("Critical path of the plan"), trial.critical(trial.before)),
            (_t("Critical path as tried"), trial.critical(trial.after)),
        ],
        "form": form,
        "version": version or plan.fingerprint,
        "rows": _rows(trial, form),
        "tasks": [(task, form[services.work_field(task.key)], trial.after.items[task.key].finish) for task in form.tasks],
        "added": [[form[f"added-{number}-{name}"] for name in ("successor", "predecessor", "kind", "lag_days")] for number in form.added],
        "moved": sum(1 for item in trial.rows if item.days),
        "gantt": comparison_gantt(trial.rows, today=timezone.localdate()) if plan.rows else None,
        "blockers": blockers,
        "apply_blockers": [*blockers, *services.conflict_blockers(scratch, plan)],
        "apply_form": apply_form or ReasonForm(),
    }
    return render(request, "projects/scratch.html", context, status=status)


def _rows(trial: Trial, form: ScratchForm) -> list[dict[str, Any]]:
    """Every milestone with its fields, the dependencies into it, what moves, and whether it is critical before and after."""
    links: dict[int, list[Any]] = {}
    for link in form.links:
        links.setdefault(link.successor_id, []).append((link, *(form[f"{name}-{link.pk}"] for name in ("kind", "lag", "drop"))))
    compared, fields = {item.pk: item for item in trial.rows}, form.fields
    return [
        {
            "row": row,
            "item": compared[row.pk],
            "earliest": form[f"earliest-{row.key}"] if f"earliest-{row.key}" in fields else None,
            "work": form[services.work_field(row.key)] if f"earliest-{row.key}" in fields else None,
            "out": form[f"out-{row.key}"] if f"out-{row.key}" in fields else None,
            "links": links.get(row.pk, []),
            "critical": _critical(trial, row.key),
        }
        for row in trial.plan.rows
    ]


def _critical(trial: Trial, key: str) -> str:
    before, after = key in trial.before.critical, key in trial.after.critical
    words = {(True, True): _t("yes"), (False, True): _t("newly"), (True, False): _t("no longer"), (False, False): "–"}
    return words[before, after]


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
    plan = plan_of(scratch.project)
    return _render(request, scratch, plan, ScratchForm(plan=plan, changes=changes_of(scratch)), status=400, apply_form=form)


@internal_required
@require_POST
def scratch_discard(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    _scratch(request, code, pk)
    services.discard_scratch(code, pk, actor=request.user)
    messages.success(request, _t("Discarded; the plan is as it was."))
    return redirect("project-scratches", code)
