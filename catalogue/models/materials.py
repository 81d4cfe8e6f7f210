"""What a route takes in: bought materials, one row for each grade that is bought."""

from __future__ import annotations

from contextlib import suppress

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Case, Exists, F, Q, Value, When
from django.db.models.functions import Concat, Lower, Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.history import tracked
from catalogue.chemistry import CasNumberError, normalise_cas
from catalogue.models.compounds import Compound
from catalogue.models.kept import CAS_NUMBER, InternalQuerySet

WHOLE_NAME = Case(When(grade="", then=F("name")), default=Concat("name", Value(" ("), "grade", Value(")")))  # as str() has it


class MaterialQuerySet(InternalQuerySet):
    def called(self, words: str) -> MaterialQuerySet:
        """By its code, or by name and grade as they are written together; where none is, by its name in any grade or its CAS number."""
        named, rows = Q(code__iexact=words) | Q(whole_name__iexact=words), self.annotate(whole_name=WHOLE_NAME)
        meant = Q(name__iexact=words)
        with suppress(CasNumberError):
            meant |= Q(cas_number=normalise_cas(words))
        return rows.filter(named | meant & ~Exists(rows.filter(named).order_by().values("pk")))


@tracked
class Material(models.Model):
    """A bought material in one grade. Its code is ours and stays.

    molar_mass_g_per_mol: as charged, salt and solvate included. density_kg_per_l: at 20 °C; a solvent needs it where a route takes it by
    volume. hazard_statements: GHS codes with a space between them (H225 H319). exposure_band: occupational, 1 (least) to 5.
    """

    class Kind(models.TextChoices):
        STARTING_MATERIAL = "starting_material", _("Starting material")
        REAGENT = "reagent", _("Reagent")
        CATALYST = "catalyst", _("Catalyst")
        SOLVENT = "solvent", _("Solvent")
        WATER = "water", _("Water")
        GAS = "gas", _("Gas")
        AUXILIARY = "auxiliary", _("Auxiliary")
        PACKAGING = "packaging", _("Packaging")

    code = models.SlugField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=200)
    grade = models.CharField(_("grade"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    cas_number = models.CharField(_("CAS number"), max_length=12, blank=True, validators=[CAS_NUMBER])
    compound = models.ForeignKey(
        Compound, on_delete=models.PROTECT, related_name="materials", null=True, blank=True, verbose_name=_("compound")
    )
    molar_mass_g_per_mol = models.FloatField(_("molar mass (g/mol)"), null=True, blank=True, validators=[MinValueValidator(1)])
    density_kg_per_l = models.FloatField(
        _("density (kg/L)"), null=True, blank=True, validators=[MinValueValidator(0.05), MaxValueValidator(25)]
    )
    hazard_statements = models.CharField(_("hazard statements"), max_length=200, blank=True)
    exposure_band = models.PositiveSmallIntegerField(
        _("exposure band"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    un_number = models.CharField(
        _("UN number"), max_length=6, blank=True, validators=[RegexValidator(r"^UN\d{4}$", _("A UN number looks like UN1170."))]
    )
    controlled_as = models.CharField(_("controlled as"), max_length=120, blank=True)
    storage = models.CharField(_("storage"), max_length=120, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    in_use = models.BooleanField(_("in use"), default=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MaterialQuerySet.as_manager()

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        ordering = ["name", "grade", "id"]
        indexes = [
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="material_name_trigrams"),
            models.Index(fields=["cas_number"], condition=~Q(cas_number=""), name="material_by_cas_number"),
        ]
        constraints = [
            models.UniqueConstraint(Lower("name"), Lower("grade"), name="material_name_and_grade_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(code=""), name="material_is_named"),
            models.CheckConstraint(condition=Q(molar_mass_g_per_mol=None) | Q(molar_mass_g_per_mol__gt=0), name="material_molar_mass"),
            models.CheckConstraint(condition=Q(density_kg_per_l=None) | Q(density_kg_per_l__gt=0), name="material_density"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.grade})" if self.grade else self.name

    def get_absolute_url(self) -> str:
        return reverse("material-detail", args=[self.code])
