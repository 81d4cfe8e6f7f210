"""What could go wrong in a project, as its manager keeps it: no analysis of a process, which has its own records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.history import tracked
from projects.models.project import sees_project

if TYPE_CHECKING:
    from accounts.models import User


class ProjectRiskQuerySet(models.QuerySet["ProjectRisk"]):
    def visible_to(self, user: User) -> ProjectRiskQuerySet:
        """Risks are ours: a client reads the chosen ones in the status report, and nowhere else."""
        if not user.is_internal:
            return self.none()
        return self.filter(sees_project(user))

    def open(self) -> ProjectRiskQuerySet:
        return self.filter(closed_at=None)

    def worst_first(self) -> ProjectRiskQuerySet:
        """By likelihood and impact together, then by number; what is closed stands behind, the last closed first."""
        weighed = self.annotate(weight=models.F("likelihood") * models.F("impact"))
        return weighed.order_by(models.F("closed_at").desc(nulls_first=True), "-weight", "number")


@tracked
class ProjectRisk(models.Model):
    """A risk of the project: open until somebody says why it is none any more."""

    class Level(models.IntegerChoices):
        LOW = 1, _("Low")
        MEDIUM = 2, _("Medium")
        HIGH = 3, _("High")

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="risks")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(_("risk"), max_length=500)
    likelihood = models.PositiveSmallIntegerField(_("likelihood"), choices=Level.choices)
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Level.choices)
    mitigation = models.TextField(_("what is done about it"), max_length=2000)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner"))
    in_client_report = models.BooleanField(_("in the client's status report"), default=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_because = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProjectRiskQuerySet.as_manager()

    class Meta:
        ordering = ["project_id", "number"]
        verbose_name = _("risk")
        verbose_name_plural = _("risks")
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="risk_numbered_once"),
            models.CheckConstraint(name="risk_levels", condition=Q(likelihood__in=[1, 2, 3], impact__in=[1, 2, 3])),
            models.CheckConstraint(name="risk_closed_with_reason", condition=Q(closed_at=None) | ~Q(closed_because="")),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return f"{reverse('project-risks', args=[self.project.code])}?risk={self.number}"

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.project.client_id, self.project_id

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
