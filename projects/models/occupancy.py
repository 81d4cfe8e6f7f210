"""Which vessel is taken when, by which project or for what upkeep."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.history import tracked
from projects.models.plan import Milestone
from projects.models.project import sees_project
from projects.models.task import Task

if TYPE_CHECKING:
    from accounts.models import User

DAYS = Func(
    F("first_on"),
    F("last_on"),
    RangeBoundary(inclusive_lower=True, inclusive_upper=True),
    function="DATERANGE",
    output_field=DateRangeField(),
)


class OccupancyQuerySet(models.QuerySet["Occupancy"]):
    def visible_to(self, user: User) -> OccupancyQuerySet:
        """What this person may read and act on: upkeep, and the bookings of visible projects. To a client there are none."""
        return self.filter(Q(project=None) | self._seen(user)) if user.is_active and user.is_internal else self.none()

    def told_to(self, user: User) -> OccupancyQuerySet:
        """Every booking, because a vessel is taken whoever has it. `named`: whether this person may know whose it is."""
        if not (user.is_active and user.is_internal):
            return self.none()
        return self.annotate(named=Case(When(project=None, then=Value(True)), default=self._seen(user), output_field=models.BooleanField()))

    def _seen(self, user: User) -> Q:
        return sees_project(user)

    def with_conflicts(self) -> OccupancyQuerySet:
        """`conflicted`: another booking of the same vessel has one of its days."""
        same = Occupancy.objects.filter(vessel=OuterRef("vessel"), first_on__lte=OuterRef("last_on"), last_on__gte=OuterRef("first_on"))
        return self.annotate(conflicted=Exists(same.exclude(pk=OuterRef("pk"))))

    def meeting(self, first: date, last: date) -> OccupancyQuerySet:
        """With a day from `first` to `last`, both included."""
        return self.filter(first_on__lte=last, last_on__gte=first)

    def firm(self) -> OccupancyQuerySet:
        return self.filter(firm=True)


@tracked
class Occupancy(models.Model):
    """A vessel is taken from `first_on` to `last_on`, both included. Tentative ones may overlap; of firm ones the database refuses it.

    Without a project it is upkeep. `label` is the number of the batch, or what is done. It belongs to one milestone or task at most,
    whose forecast is compared with its days. A released booking leaves the table; history and events keep it.
    """

    class Purpose(models.TextChoices):
        BATCH = "batch", _("Batch")
        CLEANING = "cleaning", _("Cleaning")
        MAINTENANCE = "maintenance", _("Maintenance")
        QUALIFICATION = "qualification", _("Qualification")

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="occupancies", null=True, blank=True)
    vessel = models.ForeignKey("catalogue.Vessel", on_delete=models.PROTECT, related_name="occupancies", verbose_name=_("vessel"))
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices)
    label = models.CharField(_("batch number, or what is done"), max_length=120, blank=True)
    firm = models.BooleanField(_("firm"), default=False)
    milestone = models.ForeignKey(Milestone, on_delete=models.SET_NULL, related_name="occupancies", null=True, blank=True)
    task = models.ForeignKey(Task, on_delete=models.SET_NULL, related_name="occupancies", null=True, blank=True)
    remark = models.CharField(_("remark"), max_length=1000, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OccupancyQuerySet.as_manager()
    named: bool  # by `told_to`
    conflicted: bool  # by `with_conflicts`

    class Meta:
        verbose_name_plural = "occupancies"
        ordering = ["vessel_id", "first_on", "id"]
        constraints = [
            models.CheckConstraint(name="occupancy_days_in_order", condition=Q(last_on__gte=F("first_on"))),
            models.CheckConstraint(name="occupancy_batch_has_a_project", condition=~Q(purpose="batch") | Q(project__isnull=False)),
            models.CheckConstraint(name="occupancy_belongs_to_one", condition=Q(milestone=None) | Q(task=None)),
            ExclusionConstraint(
                name="occupancy_firm_once",
                expressions=[("vessel", RangeOperators.EQUAL), (DAYS, RangeOperators.OVERLAPS)],
                condition=Q(firm=True),
            ),
        ]
        indexes = [models.Index(fields=["vessel", "first_on"])]

    def __str__(self) -> str:
        return f"{self.vessel} {self.first_on} – {self.last_on}"

    def get_absolute_url(self) -> str:
        return reverse("occupancy-detail", args=[self.pk])

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return (self.project.client_id, self.project_id) if self.project else (None, None)

    @property
    def belongs_to(self) -> Milestone | Task | None:
        return self.milestone or self.task

    @property
    def what(self) -> str:
        """Batch B-12; Maintenance: yearly inspection. Whose it is stands beside it."""
        purpose = str(self.get_purpose_display())
        if not self.label:
            return purpose
        return f"{purpose} {self.label}" if self.purpose == self.Purpose.BATCH else f"{purpose}: {self.label}"

    @property
    def title(self) -> str:
        """Whose it is and for what, for those who may know."""
        return f"{self.project.code} · {self.what}" if self.project else self.what
