"""What both sides agree to change after the contract: scope, price, days. By revision, like a quotation."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from audit.history import tracked
from projects.models.commercial import Currency
from projects.models.plan import Milestone
from projects.models.project import Project
from projects.models.states import Phase

if TYPE_CHECKING:
    from accounts.models import User


class ChangeOrderQuerySet(models.QuerySet["ChangeOrder"]):
    def visible_to(self, user: User) -> ChangeOrderQuerySet:
        """A client sees a change order from the moment it was sent to it."""
        seen = self.filter(Exists(Project.objects.visible_to(user).filter(pk=OuterRef("project_id"))))
        return seen if user.is_internal else seen.exclude(sent_at=None)

    def current(self) -> ChangeOrderQuerySet:
        return self.exclude(state=ChangeOrder.State.SUPERSEDED)

    def accepted(self) -> ChangeOrderQuerySet:
        return self.filter(state=ChangeOrder.State.ACCEPTED)


@tracked
class ChangeOrder(models.Model):
    """One revision of the project's n-th change order (`sequence`). Only a draft is edited; only a sent revision is accepted."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        RELEASED = "released", _("Released internally")
        SENT = "sent", _("Sent to the client")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined by the client")
        SUPERSEDED = "superseded", _("Superseded")

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="change_orders")
    sequence = models.PositiveSmallIntegerField()
    number = models.CharField(_("number"), max_length=40)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    state = FSMField(_("state"), choices=State.choices, default=State.DRAFT, protected=True)
    title = models.CharField(_("title"), max_length=200)
    reason = models.TextField(_("reason"), max_length=4000)
    scope = models.TextField(_("change of scope"), max_length=8000)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    valid_until = models.DateField(_("valid until"))
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    answer_reason = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ChangeOrderQuerySet.as_manager()

    class Meta:
        ordering = ["project_id", "-sequence", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["number", "revision"], name="change_order_revision_once"),
            models.UniqueConstraint(fields=["project", "sequence", "revision"], name="change_order_sequence_once"),
            models.UniqueConstraint(fields=["project", "sequence"], condition=~Q(state="superseded"), name="change_order_one_current"),
        ]
        indexes = [models.Index(fields=["updated_at", "id"])]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("change-order-detail", args=[self.project.code, self.sequence, self.revision])

    @property
    def label(self) -> str:
        return f"{self.number} rev. {self.revision}"

    @property
    def total(self) -> Decimal:
        """Sum of the lines in `currency`; a credit is a line below zero."""
        return sum((line.amount for line in self.lines.all()), Decimal("0.00"))

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.project.client_id, self.project_id

    @transition(field=state, source=State.DRAFT, target=State.RELEASED)
    def release(self, at: datetime) -> None:
        self.released_at = at

    @transition(field=state, source=State.RELEASED, target=State.SENT)
    def send(self, at: datetime) -> None:
        self.sent_at = at

    @transition(field=state, source=State.SENT, target=State.ACCEPTED)
    def accept(self, by: User, at: datetime) -> None:
        self.answered_by, self.answered_at = by, at

    @transition(field=state, source=State.SENT, target=State.DECLINED)
    def decline(self, by: User, at: datetime, reason: str) -> None:
        self.answered_by, self.answered_at, self.answer_reason = by, at, reason

    @transition(field=state, source=[State.DRAFT, State.RELEASED, State.SENT, State.DECLINED], target=State.SUPERSEDED)
    def supersede(self) -> None: ...


class ChangeOrderLine(models.Model):
    """A price added (or, below zero, taken off): what for, in which phase, how much in the order's currency."""

    change_order = models.ForeignKey(ChangeOrder, on_delete=models.CASCADE, related_name="lines")
    phase = models.CharField(_("phase"), max_length=16, choices=Phase.choices)
    description = models.CharField(_("description"), max_length=300)
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["change_order_id", "order", "id"]

    def __str__(self) -> str:
        return self.description


class ChangeOrderEffect(models.Model):
    """By how many working days the agreed date of a milestone moves."""

    change_order = models.ForeignKey(ChangeOrder, on_delete=models.CASCADE, related_name="effects")
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="+")
    days = models.SmallIntegerField(_("working days"))

    class Meta:
        ordering = ["change_order_id", "milestone__order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["change_order", "milestone"], name="change_order_effect_once"),
            models.CheckConstraint(name="change_order_effect_is_one", condition=~Q(days=0)),
        ]

    def __str__(self) -> str:
        return f"{self.milestone_id}: {self.days:+d}"
