"""The compound of a project: where it is published."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import carried_out
from catalogue.chemistry import draw_svg
from catalogue.services import cite_compound
from projects.alike import alike
from projects.forms.compound import SourcesForm
from projects.models import Project
from projects.permissions import lacking

PICTURE = (220, 150)


@internal_required
@require_GET
def similar_compounds(request: SignedInRequest, code: str) -> HttpResponse:
    """What we worked on that resembles the compound of this project, as far as the reader sees it."""
    rows = Project.objects.visible_to(request.user).select_related("compound", "client", "rfp")
    project = get_object_or_404(rows, code=code)
    found = alike(request.user, project.compound.smiles, besides=project.rfp.number)
    of_compounds = {each.project.compound_id: each.project for each in found}  # many projects may be of one
    pictures = {pk: _picture(project) for pk, project in of_compounds.items()}
    context = {
        "project": project,
        "rows": [(each, pictures[each.project.compound_id]) for each in found],
    }
    return render(request, "projects/similar.html", context)


def _picture(project: Project) -> str:
    return mark_safe(draw_svg(project.compound.smiles, *PICTURE, title=project.compound.name))  # noqa: S308 - drawn by us, the title escaped


@internal_required
@require_http_methods(["GET", "POST"])
def compound_sources(request: SignedInRequest, code: str) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("compound", "client"), code=code)
    posted = request.method == "POST"
    form = SourcesForm(request.POST) if posted else SourcesForm(instance=project.compound)
    if posted and carried_out(form, lambda: cite_compound(project.compound_id, actor=request.user, **form.cleaned_data)):
        messages.success(request, _t("Saved."))
        return redirect(project)
    words = _t("Sources are written down by business development or a project manager.")
    context = {
        "project": project,
        "form": form,
        "blockers": lacking("catalogue.cite_compound", request.user, project.compound, words),
    }
    return render(request, "projects/compound_sources.html", context, status=400 if posted else 200)
