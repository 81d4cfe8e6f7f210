"""G1 Project approval: its criteria on native records, and what evaluation owes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Max, OuterRef, Q, Sum, Value, prefetch_related_objects
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from audit.hashes import hash_of
from audit.refusals import Blocker
from phases.evaluation.models import DepartmentAssessment, InquiryAssessment
from projects.findings import Evidence, Finding, Findings
from projects.gates import Criterion, Gate, deliverable_criterion, register_gate
from projects.meanings import hash_of_accepted, with_signed_content
from projects.models import Agreement, Phase, Quotation, QuotationLine, Rfp
from projects.plans import PhasePlan, PlannedDeliverable, PlannedMilestone, register_phase_plan
from projects.services.baselines import take_contract_baseline
from projects.services.charter import issue_charter
from projects.services.plan import achieve_from
from projects.services.publishing import publish_all_shared
from projects.services.sharing import share_as_planned

if TYPE_CHECKING:
    from datetime import date

    from projects.models import GateReview, Project


def _blocked(key: str, words: str, link: str, owner: str = "", expected: Any = None) -> Finding:
    return Finding(met=False, blockers=(Blocker(key=key, words=words, link=link, owner=owner, expected=expected),), expected=expected)


def judge_request(projects: Sequence[Project]) -> dict[str, Findings]:
    """The request is submitted and no question to the client is open; its assessment recommends to bid. One query for both."""
    unanswered = Q(clarifications__isnull=False, clarifications__answered_at=None)
    rows = (
        Rfp.objects.filter(project__in=projects)
        .select_related("account_owner", "project__inquiry_assessment")
        .annotate(open_questions=ArrayAgg("clarifications__question", filter=unanswered, order_by="clarifications__id", default=Value([])))
    )
    by_id = {row.pk: row for row in rows}
    return {
        "rfp": {project.pk: _finding_of_rfp(by_id[project.rfp_id]) for project in projects},
        "recommendation": {project.pk: _finding_of_recommendation(project, _assessment_of(by_id[project.rfp_id])) for project in projects},
    }


def _assessment_of(rfp: Any) -> InquiryAssessment | None:
    return getattr(rfp.project, "inquiry_assessment", None)


def _finding_of_rfp(rfp: Any) -> Finding:
    link = reverse("rfp-detail", args=[rfp.number])
    if rfp.state != Rfp.State.SUBMITTED:
        return _blocked("rfp.not_submitted", _t("%(number)s is not submitted.") % {"number": rfp.number}, link)
    if rfp.open_questions:
        words = [
            Blocker(
                key="rfp.clarification",
                words=_t("Open question to the client: %(question)s") % {"question": question},
                link=link,
                owner=str(rfp.account_owner or ""),
            )
            for question in rfp.open_questions
        ]
        return Finding(met=False, blockers=tuple(words))
    digest = hash_of({"number": rfp.number, "structure": rfp.inchikey, "wanted": rfp.wanted, "timeline": rfp.target_timeline})
    facts = {_t("Structure"): rfp.inchikey, _t("Wanted"): rfp.wanted, _t("Time line"): rfp.target_timeline}
    return Finding(True, (Evidence(rfp.number, link, digest, rfp.submitted_at, facts),))


def judge_sheets(projects: Sequence[Project]) -> Findings:
    """Every department's sheet is signed off."""
    sheets: dict[int, list[DepartmentAssessment]] = {project.pk: [] for project in projects}
    for sheet in (
        DepartmentAssessment.objects.filter(project__in=projects).with_signed_hash().select_related("project", "department", "owner")
    ):
        sheets[sheet.project_id].append(sheet)
    return {project.pk: _finding_of_sheets(sheets[project.pk]) for project in projects}


def _finding_of_sheets(sheets: list[Any]) -> Finding:
    signed = [s for s in sheets if s.state == DepartmentAssessment.State.SIGNED_OFF]
    open_sheets = [s for s in sheets if s.state == DepartmentAssessment.State.OPEN]
    evidence = tuple(
        Evidence(_t("Sheet of %(d)s") % {"d": s.department}, s.get_absolute_url(), s.signed_hash, s.signed_off_at, _facts_of_sheet(s))
        for s in signed
    )
    reasons = tuple(
        Blocker(
            key=f"sheet.{s.department.key}",
            words=_t("The sheet of %(department)s is not signed off.") % {"department": s.department},
            link=s.get_absolute_url(),
            owner=str(s.owner or s.department),
            expected=s.due_on,
        )
        for s in open_sheets
    )
    return Finding(bool(signed) and not reasons, evidence, reasons, max((s.due_on for s in open_sheets), default=None))


