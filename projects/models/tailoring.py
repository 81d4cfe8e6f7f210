"""What does not apply to a project: deliverables and criteria, each with its justification, approved with the charter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.hashes import hash_of
from audit.history import tracked
from projects.models.project import sees_project
from projects.models.states import Phase

if TYPE_CHECKING:
    from accounts.models import User


class TailoringQuerySet(models.QuerySet["Tailoring"]):
    def visible_to(self, user: User) -> TailoringQuerySet:
        """What does not apply is said to the client in the charter, not here."""
        if not user.is_internal:
            return self.none()
        return self.filter(sees_project(user))

    def in_force(self) -> TailoringQuerySet:
        return self.exclude(in_force_at=None)


@tracked
class Tailoring(models.Model):
    """A deliverable or a criterion that does not apply, and why. It takes force when quality assurance approved it with the charter."""

    class Kind(models.TextChoices):
        DELIVERABLE = "deliverable", _("Deliverable")
        CRITERION = "criterion", _("Criterion")

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="tailoring")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    key = models.SlugField(max_length=64)
    phase = models.CharField(_("phase"), max_length=16, choices=Phase.choices)
    title = models.CharField(_("title"), max_length=300)
    justification = models.TextField(_("justification"), max_length=2000)
    with_criterion = models.SlugField(max_length=64, blank=True, help_text=_("The criterion with which this deliverable was taken out."))
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    # written when the charter is issued
    in_force_at = models.DateTimeField(null=True, blank=True)
    approved_with = models.CharField(max_length=300, blank=True, help_text=_("The signed charter, or the evidence of it."))

    objects = TailoringQuerySet.as_manager()

    class Meta:
        ordering = ["project_id", "id"]
        verbose_name = _("what does not apply")
        verbose_name_plural = _("what does not apply")
        constraints = [
            models.UniqueConstraint(fields=["project", "kind", "key"], name="tailoring_once"),
            models.CheckConstraint(name="tailoring_is_justified", condition=~Q(justification="")),
            models.CheckConstraint(name="tailoring_never_of_g1", condition=~Q(phase="evaluation")),
            models.CheckConstraint(name="tailoring_force_has_charter", condition=Q(in_force_at=None) | ~Q(approved_with="")),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.justification}"

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.project.client_id, self.project_id

    @property
    def content_hash(self) -> str:
        """What was approved, whoever reads it and wherever."""
        return hash_of({"kind": self.kind, "key": self.key, "justification": self.justification})
