"""What a gate was passed on although something was missing: conditions of a conditional go, and waivers."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from audit.history import tracked
from audit.states import StateField
from projects.models.gate import GateReview
from projects.steps import step_words

if TYPE_CHECKING:
    from accounts.models import User


class GateConditionQuerySet(models.QuerySet["GateCondition"]):
    def visible_to(self, user: User) -> GateConditionQuerySet:
        """Conditions are internal, as the review is; the client is told in words of its own."""
        return self.filter(Exists(GateReview.objects.visible_to(user).filter(pk=OuterRef("review_id"))))

    def standing(self) -> GateConditionQuerySet:
        """Decided and not met yet: a condition that waits for its confirmation still stands."""
        return self.filter(state__in=GateCondition.STANDING)

    def overdue(self, on: date) -> GateConditionQuerySet:
        return self.standing().filter(due_on__lt=on)

    def told_to_client(self, on: date) -> GateConditionQuerySet:
        """Overdue, and the client was told so in the words that were signed for it."""
        return self.overdue(on).filter(tell_client=True).exclude(overdue_told_at=None)

    def of_proposal(self, review: GateReview) -> GateConditionQuerySet:
        return self.filter(review=review, proposal_number=review.proposal_number)


@tracked
class GateCondition(models.Model):
    """One condition of a conditional go: what, by whom, until when, and the named step that it locks once it is overdue.

    What it says is signed with the proposal and never changes; only its state does.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Waiting for confirmation")
        MET = "met", _("Met")
        VOID = "void", _("Void")

    STANDING = (State.OPEN, State.ANSWERED)

    review = models.ForeignKey(GateReview, on_delete=models.PROTECT, related_name="conditions")
    proposal_number = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    state = StateField(_("state"), choices=State.choices, default=State.PROPOSED)
    words = models.TextField(_("condition"), max_length=2000)
    criterion_key = models.SlugField(_("criterion"), max_length=64, blank=True, help_text=_("The unmet criterion that it stands for."))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="gate_conditions", verbose_name=_("owner"))
    due_on = models.DateField(_("due"))
    step = models.CharField(_("step that it guards"), max_length=64)
    step_number = models.PositiveSmallIntegerField(_("from number"), default=0, help_text=_("0: every one of its kind."))
    tell_client = models.BooleanField(_("tell the client when it is overdue"), default=True)
    client_words = models.TextField(_("words for the client"), max_length=1000, blank=True)
    untold_reason = models.TextField(_("why the client is not told"), max_length=1000, blank=True)
    # how it was met: written by the services, never typed
    deliverable = models.ForeignKey("projects.Deliverable", on_delete=models.PROTECT, related_name="conditions", null=True, blank=True)
    answer = models.TextField(_("how it was met"), max_length=4000, blank=True)
    answer_hash = models.CharField(max_length=64, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_for = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    overdue_told_at = models.DateTimeField(null=True, blank=True)

    objects = GateConditionQuerySet.as_manager()

    class Meta:
        ordering = ["review_id", "proposal_number", "number"]
        verbose_name = _("condition of a gate")
        verbose_name_plural = _("conditions of gates")
        constraints = [
            models.UniqueConstraint(fields=["review", "proposal_number", "number"], name="gate_condition_once"),
            models.CheckConstraint(name="gate_condition_second_person", condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("answered_by"))),
            models.CheckConstraint(
                name="gate_condition_not_for_the_first", condition=Q(confirmed_for=None) | ~Q(confirmed_for=F("answered_by"))
            ),
            models.CheckConstraint(name="gate_condition_client_words", condition=Q(tell_client=False) | ~Q(client_words="")),
            models.CheckConstraint(
                name="gate_condition_met_is_confirmed",
                condition=~Q(state="met") | (Q(answered_by__isnull=False, confirmed_by__isnull=False) & ~Q(answer_hash="")),
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"])]

    def __str__(self) -> str:
        return f"{self.label}: {self.words}"

    def get_absolute_url(self) -> str:
        return reverse("condition-detail", args=[self.review.project.code, self.pk])

    @property
    def label(self) -> str:
        """Number of the condition in its gate: G3.1/2 is the second condition of round 1 of G3."""
        return f"{self.review.gate}.{self.review.round}/{self.number}"

    @property
    def step_words(self) -> str:
        return step_words(self.step, self.step_number)

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.review.project.client_id, self.review.project_id

    @property
    def is_standing(self) -> bool:
        return self.state in self.STANDING

    def is_overdue(self, on: date) -> bool:
        return self.is_standing and self.due_on < on

    @transition(field=state, source=State.PROPOSED, target=State.OPEN)
    def stand(self) -> None: ...

    @transition(field=state, source=State.OPEN, target=State.ANSWERED)
    def give_answer(self, by: User, at: datetime) -> None:
        self.answered_by, self.answered_at = by, at

    @transition(field=state, source=State.ANSWERED, target=State.OPEN)
    def reject(self) -> None:
        self.answered_by = self.answered_at = self.deliverable = None
        self.answer = self.answer_hash = ""

    @transition(field=state, source=State.ANSWERED, target=State.MET)
    def confirm(self, by: User, at: datetime, giver: User | None = None) -> None:
        self.confirmed_by, self.confirmed_for, self.confirmed_at = by, giver, at

    @transition(field=state, source=[State.PROPOSED, State.OPEN, State.ANSWERED], target=State.VOID)
    def leave(self) -> None: ...


class GateWaiverQuerySet(models.QuerySet["GateWaiver"]):
    def visible_to(self, user: User) -> GateWaiverQuerySet:
        return self.filter(Exists(GateReview.objects.visible_to(user).filter(pk=OuterRef("review_id"))))

    def granted(self) -> GateWaiverQuerySet:
        return self.filter(state=GateWaiver.State.GRANTED)


@tracked
class GateWaiver(models.Model):
    """An unmet criterion that quality assurance accepts, for one round of one gate: why, on which finding, by whose signature."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("Asked for")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    review = models.ForeignKey(GateReview, on_delete=models.PROTECT, related_name="waivers")
    criterion_key = models.SlugField(max_length=64)
    criterion_version = models.PositiveSmallIntegerField()
    criterion_words = models.CharField(max_length=300)
    state = StateField(_("state"), choices=State.choices, default=State.REQUESTED)
    justification = models.TextField(_("justification"), max_length=4000)
    finding = models.JSONField(default=dict, help_text=_("What was found when it was asked for: evidence and what is missing."))
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    refusal_reason = models.TextField(blank=True)
    signature = models.OneToOneField("audit.Signature", on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    objects = GateWaiverQuerySet.as_manager()

    class Meta:
        ordering = ["requested_at", "id"]
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        constraints = [
            models.UniqueConstraint(
                fields=["review", "criterion_key"], condition=Q(state__in=["requested", "granted"]), name="gate_waiver_once"
            ),
            models.CheckConstraint(name="gate_waiver_granted_is_signed", condition=~Q(state="granted") | Q(signature__isnull=False)),
            models.CheckConstraint(name="gate_waiver_second_person", condition=~Q(state="granted") | ~Q(decided_by=F("requested_by"))),
            models.CheckConstraint(name="gate_waiver_is_justified", condition=~Q(justification="")),
        ]

    def __str__(self) -> str:
        return f"{self.review.gate}, round {self.review.round}: {self.criterion_words}"

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.review.project.client_id, self.review.project_id

    def covers(self, missing: list[str]) -> bool:
        """Whether all that is missing now was missing when it was signed; what came on top is not accepted."""
        return set(missing) <= {item["key"] for item in self.finding.get("blockers", [])}

    @transition(field=state, source=State.REQUESTED, target=State.GRANTED)
    def grant(self, by: User, at: datetime) -> None:
        self.decided_by, self.decided_at = by, at

    @transition(field=state, source=State.REQUESTED, target=State.REFUSED)
    def refuse(self, by: User, at: datetime, reason: str) -> None:
        self.decided_by, self.decided_at, self.refusal_reason = by, at, reason

    @transition(field=state, source=State.REQUESTED, target=State.WITHDRAWN)
    def withdraw(self, at: datetime) -> None:
        self.decided_at = at
