"""What a person chose to hear of: by group and kind of event, by project, by milestone. Imported by `notifications.models`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.choices import Choice, Group
from projects.models import Milestone
from projects.models.project import sees_project

if TYPE_CHECKING:
    from accounts.models import User


class PreferenceQuerySet(models.QuerySet["Preference"]):
    def of_groups(self) -> PreferenceQuerySet:
        return self.filter(kind="")

    def of_kinds(self) -> PreferenceQuerySet:
        return self.exclude(kind="")


class Preference(models.Model):
    """How soon a person wants to hear of a group of events, or of one kind in it; without a row the default of the role holds.

    `kind` is empty for the group as a whole; the choice about a kind goes before that of its group.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_preferences")
    group = models.CharField(_("about"), max_length=12, choices=Group.choices)
    kind = models.CharField(_("kind of event"), max_length=80, blank=True)
    choice = models.CharField(_("told"), max_length=8, choices=Choice.choices)

    objects = PreferenceQuerySet.as_manager()

    class Meta:
        ordering = ["user_id", "group", "kind"]
        constraints = [models.UniqueConstraint(fields=["user", "group", "kind"], name="preference_once")]

    def __str__(self) -> str:
        return f"{self.kind or self.group}: {self.choice}"


class ProjectPreferenceQuerySet(models.QuerySet["ProjectPreference"]):
    def visible_to(self, user: User) -> ProjectPreferenceQuerySet:
        return self.filter(sees_project(user), user=user)


class ProjectPreference(models.Model):
    """A project of which a person wants to hear otherwise than usual; without a row the choices by group hold."""

    class Choice(models.TextChoices):
        QUIET = "quiet", _("Nothing, unless I am asked")
        AT_ONCE = "at_once", _("Everything at once")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+")
    choice = models.CharField(_("told"), max_length=8, choices=Choice.choices)

    objects = ProjectPreferenceQuerySet.as_manager()

    class Meta:
        ordering = ["user_id", "project_id"]
        constraints = [models.UniqueConstraint(fields=["user", "project"], name="project_preference_once")]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.choice}"


class MilestoneWatchQuerySet(models.QuerySet["MilestoneWatch"]):
    def visible_to(self, user: User) -> MilestoneWatchQuerySet:
        return self.filter(Exists(Milestone.objects.visible_to(user).filter(pk=OuterRef("milestone_id"))), user=user)


class MilestoneWatch(models.Model):
    """Somebody wants to hear when a milestone moves by more than so many days.

    `reference_on` is the date that the watcher knows: the internal forecast for ours, the published one for a client.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="milestone_watches")
    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="watches")
    days = models.PositiveSmallIntegerField(_("days"), validators=[MinValueValidator(0), MaxValueValidator(365)])
    reference_on = models.DateField(_("known date"), null=True, blank=True)
    created_at = models.DateTimeField(_("set"), default=timezone.now)

    objects = MilestoneWatchQuerySet.as_manager()

    class Meta:
        ordering = ["milestone_id", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "milestone"], name="milestone_watch_once")]

    def __str__(self) -> str:
        return str(self.milestone)
