"""Work inside a phase that is no deliverable: who does it, for which milestone, how long it takes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.history import tracked
from projects.models.plan import Milestone
from projects.models.project import sees_project

if TYPE_CHECKING:
    from accounts.models import Department, User


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User) -> TaskQuerySet:
        """Tasks are ours: to a client they do not exist."""
        if not user.is_internal:
            return self.none()
        return self.filter(sees_project(user))

    def open(self) -> TaskQuerySet:
        return self.filter(done_on=None)


@tracked
class Task(models.Model):
    """An activity of the plan that `milestone` waits for.

    It waits for one task or milestone, else for the gate that opens its phase. `due_on` follows the plan, and never its own delay;
    `forecast_on` is when it will be done as things stand. `planned_key`: of the phase plan that it comes from.
    """

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="tasks")
    planned_key = models.SlugField(max_length=64, blank=True)
    title = models.CharField(_("title"), max_length=200)
    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="tasks", verbose_name=_("milestone"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tasks", null=True, blank=True)
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    duration_days = models.PositiveSmallIntegerField(_("working days of work"), default=1)
    earliest_on = models.DateField(_("not before"), null=True, blank=True)
    after_task = models.ForeignKey("self", on_delete=models.SET_NULL, related_name="followers", null=True, blank=True)
    after_milestone = models.ForeignKey(Milestone, on_delete=models.SET_NULL, related_name="followers", null=True, blank=True)
    agreed_on = models.DateField()  # when it was given out, or given out anew: it is not due before it could be done from then
    starts_on = models.DateField(_("start"), null=True, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    forecast_on = models.DateField(_("forecast"), null=True, blank=True)
    float_days = models.IntegerField(_("float (working days)"), null=True, blank=True)
    started_on = models.DateField(_("started"), null=True, blank=True)
    done_on = models.DateField(_("done"), null=True, blank=True)
    in_client_report = models.BooleanField(_("in the client's status report"), default=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["project_id", "milestone__order", "due_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "planned_key"], condition=~Q(planned_key=""), name="task_planned_once"),
            models.CheckConstraint(name="task_has_somebody", condition=Q(owner__isnull=False) | Q(department__isnull=False)),
            models.CheckConstraint(name="task_is_work", condition=Q(duration_days__gte=1)),
            models.CheckConstraint(name="task_waits_for_one", condition=Q(after_task=None) | Q(after_milestone=None)),
            models.CheckConstraint(
                name="task_done_after_start", condition=Q(started_on=None) | Q(done_on=None) | Q(done_on__gte=models.F("started_on"))
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('project-plan', args=[self.project.code])}?task={self.pk}"

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.project.client_id, self.project_id

    @property
    def key(self) -> str:
        """Its name in the network: no milestone's, because a slug has no colon."""
        return f"task:{self.pk}"

    @property
    def who(self) -> User | Department | None:
        return self.owner or self.department

    def state(self, today: date) -> str:
        """achieved, late or on track, as milestones are."""
        if self.done_on is not None:
            return "achieved"
        return "late" if self.due_on is not None and self.due_on < today else "on_track"
