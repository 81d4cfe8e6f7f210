"""Who does and answers for each deliverable: the matrix of the charter, edited phase by phase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import BadInput
from audit.seen import version_after, version_of
from projects.models import PHASES, Charter, Project
from projects.permissions import lacking
from projects.raci import Chosen, Letter
from projects.services import responsibilities as services
from projects.views.found import visible_project


@internal_required
@require_http_methods(["GET", "POST"])
def responsibilities_page(request: SignedInRequest, code: str) -> HttpResponse:
    """One phase at a time (`phase`), the present one first; POST saves what was chosen for it."""
    project = visible_project(request, code)
    phases = [phase for phase in PHASES if project.in_scope(phase)]
    wanted = request.GET.get("phase", "")
    phase = next((each for each in phases if each == wanted), project.phase if project.phase in phases else phases[0])
    if request.method == "GET":
        return _render(request, project, phase)
    typed = _typed(request, project, phase)
    version = request.POST.get("version", "")
    try:
        services.set_responsibilities(code, typed, actor=request.user, version=version)
    except BadInput as bad:
        return _render(request, project, phase, typed=typed, errors=bad.errors, version=version_after(bad, version))
    messages.success(request, _t("Saved; the charter prints it."))
    return redirect(f"{reverse('project-responsibilities', args=[code])}?phase={phase}")


def _typed(request: SignedInRequest, project: Project, phase: str) -> dict[str, dict[str, str]]:
    functions = services.functions()
    rows = services.deliverables_of(project, phase)
    return {row.key: {each.key: request.POST.get(f"{row.key}-{each.key}", "") for each in functions} for row in rows}


def _render(
    request: SignedInRequest,
    project: Project,
    phase: str,
    *,
    typed: Chosen | None = None,
    errors: Mapping[str, Any] | None = None,
    version: str = "",
) -> HttpResponse:
    charter, functions = Charter.objects.filter(project=project).first(), services.functions()
    rows = services.rows_of(charter, project, phase)
    words = _t("Responsibilities are chosen by a project manager or business development, with the charter.")
    blockers = [*lacking("projects.draft_charter", request.user, project, words), *services.responsibilities_blockers(project)]
    letters = typed or services.letters_of(rows)
    context = {
        "project": project,
        "phase": phase,
        "phases": [each for each in PHASES if project.in_scope(each)],
        "functions": functions,
        "rows": [
            (
                row.deliverable,
                [(each, letters[row.deliverable.key].get(each.key, "")) for each in functions],
                (errors or {}).get(row.deliverable.key, []),
            )
            for row in rows
        ],
        "letters": Letter.choices,
        "blockers": blockers,
        "errors": errors,
        "version": version or version_of(services.letters_of(rows)),
    }
    return render(request, "projects/responsibilities.html", context, status=400 if errors else 200)
