"""The tables of a feasibility sheet: risks and assumptions of every one, the test plan, the production plan and the hazards of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.history import tracked
from catalogue.models import Vessel
from catalogue.models.kept import MORE_THAN_NOTHING, NOT_BELOW_ZERO
from phases.evaluation.models import DepartmentAssessment
from process.confidence import confidence_field
from process.costs.origins import SOURCES, Sourced
from projects.models import ProjectRisk

MOST_PCT = 1000
COUNTED = [MinValueValidator(1, _("One or more.")), MaxValueValidator(9999)]
LONGEST = 8000  # what the text field before these tables could hold, so that a line of it always fits


def of_sheet(name: str) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(DepartmentAssessment, on_delete=models.PROTECT, related_name=name)


def _decimal(words: Any, places: int = 2, *, whole: int = 6, more_than_nothing: bool = False, **more: Any) -> models.DecimalField[Any, Any]:
    least = MORE_THAN_NOTHING if places <= 3 else MinValueValidator(Decimal(1).scaleb(-places), MORE_THAN_NOTHING.message)
    limit = least if more_than_nothing else NOT_BELOW_ZERO
    return models.DecimalField(words, max_digits=whole + places, decimal_places=places, validators=[limit], **more)


def figure_from_nothing(words: Any, places: int = 2, *, whole: int = 6) -> models.DecimalField[Any, Any]:
    """whole: digits before the point; the price of a study in yen has more than that in euros."""
    return _decimal(words, places, whole=whole, default=Decimal(0))


def figure_above_nothing(words: Any, places: int = 2) -> models.DecimalField[Any, Any]:
    return _decimal(words, places, more_than_nothing=True)


def end_of_figure(words: Any, places: int = 2, *, whole: int = 6) -> models.DecimalField[Any, Any]:
    """The low or high of a figure; empty: as the base."""
    return _decimal(words, places, whole=whole, null=True, blank=True)


def _share(words: Any, least: int, most: int) -> models.DecimalField[Any, Any]:
    lowest, highest = _("At least %(limit_value)s %%."), _("At most %(limit_value)s %%.")
    limits = [MinValueValidator(Decimal(least), lowest), MaxValueValidator(Decimal(most), highest)]
    return models.DecimalField(words, max_digits=6, decimal_places=2, null=True, blank=True, validators=limits)


def _figure(words: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(words, max_digits=18, decimal_places=4, null=True, blank=True)


@tracked
class SheetRisk(models.Model):
    """What may go wrong, in the department's eyes. Not judged yet where probability or impact is empty."""

    assessment = of_sheet("risk_rows")
    position = models.PositiveIntegerField(default=0)
    text = models.TextField(_("risk"), max_length=LONGEST)
    probability = models.PositiveSmallIntegerField(_("probability"), choices=ProjectRisk.Level.choices, null=True, blank=True)
    impact = models.PositiveSmallIntegerField(_("impact"), choices=ProjectRisk.Level.choices, null=True, blank=True)
    response = models.TextField(_("response"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("risk of a sheet")
        verbose_name_plural = _("risks of sheets")
        ordering = ["assessment_id", "position", "id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="sheet_risk_is_said")]

    def __str__(self) -> str:
        return self.text[:120]

    @property
    def is_judged(self) -> bool:
        return self.probability is not None and self.impact is not None

    @property
    def weight(self) -> int | None:
        """Probability × impact, 1 to 9."""
        return self.probability * self.impact if self.probability and self.impact else None


@tracked
class SheetAssumption(models.Model):
    """What must hold for cost and time to be right; where it is a figure, with its lowest and highest."""

    assessment = of_sheet("assumption_rows")
    position = models.PositiveIntegerField(default=0)
    text = models.TextField(_("assumption"), max_length=LONGEST)
    source = models.CharField(_("source"), max_length=12, choices=SOURCES, default="assumption")
    confidence = confidence_field()
    figure = _figure(_("figure"))
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    low = _figure(_("low"))
    high = _figure(_("high"))
    confirm_by = models.DateField(_("needs confirming by"), null=True, blank=True)

    class Meta:
        verbose_name = _("assumption of a sheet")
        verbose_name_plural = _("assumptions of sheets")
        ordering = ["assessment_id", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="sheet_assumption_is_said"),
            models.CheckConstraint(
                condition=(Q(low=None) | Q(low__lte=F("figure"))) & (Q(high=None) | Q(high__gte=F("figure"))), name="sheet_assumption_band"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:120]


class Spread(models.Model):
    """Of a row with several figures: what its cost may come to, in percent of what it is here; None where that is as it is."""

    low_pct = _share(_("cost, low (%)"), 0, 100)
    high_pct = _share(_("cost, high (%)"), 100, MOST_PCT)

    class Meta:
        abstract = True

    def ends(self, price: Decimal) -> tuple[Decimal | None, Decimal | None]:
        """What a price of the row may come to, not rounded."""
        low, high = (None if share is None else price * share / 100 for share in (self.low_pct, self.high_pct))
        return low, high


SPREAD = (Q(low_pct=None) | Q(low_pct__range=(0, 100))) & (Q(high_pct=None) | Q(high_pct__range=(100, MOST_PCT)))


@tracked
class PlannedTest(Spread):
    """A test of the price book, so many samples of so many batches: a line of the analytical sheet's test plan.

    replicates: how often each sample is measured; None: once. Whose word its figures are, the price book says.
    """

    class Stage(models.TextChoices):
        INCOMING = "incoming", _("Incoming materials")
        IN_PROCESS = "in_process", _("In process")
        INTERMEDIATE = "intermediate", _("Intermediate")
        RELEASE = "release", _("Release")
        STABILITY = "stability", _("Stability")
        CLEANING = "cleaning", _("Cleaning")

    assessment = of_sheet("tests")
    position = models.PositiveIntegerField(default=0)
    price = models.ForeignKey("catalogue.AnalyticalPrice", on_delete=models.PROTECT, related_name="planned", verbose_name=_("test"))
    stage = models.CharField(_("stage"), max_length=12, choices=Stage.choices)
    batches = models.PositiveIntegerField(_("batches"), validators=COUNTED)
    samples_per_batch = models.PositiveIntegerField(_("samples per batch"), validators=COUNTED)
    replicates = models.PositiveIntegerField(_("replicates of a sample"), null=True, blank=True, validators=COUNTED)
    confidence = confidence_field()
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("planned test")
        verbose_name_plural = _("planned tests")
        ordering = ["assessment_id", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(batches__gt=0, samples_per_batch__gt=0), name="planned_test_has_samples"),
            models.CheckConstraint(condition=SPREAD, name="planned_test_spread"),
        ]

    def __str__(self) -> str:
        return str(self.price)


class SiteVessel(Vessel):
    """A vessel by the words that choose it: a tag is unique at its site only."""

    class Meta:
        proxy = True
        verbose_name = _("vessel")
        verbose_name_plural = _("vessels")

    def __str__(self) -> str:
        return f"{self.tag} · {self.site}"


@tracked
class PlannedOperation(Sourced, Spread):
    """A vessel for so many hours of so many batches: a line of the production plan. Hours are of one batch; money in the sheet's currency.

    modification_cost: what changing the equipment for it costs, whatever the number of batches.
    booking: what was put on the occupancy calendar for it. proposed: made from a step of a route, and by nobody looked at since.
    """

    assessment = of_sheet("operations")
    position = models.PositiveIntegerField(default=0)
    operation = models.CharField(_("operation"), max_length=120)
    vessel = models.ForeignKey(SiteVessel, on_delete=models.PROTECT, related_name="planned", verbose_name=_("vessel"))
    batch_kg = _decimal(_("batch size (kg)"), 3, more_than_nothing=True)
    litres_per_kg = _decimal(_("volume (L/kg)"), 3, null=True, blank=True, more_than_nothing=True)
    batches = models.PositiveIntegerField(_("batches"), default=1, validators=COUNTED)
    hours = _decimal(_("hours per batch"), more_than_nothing=True)
    cleaning_hours = figure_from_nothing(_("cleaning per batch (h)"))
    shifts_per_day = models.PositiveSmallIntegerField(
        _("shifts per day"), default=3, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    vessel_rate = figure_from_nothing(_("vessel, per hour"))
    operators = figure_from_nothing(_("operators"), 1)
    operator_rate = figure_from_nothing(_("operator, per hour"))
    utilities_per_kg = figure_from_nothing(_("utilities, per kg"), 4)
    waste_kg_per_kg = figure_from_nothing(_("waste (kg/kg)"), 3)
    waste_price_per_kg = figure_from_nothing(_("waste, price per kg"), 4)
    modification_cost = _decimal(_("change of equipment, once"), null=True, blank=True, whole=10)
    wanted_from = models.DateField(_("wanted from"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    proposed = models.BooleanField(default=False, editable=False)
    booking = models.ForeignKey("projects.Occupancy", on_delete=models.SET_NULL, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = _("planned operation")
        verbose_name_plural = _("planned operations")
        ordering = ["assessment_id", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(operation="") & Q(batch_kg__gt=0, batches__gt=0, hours__gt=0), name="operation_is_whole"),
            models.CheckConstraint(condition=Q(shifts_per_day__gte=1, shifts_per_day__lte=3), name="operation_shifts"),
            models.CheckConstraint(condition=SPREAD, name="operation_spread"),
        ]

    def __str__(self) -> str:
        return self.operation


@tracked
class SheetHazard(models.Model):
    """What is dangerous about the work, the containment that it asks for, and what is done about it."""

    class Source(models.TextChoices):
        SAFETY_DATA_SHEET = "sds", _("Safety data sheet")
        EARLY_SCREEN = "screen", _("Early screen of the route")
        CALORIMETRY = "calorimetry", _("Calorimetry")
        LITERATURE = "literature", _("Literature")
        CLIENT = "client", _("Client")
        JUDGEMENT = "judgement", _("Judgement")

    assessment = of_sheet("hazards")
    position = models.PositiveIntegerField(default=0)
    hazard = models.CharField(_("hazard"), max_length=300)
    source = models.CharField(_("source"), max_length=12, choices=Source.choices, default=Source.JUDGEMENT)
    band_required = models.PositiveSmallIntegerField(
        _("exposure band required"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    measure = models.TextField(_("measure"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("hazard of a sheet")
        verbose_name_plural = _("hazards of sheets")
        ordering = ["assessment_id", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(hazard=""), name="sheet_hazard_is_said"),
            models.CheckConstraint(condition=Q(band_required=None) | Q(band_required__range=(1, 5)), name="sheet_hazard_band"),
        ]

    def __str__(self) -> str:
        return self.hazard
