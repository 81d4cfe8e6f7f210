"""What was read for a project: one page, each reference in its dialog."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, add_to_form, carried_out
from audit.seen import version_after, version_of
from process.literature import services
from process.literature.forms import ReadingForm, SupportForm
from process.literature.models import Literature
from process.routes.models import RouteStep
from projects.models import Project
from projects.permissions import lacking
from projects.services.locking import not_active
from projects.views.found import visible_project


def _reference(request: SignedInRequest, project: Project, number: int) -> Literature:
    return get_object_or_404(Literature.objects.visible_to(request.user).select_related("project"), project=project, number=number)


@internal_required
@require_http_methods(["GET", "POST"])
def literature_page(request: SignedInRequest, code: str) -> HttpResponse:
    """All references; `reference` opens one of them. POST writes one down."""
    project = visible_project(request, code)
    form = ReadingForm(request.POST or None, prefix="new")
    if request.method == "POST" and carried_out(form, lambda: services.add_literature(code, form.reading, actor=request.user)):
        messages.success(request, _t("Written down."))
        return redirect("project-literature", code)
    return _render(request, project, form=form, status=400 if form.errors else 200)


def _render(
    request: SignedInRequest, project: Project, *, status: int = 200, chosen: Literature | None = None, **bound: Any
) -> HttpResponse:
    rows = list(Literature.objects.visible_to(request.user).filter(project=project).prefetch_related("supports__route"))
    asked = request.GET.get("reference")
    chosen = chosen or next((row for row in rows if str(row.number) == asked), None)
    values = services.reading_values(chosen) if chosen else {}
    names = _names_of_steps(project)
    today = timezone.localdate()
    words = _t("References are kept by the departments, business development and project managers.")
    context = {
        "project": project,
        "rows": [(row, _supported(row, names), row.is_in_the_way(today)) for row in rows],
        "chosen": chosen,
        "chosen_supports": _supported(chosen, names) if chosen else [],
        "form": ReadingForm(prefix="new"),
        "change_form": ReadingForm(prefix="change", initial=values),
        "version": version_of(values),
        "link_form": SupportForm(prefix="link", project=project) if chosen else None,
        "blockers": lacking("process.keep_literature", request.user, project, words) + not_active(project),
    }
    return render(request, "process/literature.html", context | bound, status=status)


def _names_of_steps(project: Project) -> dict[tuple[int, int], str]:
    """By route and key, as the newest version calls it."""
    rows = RouteStep.objects.filter(version__route__project=project).order_by("version__number")
    return {(route, key): name for route, key, name in rows.values_list("version__route", "key", "name")}


def _supported(row: Literature, names: dict[tuple[int, int], str]) -> list[dict[str, Any]]:
    return [
        {"route": each.route, "key": each.step_key, "name": names.get((each.route_id, each.step_key), str(each.step_key))}
        for each in row.supports.all()
    ]


@internal_required
@require_POST
def literature_change(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """Of two people who change it at once the second reads what the first one wrote."""
    project = visible_project(request, code)
    chosen = _reference(request, project, number)
    form, shown = ReadingForm(request.POST, prefix="change"), request.POST.get("version", "")
    try:
        if form.is_valid():
            services.change_literature(code, number, form.reading, actor=request.user, version=shown)
            messages.success(request, _t("Saved."))
            return redirect("project-literature", code)
    except BadInput as bad:
        add_to_form(form, bad)
        shown = version_after(bad, shown)
    return _render(request, project, status=400, chosen=chosen, change_form=form, version=shown)


@internal_required
@require_POST
def literature_link(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    project = visible_project(request, code)
    chosen = _reference(request, project, number)
    form = SupportForm(request.POST, prefix="link", project=project)
    if carried_out(form, lambda: services.link_step(code, number, actor=request.user, **form.named)):
        messages.success(request, _t("The step rests on it."))
        return redirect(chosen)
    return _render(request, project, status=400, chosen=chosen, link_form=form)


@internal_required
@require_POST
def literature_unlink(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    project = visible_project(request, code)
    chosen = _reference(request, project, number)
    form = SupportForm(request.POST, prefix="link", project=project)
    if carried_out(form, lambda: services.unlink_step(code, number, actor=request.user, **form.named)):
        messages.success(request, _t("Taken off."))
        return redirect(chosen)
    return _render(request, project, status=400, chosen=chosen, link_form=form)
