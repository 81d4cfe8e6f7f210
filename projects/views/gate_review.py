"""The record of one decided round, and what was judged of evidence that changed after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.events import events_of
from audit.models import Event
from audit.refusals import Blocker, carried_out
from projects import gates
from projects.forms.gate import AssessForm, MinutesForm
from projects.models import GateReview
from projects.permissions import lacking
from projects.services import assessing, meeting
from projects.services.gate import judge_review
from projects.views.gate import render_gate
from projects.views.gate_rows import CriterionRow, changes_of, conditions_of, frozen_row, reviews_of, signatures_of, with_assessments

if TYPE_CHECKING:
    from projects.findings import Finding
    from projects.gates import Difference

REOPENED = ("sheet.reopened", "deliverable.reopened", "milestone.reopened", "evidence.entered", "evidence.rejected")
MOST = 20


@internal_required
@require_GET
def gate_review(request: SignedInRequest, code: str, gate: str, number: int) -> HttpResponse:
    """What was decided, on which evidence, by whom; and what of it has changed since."""
    return _render(request, _review(request, code, gate, number))


def _review(request: SignedInRequest, code: str, gate: str, number: int) -> GateReview:
    review = next((row for row in reviews_of(request, code) if (row.gate, row.round) == (gate, number)), None)
    if review is None:
        raise Http404
    return with_assessments(review)


def _render(request: SignedInRequest, review: GateReview, *, status: int = 200, **bound: Any) -> HttpResponse:
    compared = assessing.is_compared(review)
    judged = judge_review(review) if compared else []
    changes = changes_of(review, judged)
    live = {item.key: item.finding for item in judged}
    left = _left(review)
    words = _t("Quality assurance or a project manager judges what changed.")
    locks = [*lacking("projects.assess_change", request.user, review.project, words), *assessing.assessment_blockers(review)]
    criteria = [_row(review, row, changes, live.get(row.key), locks, left) for row in review.criteria.all()]
    context = {
        "project": review.project,
        "review": review,
        "gate": gates.gate_of(review.phase),
        "compared": compared,
        "left": left is not None,
        "reopened": _reopened(review) if changes else [],
        "criteria": criteria,
        "changed_words": [row.words for row in criteria if row.changed and row.assessment is None],
        "assessed": [row for row in criteria if row.assessment is not None],
        "assess_form": AssessForm(),
        "signatures": signatures_of(review),
        "conditions": conditions_of(review),
        "today": timezone.localdate(),
        "minutes_blockers": [
            *lacking("projects.propose_gate", request.user, review.project, _t("The minutes are written by a project manager.")),
            *meeting.minutes_blockers(review),
        ],
        "minutes_form": MinutesForm(initial={"minutes": review.minutes}),
    }
    return render(request, "projects/gate_review.html", context | bound, status=status)


@internal_required
@require_POST
def gate_minutes(request: SignedInRequest, code: str, gate: str, number: int) -> HttpResponse:
    """Of the present round from the gate page, of an earlier one from the page of its record."""
    review = _review(request, code, gate, number)
    form, decided = MinutesForm(request.POST), review.decided_at is not None
    if carried_out(form, lambda: meeting.write_minutes(code, gate, number, actor=request.user, **form.cleaned_data)):
        messages.success(request, _t("The minutes are saved."))
        return redirect("gate-review", code, gate, number) if decided else redirect("project-gate", code)
    if not decided:
        return render_gate(request, code, status=400, minutes_form=form)
    return _render(request, review, status=400, minutes_form=form)


def _left(review: GateReview) -> Event | None:
    """How the round ended where nothing was decided."""
    if review.decided_at is None or review.proposed_decision:
        return None
    return events_of(review).filter(kind="gate.left").first()


def _reopened(review: GateReview) -> list[Event]:
    """What was opened again since the decision: by whom, when and why."""
    rows = Event.objects.filter(project_id=review.project_id, at__gte=review.proposed_at, kind__in=REOPENED)
    return list(rows.order_by("-id")[:MOST])


def _row(
    review: GateReview,
    row: Any,
    changes: Mapping[str, Sequence[Difference]],
    now: Finding | None,
    locks: Sequence[Blocker],
    left: Event | None,
) -> CriterionRow:
    """A frozen criterion; where it changed, how the change was judged, or what keeps the reader from judging it."""
    frozen = frozen_row(review, row, changes)
    if left is not None:
        return replace(frozen, blockers=[Blocker("gate.left", words) for words in left.data.get("missing", {}).get(row.key, ())])
    if not frozen.changed or now is None:
        return frozen
    found = assessing.assessment_of(review, row.key, now.content_hash)
    return replace(frozen, missing_now=now.blockers, assessment=found, assess_blockers=None if found else locks)


@internal_required
@require_POST
def gate_assess(request: SignedInRequest, code: str, gate: str, number: int, key: str) -> HttpResponse:
    review = _review(request, code, gate, number)
    form = AssessForm(request.POST)
    if carried_out(form, lambda: assessing.assess_change(code, gate, number, key, actor=request.user, **form.cleaned_data)):
        messages.success(request, _t("The change is judged; it stands beside the decision until the evidence changes again."))
        return redirect("gate-review", code, gate, number)
    return _render(request, review, status=400, assessing_form=form, assessing=key)
