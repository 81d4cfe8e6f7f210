"""Routes of a project, the page of a version, and what happens to a version as a whole."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, add_to_form, carried_out, judge_too
from audit.seen import version_after
from process.costs.wanted import usually_wanted
from process.routes import services
from process.routes.building import steps_of, steps_of_many
from process.routes.drawing import scheme_of
from process.routes.figures import CURRENCY, of_many
from process.routes.forms import RouteForm
from process.routes.models import Route, RouteVersion
from process.views.page import editors, render_version, visible_route, visible_version
from projects.forms.scratch import ReasonForm
from projects.services.locking import not_active
from projects.views.found import visible_project


@internal_required
@require_http_methods(["GET", "POST"])
def routes_page(request: SignedInRequest, code: str) -> HttpResponse:
    """All routes side by side, each with its newest version. POST opens one."""
    project = visible_project(request, code)
    form = RouteForm(request.POST or None, prefix="new")
    if request.method == "POST" and carried_out(
        form, lambda: services.open_route(code, form.values, actor=request.user), judge=partial(services.wrong_name, Route(project=project))
    ):
        messages.success(request, _t("The route is open; its first version is an empty draft."))
        return redirect("project-routes", code)
    newest = (
        RouteVersion.objects.visible_to(request.user).filter(route__project=project).order_by("route_id", "-number").distinct("route_id")
    )
    versions = sorted(newest.select_related("route__project"), key=lambda each: each.route.number)
    by_version = steps_of_many(versions)
    usual = usually_wanted(project)
    figures = of_many(by_version, currency=CURRENCY, project=project, target_kg=float(usual.kg))
    context = {
        "project": project,
        "rows": [(version, [step for step in by_version[version] if not step.set_aside], figures[version]) for version in versions],
        "currency": CURRENCY,
        "usual_words": usual.words,
        "form": form,
        "blockers": editors(request, project) + not_active(project),
    }
    return render(request, "process/routes.html", context, status=400 if form.errors else 200)


@internal_required
@require_http_methods(["GET"])
def route_page(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """The newest version."""
    newest = visible_route(request, code, number).versions.order_by("-number")[0]
    return redirect("route-version", code, number, newest.number)


@internal_required
@require_http_methods(["GET"])
def version_page(request: SignedInRequest, code: str, number: int, version: int) -> HttpResponse:
    """One version: scheme, steps, inputs, masses for `target` kg, intensity, early screen."""
    return render_version(request, visible_version(request, code, number, version))


@internal_required
@require_http_methods(["GET"])
def version_scheme(request: SignedInRequest, code: str, number: int, version: int) -> HttpResponse:
    """The scheme as a picture of its own."""
    found = visible_version(request, code, number, version)
    picture = scheme_of(list(steps_of(found)), title=found.route.name)
    return HttpResponse(picture or '<svg xmlns="http://www.w3.org/2000/svg"/>', content_type="image/svg+xml")


@internal_required
@require_POST
def route_change(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """Of two people who change it at once the second reads what the first one wrote."""
    route = visible_route(request, code, number)
    form, shown = RouteForm(request.POST, prefix="route"), request.POST.get("version", "")
    try:
        if form.is_valid():
            services.change_route(route.pk, form.values, actor=request.user, version=shown)
            messages.success(request, _t("Saved."))
            return redirect(route)
        judge_too(form, partial(services.wrong_name, route))
    except BadInput as bad:
        add_to_form(form, bad)
        shown = version_after(bad, shown)
    return render_version(request, newest_of(request, route), status=400, route_form=form, route_version=shown)


def newest_of(request: SignedInRequest, route: Route) -> RouteVersion:
    last = route.versions.order_by("-number").values_list("number", flat=True)[0]
    return visible_version(request, route.project.code, route.number, last)


@internal_required
@require_POST
def version_fix(request: SignedInRequest, code: str, number: int, version: int) -> HttpResponse:
    found = visible_version(request, code, number, version)
    form = ReasonForm(request.POST, prefix="fix")
    if carried_out(form, lambda: services.fix_version(found.pk, actor=request.user, **form.cleaned_data)):
        messages.success(request, _t("Fixed: this version stays as it is."))
        return redirect(found)
    return render_version(request, found, status=400, fix_form=form)


@internal_required
@require_POST
def version_start(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    route = visible_route(request, code, number)
    form = ReasonForm(request.POST, prefix="start")
    if carried_out(form, lambda: services.start_version(route.pk, actor=request.user, **form.cleaned_data)):
        messages.success(request, _t("The new version begins as a copy."))
        return redirect(route)
    return render_version(request, newest_of(request, route), status=400, start_form=form)
