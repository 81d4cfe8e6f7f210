"""What comes in from outside before it is a request of ours: a message or a questionnaire, and what a client writes in the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from audit.history import tracked
from projects.models.confidentiality import seen_of_requests
from projects.models.project import sees_portfolio
from projects.models.rfp import Rfp

if TYPE_CHECKING:
    from accounts.models import User


class IntakeQuerySet(models.QuerySet["Intake"]):
    def visible_to(self, user: User) -> IntakeQuerySet:
        """Of ours: of what nobody has taken up yet, business development and who took it in; nothing of it is a client's.

        What has become a request is seen by who sees every request or took it in, and kept from whom that is kept from.
        """
        if not (user.is_active and user.is_internal):
            return self.none()
        taken, made = Q(taken_by=user), Q(Exists(Rfp.objects.filter(seen_of_requests(user), pk=OuterRef("rfp_id"))))
        open_to = Q() if Role.BUSINESS_DEVELOPMENT in user.signing_roles else taken
        return self.filter((Q(rfp=None) & open_to) | (made if sees_portfolio(user) else made & taken))

    def waiting(self) -> IntakeQuerySet:
        """What is no request yet, because something is missing that a person has to say."""
        return self.filter(rfp=None, set_aside_at=None)


@tracked
class Intake(models.Model):
    """A message or a filled-in questionnaire that was dropped: kept as it came, and never taken in a second time (`key`)."""

    class Kind(models.TextChoices):
        MESSAGE = "message", _("Message")
        QUESTIONNAIRE = "questionnaire", _("Questionnaire")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    key = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("file"), max_length=255)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    sender_name = models.CharField(_("sender"), max_length=200, blank=True)
    sender_address = models.CharField(_("sender's address"), max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    text = models.TextField(_("text"), blank=True)
    received_at = models.DateTimeField(_("received"))
    received_zone = models.CharField(max_length=6, blank=True)  # as the message says it: +09:00
    problems = models.JSONField(default=list)  # what could not be read: field, label, address, typed, words
    refused = models.JSONField(default=list)  # attachments that are not filed: name, words
    remarks = models.JSONField(default=list)  # what a reader should know of the reading
    rfp = models.OneToOneField("projects.Rfp", on_delete=models.PROTECT, related_name="intake", null=True, blank=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(auto_now_add=True)
    set_aside_at = models.DateTimeField(null=True, blank=True)
    set_aside_reason = models.TextField(blank=True)

    objects = IntakeQuerySet.as_manager()

    class Meta:
        ordering = ["-taken_at", "-id"]

    def __str__(self) -> str:
        return self.subject or self.name

    def get_absolute_url(self) -> str:
        return reverse("rfp-intake-detail", args=[self.pk])

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.rfp.event_scope if self.rfp else (None, None)


class RequestDraftQuerySet(models.QuerySet["RequestDraft"]):
    def visible_to(self, user: User) -> RequestDraftQuerySet:
        """The people of the client; nobody of ours before it is sent."""
        return self.filter(client_id=user.client_id) if user.is_active and user.is_client else self.none()

    def unsent(self) -> RequestDraftQuerySet:
        return self.filter(rfp=None)


class RequestDraft(models.Model):
    """A request that a client's person is writing in the portal. `values`: as typed, right or wrong, by field."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    values = models.JSONField(default=dict)
    files = models.JSONField(default=list)  # name, media_type, sha256, size_bytes
    rfp = models.OneToOneField("projects.Rfp", on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    objects = RequestDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-id"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("portal-request-draft", args=[self.pk])

    @property
    def title(self) -> str:
        """What is typed as the name of the compound, if anything."""
        typed: list[Any] = self.values.get("compound_name") or []
        return str(typed[0]).strip()[:200] if typed else ""
