"""Milestones, what they wait for, and the dates once promised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.history import tracked
from audit.models import AppendOnly
from projects.models.project import sees_project
from projects.models.states import SHOWN_TO_CLIENT, Phase, Visibility

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User
    from projects.models.rounds import MilestoneRound


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def visible_to(self, user: User) -> MilestoneQuerySet:
        seen = self.filter(sees_project(user))
        return seen if user.is_internal else seen.filter(visibility__in=SHOWN_TO_CLIENT)

    def open(self) -> MilestoneQuerySet:
        return self.filter(actual_on=None)


class PlannedManager(models.Manager.from_queryset(MilestoneQuerySet)):  # type: ignore[misc]
    """What is in the plan. What a change order dropped is history: `Milestone.everything` has it too."""

    def get_queryset(self) -> MilestoneQuerySet:
        return super().get_queryset().filter(dropped_by=None)


@tracked
class Milestone(models.Model):
    """A dated promise or checkpoint. It keeps its id through loops and new baselines.

    `forecast_on` is internal and moves with the plan; `published_on` is what the client sees and moves
    only by a `Publication`. `source` names what sets the actual date: `gate:G1`, `deliverable:<key>`,
    `quotation:accepted`, or nothing when the project manager enters it.
    """

    class Kind(models.TextChoices):
        CONTRACT = "contract", _("Contract")
        INTERNAL = "internal", _("Internal")
        GATE = "gate", _("Gate")
        DELIVERY = "delivery", _("Delivery")
        PAYMENT = "payment", _("Payment")
        FILING = "filing", _("Filing")

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="milestones")
    key = models.SlugField(max_length=64)
    title = models.CharField(_("title"), max_length=200)
    phase = models.CharField(_("phase"), max_length=16, choices=Phase.choices)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    source = models.CharField(max_length=80, blank=True)
    visibility = models.CharField(max_length=16, choices=Visibility.choices, default=Visibility.INTERNAL)
    tolerance_days = models.PositiveSmallIntegerField(_("tolerance (working days)"), default=5)
    duration_days = models.PositiveSmallIntegerField(_("work that ends with it (working days)"), default=0)
    earliest_on = models.DateField(_("not before"), null=True, blank=True)
    finish_by = models.DateField(_("must be reached by"), null=True, blank=True)
    started_on = models.DateField(_("work started"), null=True, blank=True)
    by_hand = models.BooleanField(default=False)  # a project manager added or changed it: planning the charter anew leaves it
    share_at_launch = models.BooleanField(default=False)  # internal until the contract's gate decides "go", then the client sees it
    baseline_on = models.DateField(_("baseline"), null=True, blank=True)
    forecast_on = models.DateField(_("internal forecast"), null=True, blank=True)
    published_on = models.DateField(_("published forecast"), null=True, blank=True)
    actual_on = models.DateField(_("actual"), null=True, blank=True)
    round = models.PositiveSmallIntegerField(_("round"), default=1)  # one more than its rows in MilestoneRound
    float_days = models.IntegerField(_("float (working days)"), null=True, blank=True)
    # Of a payment, in the currency of the accepted quotation.
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2, null=True, blank=True)
    percent = models.DecimalField(_("percent of the price"), max_digits=5, decimal_places=2, null=True, blank=True)
    invoice_number = models.CharField(_("invoice number"), max_length=64, blank=True)
    invoiced_on = models.DateField(_("invoiced"), null=True, blank=True)
    paid_on = models.DateField(_("paid"), null=True, blank=True)
    dropped_by = models.ForeignKey("projects.ChangeOrder", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    told_at = models.DateTimeField(null=True, blank=True)  # when what a client reads of it last changed; forecasts do not touch it

    objects = PlannedManager()
    everything = MilestoneQuerySet.as_manager()

    class Meta:
        ordering = ["project_id", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="milestone_once"),
            models.CheckConstraint(name="milestone_amount_of_payment", condition=Q(amount=None) | Q(kind="payment", amount__gt=0)),
            models.CheckConstraint(
                name="milestone_percent_of_price", condition=Q(percent=None) | Q(kind="payment", percent__gt=0, percent__lte=100)
            ),
            models.CheckConstraint(name="milestone_paid_when_invoiced", condition=Q(paid_on=None) | Q(invoiced_on__isnull=False)),
            models.CheckConstraint(name="milestone_dropped_when_open", condition=Q(dropped_by=None) | Q(actual_on=None)),
            models.CheckConstraint(
                name="milestone_invoiced_when_achieved", condition=Q(invoiced_on=None) | Q(kind="payment", actual_on__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["updated_at", "id"]), models.Index(fields=["told_at", "id"])]

    def __str__(self) -> str:
        return self.title

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.project.client_id, self.project_id

    @property
    def is_shared(self) -> bool:
        return self.visibility in SHOWN_TO_CLIENT

    @property
    def unpublished(self) -> bool:
        """The client was told another date than the plan says."""
        return self.is_shared and self.actual_on is None and self.published_on != self.forecast_on

    @property
    def last_round(self) -> MilestoneRound | None:
        """The round that was over last, and why; None in the first. Reads `rounds`, prefetched in lists."""
        return next(reversed(self.rounds.all()), None) if self.round > 1 else None

    @property
    def agreed_on(self) -> date | None:
        """The baseline as the client may read it: before the first publication it is a date that nobody told."""
        return self.baseline_on if self.published_on or self.actual_on else None


class Relation(models.TextChoices):
    """What of the predecessor the successor's what waits for. The keys are those of `projects.schedule.Relation`."""

    FINISH_START = "FS", _("finish to start")
    START_START = "SS", _("start to start")
    FINISH_FINISH = "FF", _("finish to finish")
    START_FINISH = "SF", _("start to finish")


