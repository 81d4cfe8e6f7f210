"""What the pages of a gate show of its rounds: criteria live or as they were frozen, and what of them has changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    CharField,
    ExpressionWrapper,
    F,
    Func,
    JSONField,
    OuterRef,
    Prefetch,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import Cast, Concat, JSONObject
from django.http import Http404

from accounts.models import DEPARTMENT_NAMES, RoleGrant
from accounts.requests import SignedInRequest
from audit.refusals import Blocker
from projects import gates
from projects.agreements import ending_of_reviewed, unsigned_quality
from projects.findings import Evidence, thawed
from projects.gates import Difference
from projects.models import EvidenceAssessment, GateCondition, GateCriterion, GateReview, GateSignature, GateWaiver, WaitingFor
from projects.models.gate import Decision
from projects.rounds import work_done_again
from projects.services.waivers import request_blockers
from projects.views.found import of_kept_project

if TYPE_CHECKING:
    from projects.gates import Judged


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
    wanted: Sequence[str] = field(default=())
    assessment: EvidenceAssessment | None = None
    assess_blockers: Sequence[Blocker] | None = None
    missing_now: Sequence[Blocker] = field(default=())

    @property
    def dialog(self) -> str:
        return f"waive-{self.key}"

    @property
    def assess_dialog(self) -> str:
        return f"assess-{self.key}"


def reviews_of(request: SignedInRequest, code: str) -> list[GateReview]:
    """All rounds of all gates, newest first, with criteria and signatures. A project has at least one: none means that it is not seen.

    How changed evidence was judged is asked for by the page of the round. What every reader of the page asks comes with the first query:
    as `again` what work of the project was done again, as `requested` whether the decision is asked for, and of a proposed one as
    `holders` who has which of the roles that sign; of one that is not decided as `ending_agreements` what ends while it is needed, and as
    `wants_quality` whether the quality agreement is missing.
    """
    signatures = Prefetch("gate_signatures", queryset=GateSignature.objects.select_related("signer", "on_behalf_of"))
    rows = (
        GateReview.objects.visible_to(request.user)
        .filter(project__code=code)
        .select_related("project__client", "project__site", "proposed_by")
    )
    conditions = Prefetch("conditions", queryset=GateCondition.objects.select_related("owner", "confirmed_by"))
    waivers = Prefetch("waivers", queryset=GateWaiver.objects.select_related("requested_by", "decided_by"))
    asked = WaitingFor.objects.open().filter(key=Concat(Value("gate.request:"), Cast(OuterRef("pk"), CharField())))
    rows = rows.annotate(requested=asked.values("words")[:1], requested_at=asked.values("since")[:1], holders=_holders())
    rows = rows.annotate(ending_agreements=Case(When(state=GateReview.State.DECIDED, then=None), default=ending_of_reviewed()))
    rows = rows.annotate(wants_quality=Case(When(state=GateReview.State.DECIDED, then=False), default=unsigned_quality()))
    rows = rows.annotate(again=work_done_again(), is_kept=of_kept_project()).order_by("-opened_at", "-id")
    reviews: list[GateReview] = list(rows.prefetch_related("criteria", waivers))
    # what only a proposal or a decision has is not looked for before
    prefetch_related_objects([row for row in reviews if row.proposal_number], signatures)
    prefetch_related_objects([row for row in reviews if sets_conditions(row)], conditions)
    if not reviews:
        raise Http404
    request.is_kept = reviews[0].is_kept  # type: ignore[attr-defined]
    for review in reviews:
        review.project = reviews[0].project
    return reviews


def _holders() -> Case:
    """Role and name of the active people of the roles that sign a proposal."""
    role = Func(F("role"), function="to_jsonb", output_field=JSONField())
    signers = ExpressionWrapper(OuterRef("signers"), output_field=JSONField())
    grants = RoleGrant.objects.in_force().annotate(signers=signers).filter(signers__contains=role).order_by("user__full_name")
    found = ArraySubquery(grants.values(each=JSONObject(role="role", name="user__full_name")))
    return Case(When(state=GateReview.State.SUBMITTED, then=found), default=None)


def request_of(review: GateReview) -> WaitingFor | None:
    """The open request for the decision; what is proposed was answered by its proposal."""
    words, since = review.requested, review.requested_at  # type: ignore[attr-defined]  # see `reviews_of`
    return WaitingFor(words=words, since=since) if words and review.state == GateReview.State.OPEN else None


def with_assessments(review: GateReview) -> GateReview:
    """The round with how changed evidence was judged, and by whom."""
    people = EvidenceAssessment.objects.select_related("actor", "on_behalf_of")
    prefetch_related_objects([review], Prefetch("assessments", queryset=people))
    return review


def department_of(key: str) -> str:
    return str(DEPARTMENT_NAMES.get(key, key))


def live_row(review: GateReview, item: Judged, changes: Mapping[str, Sequence[Difference]], may_waive: bool) -> CriterionRow:
    found = item.finding
    asked = any(row.state in (GateWaiver.State.REQUESTED, GateWaiver.State.GRANTED) for row in _waivers(review, item.key))
    return CriterionRow(
        item.key,
        item.version,
        item.words,
        department_of(item.department),
        item.standing,
        found.evidence,
        found.blockers,
        item.key in changes,
        changes.get(item.key, ()),
        _waivers(review, item.key),
        _conditions(review, item.key),
        request_blockers(review, item) if may_waive and not item.passes and not asked else None,
        item.finding.conditions,
    )


def frozen_row(review: GateReview, row: GateCriterion, changes: Mapping[str, Sequence[Difference]]) -> CriterionRow:
    waivers, conditions = _waivers(review, row.key), _conditions(review, row.key)
    granted = any(waiver.state == GateWaiver.State.GRANTED for waiver in waivers)
    standing = "met" if row.met else "waived" if granted else "conditional" if conditions else "unmet"
    standing = "not_applicable" if row.tailoring else standing
    return CriterionRow(
        row.key,
        row.version,
        row.words,
        department_of(row.department),
        standing,
        [thawed(item) for item in row.evidence],
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


def sets_conditions(review: GateReview) -> bool:
    return review.state != GateReview.State.OPEN and review.proposed_decision == Decision.CONDITIONAL_GO


def signatures_of(review: GateReview) -> list[GateSignature]:
    """Signatures and refusals on every proposal so far; before the first there are none."""
    return list(review.gate_signatures.all()) if review.proposal_number else []


def conditions_of(review: GateReview) -> list[GateCondition]:
    """The conditions of the proposal that stands, or was decided; each knows its review without a query."""
    if not sets_conditions(review):
        return []
    rows = [row for row in review.conditions.all() if row.proposal_number == review.proposal_number]
    for row in rows:
        row.review = review
    return rows


def changes_of(review: GateReview, judged: Sequence[Judged]) -> dict[str, list[Difference]]:
    """By criterion: what of the evidence is no longer as it was frozen."""
    live = {item.key: item.finding.evidence for item in judged}
    rows = gates.changed_criteria(review, judged)
    return {row.key: gates.differences([thawed(item) for item in row.evidence], live[row.key]) for row in rows}