def _facts_of_sheet(sheet: Any) -> dict[str, str]:
    return {
        _t("Feasibility"): sheet.feasibility_words,
        _t("Reasons"): sheet.feasibility_reason,
        _t("Low cost"): _money(sheet.cost_low, sheet.currency),
        _t("Base cost"): _money(sheet.cost_base, sheet.currency),
        _t("High cost"): _money(sheet.cost_high, sheet.currency),
        _t("Duration (weeks)"): str(sheet.duration_weeks or ""),
        _t("Assumptions"): "\n".join(sheet.assumption_texts),
        _t("Risks"): "\n".join(sheet.risk_texts),
    }


def _money(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else f"{currency} {amount}"


def _finding_of_recommendation(project: Project, row: InquiryAssessment | None) -> Finding:
    link = reverse("project-evaluation", args=[project.code])
    if row is None:
        return _blocked("assessment.missing", _t("No recommendation is recorded."), link, owner=str(_("Business development")))
    if row.recommendation == InquiryAssessment.Recommendation.NO_BID:
        return _blocked("assessment.no_bid", _t("The assessment recommends no bid: %(reason)s") % {"reason": row.reason}, link)
    digest = hash_of({"recommendation": row.recommendation, "reason": row.reason, "conditions": row.conditions})
    facts = {_t("Recommendation"): row.get_recommendation_display(), _t("Reasons"): row.reason, _t("Conditions"): row.conditions}
    evidence = Evidence(row.get_recommendation_display(), link, digest, row.recommended_at, facts)
    return Finding(True, (evidence,), conditions=row.wanted_conditions)


def judge_quotation(projects: Sequence[Project]) -> Findings:
    """The client accepted the current revision."""
    lines = QuotationLine.objects.filter(quotation=OuterRef("pk"))
    price = lines.priced().order_by().values("quotation").annotate(sum=Sum("amount")).values("sum")
    current = with_signed_content(Quotation.objects.current().filter(project__in=projects)).select_related("project")
    current = current.annotate(price=price, chosen=ArraySubquery(lines.filter(chosen=True).values("description")))
    rows = {row.project_id: row for row in current}
    return {project.pk: _finding_of_quotation(project, rows.get(project.pk)) for project in projects}


def _finding_of_quotation(project: Project, row: Any) -> Finding:
    if row is None:
        return _blocked(
            "quotation.missing",
            _t("There is no quotation."),
            reverse("project-evaluation", args=[project.code]),
            owner=str(_("Business development")),
        )
    if row.state != Quotation.State.ACCEPTED:
        words = _t("%(label)s is not accepted: %(state)s.") % {"label": row.label, "state": row.get_state_display().lower()}
        owner = str(_("Client")) if row.state == Quotation.State.SENT else str(_("Business development"))
        return _blocked("quotation.not_accepted", words, row.get_absolute_url(), owner=owner)
    facts = {
        _t("Revision"): str(row.revision),
        _t("Total"): _money(row.price or Decimal("0.00"), row.currency),
        **({_t("Chosen options"): ", ".join(row.chosen)} if row.chosen else {}),
        _t("Valid until"): date_format(row.valid_until, "j M Y"),
        _t("Scope"): row.scope,
        _t("Terms of payment"): row.payment_terms,
    }
    return Finding(True, (Evidence(row.label, row.get_absolute_url(), hash_of_accepted(row), row.answered_at, facts),))


AGREEMENTS = {"cooperation": Agreement.Kind.COOPERATION, "confidentiality": Agreement.Kind.CONFIDENTIALITY}  # by criterion


def judge_agreements(projects: Sequence[Project]) -> dict[str, Findings]:
    """By criterion: whether an agreement of that kind binds, of the project or of its client for all projects. One query for both."""
    found: dict[tuple[int, str], list[Any]] = {}
    of_client: dict[int, list[int]] = defaultdict(list)
    prefetch_related_objects(projects, "site")  # by whose days they are judged; none where it is there
    for project in projects:
        of_client[project.client_id].append(project.pk)
    theirs = Q(project__in=projects) | Q(project=None, client__in=list(of_client))
    rows = Agreement.objects.filter(theirs, kind__in=AGREEMENTS.values(), withdrawn_at=None).select_related("project__site")
    rows = rows.annotate(signed_at=Max("signatories__recorded_at"), sides=ArrayAgg("signatories__side", default=[]))
    own_first = F("project").asc(nulls_last=True)  # what a client agrees later for all projects replaces no evidence of theirs
    for row in rows.order_by(own_first, F("signed_at").desc(nulls_last=True), "-pk"):  # the newest that binds: after a return the new one
        for pk in [row.project_id] if row.project_id else of_client[row.client_id]:
            found.setdefault((pk, row.kind), []).append(row)
    return {
        key: {project.pk: _finding_of_agreement(project, kind, found.get((project.pk, kind), [])) for project in projects}
        for key, kind in AGREEMENTS.items()
    }


def _finding_of_agreement(project: Project, kind: Agreement.Kind, rows: list[Any]) -> Finding:
    link = reverse("project-evaluation", args=[project.code]) + "#agreements"
    if not rows:
        return _blocked(f"agreement.{kind}.missing", _t("No %(kind)s is recorded.") % {"kind": str(kind.label).lower()}, link)
    reasons = []
    for row in rows:
        problem = _agreement_problem(row, project.today)
        if not problem:
            digest = hash_of(
                {"kind": row.kind, "number": row.number, "from": row.effective_on, "to": row.expires_on, "file": row.file_sha256}
            )
            facts = {
                _t("Number"): row.number,
                _t("In force from"): date_format(row.effective_on, "j M Y"),
                _t("Expires"): date_format(row.expires_on, "j M Y") if row.expires_on else "",
                _t("File"): row.file_name,
            }
            return Finding(True, (Evidence(row.name, link, digest, row.signed_at, facts),))
        reasons.append(Blocker(key=f"agreement.{kind}", words=problem, link=link))
    return Finding(False, blockers=tuple(reasons))


def _agreement_problem(row: Any, today: date) -> str:
    standing = row.standing_with({side for side in row.sides if side}, today)
    if standing == Agreement.Standing.IN_FORCE:
        return ""
    if standing == Agreement.Standing.AHEAD:
        return _t("%(number)s is in force only from %(date)s.") % {"number": row.number, "date": date_format(row.effective_on, "j M Y")}
    if standing == Agreement.Standing.EXPIRED:
        return _t("%(number)s expired.") % {"number": row.number}
    return _t("%(number)s is not signed by both parties.") % {"number": row.number}


def launch(project: Project, review: GateReview, *, actor: Any) -> None:
    """*Go* of G1: the client sees its milestones, the gate's is achieved, the baseline taken, the dates told, the owners asked."""
    share_as_planned(project, actor=actor)
    achieve_from(project, "gate:G1", on=project.today, actor=actor)
    take_contract_baseline(project, name=_t("Contract"), actor=actor)
    publish_all_shared(project, actor=actor)


GATE = Gate(
    key="G1",
    phase=Phase.EVALUATION,
    title=_("Project approval"),
    criteria=(
        # What the client asked, and the revision that it accepted, are what they are: a return cannot ask for newer ones.
        Criterion(
            "rfp",
            _("The request is complete and no clarification is open"),
            "business_development",
            judges=judge_request,
            renewable=False,
        ),
        Criterion("sheets", _("Every department sheet is signed off"), "project_management", judge_sheets),
        Criterion("recommendation", _("The assessment recommends to bid"), "business_development", judges=judge_request),
        deliverable_criterion(
            "inquiry_assessment_report",
            _("The Inquiry Assessment Report is effective"),
            "business_development",
            ["inquiry_assessment_report"],
        ),
        deliverable_criterion(
            "cost_assessment", _("The Detailed Cost Assessment Form is effective"), "business_development", ["detailed_cost_assessment"]
        ),
        Criterion(
            "quotation",
            _("The client accepted the current revision of the quotation"),
            "business_development",
            judge_quotation,
            waivable=False,
            renewable=False,
        ),
        Criterion(
            "cooperation",
            _("The cooperation agreement is signed by both parties"),
            "business_development",
            judges=judge_agreements,
            waivable=False,
        ),
        Criterion(
            "confidentiality",
            _("The confidentiality agreement is in force"),
            "business_development",
            judges=judge_agreements,
            waivable=False,
        ),
        deliverable_criterion("charter", _("The Project Charter is issued and signed"), "project_management", ["project_charter"]),
    ),
    signers=(Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER, Role.MANAGEMENT),
    on_go=launch,
)

PLAN = PhasePlan(
    phase=Phase.EVALUATION,
    deliverables=(
        PlannedDeliverable(
            "inquiry_assessment_report",
            _("Inquiry Assessment Report"),
            "business_development",
            "quotation_accepted",
            "inquiry_assessment_report",
        ),
        PlannedDeliverable(
            "detailed_cost_assessment",
            _("Detailed Cost Assessment Form"),
            "business_development",
            "quotation_accepted",
            "detailed_cost_assessment",
        ),
        PlannedDeliverable(
            "project_charter", _("Project Charter"), "project_management", "g1", "project_charter", issue_charter, approves_scope=True
        ),
    ),
    milestones=(
        PlannedMilestone(
            "quotation_accepted", _("Quotation accepted"), "contract", "business_development", {}, "quotation:accepted", shared=True
        ),
        PlannedMilestone("g1", _("G1 Project approval"), "gate", "project_management", {"quotation_accepted": 10}, "gate:G1", shared=True),
    ),
)


def register() -> None:
    register_gate(GATE)
    register_phase_plan(PLAN)
