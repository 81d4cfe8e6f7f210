"""The milestones of a plan as a project manager shapes them: added, changed, removed with a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, add_to_form, carried_out
from projects.forms.scratch import ReasonForm
from projects.forms.tasks import MilestoneForm, NewMilestoneForm
from projects.models import Milestone, Project
from projects.permissions import lacking
from projects.services import milestones as services
from projects.services.plan import rescheduling_blockers
from projects.views.found import visible_project


def _rows(project: Project) -> list[Milestone]:
    return list(Milestone.objects.filter(project=project).select_related("owner", "department"))


def _new_form(project: Project, rows: list[Milestone], *args: Any) -> NewMilestoneForm:
    initial = {"phase": project.phase, "kind": Milestone.Kind.INTERNAL}
    return NewMilestoneForm(*args, project=project, milestones=rows, kinds=services.KINDS, initial=initial)


@internal_required
@require_http_methods(["GET", "POST"])
def milestones_page(request: SignedInRequest, code: str) -> HttpResponse:
    """All milestones; `change` opens one of them. POST adds one."""
    project = visible_project(request, code)
    rows = _rows(project)
    form = _new_form(project, rows, *([request.POST] if request.method == "POST" else []))
    if request.method == "POST" and form.is_valid():
        try:
            milestone = services.add_milestone(code, form.draft, actor=request.user, **form.rest)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("“%(title)s” is in the plan.") % {"title": milestone.title})
            return redirect("project-milestones", code)
    return _render(request, project, rows, form, status=400 if form.errors else 200)


def _render(
    request: SignedInRequest, project: Project, rows: list[Milestone], form: NewMilestoneForm, *, status: int = 200, **bound: Any
) -> HttpResponse:
    chosen = bound.get("changing") or next((row for row in rows if row.key == request.GET.get("change")), None)
    if chosen is not None:
        chosen.project = project
    context = {
        "project": project,
        "rows": [(row, services.sees(row)) for row in rows],
        "form": form,
        "changing": chosen,
        "change_form": _change_form(chosen) if chosen else None,
        "change_blockers": rescheduling_blockers(chosen) if chosen else [],
        "removal_blockers": services.removal_blockers(chosen) if chosen else [],
        "remove_form": ReasonForm(prefix="remove"),
        "blockers": lacking("projects.plan", request.user, project, _t("The plan is changed by a project manager.")),
    }
    return render(request, "projects/milestones.html", context | bound, status=status)


def _change_form(milestone: Milestone, *args: Any) -> MilestoneForm:
    fixed = milestone.kind in services.MADE_ELSEWHERE
    kinds = [Milestone.Kind(milestone.kind)] if fixed else services.KINDS
    initial = {name: getattr(milestone, name) for name in ("title", "kind", "owner", "tolerance_days", "finish_by")}
    return MilestoneForm(*args, kinds=kinds, prefix="change", initial=initial | {"client_sees": services.sees(milestone)})


@internal_required
@require_POST
def milestone_change(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    project = visible_project(request, code)
    milestone = get_object_or_404(Milestone, project=project, key=key)
    form = _change_form(milestone, request.POST)
    if carried_out(form, lambda: services.change_milestone(code, key, form.draft, actor=request.user, **form.rest)):
        messages.success(request, _t("Changed."))
        return redirect("project-milestones", code)
    return _again(request, project, changing=milestone, change_form=form)


@internal_required
@require_POST
def milestone_remove(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    project = visible_project(request, code)
    milestone = get_object_or_404(Milestone, project=project, key=key)
    form = ReasonForm(request.POST, prefix="remove")
    if carried_out(form, lambda: services.remove_milestone(code, key, actor=request.user, **form.cleaned_data)):
        messages.success(request, _t("Removed; baselines still show it."))
        return redirect("project-milestones", code)
    return _again(request, project, changing=milestone, remove_form=form)


def _again(request: SignedInRequest, project: Project, **bound: Any) -> HttpResponse:
    rows = _rows(project)
    return _render(request, project, rows, _new_form(project, rows), status=400, **bound)
