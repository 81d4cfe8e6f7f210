"""What was read for a project: papers, patents, dossiers, and the steps they support."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.history import tracked
from process.routes.models import Route, RouteStep, own_projects

if TYPE_CHECKING:
    from accounts.models import User


class LiteratureQuerySet(models.QuerySet["Literature"]):
    def visible_to(self, user: User) -> LiteratureQuerySet:
        return self.filter(own_projects(user, "project_id"))


@tracked
class Literature(models.Model):
    """A reference of a project, numbered within it. The flag says whether somebody's rights stand in the way."""

    class Kind(models.TextChoices):
        PAPER = "paper", _("Paper")
        PATENT = "patent", _("Patent")
        DOSSIER = "dossier", _("Dossier")

    class Relevance(models.TextChoices):
        HIGH = "high", _("High")
        MEDIUM = "medium", _("Medium")
        LOW = "low", _("Low")

    class Rights(models.TextChoices):
        UNKNOWN = "unknown", _("Not looked at")
        FREE = "free", _("Free")
        WATCH = "watch", _("To be watched")
        BLOCKING = "blocking", _("In the way")

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="literature")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    citation = models.CharField(_("citation"), max_length=500)
    identifier = models.CharField(_("DOI or patent number"), max_length=120, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True, validators=[MinValueValidator(1800), MaxValueValidator(2100)])
    relevance = models.CharField(_("relevance"), max_length=8, choices=Relevance.choices)
    rights = models.CharField(_("rights"), max_length=12, choices=Rights.choices, default=Rights.UNKNOWN)
    rights_expire_on = models.DateField(_("rights expire on"), null=True, blank=True)
    note = models.TextField(_("note"), max_length=4000, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    typed_steps: str | None = None
    read_steps: str | None = None

    objects = LiteratureQuerySet.as_manager()

    class Meta:
        verbose_name = _("reference")
        verbose_name_plural = _("references")
        ordering = ["project_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="literature_numbered_once"),
            models.CheckConstraint(condition=~Q(citation=""), name="literature_is_cited"),
        ]

    def __str__(self) -> str:
        return self.citation

    def get_absolute_url(self) -> str:
        return reverse("project-literature", args=[self.project.code])

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.project.client_id, self.project_id

    @property
    def steps(self) -> str:
        """The steps that rest on it, in words, read once; what is set here is looked up when the row is judged."""
        if self.typed_steps is not None:
            return self.typed_steps
        if self.read_steps is None:
            self.read_steps = "; ".join(str(each) for each in self.supports.all())
        return self.read_steps

    @steps.setter
    def steps(self, words: str) -> None:
        self.typed_steps = words

    def is_in_the_way(self, on: date) -> bool:
        return self.rights == self.Rights.BLOCKING and (self.rights_expire_on is None or self.rights_expire_on >= on)


class SupportManager(models.Manager["StepSupport"]):
    """Each with its route, and with `step_name`: as the newest version calls the step."""

    def get_queryset(self) -> models.QuerySet[StepSupport]:
        newest = RouteStep.objects.filter(version__route=OuterRef("route"), key=OuterRef("step_key")).order_by("-version__number")
        return super().get_queryset().select_related("route").annotate(step_name=Subquery(newest.values("name")[:1]))


@tracked
class StepSupport(models.Model):
    """A step of a route rests on a reference: through all versions of the route, as its key does."""

    literature = models.ForeignKey(Literature, on_delete=models.PROTECT, related_name="supports")
    route = models.ForeignKey(Route, on_delete=models.PROTECT, related_name="supports")
    step_key = models.PositiveSmallIntegerField()

    objects = SupportManager()

    class Meta:
        verbose_name = _("support of a step")
        verbose_name_plural = _("supports of steps")
        ordering = ["literature_id", "route_id", "step_key"]
        constraints = [models.UniqueConstraint(fields=["literature", "route", "step_key"], name="step_support_once")]

    def __str__(self) -> str:
        return f"{self.route.name}: {self.step}"

    @property
    def step(self) -> str:
        return getattr(self, "step_name", None) or str(self.step_key)  # a new one has not been read yet
