"""Work that is done again: loops inside a phase, and the rounds that loops, returns and yearly reviews open. The past stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.currencies import CurrencyField
from audit.models import AppendOnly, CurrentTransaction
from projects.models.evidence import Deliverable
from projects.models.plan import Milestone, Publication
from projects.models.project import PhaseMove, Project, sees_project

if TYPE_CHECKING:
    from accounts.models import User


class StepLoopQuerySet(models.QuerySet["StepLoop"]):
    def visible_to(self, user: User) -> StepLoopQuerySet:
        """Why a step is repeated and what that costs is internal; clients read the round beside what they see."""
        if not user.is_internal:
            return self.none()
        return self.filter(sees_project(user))


class StepLoop(AppendOnly):
    """A step of the phase begins again (a sample rejected, a validation series restarted): which round, why, whose side, what it costs.

    The evidence that has to be renewed stands in its `deliverablerounds`, the dates that no longer hold in its `milestonerounds`.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="loops")
    deliverable = models.ForeignKey(Deliverable, on_delete=models.PROTECT, related_name="loops")
    phase = models.CharField(max_length=16)
    round = models.PositiveSmallIntegerField(_("round"))
    side = models.CharField(_("on whose side"), max_length=16, choices=Publication.Side.choices)
    reason = models.TextField(_("reason"), max_length=4000)
    client_words = models.TextField(_("words to the client"), max_length=2000, blank=True)
    cost_effect = models.TextField(_("effect on cost"), max_length=2000, blank=True)
    cost_amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2, null=True, blank=True)
    cost_currency = CurrencyField(_("currency"), blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    objects = StepLoopQuerySet.as_manager()

    class Meta(AppendOnly.Meta):
        ordering = ["opened_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["deliverable", "round"], name="step_loop_round_once"),
            models.CheckConstraint(name="step_loop_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="step_loop_amount_has_currency", condition=Q(cost_amount=None) | ~Q(cost_currency="")),
        ]

    def __str__(self) -> str:
        return _t("%(title)s: round %(round)s") % {"title": self.deliverable.title, "round": self.round}

    @property
    def told(self) -> str:
        """Why, as the client reads it: the words chosen for the client, else no more than that it is so."""
        return self.client_words or _t("A step is repeated.")


class Round(AppendOnly):
    """What a loop, a return or a yearly review ended: the round that was over, why, and in which words the client reads of it."""

    round = models.PositiveSmallIntegerField()
    loop = models.ForeignKey(StepLoop, on_delete=models.PROTECT, null=True, related_name="%(class)ss")
    move = models.ForeignKey(PhaseMove, on_delete=models.PROTECT, null=True, related_name="%(class)ss")
    review = models.ForeignKey("projects.GateReview", on_delete=models.PROTECT, null=True, related_name="%(class)ss")
    reason = models.TextField()
    client_words = models.TextField(blank=True)
    reopened_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        abstract = True

    @property
    def told(self) -> str:
        """Why it is done again, as the client reads it: the words chosen for the client, else no more than what happened."""
        if self.review_id:
            return _t("The review of the year was passed; the next one follows in a year.")
        return self.client_words or (_t("A step is repeated.") if self.loop_id else _t("The project returned to an earlier phase."))


OF_ONE_ACT = (
    Q(loop=None, move__isnull=False, review=None)
    | Q(loop__isnull=False, move=None, review=None)
    | Q(loop=None, move=None, review__isnull=False)
)


class DeliverableRound(Round):
    """A round of a deliverable that is over, with the evidence that stood for it; without, the evidence was rejected."""

    deliverable = models.ForeignKey(Deliverable, on_delete=models.PROTECT, related_name="rounds")
    evidence_kind = models.CharField(max_length=12, choices=Deliverable.EvidenceKind.choices, blank=True)
    evidence_label = models.CharField(max_length=300, blank=True)
    evidence_link = models.CharField(max_length=300, blank=True)
    evidence_hash = models.CharField(max_length=64, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta(AppendOnly.Meta):
        ordering = ["deliverable_id", "round"]
        constraints = [
            models.UniqueConstraint(fields=["deliverable", "round"], name="deliverable_round_once"),
            models.CheckConstraint(name="deliverable_round_of_one_act", condition=OF_ONE_ACT),
        ]

    def __str__(self) -> str:
        return f"{self.deliverable_id}: {self.round}"


class MilestoneRound(Round):
    """A date on which a milestone was achieved, before its work began again. The milestone keeps its id, the date stays here."""

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="rounds")
    achieved_on = models.DateField()
    transaction_id = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    class Meta(AppendOnly.Meta):
        ordering = ["milestone_id", "round"]
        constraints = [
            models.UniqueConstraint(fields=["milestone", "round"], name="milestone_round_once"),
            models.CheckConstraint(name="milestone_round_of_one_act", condition=OF_ONE_ACT),
        ]

    def __str__(self) -> str:
        return f"{self.milestone_id}: {self.round}, {self.achieved_on}"
