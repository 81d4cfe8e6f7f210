"""What waits for what, over the whole plan: added, changed, removed with a reason."""

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
from projects.forms.plan import DependencyForm, NewDependencyForm
from projects.forms.scratch import ReasonForm
from projects.models import Milestone, MilestoneLink, Project
from projects.permissions import lacking
from projects.services import dependencies as services
from projects.views.found import visible_project


@internal_required
@require_http_methods(["GET", "POST"])
def dependencies_page(request: SignedInRequest, code: str) -> HttpResponse:
    """All dependencies, or those of `milestone`; `change` opens one of them. POST adds one."""
    project = visible_project(request, code)
    rows = list(Milestone.objects.filter(project=project))
    if request.method != "POST":
        return _render(request, project, NewDependencyForm(milestones=rows, initial={"successor": request.GET.get("milestone", "")}))
    form = NewDependencyForm(request.POST, milestones=rows)
    if form.is_valid():
        values = dict(form.cleaned_data)
        try:
            services.add_dependency(code, values.pop("successor"), actor=request.user, **values)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("Added; the forecasts follow it."))
            return redirect("project-dependencies", code)
    return _render(request, project, form, status=400)


def _render(request: SignedInRequest, project: Project, form: NewDependencyForm, *, status: int = 200, **bound: Any) -> HttpResponse:
    links = MilestoneLink.objects.filter(successor__project=project).select_related("predecessor", "successor")
    rows = list(links.order_by("successor__order", "predecessor__order", "id"))
    key, changing = request.GET.get("milestone", ""), request.GET.get("change", "")
    chosen = next((link for link in rows if str(link.pk) == changing), None)
    context = {
        "project": project,
        "links": [link for link in rows if not key or key in (link.successor.key, link.predecessor.key)],
        "only": Milestone.objects.filter(project=project, key=key).first() if key else None,
        "form": form,
        "changing": chosen,
        "change_form": DependencyForm(initial={"kind": chosen.kind, "lag_days": chosen.lag_days} if chosen else {}),
        "remove_form": ReasonForm(prefix="remove"),
        "blockers": lacking("projects.plan", request.user, project, _t("The plan is changed by a project manager.")),
    }
    return render(request, "projects/dependencies.html", context | bound, status=status)


def _link(project: Project, pk: int) -> MilestoneLink:
    return get_object_or_404(MilestoneLink.objects.select_related("predecessor", "successor"), successor__project=project, pk=pk)


@internal_required
@require_POST
def dependency_change(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    project = visible_project(request, code)
    link = _link(project, pk)
    form = DependencyForm(request.POST)
    if carried_out(form, lambda: services.change_dependency(code, link.successor.key, pk, actor=request.user, **form.cleaned_data)):
        messages.success(request, _t("Changed; the forecasts follow it."))
        return redirect("project-dependencies", code)
    return _again(request, project, changing=link, change_form=form)


@internal_required
@require_POST
def dependency_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    project = visible_project(request, code)
    link = _link(project, pk)
    form = ReasonForm(request.POST, prefix="remove")
    if form.is_valid():
        services.remove_dependency(code, link.successor.key, pk, actor=request.user, **form.cleaned_data)
        messages.success(request, _t("Removed; the forecasts follow."))
        return redirect("project-dependencies", code)
    return _again(request, project, changing=link, remove_form=form)


def _again(request: SignedInRequest, project: Project, **bound: Any) -> HttpResponse:
    rows = Milestone.objects.filter(project=project)
    return _render(request, project, NewDependencyForm(milestones=rows), status=400, **bound)
