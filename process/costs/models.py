"""Scenarios of what a project costs: their phases, cost lines, material prices and risks. Percent here, as people type it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from accounts.currencies import CurrencyField
from accounts.models import DEPARTMENT_NAMES
from audit.history import tracked
from audit.states import StateField
from catalogue.models import SupplierQuote
from catalogue.models.kept import NOT_BELOW_ZERO
from process.confidence import confidence_field
from process.costs.case import Basis, Inclusion
from process.costs.figures import Source
from process.costs.materials import Category
from process.costs.origins import SOURCES, Sourced, in_order
from process.routes.models import HUNDRED, MORE_THAN_NOTHING, own_projects
from projects.models import PHASES

if TYPE_CHECKING:
    from accounts.models import User
    from process.costs.building import Assessed

BELOW_ALL = MaxValueValidator(Decimal("99.99"), _("Below 100 %%."))
CATEGORIES = [(each.value, each.label) for each in Category if each != Category.RECOVERED]  # that one follows from the materials
PRICED_PHASES = PHASES[1:]
PHASE_CHOICES = [(each.value, each.label) for each in PRICED_PHASES]
INCLUSIONS = [
    (Inclusion.INCLUDED.value, _("included")),
    (Inclusion.OPTIONAL.value, _("optional")),
    (Inclusion.EXCLUDED.value, _("excluded")),
]
BASES = [(Basis.ONCE.value, _("once")), (Basis.BATCH.value, _("per batch")), (Basis.KG.value, _("per kg of API"))]


def _percent(words: Any, *limits: Any, **more: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(words, max_digits=6, decimal_places=2, default=Decimal(0), validators=[NOT_BELOW_ZERO, *limits], **more)


def _amount(words: Any, **more: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(words, max_digits=16, decimal_places=4, validators=[NOT_BELOW_ZERO], **more)


def _end(words: Any, **more: Any) -> models.DecimalField[Any, Any]:
    """The low or high of a figure; empty: as the base."""
    return _amount(words, null=True, blank=True, **more)


def _impact_end(words: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(words, max_digits=16, decimal_places=2, null=True, blank=True, validators=[NOT_BELOW_ZERO])


def _batch_end(words: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(words, max_digits=12, decimal_places=4, null=True, blank=True, validators=[MORE_THAN_NOTHING])


def _source() -> models.CharField[Any, Any]:
    return models.CharField(_("source"), max_length=12, choices=SOURCES, default=Source.ASSUMPTION.value)


class AssessmentQuerySet(models.QuerySet["CostAssessment"]):
    def visible_to(self, user: User) -> AssessmentQuerySet:
        return self.filter(own_projects(user, "project_id"))


@tracked
class CostAssessment(models.Model):
    """One scenario of a project's price. Numbered within the project, from 1; a fixed one never changes, the next one copies it.

    priced_on: the day whose exchange rates hold, and on which prices must be valid. yield_pct: of each yield of the route, 100 as it stands
    there. result: what was computed when it was fixed, with everything that it was computed from.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        FIXED = "fixed", _("Fixed")

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="cost_assessments")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(_("scenario"), max_length=120)
    currency = CurrencyField(_("currency"))
    priced_on = models.DateField(_("priced on"))
    route_version = models.ForeignKey(
        "process.RouteVersion", on_delete=models.PROTECT, related_name="cost_assessments", null=True, blank=True, verbose_name=_("route")
    )
    yield_pct = models.DecimalField(
        _("yields, of those of the route (%)"), max_digits=6, decimal_places=2, default=Decimal(100), validators=[MORE_THAN_NOTHING]
    )
    overhead_pct = _percent(_("overhead (%)"), MaxValueValidator(Decimal(500)))
    contingency_pct = _percent(_("contingency (%)"), HUNDRED)
    margin_pct = _percent(_("margin on the price (%)"), BELOW_ALL)
    risk_in_price = models.BooleanField(_("the client pays the expected cost of the risks"), default=True)
    assumptions_valid_until = models.DateField(_("assumptions hold until"), null=True, blank=True)
    note = models.TextField(_("note"), max_length=4000, blank=True)
    state = StateField(_("state"), choices=State.choices, default=State.DRAFT)
    made_from = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    fixed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    fixed_at = models.DateTimeField(null=True, blank=True)
    fixed_because = models.TextField(max_length=2000, blank=True)
    fixed_price = models.DecimalField(max_digits=18, decimal_places=3, null=True, blank=True)
    result = models.JSONField(null=True, blank=True)

    standing: Assessed | None = None  # where a page has computed it already; its tables show the same

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("cost scenario")
        verbose_name_plural = _("cost scenarios")
        ordering = ["project_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="cost_assessment_numbered_once"),
            models.CheckConstraint(condition=~Q(name=""), name="cost_assessment_is_named"),
            models.CheckConstraint(
                condition=Q(yield_pct__gt=0, overhead_pct__gte=0, contingency_pct__gte=0, margin_pct__gte=0, margin_pct__lt=100),
                name="cost_assessment_percents",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", fixed_at=None, fixed_by=None, fixed_price=None)
                | (Q(state="fixed", fixed_at__isnull=False, fixed_by__isnull=False, fixed_price__isnull=False) & ~Q(fixed_because="")),
                name="cost_assessment_fixed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("cost-scenario", args=[self.project.code, self.number])

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.project.client_id, self.project_id

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @transition(field=state, source=State.DRAFT, target=State.FIXED)
    def fix(self, *, by: User, at: datetime, because: str, price: Decimal, result: Any) -> None:
        self.fixed_by, self.fixed_at, self.fixed_because = by, at, because
        self.fixed_price, self.result = price, result


@tracked
class CostPhase(models.Model):
    """How often a phase runs, and how large: there is one of each phase that is priced; without a batch nothing is made in it.

    batch_low_kg, batch_high_kg: what a batch may come to where that is not sure; the quantity of the phase stays the same.
    """

    assessment = models.ForeignKey(CostAssessment, on_delete=models.PROTECT, related_name="phases")
    phase = models.CharField(_("phase"), max_length=16, choices=PHASE_CHOICES)
    batch_kg = models.DecimalField(_("batch size (kg)"), max_digits=12, decimal_places=4, default=Decimal(0), validators=[NOT_BELOW_ZERO])
    batches = models.PositiveSmallIntegerField(_("batches"), default=0)
    batch_low_kg = _batch_end(_("batch size, low (kg)"))
    batch_high_kg = _batch_end(_("batch size, high (kg)"))

    class Meta:
        verbose_name = _("phase of a cost scenario")
        verbose_name_plural = _("phases of cost scenarios")
        ordering = ["assessment_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "phase"], name="cost_phase_once"),
            models.CheckConstraint(condition=Q(batch_kg=0, batches=0) | Q(batch_kg__gt=0, batches__gt=0), name="cost_phase_batches"),
            models.CheckConstraint(
                condition=(Q(batch_low_kg=None) | Q(batch_low_kg__gt=0, batch_low_kg__lte=F("batch_kg")))
                & (Q(batch_high_kg=None) | Q(batches__gt=0, batch_high_kg__gte=F("batch_kg"))),
                name="cost_phase_batch_band",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_phase_display())

    @property
    def output_kg(self) -> Decimal:
        return self.batch_kg * self.batches


@tracked
class CostLine(models.Model):
    """What a phase costs beside its materials: quantity × price, once, for each batch or for each kilogram of API.

    at_cost: passed on after the margin (freight, tax, insurance). low and high where they are not as the base. planned_by: the department
    whose plan it was taken from, with the fingerprint that the plan had then; empty where a person typed it. spread: by which of the plan's
    rows its price moves together with that of other lines; empty where it moves alone.
    """

    assessment = models.ForeignKey(CostAssessment, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField(default=0)
    label = models.CharField(_("cost line"), max_length=200)
    phase = models.CharField(_("phase"), max_length=16, choices=PHASE_CHOICES)
    category = models.CharField(_("category"), max_length=12, choices=CATEGORIES)
    department = models.CharField(_("department"), max_length=32, choices=list(DEPARTMENT_NAMES.items()), blank=True)
    inclusion = models.CharField(_("scope"), max_length=10, choices=INCLUSIONS, default=Inclusion.INCLUDED.value)
    basis = models.CharField(_("counted"), max_length=10, choices=BASES, default=Basis.ONCE.value)
    quantity = _amount(_("quantity"))
    quantity_low = _end(_("quantity, low"))
    quantity_high = _end(_("quantity, high"))
    unit = models.CharField(_("unit"), max_length=20)
    price = _amount(_("price per unit"))
    price_low = _end(_("price, low"))
    price_high = _end(_("price, high"))
    currency = CurrencyField(_("currency"), blank=True)
    at_cost = models.BooleanField(_("passed on at cost"), default=False)
    source = _source()
    confidence = confidence_field()
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    dated = models.DateField(_("dated"), blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    planned_by = models.CharField(max_length=32, blank=True, editable=False)
    plan_fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    spread = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("cost line")
        verbose_name_plural = _("cost lines")
        ordering = ["assessment_id", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(label="") & ~Q(unit="") & ~Q(currency=""), name="cost_line_is_whole"),
            models.CheckConstraint(condition=in_order("quantity", "price"), name="cost_line_bands"),
        ]

    def __str__(self) -> str:
        return self.label


class QuotedPrice(SupplierQuote):
    """A supplier's price list by the words that choose it."""

    class Meta:
        proxy = True
        verbose_name = _("supplier's price")
        verbose_name_plural = _("suppliers' prices")

    def __str__(self) -> str:
        said = (self.material.code, str(self.supplier), self.price_words, self.quoted_on.isoformat(), self.reference)
        return " · ".join(each for each in said if each)


@tracked
class MaterialPrice(models.Model):
    """At what price a material is bought in this scenario: a supplier's, with all breaks of that list, or a typed one with its source.

    recovered_…: what comes back for each kilogram that is charged; empty where nothing does. It has an origin of its own, as it is
    rarely said by whoever sells the material.
    """

    assessment = models.ForeignKey(CostAssessment, on_delete=models.PROTECT, related_name="prices")
    material = models.ForeignKey("catalogue.Material", on_delete=models.PROTECT, related_name="+", verbose_name=_("material"))
    quote = models.ForeignKey(
        QuotedPrice, on_delete=models.PROTECT, related_name="chosen_in", null=True, blank=True, verbose_name=_("supplier's price")
    )
    price_per_kg = _end(_("price per kg"))
    price_low = _end(_("price, low"))
    price_high = _end(_("price, high"))
    currency = CurrencyField(_("currency"), blank=True)
    handling_loss_pct = _percent(_("handling loss (%)"), BELOW_ALL)
    loss_in_yield = models.BooleanField(_("loss is in the yield"), default=False)
    source = _source()
    confidence = confidence_field()
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    dated = models.DateField(_("dated"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    recovered_per_kg = _end(_("recovered value per kg charged"))
    recovered_low = _end(_("recovered, low"))
    recovered_high = _end(_("recovered, high"))
    recovered_currency = CurrencyField(_("recovered, currency"), blank=True)
    recovered_source = models.CharField(_("recovered, source"), max_length=12, choices=SOURCES, blank=True)
    recovered_confidence = confidence_field(_("recovered, confidence"))
    recovered_reference = models.CharField(_("recovered, reference"), max_length=120, blank=True)
    recovered_dated = models.DateField(_("recovered, dated"), null=True, blank=True)

    class Meta:
        verbose_name = _("material price of a scenario")
        verbose_name_plural = _("material prices of scenarios")
        ordering = ["assessment_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "material"], name="material_price_once"),
            models.CheckConstraint(
                condition=Q(price_per_kg=None) | (Q(quote=None, dated__isnull=False) & ~Q(currency="")), name="material_price_is_one"
            ),
            models.CheckConstraint(
                condition=(Q(price_low=None) | Q(price_low__lte=F("price_per_kg")))
                & (Q(price_high=None) | Q(price_high__gte=F("price_per_kg"))),
                name="material_price_band",
            ),
            models.CheckConstraint(
                condition=Q(
                    recovered_per_kg=None,
                    recovered_low=None,
                    recovered_high=None,
                    recovered_currency="",
                    recovered_source="",
                    recovered_confidence="",
                    recovered_reference="",
                    recovered_dated=None,
                )
                | (Q(recovered_per_kg__gt=0, recovered_dated__isnull=False) & ~Q(recovered_currency="") & ~Q(recovered_source="")),
                name="material_price_recovered_is_whole",
            ),
            models.CheckConstraint(
                condition=(Q(recovered_low=None) | Q(recovered_low__gte=0, recovered_low__lte=F("recovered_per_kg")))
                & (Q(recovered_high=None) | Q(recovered_high__gte=F("recovered_per_kg"))),
                name="material_price_recovered_band",
            ),
        ]

    def __str__(self) -> str:
        return str(self.material)

    @property
    def is_known(self) -> bool:
        return self.quote_id is not None or self.price_per_kg is not None


@tracked
class RiskItem(Sourced):
    """What may happen in a phase and what it then costs, with the least and the most of that."""

    assessment = models.ForeignKey(CostAssessment, on_delete=models.PROTECT, related_name="risks")
    position = models.PositiveIntegerField(default=0)
    label = models.CharField(_("risk"), max_length=200)
    phase = models.CharField(_("phase"), max_length=16, choices=PHASE_CHOICES)
    probability_pct = models.DecimalField(_("probability (%)"), max_digits=5, decimal_places=2, validators=[NOT_BELOW_ZERO, HUNDRED])
    impact = models.DecimalField(_("cost if it happens"), max_digits=16, decimal_places=2, validators=[NOT_BELOW_ZERO])
    impact_low = _impact_end(_("cost if it happens, low"))
    impact_high = _impact_end(_("cost if it happens, high"))
    currency = CurrencyField(_("currency"), blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("risk of a cost scenario")
        verbose_name_plural = _("risks of cost scenarios")
        ordering = ["assessment_id", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(probability_pct__gte=0, probability_pct__lte=100, impact__gte=0) & ~Q(label="") & ~Q(currency=""),
                name="risk_item_is_whole",
            ),
            models.CheckConstraint(condition=in_order("impact"), name="risk_item_band"),
        ]

    def __str__(self) -> str:
        return self.label


@tracked
class ScenarioQuote(models.Model):
    """The price that a fixed scenario gave to a phase of a quotation, in its currency, and the words of the line that took it.

    rate: into that currency, of which day; None where the scenario is in it already. worded: the line and its words were made with it;
    else somebody had typed them. is_optional: of an option beside the price of the phase. The line is found by phase and words, as a
    draft writes its lines anew.
    """

    quotation = models.ForeignKey("projects.Quotation", on_delete=models.CASCADE, related_name="scenario_quotes")
    assessment = models.ForeignKey(CostAssessment, on_delete=models.PROTECT, related_name="quotes")
    phase = models.CharField(_("phase"), max_length=16, choices=PHASE_CHOICES)
    description = models.CharField(_("description"), max_length=300)
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2, validators=[NOT_BELOW_ZERO])
    currency = CurrencyField(_("currency"))
    rate = models.DecimalField(_("rate"), max_digits=20, decimal_places=8, null=True, blank=True)
    rated_on = models.DateField(_("rate of"), null=True, blank=True)
    worded = models.BooleanField(default=True)
    is_optional = models.BooleanField(default=False)
    quoted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    quoted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("quoted price of a cost scenario")
        verbose_name_plural = _("quoted prices of cost scenarios")
        ordering = ["quotation_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["quotation", "phase"], condition=Q(is_optional=False), name="scenario_quote_one_price_a_phase"),
            models.UniqueConstraint(fields=["quotation", "phase", "description"], name="scenario_quote_once_a_line"),
        ]

    def __str__(self) -> str:
        return self.description
