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
from audit.events import events_of
from audit.refusals import carried_out
from catalogue.chemistry import draw_svg
from catalogue.compound_sheet import COMPOUNDS
from catalogue.models import Compound
from catalogue.services import cite_compound
from projects.alike import alike, made_on_the_way
from projects.forms.compound import SourcesForm
from projects.models import Project
from projects.permissions import lacking
from worksheets.bound import bind_to
from worksheets.printing import facts_of

PICTURE = (420, 260)
MOST_ALIKE = 12
EVENTS = 20
SHOWN_ELSEWHERE = ("name", "made_of", "stereo", "references", "pubchem_cid")


@internal_required
@require_GET
def compound_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """One compound: what follows from its structure, who works on it, and what we have made like it."""
    compound = get_object_or_404(Compound.objects.visible_to(request.user), pk=pk)
    found = [each for each in alike(request.user, compound.smiles, most=MOST_ALIKE) if each.compound != compound]
    projects = Project.objects.visible_to(request.user).filter(compound=compound).select_related("client").order_by("-code")
    bound = bind_to(COMPOUNDS, None, request.user)
    context = {
        "compound": compound,
        "bound": bound,
        "structure": _picture(compound) if compound.smiles else "",
        "facts": facts_of(bound, compound, besides=SHOWN_ELSEWHERE),
        "projects": list(projects),
        "made_in": made_on_the_way(request.user, compound),
        "alike": found[:MOST_ALIKE],
        "events": list(events_of(compound)[:EVENTS]),
    }
    return render(request, "projects/compound.html", context)


@internal_required
@require_GET
def similar_compounds(request: SignedInRequest, code: str) -> HttpResponse:
    """What we worked on that resembles the compound of this project, as far as the reader sees it."""
    rows = Project.objects.visible_to(request.user).select_related("compound", "client", "rfp")
    project = get_object_or_404(rows, code=code)
    found = alike(request.user, project.compound.smiles, besides=project.rfp.number)
    pictures = {compound.pk: _picture(compound) for compound in {each.compound for each in found}}
    context = {
        "project": project,
        "rows": [(each, pictures[each.compound.pk]) for each in found],
    }
    return render(request, "projects/similar.html", context)


def _picture(compound: Compound) -> str:
    return mark_safe(draw_svg(compound.smiles, *PICTURE, title=compound.name))  # noqa: S308 - drawn by us, the title escaped


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
