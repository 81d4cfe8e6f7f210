"""Writing a change order: the first draft, a change of it, the next revision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, Blocker
from projects.forms.order_lines import SETS, OrderForms
from projects.models import SHOWN_TO_CLIENT, ChangeOrder, Milestone, Project
from projects.order_proposals import Proposal, names, proposed
from projects.price import accepted_quotation
from projects.services import change_orders as services
from projects.services.order_lines import Draft
from projects.views.change_order import order_locks, order_of, orders_of
from projects.views.found import visible_project

Save = Callable[[Draft], ChangeOrder]


@internal_required
@require_http_methods(["GET", "POST"])
def change_order_new(request: SignedInRequest, code: str) -> HttpResponse:
    """Draft the next change order; with `of`, the next revision of that one, from its words."""
    project = visible_project(request, code)
    of = request.GET.get("of", "")
    sequence = int(of) if of.isdigit() else None
    latest = next((row for row in orders_of(request, project) if row.sequence == sequence), None)
    if request.method == "POST":
        return _save(
            request, project, lambda draft: services.draft_change_order(code, draft, actor=request.user, sequence=sequence), latest=latest
        )
    blockers = [*order_locks(request.user, project), *(services.revision_blockers(latest) if latest else [])]
    return _render_form(
        request, project, _forms(project, order=latest, proposal=_proposal(request, project)), latest=latest, blockers=blockers
    )


def _proposal(request: SignedInRequest, project: Project) -> Proposal | None:
    """What the address names that a change order may begin with."""
    found = (proposed(project, name, request.GET[name]) for name in names() if name in request.GET)
    return next((each for each in found if each is not None), None)


@internal_required
@require_http_methods(["GET", "POST"])
def change_order_edit(request: SignedInRequest, code: str, sequence: int, revision: int) -> HttpResponse:
    project = visible_project(request, code)
    order = order_of(request, project, sequence, revision)
    if request.method == "POST":
        return _save(
            request,
            project,
            lambda draft: services.change_change_order(code, sequence, revision, draft, actor=request.user),
            order=order,
        )
    blockers = [*order_locks(request.user, project), *services.wrong_state(order, ChangeOrder.State.DRAFT)]
    return _render_form(request, project, _forms(project, order=order), order=order, blockers=blockers)


def _forms(project: Project, **given: Any) -> OrderForms:
    rows = Milestone.objects.open().filter(project=project, visibility__in=SHOWN_TO_CLIENT)
    return OrderForms(project, rows.exclude(baseline_on=None).exclude(published_on=None), **given)


def _save(request: SignedInRequest, project: Project, save: Save, **shown: Any) -> HttpResponse:
    """Words, lines and days together; one more row on request; nothing typed is lost."""
    typed = _forms(project, data=request.POST)
    wanted = next((name for name in SETS if ADD[name] in request.POST), "")
    if wanted:
        typed.with_another_row(request.POST, wanted)
        return _render_form(request, project, typed, **shown)
    if typed.are_valid():
        try:
            order = save(typed.draft())
        except BadInput as bad:
            typed.refuse(bad)
        else:
            messages.success(request, _t("%(label)s is saved as a draft.") % {"label": order.label})
            return redirect(order)
    return _render_form(request, project, typed, status=400, **shown)


ADD = {"lines": "add_line", "added": "add_milestone", "payments": "add_payment"}  # the buttons, by the set that they make longer


def _render_form(
    request: SignedInRequest,
    project: Project,
    shown: OrderForms,
    *,
    status: int = 200,
    blockers: list[Blocker] | None = None,
    order: ChangeOrder | None = None,
    latest: ChangeOrder | None = None,
) -> HttpResponse:
    context = {
        "project": project,
        "order": order,
        "latest": latest,
        "currency": order.currency if order else (quotation.currency if (quotation := accepted_quotation(project)) else ""),
        "form": shown.words,
        "scope": shown.scope,
        "days": shown.days,
        **shown.sets,
        "blockers": blockers or [],
        "line_errors": shown.row_errors,
        "action": request.get_full_path(),
    }
    return render(request, "projects/change_order_form.html", context, status=status)
