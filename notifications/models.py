"""Who was told of what, by which message; what clients' systems are called about; which calendars read along.

What a person chose to hear of is in `notifications.preferences`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from accounts.models import Client, Role
from audit.models import Event
from audit.states import StateField
from notifications.choices import Choice, Group
from notifications.preferences import MilestoneWatch as MilestoneWatch
from notifications.preferences import Preference as Preference
from notifications.preferences import ProjectPreference as ProjectPreference
from notifications.visibility import readable_events, told_to_ours

if TYPE_CHECKING:
    from accounts.models import User

BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=12))
Row = TypeVar("Row", bound="Mailing")


class Attempt(models.Model):
    """Something that leaves the product, tried until it is through: the row is the queue, tasks only ring for it."""

    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now, null=True, blank=True)
    lease_until = models.DateTimeField(_("held by a worker until"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        abstract = True

    @property
    def is_exhausted(self) -> bool:
        """Every attempt was begun, and the last worker did not even come to say what went wrong."""
        return self.attempts > len(BACK_OFF)

    def take_lease(self, now: datetime, seconds: int) -> None:
        self.attempts += 1
        self.lease_until, self.error = now + timedelta(seconds=seconds), ""

    def step_back(self, now: datetime, error: str) -> bool:
        """Note the error and when to try again; False when every attempt is used up."""
        self.error, self.lease_until, self.next_attempt_at = error.replace("\x00", "")[:2000], None, None
        if self.is_exhausted:
            return False
        self.next_attempt_at = now + BACK_OFF[self.attempts - 1]
        return True


class MailingQuerySet(models.QuerySet[Row]):
    def due(self, now: datetime) -> Self:
        """To be sent now: waiting its turn, or taken by a worker that stopped before it handed the mail over."""
        waiting = Q(state=Mailing.State.QUEUED, next_attempt_at__lte=now)
        return self.filter(waiting | Q(state=Mailing.State.SENDING, lease_until__lt=now))


class Mailing(Attempt):
    """One mail. Written in the transaction that decides to send it; sent at most once (`services.handing`).

    `handed_over_at` is written before the server gets it: a mail whose worker dies after that perhaps went, and is not sent again.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        UNKNOWN = "unknown", _("Perhaps sent")
        DROPPED = "dropped", _("Not needed any more")
        FAILED = "failed", _("Failed")

    state = StateField(_("state"), choices=State.choices, default=State.QUEUED)
    handed_over_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        abstract = True

    @transition(field=state, source=[State.QUEUED, State.SENDING], target=State.SENDING)
    def begin(self) -> None: ...

    @transition(field=state, source=State.SENDING, target=State.QUEUED)
    def wait(self) -> None: ...

    @transition(field=state, source=State.SENDING, target=State.SENT)
    def finish(self, at: datetime) -> None:
        self.sent_at, self.lease_until, self.next_attempt_at = at, None, None

    @transition(field=state, source=State.SENDING, target=State.UNKNOWN)
    def lose(self, error: str) -> None:
        self.error, self.lease_until, self.next_attempt_at = error[:2000], None, None

    @transition(field=state, source=State.SENDING, target=State.DROPPED)
    def drop(self) -> None:
        self.lease_until = self.next_attempt_at = None

    @transition(field=state, source=State.SENDING, target=State.FAILED)
    def fail(self) -> None: ...


class MailMessageQuerySet(MailingQuerySet["MailMessage"]):
    def visible_to(self, user: User) -> MailMessageQuerySet:
        return self.filter(user=user) if user.is_active else self.none()


class MailMessage(Mailing):
    """One mail to one person. Everything it says stands in the inbox too, but for a link to choose a password, which is kept nowhere."""

    class Kind(models.TextChoices):
        DIGEST = "digest", _("Daily digest")
        URGENT = "urgent", _("At once")
        LINK = "link", _("Link to choose a password")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_messages")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    day = models.DateField(_("day of the receiver"))

    objects = MailMessageQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["user", "day"], condition=Q(kind="digest"), name="mail_one_digest_a_day")]
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="mail_queue")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day}"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: User) -> NotificationQuerySet:
        """One's own, of what one may still read; of ours see `told_to_ours`."""
        own = self.filter(user=user) if user.is_active else self.none()
        return told_to_ours(own, user) if user.is_internal else own.filter(Exists(readable_events(user).filter(pk=OuterRef("event_id"))))

    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)

    def awaiting_digest(self) -> NotificationQuerySet:
        """To be mailed with the next digest; what was read in the inbox before is not mailed any more."""
        return self.unread().filter(delivery=Choice.DIGEST, mail=None)


