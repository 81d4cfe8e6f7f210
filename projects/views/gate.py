"""The gate page: live criteria, the proposal, its signatures, earlier rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import internal_required
from accounts.forms import SigningForm
from accounts.models import DEPARTMENT_NAMES, Role, RoleGrant
from accounts.requests import SignedInRequest
from accounts.signing import authenticate_signer
from audit.refusals import BadInput, Blocker, add_to_form
from audit.signatures import content_hash
from projects import gates, steps
from projects.forms.gate import GoForm, OtherDecisionForm, ReasonForm, WithdrawForm
from projects.gates import Evidence
from projects.models import GateCriterion, GateReview, GateSignature, Project
from projects.models.gate import Decision
from projects.permissions import lacking
from projects.services import gate as services

if TYPE_CHECKING:
    from accounts.models import User
    from projects.gates import Judged

SHOWN_HOLDERS = 3


@dataclass(frozen=True)
class CriterionRow:
    """A criterion as the page shows it, live or as it was frozen; `changed` says that the two differ."""

    key: str
    version: int
    words: str
    department: str
    met: bool
    evidence: Sequence[Evidence]
    blockers: Sequence[Blocker] = field(default=())
    changed: bool = False


@dataclass(frozen=True)
class SignerRow:
    """One role: its signature, or who is waited for, and what the reader may do about it."""

    role: str
    label: str
    given: GateSignature | None
    holders: Sequence[str]
    mine: bool
    blockers: Sequence[Blocker] = field(default=())

    @property
    def dialog(self) -> str:
        return f"sign-{self.role}"


def _project(request: SignedInRequest, code: str) -> Project:
    return get_object_or_404(Project.objects.visible_to(request.user).select_related("client"), code=code)


def _reviews(request: SignedInRequest, code: str) -> list[GateReview]:
    """All rounds of all gates, newest first, with criteria and signatures. A project has at least one: none means that it is not seen."""
    signatures = Prefetch("gate_signatures", queryset=GateSignature.objects.select_related("signer"))
    rows = GateReview.objects.visible_to(request.user).filter(project__code=code).select_related("project__client", "proposed_by")
    reviews = list(rows.order_by("-opened_at", "-id").prefetch_related("criteria", signatures))
    if not reviews:
        raise Http404
    for review in reviews:
        review.project = reviews[0].project
    return reviews


def _department(key: str) -> str:
    return str(DEPARTMENT_NAMES.get(key, key))


def _live(item: Judged, changed: bool) -> CriterionRow:
    found = item.finding
    return CriterionRow(
        item.key, item.version, item.words, _department(item.department), found.met, found.evidence, found.blockers, changed
    )


def _frozen(row: GateCriterion, changed: bool) -> CriterionRow:
    evidence = [
        Evidence(e["label"], e["link"], e["hash"], datetime.fromisoformat(e["as_of"]) if e["as_of"] else None) for e in row.evidence
    ]
    return CriterionRow(row.key, row.version, row.words, _department(row.department), bool(row.met), evidence, changed=changed)


@internal_required
@require_GET
def gate_page(request: SignedInRequest, code: str) -> HttpResponse:
    return _render(request, code)


def _render(request: SignedInRequest, code: str, *, status: int = 200, **forms_with_errors: Any) -> HttpResponse:
    """The page from one context; a refused form comes back in it, its dialog open, nothing typed lost."""
    reviews = _reviews(request, code)
    review = next((row for row in reviews if row.state != GateReview.State.DECIDED), None)
    context: dict[str, Any] = {
        "project": reviews[0].project,
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


def _review_context(review: GateReview, judged: list[Judged], user: User) -> dict[str, Any]:
    unmet = gates.unmet(judged)
    no_proposer = lacking("projects.propose_gate", user, review.project, _t("A decision is proposed by a project manager."))
    locks = [*no_proposer, *steps.blockers("gate.request", review)]
    submitted = review.state == GateReview.State.SUBMITTED
    changes = services.evidence_changes(review, judged) if submitted else []
    return {
        "gate": gates.gate_of(review.phase),
        "criteria": [_live(item, item.key in changes) for item in judged],
        "met": sum(item.finding.met for item in judged),
        "expected": forecast(judged),
        "changed_words": [item.words for item in judged if item.key in changes],
        "may_propose": not no_proposer,
        "go_blockers": locks + unmet,
        "other_blockers": locks,
        "go_form": GoForm(initial={"decision": Decision.GO}),
        "other_form": OtherDecisionForm(project=review.project),
        "signer_words": [Role(role).label for role in review.signers],
        "signers": _signers(review, judged, user) if submitted else [],
        "expected_hash": content_hash(review, services.proposal_content(review)) if submitted else "",
    }


def forecast(judged: Iterable[Judged]) -> date | None:
    """When the last open criterion is expected; None when nothing is open or one has no date."""
    days = [item.finding.expected for item in judged if not item.finding.met]
    return max((day for day in days if day), default=None) if all(days) else None


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
            mine=role in user.roles,
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


def _answer(
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
    return _render(request, project.code, status=400, **{form_name: form}, **context)


@internal_required
@require_POST
def gate_propose(request: SignedInRequest, code: str) -> HttpResponse:
    project = _project(request, code)
    go = request.POST.get("decision") == Decision.GO
    form = GoForm(request.POST) if go else OtherDecisionForm(request.POST, project=project)
    words = _t("The decision is proposed; every signer has been asked.")
    return _answer(
        request,
        project,
        words,
        "go_form" if go else "other_form",
        form,
        lambda: services.propose_decision(code, actor=request.user, **form.cleaned_data),
    )


@internal_required
@require_POST
def gate_sign(request: SignedInRequest, code: str, role: str) -> HttpResponse:
    project = _project(request, code)
    form = SigningForm(request.POST)

    def sign() -> None:
        data = form.cleaned_data
        authentication = authenticate_signer(request, data["password"], data["code"])
        services.sign_decision(code, role=role, actor=request.user, authentication=authentication, expected_hash=data["expected_hash"])

    return _answer(request, project, _t("Signed."), "signing_form", form, sign, signing_role=role)


@internal_required
@require_POST
def gate_refuse(request: SignedInRequest, code: str, role: str) -> HttpResponse:
    project = _project(request, code)
    form = ReasonForm(request.POST)
    words = _t("Your refusal is recorded; the review is open again.")
    return _answer(
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
    project = _project(request, code)
    form = WithdrawForm(request.POST)
    words = _t("The proposal is withdrawn; the review is open again.")
    return _answer(
        request, project, words, "withdraw_form", form, lambda: services.withdraw_proposal(code, actor=request.user, **form.cleaned_data)
    )


def _changed_since(review: GateReview, judged: list[Judged]) -> list[str]:
    """Criteria whose evidence changed; one that this release no longer judges cannot be compared."""
    judgeable = [item for item in judged if all(blocker.key != "criterion.outdated" for blocker in item.finding.blockers)]
    return services.evidence_changes(review, judgeable)


@internal_required
@require_GET
def gate_review(request: SignedInRequest, code: str, gate: str, number: int) -> HttpResponse:
    """The record of one round: what was decided, on which evidence, by whom; and what of it has changed since."""
    review = next((row for row in _reviews(request, code) if (row.gate, row.round) == (gate, number)), None)
    if review is None:
        raise Http404
    compared = review.state == GateReview.State.DECIDED and review.proposed_decision == Decision.GO and gates.gate_of(review.phase).terminal
    judged = services.judge_review(review) if compared else []
    changes = _changed_since(review, judged)
    context = {
        "project": review.project,
        "review": review,
        "gate": gates.gate_of(review.phase),
        "compared": compared,
        "criteria": [_frozen(row, row.key in changes) for row in review.criteria.all()],
        "changed_words": [row.words for row in review.criteria.all() if row.key in changes],
        "signatures": list(review.gate_signatures.all()),
    }
    return render(request, "projects/gate_review.html", context)
