"""Lists as people want to see them again: filters and order of a page under a name, and what each person does with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User

MOST_CHARACTERS = 500


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User) -> SavedViewQuerySet:
        """One's own, and what others of ours share. It holds a question, never an answer: the rows are asked for by who opens it."""
        if not (user.is_active and user.is_internal):
            return self.none()
        return self.filter(Q(owner=user) | Q(shared=True))

    def as_used_by(self, user: User) -> SavedViewQuerySet:
        """With `is_default` and `is_tile`: what this person made of each."""
        chosen = ViewChoice.objects.filter(view=OuterRef("pk"), user=user)
        return self.annotate(is_default=Exists(chosen.filter(is_default=True)), is_tile=Exists(chosen.filter(is_tile=True)))


class SavedView(models.Model):
    """The filters and the order of a list as its address has them, normalised (`projects.listed`)."""

    class Page(models.TextChoices):
        PROJECTS = "projects", _("Projects")
        PORTFOLIO = "portfolio", _("Portfolio")
        RFPS = "rfps", _("RFPs")
        DOCUMENTS = "documents", _("Documents")

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    page = models.CharField(max_length=16, choices=Page.choices)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=MOST_CHARACTERS)
    shared = models.BooleanField(_("shared with all of ours"), default=False)
    saved_at = models.DateTimeField()

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "page", "name"], name="saved_view_name_once"),
            models.CheckConstraint(name="saved_view_asks_something", condition=~Q(query="") & ~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return None, None


class ViewChoice(models.Model):
    """What one person does with a view: the page opens with it, or its count stands on the first page."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="choices")
    page = models.CharField(max_length=16, choices=SavedView.Page.choices)
    is_default = models.BooleanField(default=False)
    is_tile = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "view"], name="view_choice_once"),
            models.UniqueConstraint(fields=["user", "page"], condition=Q(is_default=True), name="view_choice_one_default"),
            models.CheckConstraint(name="view_choice_chooses", condition=Q(is_default=True) | Q(is_tile=True)),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.view_id}"
