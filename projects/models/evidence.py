"""Deliverables and the evidence that makes them done: a document of ours, or a reference to a validated system."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from audit.history import tracked
from audit.models import Event
from audit.states import StateField
from projects.models.project import sees_project
from projects.models.states import SHOWN_TO_CLIENT, Phase, Visibility
from projects.raci import letters_in

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models.rounds import DeliverableRound


EVIDENCE_FIELDS = (
    "evidence_kind",
    "evidence_label",
    "evidence_link",
    "evidence_hash",
    "evidence_facts",
    "evidence_on",
    "evidence_since",
    "done_at",
    "outdated_since",
)
MOVING_DUE_DATES = ("plan.forecasts_moved", "charter.drafted")


class DeliverableQuerySet(models.QuerySet["Deliverable"]):
    def visible_to(self, user: User) -> DeliverableQuerySet:
        seen = self.filter(sees_project(user))
        return seen if user.is_internal else seen.filter(visibility__in=SHOWN_TO_CLIENT)

    def open(self) -> DeliverableQuerySet:
        """Owed: neither done nor taken out of the project."""
        return self.filter(done_at=None, not_applicable="")

    def overdue(self, on: date) -> DeliverableQuerySet:
        return self.open().filter(due_on__lt=on)

    def changed_since(self, moment: datetime) -> DeliverableQuerySet:
        """Of which the record tells since then. An open one follows its milestone when the plan moves, and so may have moved too."""
        own = Event.objects.filter(object_type=ContentType.objects.get_for_model(Deliverable), at__gte=moment)
        own = own.filter(object_id=Cast(OuterRef("pk"), models.CharField()))
        plan = Event.objects.filter(kind__in=MOVING_DUE_DATES, at__gte=moment, project_id=OuterRef("project_id"))
        return self.filter(Exists(own) | Q(Exists(plan), done_at=None))


@tracked
class Deliverable(models.Model):
    """What a phase owes. Its document or its confirmed referenced evidence makes it done; nobody ticks it."""

    class EvidenceKind(models.TextChoices):
        NONE = "", _("None yet")
        DOCUMENT = "document", _("Document of this product")
        REFERENCED = "referenced", _("Referenced evidence")

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="deliverables")
    phase = models.CharField(_("phase"), max_length=16, choices=Phase.choices)
    key = models.SlugField(max_length=64)
    title = models.CharField(_("title"), max_length=200)
    document_type = models.CharField(max_length=64, blank=True)
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT, related_name="+", verbose_name=_("department"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="deliverables", verbose_name=_("owner"), null=True, blank=True
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    visibility = models.CharField(max_length=16, choices=Visibility.choices, default=Visibility.INTERNAL)
    order = models.PositiveSmallIntegerField(default=0)
    # what made it done: written by the services of the evidence, never typed
    evidence_kind = models.CharField(max_length=12, choices=EvidenceKind.choices, blank=True)
    evidence_label = models.CharField(max_length=300, blank=True)
    evidence_link = models.CharField(max_length=300, blank=True)
    evidence_hash = models.CharField(max_length=64, blank=True)
    evidence_facts = models.JSONField(default=dict, blank=True, help_text=_("The few values of the evidence, by their names."))
    evidence_on = models.DateField(null=True, blank=True, help_text=_("The date of the evidence as it stands."))
    evidence_since = models.DateField(null=True, blank=True, help_text=_("The first date since which it has been proven without a break."))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    outdated_since = models.DateTimeField(null=True, blank=True)
    not_applicable = models.TextField(blank=True, help_text=_("Why it does not apply; written when the charter is issued."))
    round = models.PositiveSmallIntegerField(_("round"), default=1)  # one more than its rows in DeliverableRound

    objects = DeliverableQuerySet.as_manager()

    class Meta:
        ordering = ["project_id", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="deliverable_once"),
            models.CheckConstraint(
                name="deliverable_done_has_evidence",
                condition=Q(done_at=None, evidence_kind="") | (Q(done_at__isnull=False) & ~Q(evidence_kind="") & ~Q(evidence_hash="")),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("deliverable-detail", args=[self.project.code, self.key])

    @cached_property
    def letters(self) -> dict[str, str]:
        """Who does and answers for it, by function: as the charter says, else as usual. Reads `project.charter` and `department`."""
        charter = getattr(self.project, "charter", None)
        return dict(letters_in(charter.responsibilities if charter else {}, self))

    def clear_evidence(self) -> None:
        """It is owed again: what made it done counts no more. Sets `EVIDENCE_FIELDS`, saves nothing."""
        self.evidence_kind = self.evidence_label = self.evidence_link = self.evidence_hash = ""
        self.done_at = self.outdated_since = self.evidence_on = self.evidence_since = None
        self.evidence_facts = {}

    @property
    def last_round(self) -> DeliverableRound | None:
        """The round that was over last, and why; None in the first. Reads `rounds`, prefetched in lists."""
        return next(reversed(self.rounds.all()), None) if self.round > 1 else None

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.project.client_id, self.project_id

    @property
    def is_shared(self) -> bool:
        return self.visibility in SHOWN_TO_CLIENT

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


class ReferencedEvidenceQuerySet(models.QuerySet["ReferencedEvidence"]):
    def visible_to(self, user: User) -> ReferencedEvidenceQuerySet:
        """Evidence in other systems is internal: clients see the deliverable, not where it is proven."""
        if not user.is_internal:
            return self.none()
        return self.filter(Exists(Deliverable.objects.visible_to(user).filter(pk=OuterRef("deliverable_id"))))


@tracked
class ReferencedEvidence(models.Model):
    """A record in another validated system: which, its number, its state there, its date, the file, two persons."""

    class State(models.TextChoices):
        ENTERED = "entered", _("Waiting for confirmation")
        CONFIRMED = "confirmed", _("Confirmed")
        REJECTED = "rejected", _("Rejected")
        SUPERSEDED = "superseded", _("Superseded")

    deliverable = models.ForeignKey(Deliverable, on_delete=models.PROTECT, related_name="references")
    state = StateField(choices=State.choices, default=State.ENTERED)
    system = models.CharField(
        _("system"),
        max_length=100,
        help_text=_("The validated system that holds the record, for example LIMS or the document management system."),
    )
    number = models.CharField(_("record number"), max_length=100)
    record_state = models.CharField(_("state there"), max_length=100, help_text=_("As the other system shows it, for example Approved."))
    record_date = models.DateField(_("date of the record"))
    note = models.TextField(_("what it shows"), max_length=2000, blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    file_media_type = models.CharField(max_length=100, blank=True)
    file_size_bytes = models.PositiveBigIntegerField(default=0)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_for = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    rejection_reason = models.TextField(blank=True)

    objects = ReferencedEvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["-entered_at", "-id"]
        indexes = [models.Index(fields=["file_sha256"], condition=~Q(file_sha256=""), name="evidence_file_sha256")]
        constraints = [
            models.CheckConstraint(name="evidence_second_person", condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("entered_by"))),
            models.CheckConstraint(
                name="evidence_not_for_the_first", condition=Q(confirmed_for=None) | ~Q(confirmed_for=models.F("entered_by"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.number}"

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.deliverable.project.client_id, self.deliverable.project_id

    @transition(field=state, source=State.ENTERED, target=State.CONFIRMED)
    def confirm(self, by: User, at: datetime, giver: User | None = None) -> None:
        self.confirmed_by, self.confirmed_for, self.confirmed_at = by, giver, at

    @transition(field=state, source=State.ENTERED, target=State.REJECTED)
    def reject(self, reason: str) -> None:
        self.rejection_reason = reason

    @transition(field=state, source=[State.ENTERED, State.CONFIRMED], target=State.SUPERSEDED)
    def supersede(self) -> None: ...
