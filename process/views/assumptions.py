"""The ledger of assumptions of a project, and the letter that asks the client for what is open."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import carried_out
from documents.models import Document
from process.assumptions import figures, ledger, letters, ordering, quoting
from process.assumptions.models import Assumption, ClarificationLetter
from process.assumptions.settling import take_arrived
from process.assumptions.tables import LEDGER
from process.costs.models import CostAssessment
from process.views.costs import keepers, writers
from projects.forecasting import working_day_in
from projects.forms.evidence import day_input
from projects.forms.gate import REASON
from projects.models import Charter, Project
from projects.permissions import lacking
from projects.services.change_orders import order_blockers
from projects.services.commercial import draft_of
from projects.services.locking import not_active
from projects.views.change_order import order_locks
from projects.views.found import visible_project
from worksheets.bound import bind_to
from worksheets.showing import Shown

USUAL_DAYS = 7


class LetterForm(forms.Form):
    answer_by = forms.DateField(label=_("Answer by"), widget=day_input())
    note = forms.CharField(label=_("Words to the client"), max_length=2000, required=False, widget=forms.Textarea(attrs=REASON))


def _letter_form(letter: ClarificationLetter | None, project: Project) -> LetterForm:
    by = letter.answer_by if letter else working_day_in(project, USUAL_DAYS)
    return LetterForm(prefix="letter", initial={"answer_by": by, "note": letter.note if letter else ""})


@internal_required
@require_http_methods(["GET"])
def assumptions_page(request: SignedInRequest, code: str) -> HttpResponse:
    return _page(request, visible_project(request, code))


def _page(request: SignedInRequest, project: Project, *, status: int = 200, **bound: Any) -> HttpResponse:
    keeping, writing = keepers(request, project), writers(request, project)
    offering = lacking("projects.quote", request.user, project, _t("Quotations are drafted by business development."))
    chartering = lacking("projects.draft_charter", request.user, project, _t("The charter is drafted by its project manager."))
    scenarios = CostAssessment.objects.visible_to(request.user).filter(project=project).order_by("-number")
    letter, draft = letters.draft_letter(project), draft_of(project)
    papers = Document.objects.visible_to(request.user).filter(project=project, type_key=letters.TYPE, withdrawn_at=None)
    rows = ledger.rows_of(project)
    context = {
        "project": project,
        **_otherwise(request, project, rows),
        "sheet": Shown(bind_to(LEDGER, project, request.user), request),
        "arrived": ledger.arrivals(project, rows),
        "scenarios": scenarios,
        "settle_blockers": keeping + not_active(project),
        "take_blockers": keeping + ledger.taking_blockers(project),
        "figure_blockers": keeping + not_active(project),
        "letter": letter,
        "letters": ClarificationLetter.objects.filter(project=project).with_late(project.today).select_related("project", "written_by"),
        "papers": {paper.about_reference: paper for paper in papers},
        "letter_form": _letter_form(letter, project),
        "write_blockers": writing + letters.writing_blockers(project),
        "send_blockers": writing + letters.sending_blockers(project),
        "quotation": draft,
        "quote_blockers": offering + quoting.quotation_blockers(project, draft),
        "charter_blockers": chartering + quoting.charter_text_blockers(project, Charter.objects.filter(project=project).first()),
    }
    return render(request, "process/assumptions.html", context | bound, status=status)


def _otherwise(request: SignedInRequest, project: Project, rows: list[Assumption]) -> dict[str, Any]:
    """What turned out otherwise, once there is a contract that an order could change."""
    found = ordering.differing(rows)
    if not found or order_blockers(project):
        return {}
    told = [{"row": row, "assumed": ledger.line_of(row), "real": ordering.real_of(row)} for row in found]
    return {"otherwise": told, "order_blockers": order_locks(request.user, project)}


@internal_required
@require_POST
def assumptions_take(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """What the request does not say, as the scenario counts with it."""
    scenario = get_object_or_404(CostAssessment.objects.visible_to(request.user), project__code=code, number=number)
    rows = ledger.take_over(code, scenario.number, actor=request.user)
    words = ngettext(
        "Taken over: %(count)d missing answer stands in the ledger.",
        "Taken over: %(count)d missing answers stand in the ledger.",
        len(rows),
    )
    messages.success(request, words % {"count": len(rows)})
    return redirect("project-assumptions", code)


@internal_required
@require_POST
def figures_take(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """The prices, yields and cost lines that the scenario assumes."""
    scenario = get_object_or_404(CostAssessment.objects.visible_to(request.user), project__code=code, number=number)
    rows = figures.take_figures(code, scenario.number, actor=request.user)
    words = ngettext(
        "Taken over: %(count)d assumed figure stands in the ledger.",
        "Taken over: %(count)d assumed figures stand in the ledger.",
        len(rows),
    )
    if rows:
        messages.success(request, words % {"count": len(rows)})
    else:
        messages.info(request, _t("“%(name)s” assumes nothing that the ledger does not say.") % {"name": scenario.name})
    return redirect("project-assumptions", code)


@internal_required
@require_POST
def assumption_settle(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    row = get_object_or_404(Assumption.objects.visible_to(request.user), project__code=code, pk=pk)
    take_arrived(code, row.pk, actor=request.user)
    messages.success(request, _t("The ledger says now what turned out."))
    return redirect("project-assumptions", code)


@internal_required
@require_POST
def letter_write(request: SignedInRequest, code: str) -> HttpResponse:
    project = visible_project(request, code)
    form = LetterForm(request.POST, prefix="letter")
    if carried_out(form, lambda: letters.write_letter(code, actor=request.user, **form.cleaned_data)):
        messages.success(request, _t("The letter is written; its PDF is there in a moment."))
        return redirect("project-assumptions", code)
    return _page(request, project, status=400, letter_form=form)


@internal_required
@require_POST
def letter_of_scenario(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """One click on the page of a scenario: what is missing is taken over, and the letter asks for it."""
    rows = CostAssessment.objects.visible_to(request.user).select_related("project__site")
    scenario = get_object_or_404(rows, project__code=code, number=number)
    by = working_day_in(scenario.project, USUAL_DAYS)
    letters.letter_from_scenario(code, scenario.number, answer_by=by, actor=request.user)
    messages.success(request, _t("The letter is written; look at it and send it."))
    return redirect("project-assumptions", code)


@internal_required
@require_POST
def letter_send(request: SignedInRequest, code: str) -> HttpResponse:
    visible_project(request, code)
    letters.send_letter(code, actor=request.user)
    messages.success(request, _t("Sent: the client reads the letter as soon as its PDF is made, and answers in the portal."))
    return redirect("project-assumptions", code)


@internal_required
@require_POST
def assumptions_quote(request: SignedInRequest, code: str) -> HttpResponse:
    visible_project(request, code)
    row = quoting.into_quotation(code, actor=request.user)
    messages.success(request, _t("The open assumptions stand in %(label)s.") % {"label": row.label})
    return redirect("project-assumptions", code)


@internal_required
@require_POST
def assumptions_charter(request: SignedInRequest, code: str) -> HttpResponse:
    visible_project(request, code)
    quoting.into_charter(code, actor=request.user)
    messages.success(request, _t("The open assumptions stand in the charter."))
    return redirect("project-assumptions", code)
