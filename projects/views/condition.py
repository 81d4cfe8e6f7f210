"""Proposing “go with conditions”, and the page of one condition: what it asks, what it locks, how it was met."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.permissions import require_permission
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, Refused, carried_out, require_none
from projects import gates, steps
from projects.forms.condition import AnswerForm, ConditionalGoForm, condition_formset
from projects.forms.gate import ReasonForm
from projects.models import GateCondition, GateReview, Project
from projects.models.gate import Decision
from projects.permissions import lacking
from projects.services import conditions as services
from projects.services.gate import current_review, judge_review, proposal_blockers, propose_decision


@internal_required
@require_http_methods(["GET", "POST"])
def conditional_go(request: SignedInRequest, code: str) -> HttpResponse:
    """The chair writes the conditions; a row waits for each unmet criterion and for each condition that the decision must set."""
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("client"), code=code)
    require_permission("projects.propose_gate", request.user, project)
    review = current_review(project)
    if review is None or review.state != review.State.OPEN:
        return redirect("project-gate", code)
    require_none(proposal_blockers(review, Decision.CONDITIONAL_GO))
    judged = judge_review(review)
    require_none(gates.unmet([item for item in judged if not item.passes and not item.waivable]))
    named = [item for item in judged if item.finding.conditions or (not item.passes and item.waivable)]
    posted = request.POST if request.method == "POST" else None
    form, rows, status = ConditionalGoForm(posted), condition_formset(named, posted, never=_never(review)), 200
    context: dict[str, Any] = {
        "project": project,
        "review": review,
        "wanted": [words for item in judged for words in item.finding.conditions],
    }
    if posted is not None:
        status = 400
        rows.want_named()
        if all([form.is_valid(), rows.is_valid()]):
            try:
                return _propose(request, code, form, rows)
            except BadInput as bad:
                rows.add_errors(bad)
                context["problems"] = bad.errors.get("conditions", [])
            except Refused as refused:
                status, context["blockers"] = 409, refused.blockers
    return render(request, "projects/conditional_go.html", context | {"form": form, "rows": rows}, status=status)


def _never(review: GateReview) -> set[str]:
    """Steps that cannot be locked because they do not come: behind the last contracted gate there is no next one."""
    return {steps.GATE_REQUEST} if review.phase == review.project.last_phase else set()


def _propose(request: SignedInRequest, code: str, form: forms.Form, rows: Any) -> HttpResponse:
    propose_decision(
        code, decision=Decision.CONDITIONAL_GO, actor=request.user, reason=form.cleaned_data["reason"], conditions=rows.conditions()
    )
    messages.success(request, _t("The decision is proposed; every signer has been asked."))
    return redirect("project-gate", code)


def _condition(request: SignedInRequest, code: str, pk: int) -> GateCondition:
    rows = GateCondition.objects.visible_to(request.user).select_related(
        "review__project__client", "owner", "answered_by", "confirmed_by", "confirmed_for", "deliverable"
    )
    return get_object_or_404(rows, review__project__code=code, pk=pk)


@internal_required
@require_GET
def condition_page(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    return _render(request, _condition(request, code, pk))


def _render(request: SignedInRequest, condition: GateCondition, *, status: int = 200, **bound: Any) -> HttpResponse:
    project, user = condition.review.project, request.user
    words = _t("Quality assurance, management or a project manager confirms.")
    context = {
        "condition": condition,
        "project": project,
        "overdue": condition.is_overdue(timezone.localdate()),
        "may_answer": services.may_answer(condition, user),
        "answer_blockers": services.answer_blockers(condition),
        "answer_form": AnswerForm(project=project),
        "confirm_blockers": [
            *lacking("projects.confirm_condition", user, project, words),
            *services.confirmation_blockers(condition, user),
        ],
        "reject_form": ReasonForm(),
    }
    return render(request, "projects/condition.html", context | bound, status=status)


def _answer(
    request: SignedInRequest, condition: GateCondition, words: str, name: str, form: forms.Form, act: Callable[[], object]
) -> HttpResponse:
    if carried_out(form, act):
        messages.success(request, words)
        return redirect(condition)
    return _render(request, condition, status=400, **{name: form})


@internal_required
@require_POST
def condition_answer(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    condition = _condition(request, code, pk)
    form = AnswerForm(request.POST, project=condition.review.project)
    words = _t("The evidence is recorded; quality assurance has been asked to confirm it.")
    return _answer(
        request,
        condition,
        words,
        "answer_form",
        form,
        lambda: services.answer_condition(code, pk, actor=request.user, **form.cleaned_data),
    )


@internal_required
@require_POST
def condition_confirm(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    condition = _condition(request, code, pk)
    services.confirm_condition(code, pk, actor=request.user)
    messages.success(request, _t("The condition is met."))
    return redirect(condition)


@internal_required
@require_POST
def condition_reject(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    condition = _condition(request, code, pk)
    form = ReasonForm(request.POST)
    words = _t("The evidence is rejected; the owner has been asked again.")
    return _answer(
        request, condition, words, "reject_form", form, lambda: services.reject_answer(code, pk, actor=request.user, **form.cleaned_data)
    )
