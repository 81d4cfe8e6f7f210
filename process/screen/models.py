"""What a person made of a finding of the early screen. Findings themselves are computed and never stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.history import tracked
from process.routes.models import Route, own_projects

if TYPE_CHECKING:
    from accounts.models import User


class DispositionQuerySet(models.QuerySet["Disposition"]):
    def visible_to(self, user: User) -> DispositionQuerySet:
        return self.filter(own_projects(user, "route__project_id"))


@tracked
class Disposition(models.Model):
    """Of one finding of a route, by its rule and subject, through all versions. `words`: the finding as it was when it was decided."""

    class Decision(models.TextChoices):
        CONTROLLED = "controlled", _("Under control")
        TO_DO = "to_do", _("To be worked on")
        NOT_RELEVANT = "not_relevant", _("Not relevant here")

    route = models.ForeignKey(Route, on_delete=models.PROTECT, related_name="dispositions")
    rule = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    words = models.TextField()
    decision = models.CharField(_("decision"), max_length=16, choices=Decision.choices)
    reason = models.TextField(_("reason"), max_length=2000)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now=True)

    objects = DispositionQuerySet.as_manager()

    class Meta:
        verbose_name = _("disposition of a finding")
        verbose_name_plural = _("dispositions of findings")
        ordering = ["route_id", "rule", "subject"]
        constraints = [
            models.UniqueConstraint(fields=["route", "rule", "subject"], name="disposition_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="disposition_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.subject}"

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.route.event_scope
