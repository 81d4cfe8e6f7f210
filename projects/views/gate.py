"""The gate page: live criteria, the proposal, its signatures, earlier rounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

from accounts.capacities import capacity, giver_of
from accounts.decorators import internal_required
from accounts.forms import SigningForm
from accounts.models import Role
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from accounts.signing import authenticate_signer
from audit.refusals import Blocker, carried_out
from audit.signatures import content_hash
from projects import gates
from projects.agreements import quality_blocker, said_of
from projects.forms.condition import WaiverForm
from projects.forms.gate import CommentForm, GoForm, MeetingForm, MinutesForm, OtherDecisionForm, ReasonForm, RequestForm, WithdrawForm
from projects.models import GateCondition, GateReview, GateSignature, GateWaiver, Project
from projects.models.gate import Decision
from projects.permissions import lacking
from projects.rounds import repeats_of
from projects.services import gate as services
from projects.services import meeting
from projects.services.waivers import decision_blockers as waiver_blockers
from projects.services.waivers import waiver_hash
from projects.views.asked import say_asked
from projects.views.found import visible_project as visible
from projects.views.gate_rows import changes_of, conditions_of, live_row, request_of, reviews_of, signatures_of

if TYPE_CHECKING:
    from accounts.models import User
    from projects.gates import Judged

SHOWN_HOLDERS = 3


@dataclass(frozen=True)
class SignerRow:
    """One role: its signature, or who is waited for, and what the reader may do about it."""

    role: str
    label: str
    given: GateSignature | None
    holders: Sequence[str]
    mine: bool
    giver: User | None = None
    blockers: Sequence[Blocker] = field(default=())

    @property
    def dialog(self) -> str:
        return f"sign-{self.role}"


def visible_project(request: SignedInRequest, code: str) -> Project:
    return visible(request, code, "client")


@internal_required
@require_GET
def gate_page(request: SignedInRequest, code: str) -> HttpResponse:
    return render_gate(request, code)


def render_gate(request: SignedInRequest, code: str, *, status: int = 200, **forms_with_errors: Any) -> HttpResponse:
    """The page from one context; a refused form comes back in it, its dialog open, nothing typed lost."""
    reviews = reviews_of(request, code)
    review = next((row for row in reviews if row.state != GateReview.State.DECIDED), None)
    context: dict[str, Any] = {
        "project": reviews[0].project,
        "standing_conditions": _standing(reviews),
        "waivers_granted": [row for each in reviews for row in each.waivers.all() if row.state == GateWaiver.State.GRANTED],
        "repeats": repeats_of(
            reviews[0].project, returned=any(row.round > 1 for row in reviews), counted=getattr(reviews[0], "again", None)
        ),
        "today": timezone.localdate(),
        "review": review,
        "history": [row for row in reviews if row is not review],
        "spent": _spent(review) if review else [],
    }
    if review is not None:
        judged = services.judge_review(review)
        context |= _review_context(review, judged, request.user)
    return render(
        request,
        "projects/gate.html",
        context | {"reason_form": ReasonForm(), "withdraw_form": WithdrawForm()} | forms_with_errors,
        status=status,
    )


def _standing(reviews: Sequence[GateReview]) -> list[GateCondition]:
    """Conditions of earlier decisions that still bind, the first due first."""
    rows = [row for review in reviews if review.is_passed for row in conditions_of(review) if row.is_standing]
    return sorted(rows, key=lambda row: row.due_on)


def _review_context(review: GateReview, judged: list[Judged], user: User) -> dict[str, Any]:
    project = review.project
    submitted = review.state == GateReview.State.SUBMITTED
    changes = changes_of(review, judged) if submitted else {}
    may_waive = allowed("projects.request_waiver", user, project) and not submitted
    return {
        "gate": gates.gate_of(review.phase),
        "criteria": [live_row(review, item, changes, may_waive) for item in judged],
        "met": sum(item.passes for item in judged),
        "waived": sum(item.standing == "waived" for item in judged),
        "not_applicable": sum(item.standing == "not_applicable" for item in judged),
        "fresh_comment_form": CommentForm(),
        **_request_context(review, user),
        "ending_agreements": said_of(project, review.ending_agreements, meeting_on=review.meeting_on),  # type: ignore[attr-defined]
        "wanted_agreements": [quality_blocker(project)] if review.wants_quality else [],  # type: ignore[attr-defined]
        "forecast": gates.forecast(judged, timezone.localdate()),
        "changed_words": [item.words for item in judged if item.key in changes],
        "may_propose": allowed("projects.propose_gate", user, project),
        "signer_words": [Role(role).label for role in review.signers],
        "signers": _signers(review, judged, user) if submitted else [],
        "expected_hash": content_hash(review, services.proposal_content(review, conditions_of(review))) if submitted else "",
        "proposed_conditions": conditions_of(review),
        "renewals": [item.words for item in judged if item.key in review.renew_criteria],
        "meeting_form": MeetingForm(initial={"meeting_on": review.meeting_on, "agenda": review.agenda or _suggested_agenda(judged)}),
        "minutes_form": MinutesForm(initial={"minutes": review.minutes}),
        **_waiver_context(review, user),
        **({} if submitted else _proposing_context(review, judged, user)),
    }


def _proposing_context(review: GateReview, judged: list[Judged], user: User) -> dict[str, Any]:
    """The three buttons of a review that waits for its proposal, and what locks each."""
    no_proposer = lacking("projects.propose_gate", user, review.project, _t("A decision is proposed by a project manager."))
    locks = [*no_proposer, *services.proposal_blockers(review, Decision.GO)]
    never = [item for item in judged if not item.passes and not item.waivable]
    return {
        "go_blockers": locks + services.go_blockers(review, judged),
        "conditional_blockers": locks + gates.unmet(never),
        "other_blockers": [*no_proposer, *services.proposal_blockers(review, Decision.HOLD)],
        "go_form": GoForm(initial={"decision": Decision.GO}),
        "other_form": OtherDecisionForm(project=review.project),
    }


def _request_context(review: GateReview, user: User) -> dict[str, Any]:
    """Whether somebody asked for the decision, and whether the reader may."""
    words = _t("The decision is asked for by one of ours who works on the project.")
    no_request = lacking("projects.request_decision", user, review.project, words)
    asked = request_of(review)
    return {
        "requested": asked,
        "request_blockers": [*no_request, *meeting.request_blockers(review, asked)],
        "request_form": RequestForm(),
    }


def _suggested_agenda(judged: Sequence[Judged]) -> str:
    """What holds the gate shut, one line each; the chair changes it."""
    return "\n".join(f"{item.words}: {' '.join(str(blocker) for blocker in item.finding.blockers)}" for item in judged if not item.passes)


def _waiver_context(review: GateReview, user: User) -> dict[str, Any]:
    """The requests that wait, with what the reader may do about them."""
    waiting = [row for row in review.waivers.all() if row.state == GateWaiver.State.REQUESTED]
    may_decide = allowed("projects.decide_waiver", user, review.project)
    for row in waiting:
        row.review = review
    return {
        "waiver_rows": [
            {"waiver": row, "key": str(row.pk), "blockers": waiver_blockers(row, user), "hash": waiver_hash(row), "may_decide": may_decide}
            for row in waiting
        ],
        "may_ask_waiver": allowed("projects.request_waiver", user, review.project),
        "fresh_waiver_form": WaiverForm(),
    }


def _signers(review: GateReview, judged: list[Judged], user: User) -> list[SignerRow]:
    given = [row for row in review.gate_signatures.all() if row.proposal_number == review.proposal_number]
    stale = services.evidence_blockers(review, judged)
    holders = _holders(review)
    return [
        SignerRow(
            role=role,
            label=str(Role(role).label),
            given=next((row for row in given if row.role == role), None),
            holders=holders.get(role, []),
            mine=role in user.signing_roles,
            giver=giver_of(capacity(user, role)),
            blockers=[*stale, *services.signing_blockers(review, given, role, user)],
        )
        for role in review.signers
    ]


def _holders(review: GateReview) -> dict[str, list[str]]:
    """Names of the active people of each role, so that it is clear who is waited for."""
    found: dict[str, list[str]] = {}
    for each in review.holders:  # type: ignore[attr-defined]  # see `reviews_of`
        found.setdefault(each["role"], []).append(each["name"])
    return {role: names if len(names) <= SHOWN_HOLDERS else [*names[:SHOWN_HOLDERS], "…"] for role, names in found.items()}


def _spent(review: GateReview) -> list[GateSignature]:
    """Signatures and refusals on earlier proposals of the round that is still open."""
    standing = review.proposal_number if review.state == GateReview.State.SUBMITTED else 0
    return [row for row in signatures_of(review) if row.proposal_number != standing]


def answer(
    request: SignedInRequest,
    project: Project,
    words: str | Callable[[], str | None],
    form_name: str,
    form: forms.Form,
    act: Callable[[], object],
    **context: Any,
) -> HttpResponse:
    """Run a service on a bound form and go back to the page; what the service rejects is shown at its field.

    words: what is said then; called where that follows from what was done, with None where it has been said.
    """
    if carried_out(form, act):
        if said := words() if callable(words) else words:
            messages.success(request, said)
        return redirect("project-gate", project.code)
    return render_gate(request, project.code, status=400, **{form_name: form}, **context)


def _say_signers_asked(request: SignedInRequest, project: Project, *, asked: str, done: str) -> None:
    review = services.current_review(project)
    say_asked(request, project, frozenset(review.signers if review else ()), asked=asked, done=done)


@internal_required
@require_POST
def gate_propose(request: SignedInRequest, code: str) -> HttpResponse:
    project = visible_project(request, code)
    go = request.POST.get("decision") == Decision.GO
    form = GoForm(request.POST) if go else OtherDecisionForm(request.POST, project=project)
    asked, done = _t("The decision is proposed; every signer has been asked."), _t("The decision is proposed.")
    words = partial(_say_signers_asked, request, project, asked=asked, done=done)
    return answer(
        request,
        project,
        words,
        "go_form" if go else "other_form",
        form,
        lambda: services.propose_decision(code, actor=request.user, **form.cleaned_data),
    )


@internal_required
@require_POST
def gate_request(request: SignedInRequest, code: str) -> HttpResponse:
    project = visible_project(request, code)
    form = RequestForm(request.POST)
    roles = frozenset() if project.project_manager_id else frozenset({Role.PROJECT_MANAGER})
    asked, done = _t("The project manager has been asked for the decision."), _t("The decision is asked for.")
    return answer(
        request,
        project,
        partial(say_asked, request, project, roles, asked=asked, done=done),
        "request_form",
        form,
        lambda: meeting.request_decision(code, actor=request.user, **form.cleaned_data),
    )


@internal_required
@require_POST
def gate_meeting(request: SignedInRequest, code: str) -> HttpResponse:
    project = visible_project(request, code)
    form = MeetingForm(request.POST)
    asked, done = _t("The meeting is called; every signer has been asked to prepare."), _t("The meeting is called.")
    words = partial(_say_signers_asked, request, project, asked=asked, done=done)
    return answer(
        request, project, words, "meeting_form", form, lambda: meeting.call_meeting(code, actor=request.user, **form.cleaned_data)
    )


@internal_required
@require_POST
def gate_sign(request: SignedInRequest, code: str, role: str) -> HttpResponse:
    project = visible_project(request, code)
    form, comment, signed = SigningForm(request.POST), CommentForm(request.POST), list[GateReview]()

    def sign() -> None:
        data = form.cleaned_data
        authentication = authenticate_signer(request, data["password"], data["code"])
        review = services.sign_decision(
            code,
            role=role,
            actor=request.user,
            authentication=authentication,
            expected_hash=data["expected_hash"],
            comment=comment.cleaned_data["comment"],
        )
        signed.append(review)

    if not comment.is_valid():
        return render_gate(request, code, status=400, signing_form=form, comment_form=comment, signing_role=role)
    words = partial(_signed_words, project, signed)
    return answer(request, project, words, "signing_form", form, sign, signing_role=role, comment_form=comment)


def _signed_words(before: Project, signed: list[GateReview]) -> str:
    """With what the last signature has carried out."""
    review = signed[0]
    if review.state != GateReview.State.DECIDED:
        return _t("Signed.")
    words = _t("Signed, and with it %(gate)s is decided: %(decision)s.")
    said = words % {"gate": review.gate, "decision": str(review.get_proposed_decision_display()).lower()}
    now = Project.objects.get(pk=before.pk)
    if now.phase == before.phase:
        return said
    begun = _t("%(phase)s has begun; everybody who has work in it is told.") % {"phase": now.get_phase_display()}
    return f"{said} {begun}"


@internal_required
@require_POST
def gate_refuse(request: SignedInRequest, code: str, role: str) -> HttpResponse:
    project = visible_project(request, code)
    form = ReasonForm(request.POST)
    words = _t("Your refusal is recorded; the review is open again.")
    return answer(
        request,
        project,
        words,
        "refuse_form",
        form,
        lambda: services.refuse_decision(code, role=role, actor=request.user, **form.cleaned_data),
        refusing_role=role,
    )


@internal_required
@require_POST
def gate_withdraw(request: SignedInRequest, code: str) -> HttpResponse:
    project = visible_project(request, code)
    form = WithdrawForm(request.POST)
    words = _t("The proposal is withdrawn; the review is open again.")
    return answer(
        request, project, words, "withdraw_form", form, lambda: services.withdraw_proposal(code, actor=request.user, **form.cleaned_data)
    )