@tracked
class MilestoneLink(models.Model):
    """`successor` waits for `predecessor` plus `lag_days` working days (negative: it may overlap).

    A milestone without work of its own is a point in time: all four relations then bind its date alike. `by_hand`: a project
    manager made or changed it, so that planning the charter anew leaves it.
    """

    predecessor = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="successors")
    successor = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="predecessors")
    kind = models.CharField(_("relation"), max_length=2, choices=Relation.choices, default=Relation.FINISH_START)
    lag_days = models.IntegerField(_("lag (working days)"), default=0)
    by_hand = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor", "kind"], name="milestone_link_once"),
            models.CheckConstraint(name="milestone_link_kind_known", condition=Q(kind__in=["FS", "SS", "FF", "SF"])),
            models.CheckConstraint(name="milestone_link_not_itself", condition=~Q(predecessor=models.F("successor"))),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} → {self.successor_id} {self.kind} {self.lag_days:+d}"

    @property
    def names(self) -> tuple[str, str, str]:
        """What tells it from every other of its plan: predecessor, successor, relation."""
        return self.predecessor.key, self.successor.key, self.kind


class Baseline(AppendOnly):
    """A named, immutable picture of the dates. Contract and change orders move what is promised; one taken by hand only remembers."""

    class Kind(models.TextChoices):
        CONTRACT = "contract", _("Contract")
        CHANGE_ORDER = "change_order", _("Change order")
        BY_HAND = "by_hand", _("Taken by hand")

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="baselines")
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.CONTRACT)
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        ordering = ["taken_at", "id"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="baseline_name_once")]

    def __str__(self) -> str:
        return self.name


class BaselineMilestone(AppendOnly):
    """One date of a baseline. It outlives the milestone: what left the plan is still compared, so the id is no constraint."""

    baseline = models.ForeignKey(Baseline, on_delete=models.PROTECT, related_name="milestones")
    milestone = models.ForeignKey(Milestone, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    phase = models.CharField(max_length=16, choices=Phase.choices, blank=True)
    title = models.CharField(max_length=200)
    planned_on = models.DateField()

    class Meta(AppendOnly.Meta):
        ordering = ["planned_on", "id"]
        constraints = [models.UniqueConstraint(fields=["baseline", "milestone"], name="baseline_milestone_once")]

    def __str__(self) -> str:
        return f"{self.title} {self.planned_on}"


class Publication(AppendOnly):
    """A date told to the client: from, to, why, on whose side, how many working days.

    Days on several sides stand in its shares; `side` is then the one with most of them. `achieved`: the date is the actual one.
    """

    class ReasonClass(models.TextChoices):
        INITIAL = "initial", _("First publication")
        SCOPE = "scope", _("Scope change")
        MATERIAL = "material", _("Material or supplier")
        TECHNICAL = "technical", _("Technical result")
        CAPACITY = "capacity", _("Capacity or equipment")
        CLIENT_INPUT = "client_input", _("Waiting for the client's input")
        AUTHORITY = "authority", _("Authority or permit")
        OTHER = "other", _("Other")

    class Side(models.TextChoices):
        CDMO = "cdmo", _("CDMO")
        CLIENT = "client", _("Client")
        THIRD_PARTY = "third_party", _("Third party")
        FORCE_MAJEURE = "force_majeure", _("Force majeure")

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="publications")
    from_date = models.DateField(null=True)
    to_date = models.DateField()
    reason_class = models.CharField(_("reason"), max_length=16, choices=ReasonClass.choices)
    side = models.CharField(_("side"), max_length=16, choices=Side.choices)
    days = models.IntegerField(_("working days"))
    reason = models.TextField(_("words to the client"), max_length=2000, blank=True)
    needs = models.JSONField(default=dict, editable=False)  # working days from each open milestone ahead, as the plan then was
    achieved = models.BooleanField(default=False)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        ordering = ["published_at", "id"]

    def __str__(self) -> str:
        return f"{self.milestone_id}: {self.to_date}"

    @property
    def sides(self) -> str:
        """On whose side, in words; with the days of each where they are several. Reads `shares`, prefetched in lists."""
        shared = [f"{share.get_side_display()} {share.days:+d}" for share in self.shares.all()]
        return ", ".join(shared) or self.get_side_display()
