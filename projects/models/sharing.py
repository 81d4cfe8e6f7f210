"""What the client saw and when, what it was asked to approve, and what it answered. All rows are written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import AppendOnly
from projects.models.states import SHOWN_TO_CLIENT, Visibility
from projects.shareable import Shareable, shareable, shareables

if TYPE_CHECKING:
    from accounts.models import User


class AboutAnItem(AppendOnly):
    """The shared thing that a row is about: of which kind, which row, and its name and title as they were then.

    `project` is that of the item; a document of a request that has no project yet has none.
    """

    kind = models.CharField(_("kind"), max_length=16)
    item_id = models.BigIntegerField()
    key = models.CharField(_("key"), max_length=64)
    title = models.CharField(_("title"), max_length=250)
    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="+", null=True)
    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, related_name="+")

    class Meta(AppendOnly.Meta):
        abstract = True

    @property
    def shareable(self) -> Shareable:
        return shareable(self.kind)

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.client_id, self.project_id


class VisibilityChange(AboutAnItem):
    """From `at` on the item was in this state, until its next row. An item without a row was never shown."""

    visibility = models.CharField(_("visibility"), max_length=16, choices=Visibility.choices)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta(AboutAnItem.Meta):
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["project", "at"]), models.Index(fields=["kind", "item_id", "at"])]

    def __str__(self) -> str:
        return f"{self.title}: {self.visibility}"

    @property
    def is_shown(self) -> bool:
        return self.visibility in SHOWN_TO_CLIENT


class ApprovalRequestQuerySet(models.QuerySet["ApprovalRequest"]):
    def visible_to(self, user: User) -> ApprovalRequestQuerySet:
        """Those about an item that the person sees now; what was taken back takes its questions with it."""
        seen = Q(pk__in=[])
        for each in shareables():
            seen |= Q(Exists(each.model.objects.visible_to(user).filter(pk=OuterRef("item_id"))), kind=each.kind)
        return self.filter(seen)

    def open(self) -> ApprovalRequestQuerySet:
        return self.filter(answer=None)


class ApprovalRequest(AboutAnItem):
    """The client is asked to approve one item: in which round, with which content, by when."""

    round = models.PositiveSmallIntegerField(_("round"))
    content_hash = models.CharField(_("content hash"), max_length=64)
    words = models.TextField(_("words to the client"), max_length=2000, blank=True)
    due_on = models.DateField(_("answer by"), null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))

    objects = ApprovalRequestQuerySet.as_manager()

    class Meta(AboutAnItem.Meta):
        ordering = ["asked_at", "id"]
        constraints = [models.UniqueConstraint(fields=["kind", "item_id", "round"], name="approval_round_once")]
        indexes = [models.Index(fields=["project", "asked_at"])]

    def __str__(self) -> str:
        return f"{self.title} ({self.round})"

    @property
    def is_overdue(self) -> bool:
        """Not answered, and its day is over."""
        return self.given is None and self.due_on is not None and self.due_on < timezone.localdate()

    @property
    def given(self) -> ApprovalAnswer | None:
        return getattr(self, "answer", None)


class ApprovalAnswer(AppendOnly):
    """How a request ended: the client's signed answer, or ours that it is no longer asked. There is one, whoever comes first."""

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", _("Approved")
        WITH_COMMENT = "accepted_with_comment", _("Approved with a comment")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    APPROVALS = (Kind.ACCEPTED, Kind.WITH_COMMENT)

    request = models.OneToOneField(ApprovalRequest, on_delete=models.PROTECT, related_name="answer")
    kind = models.CharField(_("answer"), max_length=24, choices=Kind.choices)
    words = models.TextField(_("comment or reason"), max_length=4000, blank=True)
    content_hash = models.CharField(_("content hash"), max_length=64, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    answered_at = models.DateTimeField(_("answered"))
    signature = models.OneToOneField("audit.Signature", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta(AppendOnly.Meta):
        ordering = ["answered_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="approval_answer_signed",
                condition=Q(kind="withdrawn", signature=None) | (~Q(kind="withdrawn") & Q(signature__isnull=False) & ~Q(content_hash="")),
            ),
            models.CheckConstraint(
                name="approval_answer_has_words", condition=~Q(kind__in=["accepted_with_comment", "rejected"]) | ~Q(words="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.kind}"

    @property
    def approves(self) -> bool:
        return self.kind in self.APPROVALS
