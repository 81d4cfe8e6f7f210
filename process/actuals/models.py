"""What a phase really cost, and what its steps really gave and took. Percent here, as people type it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.currencies import CurrencyField
from audit.history import tracked
from process.routes.models import MORE_THAN_NOTHING, RouteStep, own_projects
from projects.models import Phase

if TYPE_CHECKING:
    from accounts.models import User

ONE_BATCH = MinValueValidator(1, _("At least one batch."))


class ActualsQuerySet(models.QuerySet[models.Model]):
    def visible_to(self, user: User) -> ActualsQuerySet:
        return self.filter(own_projects(user, "project_id"))


class RunStep(RouteStep):
    """A step by the words that choose it among all versions of all routes of a project."""

    class Meta:
        proxy = True
        verbose_name = _("step that was run")
        verbose_name_plural = _("steps that were run")

    def __str__(self) -> str:
        return f"{self.version}: {self.name}"


@tracked
class ActualCost(models.Model):
    """Money that was spent on a phase, as often as something was booked. source: where it stands (an invoice, an account)."""

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="actual_costs")
    phase = models.CharField(_("phase"), max_length=16, choices=Phase.choices)
    label = models.CharField(_("cost"), max_length=200)
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2, validators=[MORE_THAN_NOTHING])
    currency = CurrencyField(_("currency"))
    source = models.CharField(_("source"), max_length=200)
    booked_on = models.DateField(_("booked on"))
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now=True)

    objects = ActualsQuerySet.as_manager()

    class Meta:
        verbose_name = _("actual cost")
        verbose_name_plural = _("actual costs")
        ordering = ["project_id", "booked_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0) & ~Q(label="") & ~Q(currency="") & ~Q(source=""), name="actual_cost_is_whole"),
        ]

    def __str__(self) -> str:
        return self.label


@tracked
class StepRun(models.Model):
    """What a step gave and took, on so many batches of a phase.

    quoted_yield_pct, quoted_cycle_time_h: what was promised of it when the row was entered (`quoted.Promises`), so that the error of an
    estimate is told of all projects by one query, and no later version of the route rewrites it.
    """

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="step_runs")
    phase = models.CharField(_("phase"), max_length=16, choices=Phase.choices)
    step = models.ForeignKey(RunStep, on_delete=models.PROTECT, related_name="runs", verbose_name=_("step"))
    batches = models.PositiveSmallIntegerField(_("batches"), validators=[ONE_BATCH])
    batch_numbers = models.CharField(_("batch numbers"), max_length=300, blank=True)
    yield_pct = models.DecimalField(_("yield (%)"), max_digits=6, decimal_places=3, validators=[MORE_THAN_NOTHING])
    cycle_time_h = models.DecimalField(
        _("cycle time (h)"), max_digits=7, decimal_places=2, null=True, blank=True, validators=[MORE_THAN_NOTHING]
    )
    seen_on = models.DateField(_("seen on"))
    note = models.CharField(_("note"), max_length=1000, blank=True)
    quoted_yield_pct = models.DecimalField(max_digits=9, decimal_places=3, editable=False)
    quoted_cycle_time_h = models.DecimalField(max_digits=7, decimal_places=2, null=True, editable=False)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now=True)

    objects = ActualsQuerySet.as_manager()

    class Meta:
        verbose_name = _("run of a step")
        verbose_name_plural = _("runs of steps")
        ordering = ["project_id", "seen_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(yield_pct__gt=0, yield_pct__lte=100, batches__gte=1, quoted_yield_pct__gt=0)
                & (Q(cycle_time_h=None) | Q(cycle_time_h__gt=0)),
                name="step_run_is_possible",
            ),
        ]

    def __str__(self) -> str:
        return str(self.step)


class PhaseOutcome(models.Model):
    """How far a phase that is over cost more (or less, below zero) than was quoted of it. Derived: `outcomes.py` writes it anew."""

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="phase_outcomes")
    phase = models.CharField(max_length=16, choices=Phase.choices)
    percent = models.DecimalField(max_digits=12, decimal_places=2)

    objects = ActualsQuerySet.as_manager()

    class Meta:
        ordering = ["project_id", "id"]
        constraints = [models.UniqueConstraint(fields=["project", "phase"], name="phase_outcome_once")]
        indexes = [models.Index(fields=["phase"], name="phase_outcome_phase")]

    def __str__(self) -> str:
        return f"{self.get_phase_display()}: {self.percent} %"
