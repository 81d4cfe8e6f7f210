"""Baselines of a plan: taken by hand, and any two of them, or one and the present, side by side."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, add_to_form
from projects.baselines import Dated, compared
from projects.forecasting import calendar_for, calendar_of
from projects.forms.plan import BaselineForm
from projects.models import Baseline, Milestone
from projects.permissions import lacking
from projects.pictures import comparison_gantt
from projects.services import baselines as services
from projects.views.found import visible_project

NOW = "now"


@internal_required
@require_http_methods(["GET", "POST"])
def baselines_page(request: SignedInRequest, code: str) -> HttpResponse:
    project = visible_project(request, code)
    form = BaselineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            baseline = services.take_baseline(code, actor=request.user, **form.cleaned_data)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("“%(name)s” is taken; it never changes.") % {"name": baseline.name})
            return redirect("project-baselines", code)
    context = {
        "project": project,
        "baselines": list(project.baselines.select_related("taken_by")),
        "form": form,
        "blockers": lacking("projects.plan", request.user, project, _t("A baseline is taken by a project manager.")),
    }
    return render(request, "projects/baselines.html", context, status=400 if form.errors else 200)


@internal_required
@require_GET
def baseline_compare(request: SignedInRequest, code: str) -> HttpResponse:
    """`before` and `after` name baselines by id, or the present as "now"; without them, the first against the present."""
    project = visible_project(request, code)
    baselines = list(project.baselines.prefetch_related("milestones"))
    if not baselines:
        raise Http404
    before, after = request.GET.get("before") or str(baselines[0].pk), request.GET.get("after") or NOW
    milestones = list(Milestone.objects.filter(project=project))
    pictures = _picture(milestones, baselines, before), _picture(milestones, baselines, after)
    rows = compared(*pictures, calendar_of(project), {row.pk: calendar_for(row, project) for row in milestones})
    context = {
        "project": project,
        "choices": [(str(row.pk), row.name) for row in baselines] + [(NOW, _t("the plan now"))],
        "before": before,
        "after": after,
        "before_name": _name(baselines, before),
        "after_name": _name(baselines, after),
        "rows": rows,
        "gantt": comparison_gantt(rows, today=timezone.localdate()),
    }
    return render(request, "projects/baseline_compare.html", context)


def _picture(milestones: list[Milestone], baselines: list[Baseline], name: str) -> dict[int, Dated]:
    if name == NOW:
        return services.dated_now(milestones)
    return services.dated_by(_baseline(baselines, name))


def _baseline(baselines: list[Baseline], name: str) -> Baseline:
    found = next((row for row in baselines if str(row.pk) == name), None)
    if found is None:
        raise Http404
    return found


def _name(baselines: list[Baseline], name: str) -> str:
    return _t("the plan now") if name == NOW else _baseline(baselines, name).name
