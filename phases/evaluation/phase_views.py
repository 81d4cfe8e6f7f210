"""The page of evaluation, and submitting the request that opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import internal_required
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, add_to_form, judge_too
from audit.seen import version_after, version_of
from catalogue.models import SHEET_DEPARTMENTS
from phases.evaluation import progress, services
from phases.evaluation.asking import records_of, waited_in_vain
from phases.evaluation.booking import of_other_sites
from phases.evaluation.enquiries import clock_of
from phases.evaluation.forms import RecommendForm, SiteChoiceForm
from phases.evaluation.owners import passed_over
from phases.evaluation.price_basis import price_basis_of
from projects.agreements import quality_wanted, running_out
from projects.models import Charter, Project, Rfp, WaitingFor
from projects.permissions import agreement_locks, lacking
from projects.services.charter import charter_blockers
from projects.services.commercial import draft_blockers
from projects.services.lifecycle import not_active
from projects.services.siting import choose_site, siting_blockers
from projects.views.asked import said_of, say_asked
from projects.views.found import visible_project

if TYPE_CHECKING:
    from accounts.models import User
    from audit.refusals import Blocker


@internal_required
@require_POST
def rfp_submit(request: SignedInRequest, number: str) -> HttpResponse:
    """Open the project of a complete request; what is missing is refused with its questions."""
    get_object_or_404(Rfp.objects.visible_to(request.user), number=number)
    project = services.submit_rfp(number, site=request.POST.get("site", ""), actor=request.user)
    asked = _t("%(code)s is open; the departments have been asked for their sheets.") % {"code": project.code}
    say_asked(request, project, set(SHEET_DEPARTMENTS), asked=asked, done=_t("%(code)s is open.") % {"code": project.code})
    if others := passed_over(project):
        words = _t("Opened with the department, as who is named no longer works there or may not see the project: %(names)s.")
        messages.warning(request, words % {"names": "; ".join(map(str, others))})
    return redirect(project)


@internal_required
@require_GET
def rfp_clock(request: SignedInRequest, number: str) -> HttpResponse:
    """A part of the request's page, which asks for it: the sheets are of this phase."""
    rows = Rfp.objects.visible_to(request.user).select_related("project__client", "project__charter")
    rfp = get_object_or_404(rows, number=number)
    project = getattr(rfp, "project", None)
    return render(request, "phases/evaluation/_clock.html", {"clock": clock_of(rfp, records_of(project) if project else None)})


# The page of the phase


def _project(request: SignedInRequest, code: str) -> Project:
    return visible_project(request, code, "client", "compound", "project_manager", "account_owner", "rfp", "charter", "site")


@internal_required
@require_GET
def evaluation_page(request: SignedInRequest, code: str) -> HttpResponse:
    return _evaluation(request, _project(request, code))


@internal_required
@require_POST
def evaluation_recommend(request: SignedInRequest, code: str) -> HttpResponse:
    project = _project(request, code)
    form, version = RecommendForm(request.POST), request.POST.get("version", "")
    if form.is_valid():
        try:
            services.recommend(code, actor=request.user, version=version, **form.cleaned_data)
        except BadInput as bad:
            add_to_form(form, bad)
            version = version_after(bad, version)
        else:
            messages.success(request, _t("The recommendation is recorded."))
            return redirect("project-evaluation", code)
    else:
        judge_too(form, services.wrong_recommendation)
    return _evaluation(request, project, recommend_form=form, version=version)


@internal_required
@require_POST
def evaluation_site(request: SignedInRequest, code: str) -> HttpResponse:
    """The site whose vessels, prices and working days the estimate counts with."""
    project = _project(request, code)
    form = SiteChoiceForm(request.POST)
    if not form.is_valid():
        return _evaluation(request, project, site_form=form)
    choose_site(code, actor=request.user, **form.cleaned_data)
    messages.success(request, _t("The project counts with %(site)s.") % {"site": form.cleaned_data["site"].name})
    if left := of_other_sites(code):
        words = ngettext(
            "%(count)d operation of the production plan names a vessel of another site.",
            "%(count)d operations of the production plan name vessels of another site.",
            left,
        )
        messages.warning(request, words % {"count": left})
    return redirect(f"{reverse('project-evaluation', args=[code])}#site")


def _evaluation(
    request: SignedInRequest,
    project: Project,
    *,
    recommend_form: RecommendForm | None = None,
    site_form: SiteChoiceForm | None = None,
    version: str = "",
) -> HttpResponse:
    user = request.user
    records = records_of(project)
    basis = price_basis_of(project)
    steps = progress.steps_of(records, basis)
    inactive = not_active(project)
    in_evaluation = project.phase == "evaluation" and project.is_active
    in_vain = waited_in_vain(project) if in_evaluation else []
    may_name = allowed("projects.name_reader", user, project.rfp)
    context = {
        "project": project,
        "records": records,
        "basis": basis,
        "steps": progress.as_stepper(steps),
        "next": progress.next_step(steps, project, in_vain if may_name else ()) if in_evaluation else None,
        "unmanned": None if may_name else said_of(in_vain, project.rfp, reader=user),
        "quotations": [(row, progress.next_act(row)) for row in records.quotations],
        "missing_agreements": progress.missing_agreements(records.agreements, project.today),
        "ending_agreements": running_out(project),
        "wanted_agreements": quality_wanted(project),
        "version": version or version_of(services.recommended_values(records.assessment)),
        "recommend_form": recommend_form or RecommendForm(instance=records.assessment),
        "recommend_blockers": [
            *lacking("phases.recommend", user, project, _t("This takes business development or a project manager.")),
            *inactive,
        ],
        "site_form": site_form or SiteChoiceForm(initial={"site": project.site.key if project.site else ""}),
        "site_blockers": [
            *lacking("projects.choose_site", user, project, _t("The site is chosen by business development or a project manager.")),
            *siting_blockers(project),
        ],
        "quote_blockers": [
            *lacking("projects.quote", user, project, _t("Quotations are drafted by business development.")),
            *inactive,
            *draft_blockers(records.quotation),
        ],
        "agreement_blockers": agreement_locks(user, project),
        "charter_blockers": _charter_blockers(project, user, records.charter),
        "clock": clock_of(project.rfp, records),
        "waits": list(WaitingFor.objects.open().filter(project=project).select_related("project", "user", "client")),
    }
    return render(request, "phases/evaluation/evaluation.html", context, status=400 if recommend_form or site_form else 200)


def _charter_blockers(project: Project, user: User, charter: Charter | None) -> list[Blocker]:
    if charter is not None:
        return []
    words = _t("The charter is drafted by a project manager or business development.")
    return [*lacking("projects.draft_charter", user, project, words), *charter_blockers(project), *not_active(project)]
