"""What is offered to a client at a price: by revision, released inside, sent, accepted or declined."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from accounts.currencies import OFFERED, CurrencyField
from audit.states import StateField
from projects.models.project import sees_project

if TYPE_CHECKING:
    from accounts.models import User


class OfferQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> OfferQuerySet:
        """A client sees an offer from the moment it was sent to it."""
        seen = self.filter(sees_project(user))
        return seen if user.is_internal else seen.exclude(sent_at=None)

    def current(self) -> OfferQuerySet:
        return self.exclude(state=Offer.State.SUPERSEDED)

    def accepted(self) -> OfferQuerySet:
        return self.filter(state=Offer.State.ACCEPTED)


class Offer(models.Model):
    """One revision. Only a draft can be edited; only the current sent revision can be accepted. It has a project, a number and `lines`."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        RELEASED = "released", _("Released internally")
        SENT = "sent", _("Sent to the client")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined by the client")
        SUPERSEDED = "superseded", _("Superseded")

    if TYPE_CHECKING:
        project: Any
        project_id: int
        number: Any
        lines: Any

    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    state = StateField(_("state"), choices=State.choices, default=State.DRAFT)
    currency = CurrencyField(_("currency"), choices=OFFERED)
    valid_until = models.DateField(_("valid until"))
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    answer_reason = models.TextField(blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def state_for_client(self) -> str:
        """How it stands, said to the client itself."""
        told = {self.State.SENT: _("Waits for your answer"), self.State.DECLINED: _("Declined")}
        return str(told.get(self.state, self.get_state_display()))

    @property
    def label(self) -> str:
        return f"{self.number} rev. {self.revision}"

    @property
    def total(self) -> Decimal:
        """Sum of the lines in `currency`; the lines are exact, so the total is too. A credit is a line below zero."""
        return sum((line.amount for line in self.lines.all()), Decimal("0.00"))

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.project.client_id, self.project_id

    @transition(field="state", source=State.DRAFT, target=State.RELEASED)
    def release(self, at: datetime) -> None:
        self.released_at = at

    @transition(field="state", source=State.RELEASED, target=State.SENT)
    def send(self, at: datetime) -> None:
        self.sent_at = at

    @transition(field="state", source=State.SENT, target=State.ACCEPTED)
    def accept(self, by: User, at: datetime) -> None:
        self.answered_by, self.answered_at = by, at

    @transition(field="state", source=State.SENT, target=State.DECLINED)
    def decline(self, by: User, at: datetime, reason: str) -> None:
        self.answered_by, self.answered_at, self.answer_reason = by, at, reason

    @transition(field="state", source=[State.DRAFT, State.RELEASED, State.SENT, State.DECLINED], target=State.SUPERSEDED)
    def supersede(self) -> None: ...
