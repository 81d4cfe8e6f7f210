"""The gate page: live criteria, the proposal, its signatures, earlier rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import internal_required
from accounts.forms import SigningForm
from accounts.models import DEPARTMENT_NAMES, Role, RoleGrant
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from accounts.signing import authenticate_signer
from audit.refusals import BadInput, Blocker, add_to_form
from audit.signatures import content_hash
from projects import gates
from projects.forms.condition import WaiverForm
from projects.forms.gate import GoForm, MeetingForm, MinutesForm, OtherDecisionForm, ReasonForm, WithdrawForm
from projects.gates import Difference, Evidence
from projects.models import GateCondition, GateCriterion, GateReview, GateSignature, GateWaiver, Project
from projects.models.gate import Decision
from projects.permissions import lacking
from projects.rounds import repeats_of
from projects.services import gate as services
from projects.services import meeting
from projects.services.waivers import decision_blockers as waiver_blockers
from projects.services.waivers import request_blockers, waiver_hash

if TYPE_CHECKING:
    from accounts.models import User
    from projects.gates import Judged

SHOWN_HOLDERS = 3


@dataclass(frozen=True)
class CriterionRow:
    """A criterion as the page shows it, live or as it was frozen; `differences` says what of its evidence has changed since."""

    key: str
    version: int
    words: str
    department: str
    standing: str
    evidence: Sequence[Evidence]
    blockers: Sequence[Blocker] = field(default=())
    changed: bool = False
    differences: Sequence[Difference] = field(default=())
    waivers: Sequence[GateWaiver] = field(default=())
    conditions: Sequence[GateCondition] = field(default=())
    waiver_blockers: Sequence[Blocker] | None = None

    @property
    def dialog(self) -> str:
        return f"waive-{self.key}"


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
    return get_object_or_404(Project.objects.visible_to(request.user).select_related("client"), code=code)


def _reviews(request: SignedInRequest, code: str) -> list[GateReview]:
    """All rounds of all gates, newest first, with criteria and signatures. A project has at least one: none means that it is not seen."""
    signatures = Prefetch("gate_signatures", queryset=GateSignature.objects.select_related("signer", "on_behalf_of"))
    rows = GateReview.objects.visible_to(request.user).filter(project__code=code).select_related("project__client", "proposed_by")
    conditions = Prefetch("conditions", queryset=GateCondition.objects.select_related("owner", "confirmed_by"))
    waivers = Prefetch("waivers", queryset=GateWaiver.objects.select_related("requested_by", "decided_by"))
    reviews = list(rows.order_by("-opened_at", "-id").prefetch_related("criteria", signatures, conditions, waivers))
    if not reviews:
        raise Http404
    for review in reviews:
        review.project = reviews[0].project
    return reviews


def _department(key: str) -> str:
    return str(DEPARTMENT_NAMES.get(key, key))


def _live(review: GateReview, item: Judged, changes: Mapping[str, Sequence[Difference]], may_waive: bool) -> CriterionRow:
    found = item.finding
    asked = any(row.state in (GateWaiver.State.REQUESTED, GateWaiver.State.GRANTED) for row in _waivers(review, item.key))
    return CriterionRow(
        item.key,
        item.version,
        item.words,
        _department(item.department),
        item.standing,
        found.evidence,
        found.blockers,
        item.key in changes,
        changes.get(item.key, ()),
        _waivers(review, item.key),
        _conditions(review, item.key),
        request_blockers(review, item) if may_waive and not item.passes and not asked else None,
    )


def _frozen(review: GateReview, row: GateCriterion, changes: Mapping[str, Sequence[Difference]]) -> CriterionRow:
    waivers, conditions = _waivers(review, row.key), _conditions(review, row.key)
    granted = any(waiver.state == GateWaiver.State.GRANTED for waiver in waivers)
    standing = "met" if row.met else "waived" if granted else "conditional" if conditions else "unmet"
    return CriterionRow(
        row.key,
        row.version,
        row.words,
        _department(row.department),
        standing,
        gates.thawed(row.evidence),
        (),
        row.key in changes,
        changes.get(row.key, ()),
        waivers,
        conditions,
    )


def _waivers(review: GateReview, key: str) -> list[GateWaiver]:
    return [row for row in review.waivers.all() if row.criterion_key == key]


def _conditions(review: GateReview, key: str) -> list[GateCondition]:
    return [row for row in conditions_of(review) if row.criterion_key == key]


def conditions_of(review: GateReview) -> list[GateCondition]:
    """The conditions of the proposal that stands, or was decided; each knows its review without a query."""
    if review.state == GateReview.State.OPEN:
        return []
    rows = [row for row in review.conditions.all() if row.proposal_number == review.proposal_number]
    for row in rows:
        row.review = review
    return rows


def _changes(review: GateReview, judged: Sequence[Judged]) -> dict[str, list[Difference]]:
    """By criterion: what of the evidence is no longer as it was frozen."""
    live = {item.key: item.finding.evidence for item in judged}
    rows = gates.changed_criteria(review, judged)
    return {row.key: gates.differences(gates.thawed(row.evidence), live[row.key]) for row in rows}


@internal_required
@require_GET
def gate_page(request: SignedInRequest, code: str) -> HttpResponse:
    return render_gate(request, code)


def render_gate(request: SignedInRequest, code: str, *, status: int = 200, **forms_with_errors: Any) -> HttpResponse:
    """The page from one context; a refused form comes back in it, its dialog open, nothing typed lost."""
    reviews = _reviews(request, code)
    review = next((row for row in reviews if row.state != GateReview.State.DECIDED), None)
    context: dict[str, Any] = {
        "project": reviews[0].project,
        "standing_conditions": _standing(reviews),
        "waivers_granted": [row for each in reviews for row in each.waivers.all() if row.state == GateWaiver.State.GRANTED],
        "repeats": repeats_of(reviews[0].project, returned=any(row.round > 1 for row in reviews)),
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
    changes = _changes(review, judged) if submitted else {}
    may_waive = allowed("projects.request_waiver", user, project) and not submitted
    return {
        "gate": gates.gate_of(review.phase),
        "criteria": [_live(review, item, changes, may_waive) for item in judged],
        "met": sum(item.passes for item in judged),
        "waived": sum(item.standing == "waived" for item in judged),
        "forecast": gates.forecast(judged, timezone.localdate()),
        "changed_words": [item.words for item in judged if item.key in changes],
        "may_propose": allowed("projects.propose_gate", user, project),
        "signer_words": [Role(role).label for role in review.signers],
        "signers": _signers(review, judged, user) if submitted else [],
        "expected_hash": content_hash(review, services.proposal_content(review)) if submitted else "",
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
        "go_blockers": locks + gates.unmet(judged),
        "conditional_blockers": locks + gates.unmet(never),
        "other_blockers": [*no_proposer, *services.proposal_blockers(review, Decision.HOLD)],
        "go_form": GoForm(initial={"decision": Decision.GO}),
        "other_form": OtherDecisionForm(project=review.project),
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
    holders = _holders(review.signers)
    return [
        SignerRow(
            role=role,
            label=str(Role(role).label),
            given=next((row for row in given if row.role == role), None),
            holders=holders.get(role, []),
            mine=role in user.signing_roles,
            giver=services.principal(user, role),
            blockers=[*stale, *services.signing_blockers(review, given, role, user)],
        )
        for role in review.signers
    ]


def _holders(roles: Iterable[str]) -> dict[str, list[str]]:
    """Names of the active people of each role, so that it is clear who is waited for."""
    found: dict[str, list[str]] = {}
    for role, name in (
        RoleGrant.objects.filter(role__in=list(roles), ended_at=None, user__is_active=True)
        .order_by("user__full_name")
        .values_list("role", "user__full_name")
    ):
        found.setdefault(role, []).append(name)
    return {role: names if len(names) <= SHOWN_HOLDERS else [*names[:SHOWN_HOLDERS], "…"] for role, names in found.items()}


def _spent(review: GateReview) -> list[GateSignature]:
    """Signatures and refusals on earlier proposals of the round that is still open."""
    standing = review.proposal_number if review.state == GateReview.State.SUBMITTED else 0
    return [row for row in review.gate_signatures.all() if row.proposal_number != standing]


def answer(
    request: SignedInRequest, project: Project, words: str, form_name: str, form: forms.Form, act: Callable[[], object], **context: Any
) -> HttpResponse:
    """Run a service on a bound form and go back to the page; what the service rejects is shown at its field."""
    if form.is_valid():
        try:
            act()
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, words)
            return redirect("project-gate", project.code)
    return render_gate(request, project.code, status=400, **{form_name: form}, **context)


@internal_required
@require_POST
def gate_propose(request: SignedInRequest, code: str) -> HttpResponse:
    project = visible_project(request, code)
    go = request.POST.get("decision") == Decision.GO
    form = GoForm(request.POST) if go else OtherDecisionForm(request.POST, project=project)
    words = _t("The decision is proposed; every signer has been asked.")
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
def gate_meeting(request: SignedInRequest, code: str) -> HttpResponse:
    project = visible_project(request, code)
    form = MeetingForm(request.POST)
    words = _t("The meeting is called; every signer has been asked to prepare.")
    return answer(
        request, project, words, "meeting_form", form, lambda: meeting.call_meeting(code, actor=request.user, **form.cleaned_data)
    )


@internal_required
@require_POST
def gate_minutes(request: SignedInRequest, code: str) -> HttpResponse:
    project = visible_project(request, code)
    form = MinutesForm(request.POST)
    return answer(
        request,
        project,
        _t("The minutes are saved."),
        "minutes_form",
        form,
        lambda: meeting.write_minutes(code, actor=request.user, **form.cleaned_data),
    )


@internal_required
@require_POST
def gate_sign(request: SignedInRequest, code: str, role: str) -> HttpResponse:
    project = visible_project(request, code)
    form = SigningForm(request.POST)

    def sign() -> None:
        data = form.cleaned_data
        authentication = authenticate_signer(request, data["password"], data["code"])
        services.sign_decision(code, role=role, actor=request.user, authentication=authentication, expected_hash=data["expected_hash"])

    return answer(request, project, _t("Signed."), "signing_form", form, sign, signing_role=role)


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


@internal_required
@require_GET
def gate_review(request: SignedInRequest, code: str, gate: str, number: int) -> HttpResponse:
    """The record of one round: what was decided, on which evidence, by whom; and what of it has changed since."""
    review = next((row for row in _reviews(request, code) if (row.gate, row.round) == (gate, number)), None)
    if review is None:
        raise Http404
    compared = review.is_passed and gates.gate_of(review.phase).terminal
    changes = _changes(review, services.judge_review(review)) if compared else {}
    context = {
        "project": review.project,
        "review": review,
        "gate": gates.gate_of(review.phase),
        "compared": compared,
        "criteria": [_frozen(review, row, changes) for row in review.criteria.all()],
        "changed_words": [row.words for row in review.criteria.all() if row.key in changes],
        "signatures": list(review.gate_signatures.all()),
        "conditions": conditions_of(review),
        "today": timezone.localdate(),
    }
    return render(request, "projects/gate_review.html", context)
