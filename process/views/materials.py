"""What the catalogue does not say yet of the materials of a route: all of them in one form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.decorators import internal_required
from accounts.permissions import require_permission
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, add_to_form
from catalogue.models import Material
from catalogue.worksheets import MATERIALS
from process.routes.figures import balance_of
from process.routes.forms import MaterialForm
from process.routes.mending import lacking
from process.routes.models import RouteStep
from process.views.page import visible_version
from projects.permissions import lacking as lacking_permission
from worksheets.changing import CHANGE, Change, change_rows


@dataclass(frozen=True)
class Line:
    material: Material
    form: MaterialForm


@internal_required
@require_http_methods(["GET", "POST"])
def route_materials(request: SignedInRequest, code: str, number: int, version: int) -> HttpResponse:
    """POST writes what was typed; a material that is wrong keeps what was typed, and all others are saved."""
    found = visible_version(request, code, number, version)
    whole = balance_of(found)
    posted = request.POST if request.method == "POST" else None
    materials = lacking(whole.faults, whole.steps) if posted is None else _posted(whole.steps, posted)
    lines = [Line(each, MaterialForm(posted, prefix=f"material-{each.pk}", material=each)) for each in materials]
    blockers = lacking_permission(MATERIALS.permission, request.user, None, str(MATERIALS.who))
    if posted is not None:
        require_permission(MATERIALS.permission, request.user)
        saved = _saved(request, [line for line in lines if line.form.is_valid() and line.form.typed])
        if saved:
            words = ngettext("%(count)d material was saved.", "%(count)d materials were saved.", saved)
            messages.success(request, words % {"count": saved})
        if all(not line.form.errors for line in lines):
            return redirect("route-materials" if saved < len(lines) else "route-version", code, number, version)
    context = {"project": found.route.project, "version": found, "lines": lines, "blockers": blockers}
    wrong = any(line.form.errors for line in lines) if posted is not None else False
    return render(request, "process/route_materials.html", context, status=400 if wrong else 200)


def _posted(steps: Iterable[RouteStep], posted: Mapping[str, Any]) -> list[Material]:
    """Those of the form that was sent, also where somebody has completed one meanwhile."""
    named = {name.split("-")[1] for name in posted if name.startswith("material-")}
    found = {line.material_id: line.material for step in steps for line in step.inputs.all() if str(line.material_id) in named}
    return [material for material in found.values() if material is not None]


def _saved(request: SignedInRequest, lines: list[Line]) -> int:
    """How many materials were written; what is wrong with the others stands at their fields."""
    changes = [Change(CHANGE, line.material.pk, line.form.typed, line.form.seen) for line in lines]
    results = change_rows("materials", changes, actor=request.user, reason=_t("For the balance of a route")).results if changes else []
    for line, result in zip(lines, results, strict=True):
        if not result.is_saved:
            add_to_form(line.form, BadInput(result.errors))
        line.form.show(line.form.typed if result.is_saved else result.now)
    return sum(result.is_saved for result in results)
