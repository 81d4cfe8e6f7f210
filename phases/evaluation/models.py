"""The records of evaluation: the departments' feasibility sheets and the assessment they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.expressions import ArraySubquery
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CharField, F, OuterRef, Q
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from accounts.currencies import CurrencyField
from audit.history import tracked
from audit.models import Signature
from audit.states import StateField
from projects.models.project import sees_project

if TYPE_CHECKING:
    from accounts.models import User


ROWS = (
    "risk_rows",
    "assumption_rows",
    "tests",
    "operations",
    "utilities",
    "cost_rows",
    "hazards",
)  # the tables of a sheet, by their names there


def name_on_sheet(model: type[models.Model]) -> str:
    """operations: what a sheet calls the rows of one of its tables."""
    return str(model._meta.get_field("assessment").remote_field.get_accessor_name())  # type: ignore[union-attr]


class DepartmentAssessmentQuerySet(models.QuerySet["DepartmentAssessment"]):
    def visible_to(self, user: User) -> DepartmentAssessmentQuerySet:
        """Sheets are internal; a client sees the quotation that comes of them."""
        if not user.is_internal:
            return self.none()
        return self.filter(sees_project(user))

    def with_signed_hash(self) -> DepartmentAssessmentQuerySet:
        """`signed_hash` of what the last signature covers, which stays as it is until the sheet is opened again; `risk_texts` and
        `assumption_texts` beside it. All of it in one query, where reading the tables takes one for each."""
        about = {"object_type": ContentType.objects.get_for_model(self.model), "object_id": Cast(OuterRef("pk"), CharField())}
        texts = {}
        for name in ("risk", "assumption"):
            rows: Any = self.model._meta.get_field(f"{name}_rows").related_model
            own = rows.objects.filter(assessment=OuterRef("pk")).order_by("position", "id")
            texts[f"{name}_texts"] = ArraySubquery(own.values("text"))
        return self.annotate(signed_hash=Signature.objects.filter(**about).order_by("-sequence").values("content_hash")[:1], **texts)

    def with_tables(self) -> DepartmentAssessmentQuerySet:
        """With everything that a signature covers, in as many queries for many sheets as for one."""
        return self.select_related("project", "department").prefetch_related(*ROWS)


@tracked
class DepartmentAssessment(models.Model):
    """One department's feasibility sheet: is it feasible, at what cost and in what time. Its tables are in `tables.py`.

    assumptions, risks: text of a sheet that was signed before these were tables, kept because its signature covers it; empty otherwise.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        SIGNED_OFF = "signed_off", _("Signed off")

    class Feasibility(models.IntegerChoices):
        NOT_FEASIBLE = 1, _("not feasible")
        DOUBTFUL = 2, _("doubtful")
        WITH_DEVELOPMENT = 3, _("feasible with development")
        FEASIBLE = 4, _("feasible")
        ROUTINE = 5, _("routine")

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="assessments")
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT, related_name="+")
    state = StateField(_("state"), choices=State.choices, default=State.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("owner")
    )
    due_on = models.DateField(_("due"))
    feasibility_score = models.PositiveSmallIntegerField(
        _("feasibility"), null=True, blank=True, choices=Feasibility.choices, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    feasibility_reason = models.TextField(_("reasons"), max_length=8000, blank=True)
    assumptions = models.TextField(_("assumptions"), max_length=8000, blank=True)
    risks = models.TextField(_("risks"), max_length=8000, blank=True)
    currency = CurrencyField(_("currency"), blank=True)
    cost_low = models.DecimalField(_("low cost"), max_digits=16, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)])
    cost_base = models.DecimalField(
        _("base cost"), max_digits=16, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    cost_high = models.DecimalField(
        _("high cost"), max_digits=16, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    duration_weeks = models.DecimalField(
        _("duration (weeks)"), max_digits=6, decimal_places=1, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    signed_off_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    signed_off_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DepartmentAssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["project_id", "department_id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "department"], name="assessment_department_once"),
            models.CheckConstraint(
                name="assessment_cost_in_order",
                condition=(Q(cost_low=None) | Q(cost_base=None) | Q(cost_low__lte=F("cost_base")))
                & (Q(cost_base=None) | Q(cost_high=None) | Q(cost_base__lte=F("cost_high"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department}"

    def get_absolute_url(self) -> str:
        return reverse("sheet-detail", args=[self.project.code, self.department.key])

    @property
    def feasibility_words(self) -> str:
        """4 feasible; empty while nobody has said."""
        return f"{self.feasibility_score} {self.get_feasibility_score_display()}" if self.feasibility_score else ""

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.project.client_id, self.project_id

    def read_tables(self, tables: Mapping[str, models.QuerySet[Any]]) -> None:
        """Take the rows of these tables, by their names here, and know that all others are empty: `all` of each asks no more."""
        fields = {name: self._meta.get_field(name) for name in ROWS}
        none = {name: field.related_model._default_manager.none() for name, field in fields.items()}  # type: ignore[union-attr]
        models.prefetch_related_objects([self], *(models.Prefetch(name, queryset=rows) for name, rows in (none | dict(tables)).items()))

    @transition(field=state, source=State.OPEN, target=State.SIGNED_OFF)
    def sign_off(self, by: User, at: datetime) -> None:
        self.signed_off_by, self.signed_off_at = by, at

    @transition(field=state, source=State.SIGNED_OFF, target=State.OPEN)
    def reopen(self) -> None:
        """The tables stand for the texts of an older signature from now on."""
        self.signed_off_by = self.signed_off_at = None
        self.assumptions = self.risks = ""


@tracked
class InquiryAssessment(models.Model):
    """The recommendation that the sheets lead to: bid, bid with conditions, or no bid."""

    class Recommendation(models.TextChoices):
        BID = "bid", _("Bid")
        BID_WITH_CONDITIONS = "bid_with_conditions", _("Bid with conditions")
        NO_BID = "no_bid", _("No bid")

    project = models.OneToOneField("projects.Project", on_delete=models.PROTECT, related_name="inquiry_assessment")
    recommendation = models.CharField(_("recommendation"), max_length=24, choices=Recommendation.choices)
    reason = models.TextField(_("reasons"), max_length=8000)
    conditions = models.TextField(_("conditions"), max_length=8000, blank=True)
    recommended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recommended_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="assessment_conditions_named", condition=~Q(recommendation="bid_with_conditions") | ~Q(conditions="")
            ),
        ]

    def __str__(self) -> str:
        return self.get_recommendation_display()

    @property
    def wanted_conditions(self) -> tuple[str, ...]:
        """One a line: each becomes a condition of the gate."""
        if self.recommendation != self.Recommendation.BID_WITH_CONDITIONS:
            return ()
        return tuple(line.strip(" -•\t") for line in self.conditions.splitlines() if line.strip(" -•\t"))

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.project.client_id, self.project_id
