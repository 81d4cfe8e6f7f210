"""The review of a gate: its pinned criteria, the proposal, the signatures, the decision."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from accounts.models import Role
from audit.history import tracked
from audit.models import AppendOnly
from audit.refusals import Blocker
from audit.states import StateField
from projects.models.project import sees_project
from projects.models.states import Phase

if TYPE_CHECKING:
    from accounts.models import User


class Decision(models.TextChoices):
    GO = "go", _("Go")
    CONDITIONAL_GO = "go_with_conditions", _("Go with conditions")
    HOLD = "hold", _("Hold")
    RETURN = "return", _("Return to an earlier phase")
    STOP = "stop", _("Stop")


PASSING = (Decision.GO, Decision.CONDITIONAL_GO)


class GateReviewQuerySet(models.QuerySet["GateReview"]):
    def visible_to(self, user: User) -> GateReviewQuerySet:
        """Reviews are internal; the client sees the gate's milestone."""
        if not user.is_internal:
            return self.none()
        return self.filter(sees_project(user))

    def current(self) -> GateReviewQuerySet:
        return self.exclude(state=GateReview.State.DECIDED)

    def passed(self) -> GateReviewQuerySet:
        """Decided “go”, with or without conditions."""
        return self.filter(state=GateReview.State.DECIDED, proposed_decision__in=PASSING)


