"""A plan to try things on: what would follow if a date or a lag were another. Nobody else's plan moves until it is applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from projects.models.project import sees_project

if TYPE_CHECKING:
    from accounts.models import User


class ScratchQuerySet(models.QuerySet["Scratch"]):
    def visible_to(self, user: User) -> ScratchQuerySet:
        """Internal people who see the project; a client never sees a scratch plan."""
        if not user.is_internal:
            return self.none()
        return self.filter(sees_project(user))

    def open(self) -> ScratchQuerySet:
        return self.filter(closed_at=None)


class Scratch(models.Model):
    """Changes to a project's plan that are only tried.

    `changes`: what projects/what_if.py names, as JSON, dependencies written "predecessor>successor>relation": {"earliest": {key: ISO
    date or null}, "durations": {key: days}, "lags": {names: days}, "kinds": {names: relation}, "dropped": [names], "added":
    [[predecessor, successor, relation, lag]], "removed": [key]}, and "seen": what the plan said there when it was tried.
    """

    class Outcome(models.TextChoices):
        OPEN = "", _("Open")
        APPLIED = "applied", _("Applied")
        DISCARDED = "discarded", _("Discarded")

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="scratches")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    changes = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)

    objects = ScratchQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="scratch_closed_with_an_outcome",
                condition=Q(closed_at=None, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("scratch-detail", args=[self.project.code, self.pk])

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.project.client_id, self.project_id