class Notification(models.Model):
    """One person told of one event. The words are made from the event when they are read, in the reader's language.

    `link` leads to what is asked of the reader, where something is; `moves` says how far watched milestones moved.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    group = models.CharField(_("about"), max_length=12, choices=Group.choices)
    delivery = models.CharField(_("told"), max_length=8, choices=Choice.choices)
    asked = models.BooleanField(_("asks for something"), default=False)
    link = models.CharField(max_length=300, blank=True)
    moves = models.JSONField(default=list, blank=True)
    mail = models.ForeignKey(MailMessage, on_delete=models.SET_NULL, null=True, blank=True, related_name="notifications")
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    created_at = models.DateTimeField(_("made"), default=timezone.now)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-event_id"]
        constraints = [models.UniqueConstraint(fields=["user", "event"], name="notification_once")]
        indexes = [
            models.Index(fields=["user", "read_at", "-event"], name="notification_inbox"),
            models.Index(fields=["created_at"], condition=Q(delivery="digest", mail=None, read_at=None), name="notification_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.event_id}"


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def visible_to(self, user: User) -> WebhookQuerySet:
        """Those who keep webhooks: ours by role, of clients whose names they may read; a client's approvers and systems their own."""
        # The permission is asked again by every service; nobody else has a reason to read addresses and answers of clients' systems.
        if not user.is_active or not user.roles & KEEPERS:
            return self.none()
        if not user.is_internal:
            return self.filter(client_id=user.client_id)
        return self if user.has_role(Role.ADMINISTRATOR) else self.filter(client__in=Client.objects.visible_to(user))

    def active(self) -> WebhookQuerySet:
        return self.filter(disabled_at=None)


KEEPERS = frozenset({"administrator", "business_development", "client_approver", "integration"})


class Webhook(models.Model):
    """An address of a client's system that is called with every event that the client may see.

    Secrets are stored encrypted, because each call is signed with them; after a rotation the old one signs too until `previous_until`.
    """

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, related_name="webhooks", verbose_name=_("client"))
    url = models.URLField(_("address"), max_length=500)
    description = models.CharField(_("what it is for"), max_length=200, blank=True)
    secret = models.TextField(editable=False)
    previous_secret = models.TextField(editable=False, blank=True)
    previous_until = models.DateTimeField(_("the old secret signs until"), null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("created by"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    disabled_at = models.DateTimeField(_("switched off"), null=True, blank=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["client__name", "id"]
        constraints = [models.UniqueConstraint(fields=["client", "url"], name="webhook_once")]

    def __str__(self) -> str:
        return self.url

    def get_absolute_url(self) -> str:
        return reverse("webhook-detail", args=[self.pk])


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def visible_to(self, user: User) -> WebhookDeliveryQuerySet:
        return self.filter(Exists(Webhook.objects.visible_to(user).filter(pk=OuterRef("webhook_id"))))

    def due(self, now: datetime) -> WebhookDeliveryQuerySet:
        """To be delivered now, and in the hands of no living worker. A webhook that is switched off keeps its deliveries waiting."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        waiting = self.filter(free, state=WebhookDelivery.State.PENDING, next_attempt_at__lte=now)
        return waiting.filter(webhook__disabled_at=None)


class WebhookDelivery(Attempt):
    """One event for one webhook: tried, tried again, and kept with what the other side answered."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed")

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    state = StateField(_("state"), choices=State.choices, default=State.PENDING)
    response_status = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["webhook", "event"], name="webhook_delivery_once")]
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="webhook_queue")]

    def __str__(self) -> str:
        return f"{self.webhook_id}: {self.event_id}"

    @transition(field=state, source=State.PENDING, target=State.DELIVERED)
    def deliver(self, at: datetime) -> None:
        self.delivered_at, self.lease_until, self.next_attempt_at = at, None, None

    @transition(field=state, source=State.PENDING, target=State.FAILED)
    def fail(self) -> None: ...

    @transition(field=state, source=[State.DELIVERED, State.FAILED], target=State.PENDING)
    def replay(self, at: datetime) -> None:
        self.attempts, self.next_attempt_at, self.error = 0, at, ""


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def visible_to(self, user: User) -> CalendarFeedQuerySet:
        return self.filter(user=user) if user.is_active else self.none()

    def usable(self) -> CalendarFeedQuerySet:
        return self.filter(revoked_at=None, user__is_active=True)


class CalendarFeed(models.Model):
    """A calendar that reads along at a secret address: everything of one's own, or one project. Only the hash of the address is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds")
    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+", null=True, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last read"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return str(self.project) if self.project_id else str(_("everything of mine"))

    @property
    def event_scope(self) -> tuple[Any, Any]:
        return None, None


class LastVisit(models.Model):
    """How far a person or a client's system had read the feed when it last looked: a position, so that nothing falls between."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="last_visit")
    transaction_id = models.BigIntegerField(default=0)
    event_id = models.BigIntegerField(default=0)
    at = models.DateTimeField(_("looked at"), default=timezone.now)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.at}"