@tracked
class GateReview(models.Model):
    """One round of one gate. It pins its criteria and their versions when it opens."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        SUBMITTED = "submitted", _("Submitted for signature")
        DECIDED = "decided", _("Decided")

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="reviews")
    gate = models.CharField(max_length=4)
    phase = models.CharField(max_length=16, choices=Phase.choices)
    round = models.PositiveSmallIntegerField(default=1)
    state = StateField(_("state"), choices=State.choices, default=State.OPEN)
    signers = models.JSONField(default=list, help_text=_("The roles that sign, pinned when the review opened."))
    opened_at = models.DateTimeField()
    renew_criteria = models.JSONField(default=list, help_text=_("Criteria whose evidence must be newer than the return."))
    evidence_after = models.DateTimeField(null=True, blank=True)
    # the meeting
    meeting_on = models.DateField(_("day of the meeting"), null=True, blank=True)
    agenda = models.TextField(_("agenda"), max_length=8000, blank=True)
    minutes = models.TextField(_("minutes"), max_length=20000, blank=True)
    # the proposal
    proposed_decision = models.CharField(_("proposed decision"), max_length=24, choices=Decision.choices, blank=True)
    proposed_return_to = models.CharField(_("return to"), max_length=16, choices=Phase.choices, blank=True)
    proposal_reason = models.TextField(_("reason"), blank=True)
    proposed_cost_effect = models.TextField(_("effect on cost"), blank=True)
    proposed_renewals = models.JSONField(default=list, blank=True, help_text=_("Criteria whose evidence a return asks for again."))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposal_number = models.PositiveSmallIntegerField(default=0)
    evidence_hash = models.CharField(max_length=64, blank=True)
    # the decision
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = GateReviewQuerySet.as_manager()

    class Meta:
        ordering = ["project_id", "gate", "round"]
        constraints = [
            models.UniqueConstraint(fields=["project", "gate", "round"], name="gate_review_round_once"),
            models.UniqueConstraint(fields=["project"], condition=~Q(state="decided"), name="gate_review_one_current"),
        ]

    def __str__(self) -> str:
        return f"{self.gate} round {self.round} of project {self.project_id}"

    def get_absolute_url(self) -> str:
        return reverse("project-gate", args=[self.project.code])

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.project.client_id, self.project_id

    @property
    def is_passed(self) -> bool:
        return self.state == self.State.DECIDED and self.proposed_decision in PASSING

    @transition(field=state, source=State.OPEN, target=State.SUBMITTED)
    def submit(self) -> None: ...

    @transition(field=state, source=State.SUBMITTED, target=State.OPEN)
    def reopen(self) -> None:
        self.proposed_decision = self.proposed_return_to = self.proposal_reason = self.evidence_hash = ""
        self.proposed_cost_effect, self.proposed_renewals = "", []
        self.proposed_by = self.proposed_at = None

    @transition(field=state, source=State.SUBMITTED, target=State.DECIDED)
    def decide(self, at: datetime) -> None:
        self.decided_at = at


@tracked
class GateCriterion(models.Model):
    """A criterion as this review pinned it, and what was found when the decision was proposed."""

    review = models.ForeignKey(GateReview, on_delete=models.CASCADE, related_name="criteria")
    key = models.SlugField(max_length=64)
    version = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=300)
    department = models.CharField(max_length=32)
    order = models.PositiveSmallIntegerField()
    met = models.BooleanField(null=True)
    evidence = models.JSONField(default=list)
    evidence_hash = models.CharField(max_length=64, blank=True)
    tailoring = models.JSONField(default=list, blank=True, help_text=_("What takes it out of this project, when it does not apply."))

    class Meta:
        ordering = ["review_id", "order"]
        constraints = [models.UniqueConstraint(fields=["review", "key"], name="gate_criterion_once")]

    def __str__(self) -> str:
        return self.words


class GateSignature(AppendOnly):
    """One role's signature, or its refusal with a reason, on one numbered proposal."""

    review = models.ForeignKey(GateReview, on_delete=models.PROTECT, related_name="gate_signatures")
    proposal_number = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=32, choices=Role.choices)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    signature = models.OneToOneField("audit.Signature", on_delete=models.PROTECT, null=True, related_name="+")
    refused = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    signed_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        ordering = ["signed_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["review", "proposal_number", "role"], name="gate_signature_role_once"),
            models.UniqueConstraint(fields=["review", "proposal_number", "signer"], name="gate_signature_person_once"),
            models.CheckConstraint(
                name="gate_signature_refusal_has_reason",
                condition=Q(refused=False, signature__isnull=False) | (Q(refused=True) & ~Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} on {self.review_id}"

    @property
    def people(self) -> set[int]:
        """Who signed, and for whom: neither signs in another role of this proposal."""
        return {person for person in (self.signer_id, self.on_behalf_of_id) if person is not None}


class EvidenceAssessment(AppendOnly):
    """Somebody judged that the evidence of a criterion changed after its decision. It counts until the evidence changes again."""

    class Verdict(models.TextChoices):
        STANDS = "stands", _("The decision stands")
        NEW_DECISION = "new_decision", _("A new decision is needed")

    review = models.ForeignKey(GateReview, on_delete=models.PROTECT, related_name="assessments")
    criterion_key = models.SlugField(max_length=64)
    evidence_hash = models.CharField(max_length=64, help_text=_("The evidence as it was when it was judged."))
    verdict = models.CharField(_("verdict"), max_length=16, choices=Verdict.choices)
    reason = models.TextField(_("reason"), max_length=4000)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    assessed_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        ordering = ["assessed_at", "id"]
        constraints = [models.CheckConstraint(name="evidence_assessment_has_reason", condition=~Q(reason=""))]

    def __str__(self) -> str:
        return f"{self.criterion_key} of {self.review_id}: {self.verdict}"


class ReadinessSummary(models.Model):
    """What lists show of a project's current gate; refreshed after commit and nightly, never judged on."""

    project = models.OneToOneField("projects.Project", on_delete=models.CASCADE, related_name="readiness")
    gate = models.CharField(max_length=4)
    met = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)
    first_blocker = models.CharField(max_length=300, blank=True)
    blockers = models.JSONField(default=list, help_text=_("The first reasons, each as words, link, owner, expected."))
    expected_on = models.DateField(null=True, blank=True)
    without_date = models.CharField(max_length=300, blank=True, help_text=_("The criterion that keeps the gate from a forecast."))
    changed = models.JSONField(default=list, help_text=_("Decisions whose evidence has changed since, each with its criteria."))
    refreshed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.gate}: {self.met} of {self.total}"

    @property
    def reasons(self) -> list[Blocker]:
        """The stored blockers as they were found."""
        return [Blocker(**{**stored, "expected": parse_date(stored["expected"] or "")}) for stored in self.blockers]
