"""Facts that lists, boards and key figures read: computed from the records after a commit and nightly. No decision reads them.

Their keys to the records are no constraints: a worker that writes facts locks no project that somebody works on, and nobody who changes a
plan waits for it. What is gone from a plan stays in the facts until they are computed again, which its event asks for.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.models.states import Phase

OLD = timedelta(days=1)  # the night computes every fact: what is older was missed


class Lateness(models.TextChoices):
    """How a running project stands by its promised dates, the worst first. The keys are those of the milestones' states."""

    LATE = "late", _("Late")
    AT_RISK = "at_risk", _("At risk")
    ON_TRACK = "on_track", _("On track")
    PLANNED = "planned", _("No promise")


class ProjectStandingQuerySet(models.QuerySet["ProjectStanding"]):
    def stale(self) -> ProjectStandingQuerySet:
        """What waits for a worker, longest first."""
        return self.filter(stale_since__isnull=False).order_by("stale_since", "project_id")


class ProjectStanding(models.Model):
    """How a project stands by its dates and how much money hangs on it. `stale_since` is the queue of what is computed again.

    baseline_on, forecast_on: of the gate of its phase; days_late: working days from the one to the other, None without either.
    lateness: empty where nobody works. at_risk: the accepted prices (quotation and change orders) of phases that are not closed, when the
    project is late, else zero; who may read it is asked by whoever shows it. late_milestone: the first that is behind its baseline,
    late_days: by how many working days, late_behind: how many late ones follow it.
    """

    project = models.OneToOneField(
        "projects.Project", on_delete=models.DO_NOTHING, db_constraint=False, primary_key=True, related_name="standing"
    )
    lateness = models.CharField(max_length=8, choices=Lateness.choices, blank=True)
    baseline_on = models.DateField(null=True)
    forecast_on = models.DateField(null=True)
    days_late = models.IntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    at_risk = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    late_milestone = models.ForeignKey(
        "projects.Milestone", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", null=True
    )
    late_days = models.IntegerField(null=True)
    late_behind = models.PositiveIntegerField(default=0)
    refreshed_at = models.DateTimeField(null=True)
    stale_since = models.DateTimeField(null=True)

    objects = ProjectStandingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["stale_since", "project"], name="standing_stale", condition=Q(stale_since__isnull=False)),
            models.Index(fields=["-late_days", "project"], name="standing_late", condition=Q(late_days__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.lateness or '–'}"


def _record(model: str) -> Any:
    return models.ForeignKey(model, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", null=True)


class KpiCase(models.Model):
    """One record behind a key figure, and what it contributes. The record is one of the four at the end; its words are read from there.

    figure: a key of `projects.kpi_cases`. on: the day it counts for. phase: for which phase it counts when one is asked for; overall:
    whether it counts when none is. number: what it contributes; days: what is said of it, None where the record says it.
    """

    project = models.ForeignKey("projects.Project", on_delete=models.DO_NOTHING, db_constraint=False, related_name="kpi_cases")
    figure = models.CharField(max_length=32)
    phase = models.CharField(max_length=16, choices=Phase.choices)
    overall = models.BooleanField(default=True)
    on = models.DateField()
    number = models.IntegerField()
    days = models.IntegerField(null=True)
    milestone = _record("projects.Milestone")
    publication = _record("projects.Publication")
    review = _record("projects.GateReview")
    quotation = _record("projects.Quotation")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="kpi_case_has_one_record",
                condition=Q(milestone__isnull=False, publication=None, review=None, quotation=None)
                | Q(milestone=None, publication__isnull=False, review=None, quotation=None)
                | Q(milestone=None, publication=None, review__isnull=False, quotation=None)
                | Q(milestone=None, publication=None, review=None, quotation__isnull=False),
            )
        ]
        indexes = [models.Index(fields=["figure", "-on", "-id"], name="kpi_case_newest")]

    def __str__(self) -> str:
        return f"{self.figure} of {self.project_id} on {self.on}"

    @property
    def facts(self) -> tuple[object, ...]:
        """Everything but its id: two cases with the same facts are one case."""
        return tuple(getattr(self, field.attname) for field in self._meta.concrete_fields if not field.primary_key)


def old(refreshed_at: datetime | None) -> datetime | None:
    """The moment itself where it is so long ago that the reader is told."""
    return refreshed_at if refreshed_at and refreshed_at < timezone.now() - OLD else None
