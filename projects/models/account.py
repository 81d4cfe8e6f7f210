"""The account of a delay: the days of one publication on several sides, and what the client says to the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.models import AppendOnly
from projects.models.plan import Publication
from projects.models.project import Project, sees_project

if TYPE_CHECKING:
    from accounts.models import User


class PublicationShare(AppendOnly):
    """Days of a publication on one of several sides. The database holds their sum to the days of the publication."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="shares")
    side = models.CharField(_("side"), max_length=16, choices=Publication.Side.choices)
    days = models.IntegerField(_("working days"))

    class Meta(AppendOnly.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "side"], name="publication_share_once"),
            models.CheckConstraint(name="publication_share_is_one", condition=~Q(days=0)),
        ]

    def __str__(self) -> str:
        return f"{self.side}: {self.days:+d}"


class AccountAnswerQuerySet(models.QuerySet["AccountAnswer"]):
    def visible_to(self, user: User) -> AccountAnswerQuerySet:
        return self.filter(sees_project(user))


class AccountAnswer(AppendOnly):
    """What one side said to the account as it then was; `account` keeps it word for word, `account_hash` says whether it still is so."""

    class Kind(models.TextChoices):
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        OBJECTED = "objected", _("Objected")
        REPLIED = "replied", _("Replied")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="account_answers")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    words = models.TextField(_("words"), max_length=4000, blank=True)
    account = models.JSONField()
    account_hash = models.CharField(max_length=64)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    objects = AccountAnswerQuerySet.as_manager()

    class Meta(AppendOnly.Meta):
        ordering = ["answered_at", "id"]
        constraints = [models.CheckConstraint(name="account_answer_has_words", condition=Q(kind="acknowledged") | ~Q(words=""))]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.kind}"
