"""Routes of a project: versions, steps, inputs. Percent here, as people type it; `building` makes fractions of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from audit.history import tracked
from audit.states import StateField
from process.confidence import confidence_field
from process.routes.reaction_classes import reaction_classes
from projects.models.project import sees_project

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project

MORE_THAN_NOTHING = MinValueValidator(Decimal("0.000001"), _("More than nothing."))
HUNDRED = MaxValueValidator(Decimal(100), _("At most 100 %%."))


def own_projects(user: User, path: str) -> Q:
    """Rows of projects that somebody of ours sees; a client sees nothing of how it is made."""
    return sees_project(user, path) if user.is_internal else Q(pk__in=[])


class RouteQuerySet(models.QuerySet["Route"]):
    def visible_to(self, user: User) -> RouteQuerySet:
        return self.filter(own_projects(user, "project_id"))


@tracked
class Route(models.Model):
    """A way to make the compound of a project, in versions. Numbered within the project, from 1."""

    class Origin(models.TextChoices):
        CLIENT = "client", _("From the client")
        LITERATURE = "literature", _("From the literature")
        OURS = "ours", _("Our own")

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="routes")
    compound = models.ForeignKey("catalogue.Compound", on_delete=models.PROTECT, related_name="routes", verbose_name=_("compound"))
    number = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=120)
    origin = models.CharField(_("origin"), max_length=16, choices=Origin.choices)
    purpose = models.CharField(_("purpose"), max_length=300, blank=True, help_text=_("For example: for the quotation, second source."))
    note = models.TextField(_("note"), max_length=4000, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = RouteQuerySet.as_manager()

    class Meta:
        verbose_name = _("route")
        verbose_name_plural = _("routes")
        ordering = ["project_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="route_numbered_once"),
            models.CheckConstraint(condition=~Q(name=""), name="route_is_named"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("route-detail", args=[self.project.code, self.number])

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.project.client_id, self.project_id


class RouteVersionQuerySet(models.QuerySet["RouteVersion"]):
    def visible_to(self, user: User) -> RouteVersionQuerySet:
        return self.filter(own_projects(user, "route__project_id"))


@tracked
class RouteVersion(models.Model):
    """A route as it stood. One draft at a time is worked on; a fixed version never changes, a new one copies it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        FIXED = "fixed", _("Fixed")

    route = models.ForeignKey(Route, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = StateField(_("state"), choices=State.choices, default=State.DRAFT)
    made_from = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    reason = models.TextField(_("why"), max_length=2000, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    fixed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    fixed_at = models.DateTimeField(null=True, blank=True)
    fixed_because = models.TextField(max_length=2000, blank=True)

    target_kg: float = 1.0  # for which quantity its materials are priced, where a page says another

    objects = RouteVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a route")
        verbose_name_plural = _("versions of routes")
        ordering = ["route_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["route", "number"], name="route_version_numbered_once"),
            models.UniqueConstraint(fields=["route"], condition=Q(state="draft"), name="route_one_draft"),
            models.CheckConstraint(
                condition=Q(state="draft", fixed_at=None, fixed_by=None)
                | (Q(state="fixed", fixed_at__isnull=False, fixed_by__isnull=False) & ~Q(fixed_because="")),
                name="route_version_fixed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.route.name}, {_('version')} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("route-version", args=[self.route.project.code, self.route.number, self.number])

    @property
    def project(self) -> Project:
        return self.route.project

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.route.event_scope

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @transition(field=state, source=State.DRAFT, target=State.FIXED)
    def fix(self, *, by: User, at: datetime, because: str) -> None:
        self.fixed_by, self.fixed_at, self.fixed_because = by, at, because


class RouteSource(models.TextChoices):
    """Of a yield or an amount, as the cost form names it: a run that was made or published, or our own judgement."""

    ANALOGUE = "analogue", _("Analogue")
    ASSUMPTION = "assumption", _("Assumption")


@tracked
class RouteStep(models.Model):
    """One step of a version. `key` stays the same through the versions of a route; `position` is where it stands in the list.

    product_per_limiting: mol of product from one mol of the limiting input in the equation. set_aside: an alternative that is kept
    and not counted. Yields in percent of that, with where they come from; cycle time in hours, temperatures in °C.
    """

    version = models.ForeignKey(RouteVersion, on_delete=models.PROTECT, related_name="steps")
    key = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=120)
    transformation = models.CharField(_("class of reaction"), max_length=40, choices=reaction_classes, blank=True)
    product_name = models.CharField(_("product"), max_length=200)
    product_compound = models.ForeignKey(
        "catalogue.Compound", on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("compound of the product")
    )
    product_molar_mass_g_per_mol = models.FloatField(
        _("molar mass of the product (g/mol)"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    product_per_limiting = models.DecimalField(
        _("mol of product per mol of limiting input"),
        max_digits=7,
        decimal_places=4,
        default=Decimal(1),
        validators=[MORE_THAN_NOTHING],
    )
    yield_low_pct = models.DecimalField(
        _("yield, low (%)"), max_digits=6, decimal_places=3, null=True, blank=True, validators=[MORE_THAN_NOTHING]
    )
    yield_pct = models.DecimalField(_("yield (%)"), max_digits=6, decimal_places=3, validators=[MORE_THAN_NOTHING])
    yield_high_pct = models.DecimalField(
        _("yield, high (%)"), max_digits=6, decimal_places=3, null=True, blank=True, validators=[MORE_THAN_NOTHING]
    )
    yield_source = models.CharField(_("yield, source"), max_length=12, choices=RouteSource, default=RouteSource.ASSUMPTION)
    yield_confidence = confidence_field(_("yield, confidence"))
    yield_reference = models.CharField(_("yield, reference"), max_length=120, blank=True)
    yield_dated = models.DateField(_("yield, dated"), null=True, blank=True)
    purity_pct = models.DecimalField(
        _("purity of the product (area %)"), max_digits=6, decimal_places=3, null=True, blank=True, validators=[MORE_THAN_NOTHING, HUNDRED]
    )
    batch_output_kg = models.DecimalField(
        _("output of a batch (kg)"), max_digits=12, decimal_places=4, null=True, blank=True, validators=[MORE_THAN_NOTHING]
    )
    cycle_time_h = models.DecimalField(
        _("cycle time (h)"), max_digits=7, decimal_places=2, null=True, blank=True, validators=[MORE_THAN_NOTHING]
    )
    temperature_min_c = models.DecimalField(_("temperature from (°C)"), max_digits=5, decimal_places=1, null=True, blank=True)
    temperature_max_c = models.DecimalField(_("temperature to (°C)"), max_digits=5, decimal_places=1, null=True, blank=True)
    conditions = models.CharField(_("conditions"), max_length=1000, blank=True)
    hazards = models.CharField(_("hazards"), max_length=1000, blank=True)
    set_aside = models.BooleanField(_("an alternative, not counted"), default=False)
    typed_structure: str | None = None

    class Meta:
        verbose_name = _("step of a route")
        verbose_name_plural = _("steps of routes")
        ordering = ["version_id", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="route_step_key_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(product_name=""), name="route_step_is_named"),
            models.CheckConstraint(condition=Q(yield_pct__gt=0, product_per_limiting__gt=0), name="route_step_yield"),
            models.CheckConstraint(
                condition=(Q(yield_low_pct=None) | Q(yield_low_pct__lte=F("yield_pct")))
                & (Q(yield_high_pct=None) | Q(yield_high_pct__gte=F("yield_pct"))),
                name="route_step_yield_band",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.version.event_scope

    @property
    def product_structure(self) -> str:
        """The SMILES of the compound; what is set here is looked up in the catalogue when the row is judged."""
        if self.typed_structure is not None:
            return self.typed_structure
        return self.product_compound.smiles if self.product_compound else ""

    @product_structure.setter
    def product_structure(self, text: str) -> None:
        self.typed_structure = text

    @property
    def molar_mass_g_per_mol(self) -> float | None:
        """Typed, else that of the compound."""
        if self.product_molar_mass_g_per_mol is not None or self.product_compound is None:
            return self.product_molar_mass_g_per_mol
        return self.product_compound.molar_mass_g_per_mol


@tracked
class StepInput(models.Model):
    """What a step takes in: a bought material, or the product of another step of the same version; one of the two.

    reference: the input that kg/kg and L/kg are counted on, by default the limiting one. stoichiometry: mol in the equation per mol of
    the limiting input, where it is not one for a reactant and none for the others. amount_low and amount_high where they are not as the
    amount; the limiting input has none.
    """

    class Role(models.TextChoices):
        REACTANT = "reactant", _("Reactant")
        REAGENT = "reagent", _("Reagent")
        CATALYST = "catalyst", _("Catalyst")
        SOLVENT = "solvent", _("Solvent")
        WATER = "water", _("Water")
        AUXILIARY = "auxiliary", _("Auxiliary")

    class Basis(models.TextChoices):
        EQUIVALENTS = "equivalents", _("equivalents")
        KG_PER_KG = "kg_per_kg", _("kg/kg")
        L_PER_KG = "l_per_kg", _("L/kg")

    step = models.ForeignKey(RouteStep, on_delete=models.PROTECT, related_name="inputs")
    position = models.PositiveSmallIntegerField()
    material = models.ForeignKey(
        "catalogue.Material", on_delete=models.PROTECT, related_name="step_inputs", null=True, blank=True, verbose_name=_("material")
    )
    from_step = models.ForeignKey(
        RouteStep, on_delete=models.PROTECT, related_name="consumers", null=True, blank=True, verbose_name=_("product of the step")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=6, validators=[MORE_THAN_NOTHING])
    basis = models.CharField(_("counted in"), max_length=16, choices=Basis.choices)
    amount_low = models.DecimalField(
        _("amount, low"), max_digits=12, decimal_places=6, null=True, blank=True, validators=[MORE_THAN_NOTHING]
    )
    amount_high = models.DecimalField(
        _("amount, high"), max_digits=12, decimal_places=6, null=True, blank=True, validators=[MORE_THAN_NOTHING]
    )
    amount_source = models.CharField(_("amount, source"), max_length=12, choices=RouteSource, default=RouteSource.ASSUMPTION)
    amount_confidence = confidence_field(_("amount, confidence"))
    amount_reference = models.CharField(_("amount, reference"), max_length=120, blank=True)
    amount_dated = models.DateField(_("amount, dated"), null=True, blank=True)
    is_limiting = models.BooleanField(_("limiting"), default=False)
    assay_pct = models.DecimalField(
        _("assay (%)"), max_digits=6, decimal_places=3, default=Decimal(100), validators=[MORE_THAN_NOTHING, HUNDRED]
    )
    recycle_pct = models.DecimalField(
        _("recycled (%)"),
        max_digits=6,
        decimal_places=3,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal("99.999"), _("Below 100 %%."))],
    )
    reference = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="counted_on_it", null=True, blank=True, verbose_name=_("counted on")
    )
    stoichiometry = models.DecimalField(
        _("mol in the equation"), max_digits=7, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]
    )
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("input of a step")
        verbose_name_plural = _("inputs of steps")
        ordering = ["step_id", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(material=None, from_step__isnull=False) | Q(material__isnull=False, from_step=None), name="step_input_is_one"
            ),
            models.CheckConstraint(condition=~Q(from_step=F("step")), name="step_input_not_of_itself"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="step_input_amount"),
            models.CheckConstraint(
                condition=(Q(amount_low=None) | Q(amount_low__gt=0, amount_low__lte=F("amount")))
                & (Q(amount_high=None) | Q(amount_high__gte=F("amount"))),
                name="step_input_amount_band",
            ),
            models.CheckConstraint(
                condition=Q(assay_pct__gt=0, assay_pct__lte=100, recycle_pct__gte=0, recycle_pct__lt=100), name="step_input_percents"
            ),
        ]

    def __str__(self) -> str:
        return str(self.material) if self.material is not None else self.from_step.product_name  # type: ignore[union-attr]

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.step.event_scope
