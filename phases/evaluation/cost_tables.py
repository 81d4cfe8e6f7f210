"""The tables of a feasibility sheet that hold money: the utilities of operations, and what research, methods, materials and EHS cost."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.history import tracked
from phases.evaluation.tables import PlannedOperation, end_of_figure, figure_above_nothing, figure_from_nothing, of_sheet
from process.costs.origins import Sourced, in_order


@tracked
class PlannedUtility(Sourced):
    """What an operation takes of steam, cold, gas or power, by kind: so much for each batch or each kilogram, at a rate in the sheet's
    currency. It stands in place of the operation's one figure for all utilities.
    """

    class Kind(models.TextChoices):
        STEAM = "steam", _("Steam")
        COOLING_WATER = "cooling_water", _("Cooling water")
        CHILLED_WATER = "chilled_water", _("Chilled water")
        BRINE = "brine", _("Brine")
        NITROGEN = "nitrogen", _("Nitrogen")
        COMPRESSED_AIR = "compressed_air", _("Compressed air")
        ELECTRICITY = "electricity", _("Electricity")
        VACUUM = "vacuum", _("Vacuum")
        WATER = "water", _("Process water")
        OTHER = "other", _("Other")

    class Basis(models.TextChoices):
        BATCH = "batch", _("per batch")
        KG = "kg", _("per kg of the batch")

    assessment = of_sheet("utilities")
    position = models.PositiveIntegerField(default=0)
    operation = models.ForeignKey(PlannedOperation, on_delete=models.PROTECT, related_name="utilities", verbose_name=_("operation"))
    kind = models.CharField(_("utility"), max_length=16, choices=Kind.choices)
    amount = figure_above_nothing(_("amount"), 4)
    amount_low = end_of_figure(_("amount, low"), 4)
    amount_high = end_of_figure(_("amount, high"), 4)
    unit = models.CharField(_("unit"), max_length=20)
    basis = models.CharField(_("counted"), max_length=8, choices=Basis.choices, default=Basis.BATCH)
    rate = figure_from_nothing(_("rate per unit"), 4)
    rate_low = end_of_figure(_("rate, low"), 4)
    rate_high = end_of_figure(_("rate, high"), 4)
    valid_until = models.DateField(_("rate valid until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("utility of a planned operation")
        verbose_name_plural = _("utilities of planned operations")
        ordering = ["assessment_id", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["operation", "kind", "basis", "unit"], name="planned_utility_once"),
            models.CheckConstraint(condition=~Q(unit="") & Q(amount__gt=0, rate__gte=0), name="planned_utility_is_whole"),
            models.CheckConstraint(condition=in_order("amount", "rate"), name="planned_utility_bands"),
        ]

    def __str__(self) -> str:
        return f"{self.operation}: {self.get_kind_display()}"


@tracked
class SheetCost(Sourced):
    """So much of something at its price, in the currency of the sheet: hours of a function of research, kilograms of a material, or
    whatever EHS asks for; of the analytical department the hours, columns and standards that go into a method. work: what that is, else
    empty. task: what a function of research is wanted for.
    """

    class Work(models.TextChoices):
        DEVELOPMENT = "development", _("development")
        VALIDATION = "validation", _("validation")
        TRANSFER = "transfer", _("transfer")
        COLUMNS = "columns", _("columns and standards")

    assessment = of_sheet("cost_rows")
    position = models.PositiveIntegerField(default=0)
    item = models.CharField(_("item"), max_length=120)
    task = models.CharField(_("task"), max_length=120, blank=True)
    work = models.CharField(_("work"), max_length=12, choices=Work.choices, blank=True)
    unit = models.CharField(_("unit"), max_length=20)
    amount = figure_above_nothing(_("amount"), 3)
    amount_low = end_of_figure(_("amount, low"), 3)
    amount_high = end_of_figure(_("amount, high"), 3)
    unit_price = figure_from_nothing(_("price per unit"), 4, whole=10)
    unit_price_low = end_of_figure(_("price, low"), 4, whole=10)
    unit_price_high = end_of_figure(_("price, high"), 4, whole=10)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("cost of a sheet")
        verbose_name_plural = _("costs of sheets")
        ordering = ["assessment_id", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(item="") & ~Q(unit="") & Q(amount__gt=0, unit_price__gte=0), name="sheet_cost_is_whole"),
            models.CheckConstraint(condition=in_order("amount", "unit_price"), name="sheet_cost_bands"),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {said}" if (said := self.task or self.get_work_display()) else self.item

    @property
    def cost(self) -> Decimal:
        """Not rounded."""
        return self.amount * self.unit_price
