"""What a price rests on that nobody has said yet, and the letters that ask the client for it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Max, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from audit.history import tracked
from audit.states import StateField
from process.confidence import confidence_field
from process.costs.origins import SOURCES
from process.routes.models import own_projects

if TYPE_CHECKING:
    from accounts.models import User


def _number(words: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(words, max_digits=16, decimal_places=4, null=True, blank=True)


class LetterQuerySet(models.QuerySet["ClarificationLetter"]):
    def visible_to(self, user: User) -> LetterQuerySet:
        return self.filter(own_projects(user, "project_id"))

    def with_late(self, on: date) -> LetterQuerySet:
        """`is_late`: its day is over, and a question that it asked is neither answered nor settled."""
        awaited = Assumption.objects.open().filter(letter=OuterRef("pk"), clarification__answered_at=None)
        return self.annotate(is_late=Q(state=ClarificationLetter.State.SENT, answer_by__lt=on) & Exists(awaited))


@tracked
class ClarificationLetter(models.Model):
    """One letter to the client with the questions that are open. Numbered within the project, from 1; what was sent never changes."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Sent")

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="clarification_letters")
    number = models.PositiveSmallIntegerField()
    answer_by = models.DateField(_("answer by"))
    note = models.TextField(_("words to the client"), max_length=2000, blank=True)
    state = StateField(_("state"), choices=State.choices, default=State.DRAFT)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("clarification letter")
        verbose_name_plural = _("clarification letters")
        ordering = ["project_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="clarification_letter_numbered_once"),
            models.UniqueConstraint(fields=["project"], condition=Q(state="draft"), name="clarification_letter_one_draft"),
            models.CheckConstraint(condition=Q(state="draft") | Q(sent_at__isnull=False), name="clarification_letter_sent_on_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.project.code}-CL-{self.number:02d}"

    def get_absolute_url(self) -> str:
        return reverse("project-assumptions", args=[self.project.code])

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.project.client_id, self.project_id

    @property
    def reference(self) -> str:
        """What its paper is about."""
        return str(self.number)

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @transition(field=state, source=State.DRAFT, target=State.SENT)
    def send(self, *, at: datetime) -> None:
        self.sent_at = at


UNSETTLED = Q(real_figure=None, real_words="")
BEYOND = Decimal(10) ** 12  # more than its figures hold


class AssumptionQuerySet(models.QuerySet["Assumption"]):
    def visible_to(self, user: User) -> AssumptionQuerySet:
        return self.filter(own_projects(user, "project_id"))

    def open(self) -> AssumptionQuerySet:
        return self.filter(UNSETTLED)

    def last_position(self) -> int:
        return self.aggregate(last=Max("position"))["last"] or 0

    def asked(self) -> AssumptionQuerySet:
        """Those that the client can settle: a question goes with them."""
        return self.exclude(question="")

    def clients(self) -> AssumptionQuerySet:
        """Those that the client reads, in quotation and charter. The others are ours alone."""
        return self.filter(for_client=True)


@tracked
class Assumption(models.Model):
    """One line of the ledger of a project. What turned out makes its state: nothing yet, the same, or something else.

    field: of the request whose missing answer it stands in for. about: which figure of a scenario, "price", "recovered", "yield", "use",
    "batch" or "line" and its name; material: whose price. for_client: always where a question goes with it. lines: the cost lines that rest
    on it. wider_by: how much wider the price band is while it is open, in `currency`, by the scenario from which it was taken over.
    quoted: its line as it last came into the text of a quotation; empty where it never did.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CONFIRMED = "confirmed", _("Confirmed")
        REPLACED = "replaced", _("Replaced")

    class Why(models.TextChoices):
        REQUEST = "request", _("Missing answer of the request")
        FIGURE = "figure", _("Figure of the estimate")
        OWN = "own", _("Our own")

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="assumptions")
    position = models.PositiveIntegerField(default=0)
    words = models.CharField(_("what is assumed"), max_length=500)
    figure = _number(_("figure"))
    low = _number(_("low"))
    high = _number(_("high"))
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    source = models.CharField(_("source"), max_length=12, choices=SOURCES, default="assumption")
    confidence = confidence_field()
    why = models.CharField(_("why"), max_length=12, choices=Why.choices, default=Why.OWN)
    field = models.CharField(max_length=40, blank=True)
    about = models.CharField(max_length=300, blank=True)
    material = models.ForeignKey("catalogue.Material", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    for_client = models.BooleanField(_("the client reads it"), default=False)
    question = models.CharField(_("question to the client"), max_length=500, blank=True)
    matters = models.CharField(_("why it matters"), max_length=500, blank=True)
    lines = models.CharField(_("cost lines"), max_length=1000, blank=True)
    scenario = models.ForeignKey(
        "process.CostAssessment", on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("scenario")
    )
    wider_by = models.DecimalField(_("widens the band by"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    quoted = models.TextField(blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("who confirms")
    )
    due_on = models.DateField(_("by"), null=True, blank=True)
    real_figure = _number(_("real figure"))
    real_words = models.CharField(_("what turned out"), max_length=500, blank=True)
    letter = models.ForeignKey(ClarificationLetter, on_delete=models.PROTECT, related_name="assumptions", null=True, blank=True)
    clarification = models.OneToOneField(
        "projects.Clarification", on_delete=models.PROTECT, related_name="assumption", null=True, blank=True
    )

    objects = AssumptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("assumption")
        verbose_name_plural = _("assumptions")
        ordering = ["project_id", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="assumption_says_something"),
            models.CheckConstraint(
                condition=(Q(low=None) | Q(low__lte=F("figure"))) & (Q(high=None) | Q(high__gte=F("figure"))), name="assumption_band"
            ),
            models.UniqueConstraint(fields=["project", "field"], condition=~Q(field="") & UNSETTLED, name="assumption_of_field_once"),
            models.UniqueConstraint(fields=["project", "about"], condition=~Q(about="") & UNSETTLED, name="assumption_of_figure_once"),
        ]

    def __str__(self) -> str:
        return self.words

    def get_absolute_url(self) -> str:
        return reverse("project-assumptions", args=[self.project.code])

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.project.client_id, self.project_id

    @property
    def state(self) -> State:
        """Figures are compared where there are two, else the words."""
        if self.is_open:
            return self.State.OPEN
        if self.difference is not None:
            return self.State.REPLACED if self.difference else self.State.CONFIRMED
        same = self.real_words.strip().casefold() == self.words.strip().casefold()
        return self.State.CONFIRMED if same else self.State.REPLACED

    @property
    def is_open(self) -> bool:
        return self.real_figure is None and not self.real_words

    @property
    def difference(self) -> Decimal | None:
        """The real figure less the assumed one."""
        return None if self.figure is None or self.real_figure is None else self.real_figure - self.figure
