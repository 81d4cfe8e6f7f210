"""What both sides agree to change after the contract: scope, price, days. By revision, like a quotation."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.history import tracked
from projects.models.offer import Offer, OfferQuerySet
from projects.models.plan import Milestone
from projects.models.states import Phase


@tracked
class ChangeOrder(Offer):
    """One revision of the project's n-th change order (`sequence`)."""

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="change_orders")
    sequence = models.PositiveSmallIntegerField()
    number = models.CharField(_("number"), max_length=40)
    title = models.CharField(_("title"), max_length=200)
    reason = models.TextField(_("reason"), max_length=4000)
    scope = models.TextField(_("change of scope"), max_length=8000)
    first_phase = models.CharField(_("first contracted phase"), max_length=16, choices=Phase.choices, blank=True)  # empty: as it is
    last_phase = models.CharField(_("last contracted phase"), max_length=16, choices=Phase.choices, blank=True)
    phases_added = models.JSONField(default=list, editable=False)  # by these two, from the scope as it was when the order was drafted
    phases_dropped = models.JSONField(default=list, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["project_id", "-sequence", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["number", "revision"], name="change_order_revision_once"),
            models.UniqueConstraint(fields=["project", "sequence", "revision"], name="change_order_sequence_once"),
            models.UniqueConstraint(fields=["project", "sequence"], condition=~Q(state="superseded"), name="change_order_one_current"),
        ]
        indexes = [models.Index(fields=["updated_at", "id"])]

    def get_absolute_url(self) -> str:
        return reverse("change-order-detail", args=[self.project.code, self.sequence, self.revision])

    @property
    def phases_in(self) -> list[Phase]:
        return [Phase(name) for name in self.phases_added]

    @property
    def phases_out(self) -> list[Phase]:
        return [Phase(name) for name in self.phases_dropped]


@tracked
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


@tracked
class ChangeOrderEffect(models.Model):
    """By how many working days the agreed date of a milestone moves."""

    change_order = models.ForeignKey(ChangeOrder, on_delete=models.CASCADE, related_name="effects")
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="effects")
    days = models.SmallIntegerField(_("working days"))

    class Meta:
        ordering = ["change_order_id", "milestone__order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["change_order", "milestone"], name="change_order_effect_once"),
            models.CheckConstraint(name="change_order_effect_is_one", condition=~Q(days=0)),
        ]

    def __str__(self) -> str:
        return f"{self.milestone_id}: {self.days:+d}"


@tracked
class ChangeOrderAddition(models.Model):
    """A milestone that the order adds: agreed for `planned_on`, in the plan once the order is accepted."""

    change_order = models.ForeignKey(ChangeOrder, on_delete=models.CASCADE, related_name="additions")
    title = models.CharField(_("title"), max_length=200)
    phase = models.CharField(_("phase"), max_length=16, choices=Phase.choices)
    kind = models.CharField(_("kind"), max_length=12, choices=Milestone.Kind.choices)
    after = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    planned_on = models.DateField(_("agreed for"))
    milestone = models.OneToOneField(Milestone, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["change_order_id", "order", "id"]

    def __str__(self) -> str:
        return self.title


@tracked
class ChangeOrderDrop(models.Model):
    """A milestone that the order takes out of the plan; it stays shown as struck through."""

    change_order = models.ForeignKey(ChangeOrder, on_delete=models.CASCADE, related_name="drops")
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="drops")

    class Meta:
        ordering = ["change_order_id", "milestone__order", "id"]
        constraints = [models.UniqueConstraint(fields=["change_order", "milestone"], name="change_order_drop_once")]

    def __str__(self) -> str:
        return f"{self.milestone_id}"


@tracked
class ChangeOrderPayment(models.Model):
    """A payment that the order adds, in its currency; `source` makes it due, as in `Milestone.source`."""

    change_order = models.ForeignKey(ChangeOrder, on_delete=models.CASCADE, related_name="payments")
    title = models.CharField(_("what is paid"), max_length=200)
    source = models.CharField(_("ready to invoice when"), max_length=80)
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))])
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["change_order_id", "order", "id"]

    def __str__(self) -> str:
        return self.title
