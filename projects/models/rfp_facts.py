"""What a request says, in the groups of fields.md section 1. Nothing of it is needed to save; `projects/rfp_fields.py` lists it."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.currencies import CurrencyField
from audit.refusals import Words
from projects.models.commercial import Incoterm
from projects.models.rfp_choices import (
    ClinicalStage,
    CompoundRole,
    ConflictCheck,
    CtdAuthor,
    Firmness,
    GmpNeeded,
    Hygroscopicity,
    IpOwnership,
    Market,
    Monograph,
    PricingWish,
    ReferenceStandard,
    Route,
    RouteAvailable,
    SourceWish,
    SpecialCondition,
    Submission,
    TreatmentDuration,
    YesNo,
)

LARGEST_STEPS, LARGEST_BATCHES = 40, 99


def _said(words: Words, most: int, help_text: Words = "") -> models.CharField[str, str]:
    return models.CharField(words, max_length=most, blank=True, help_text=help_text)


def _told(words: Words, most: int, help_text: Words = "") -> models.TextField[str, str]:
    """Of several lines."""
    return models.TextField(words, max_length=most, blank=True, help_text=help_text)


def _one_of(words: Words, choices: type[models.TextChoices], help_text: Words = "") -> models.CharField[str, str]:
    return models.CharField(words, max_length=20, choices=choices.choices, blank=True, help_text=help_text)


def _some_of(words: Words, choices: type[models.TextChoices], help_text: Words = "", *, most: int = 20) -> ArrayField[Any, Any]:
    key = models.CharField(max_length=most, choices=choices.choices)
    return ArrayField(key, verbose_name=words, default=list, blank=True, help_text=help_text)


def _amount(words: Words, help_text: Words = "", *, digits: int = 12, places: int = 3) -> models.DecimalField[Any, Any]:
    return models.DecimalField(words, max_digits=digits, decimal_places=places, null=True, blank=True, help_text=help_text)


def _number(words: Words, most: int, help_text: Words = "", *, least: int = 1) -> models.PositiveSmallIntegerField[Any, Any]:
    between = [MinValueValidator(least), MaxValueValidator(most)]
    return models.PositiveSmallIntegerField(words, null=True, blank=True, validators=between, help_text=help_text)


def _day(words: Words) -> models.DateField[Any, Any]:
    return models.DateField(words, null=True, blank=True)


class RfpFacts(models.Model):
    """The answers of a request, by group. An empty one was not asked yet; stereochemistry and salt follow from the structure."""

    # parties
    conflict_check = _one_of(_("conflict check"), ConflictCheck, _("Whether the work stands against what we do for others."))
    conflict_check_note = _told(_("result of the conflict check"), 2000)
    # product context
    downstream_drug = _said(_("downstream drug"), 200)
    indication = _said(_("indication"), 300)
    clinical_stage = _one_of(_("clinical stage"), ClinicalStage)
    target_markets = _some_of(_("target markets"), Market, most=8)
    maximum_daily_dose_mg = _amount(_("maximum daily dose (mg/day)"), _("Limits of impurities follow from it (ICH Q3A, M7)."))
    treatment_duration = models.CharField(
        _("duration of treatment"),
        max_length=9,
        choices=TreatmentDuration.choices,
        blank=True,
        help_text=_("The threshold of mutagenic impurities follows from it (ICH M7)."),
    )
    dosage_form = _said(_("dosage form"), 100)
    administration_route = _one_of(_("route of administration"), Route, _("Limits of elemental impurities follow from it (ICH Q3D)."))
    highest_strength_mg = _amount(_("highest strength (mg)"))
    # role of the compound
    compound_role = _one_of(
        _("role of the compound"),
        CompoundRole,
        _("It decides where GMP begins (ICH Q7, Q11); a registration intermediate adds its tasks when the charter is drafted."),
    )
    gmp_needed = _one_of(_("GMP needed"), GmpNeeded)
    # molecule; name, CAS number and structure stand in the request itself
    iupac_name = _said(_("IUPAC name"), 1000)
    polymorph_wanted = _said(_("polymorph or form wanted"), 200)
    particle_size_d10_um = _amount(_("particle size D10 (µm)"))
    particle_size_d50_um = _amount(_("particle size D50 (µm)"))
    particle_size_d90_um = _amount(_("particle size D90 (µm)"))
    pka = _said(_("acidity, pKa"), 100, _("Several with the group that each belongs to: 4.1 (acid); 9.3 (amine)."))
    log_p = _amount(_("partition coefficient, logP"), digits=5, places=2)
    solubility_mg_per_ml = _amount(_("solubility in water (mg/mL)"), digits=12, places=5)
    hygroscopicity = _one_of(_("hygroscopicity"), Hygroscopicity)
    melting_point_c = _amount(_("melting point (°C)"), digits=6, places=1)
    # status of the process
    number_of_steps = _number(_("number of steps"), LARGEST_STEPS, _("From the starting material that is bought."))
    route_available = _one_of(_("route available"), RouteAvailable)
    process_challenges = _told(_("process challenges"), 8000, _("Hazards, chromatography, low temperature, yield, impurities, patents."))
    largest_scale_run_g = _amount(_("largest scale run (g)"), digits=14)
    yield_per_step_percent = _amount(_("yield per step, on average (%)"), digits=5, places=2)
    purity_area_percent = _amount(_("purity reached (area %)"), digits=6, places=3)
    chromatography = _one_of(_("chromatography in the process"), YesNo)
    special_conditions = _some_of(_("special conditions"), SpecialCondition)
    patents_known = _told(_("patents known"), 4000)
    # need
    sample_quantity_g = _amount(_("samples (g)"))
    pilot_quantity_kg = _amount(_("pilot (kg)"))
    validation_batches = _number(_("number of validation batches"), LARGEST_BATCHES, least=0)
    validation_quantity_kg = _amount(_("validation, per batch (kg)"))
    commercial_quantity_kg_per_year = _amount(_("commercial (kg/year)"), digits=14)
    batch_size_wanted_kg = _amount(_("commercial batch size wanted (kg)"))
    sample_purpose = _said(_("what the samples are for"), 200)
    forecast_year_1_kg = _amount(_("commercial forecast, year 1 (kg)"), digits=14)
    forecast_year_2_kg = _amount(_("commercial forecast, year 2 (kg)"), digits=14)
    forecast_year_3_kg = _amount(_("commercial forecast, year 3 (kg)"), digits=14)
    forecast_year_4_kg = _amount(_("commercial forecast, year 4 (kg)"), digits=14)
    forecast_year_5_kg = _amount(_("commercial forecast, year 5 (kg)"), digits=14)
    # analytical
    methods_available = _told(_("methods available"), 4000, _("Each with its status: developed, validated, compendial."))
    specification_proposed = _told(_("specification proposed"), 8000, _("One test a line, with its limit."))
    reference_standard = _one_of(_("reference standard"), ReferenceStandard)
    reference_standard_mg = _amount(_("reference standard (mg)"))
    impurities_known = _told(_("impurities known"), 4000)
    genotoxic_concern = _one_of(_("genotoxic impurities of concern"), YesNo, _("Which ones belong to the impurities known (ICH M7)."))
    monographs = _some_of(_("compendial monographs"), Monograph)
    # regulatory
    submission_requirements = _some_of(_("regulatory submissions planned"), Submission, most=8)
    ctd_author = _one_of(_("who writes the CTD sections"), CtdAuthor)
    inspections_wanted = _said(_("inspection history wanted"), 300, _("Of which authorities, and since when."))
    starting_material_agreed = _one_of(_("starting materials agreed with an authority"), YesNo)
    # safety
    exposure_band = _number(_("occupational exposure band"), 5, _("1 (least) to 5."))
    exposure_limit_ug_per_m3 = _amount(_("occupational exposure limit (µg/m³)"), digits=12, places=4)
    energetic_groups = _said(_("energetic groups"), 300, _("Azide, nitro, peroxide, diazo … in the compound or on the way to it."))
    dsc_known = _one_of(_("DSC known"), YesNo)
    controlled_as = _said(_("controlled substance"), 120, _("Schedule and country."))
    transport_class = _said(_("transport class (UN)"), 60, _("UN number, class and packing group."))
    # timing
    quotation_needed_on = _day(_("quotation needed on"))
    first_sample_wanted_on = _day(_("first sample wanted on"))
    filing_planned_on = _day(_("filing planned on"))
    target_timeline = _told(_("target timeline"), 4000, _("What must happen when, and what it depends on."))
    timeline_is = _one_of(_("the timeline is"), Firmness)
    start_wanted_on = _day(_("start wanted on"))
    clinical_supply_on = _day(_("clinical supply needed on"))
    launch_planned_on = _day(_("launch planned on"))
    # commercial
    budget_low = _amount(_("budget, from"), digits=14, places=2)
    budget_high = _amount(_("budget, up to"), digits=14, places=2)
    currency_wanted = CurrencyField(_("currency"), blank=True)
    pricing_wish = _one_of(_("pricing wanted"), PricingWish)
    incoterm_wanted = models.CharField(_("delivery term wanted"), max_length=3, choices=Incoterm.choices, blank=True)
    delivery_place = _said(_("place of delivery"), 200)
    ip_wish = _one_of(_("results shall belong to"), IpOwnership)
    source_wish = _one_of(_("we would be"), SourceWish)
    decision_criteria = _told(_("what decides"), 2000)
    decision_expected_on = _day(_("decision expected on"))

    class Meta:
        abstract = True
