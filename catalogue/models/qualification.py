"""Whether a supplier may be bought from: one decision of the quality unit on a material or a service, and what it rests on."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.history import tracked
from catalogue.models.kept import ForATime, InternalQuerySet
from catalogue.models.materials import Material
from catalogue.models.supply import Supplier

FINDINGS = ("findings_critical", "findings_major", "findings_minor")
CERTIFICATES = (("gmp_certificate", "gmp_until"), ("iso_certificate", "iso_until"))
OF_DELIVERIES = ("deliveries", "deliveries_on_time", "deliveries_accepted", "deliveries_from", "deliveries_until")
TENTH = Decimal("0.1")
FULLY_TESTED_LOTS = 3  # before one may rely on the supplier's certificate (ICH Q7 7.31)


class Said(models.TextChoices):
    """Whether a supplier has given a statement."""

    YES = "yes", _("yes")
    NO = "no", _("no")
    UNKNOWN = "unknown", _("not known")


def _statement(words: Any) -> models.CharField[Any, Any]:
    return models.CharField(words, max_length=8, choices=Said.choices, default=Said.UNKNOWN)


def _counted(words: Any) -> models.PositiveSmallIntegerField[Any, Any]:
    return models.PositiveSmallIntegerField(words, null=True, blank=True)


def percent_of(part: int | None, whole: int | None) -> Decimal | None:
    """To a tenth of a percent, rounded down, so that only all is 100; of nothing there is none."""
    if part is None or not whole:
        return None
    return (Decimal(part) * 100 / whole).quantize(TENTH, ROUND_DOWN)


@tracked
class SupplierQualification(ForATime, models.Model):
    """ICH Q7 7.1 and 7.3, ICH Q10 2.7. It holds from the day of the decision to `valid_until`, when the next review is due.

    examined_on: what it is based on. questionnaire_score: in percent. findings_…: of the audit, all three or none; findings: what is to be
    said of them. certificates: others than GMP and ISO. lots_tested: how many lots we have analysed fully. deliveries: of a period, and how
    many of them were on time and accepted, as purchasing counts them. A newer decision on the same subject succeeds it.
    """

    class Criticality(models.TextChoices):
        CRITICAL = "critical", _("Critical")
        MAJOR = "major", _("Major")
        MINOR = "minor", _("Minor")

    class Basis(models.TextChoices):
        QUESTIONNAIRE = "questionnaire", _("Questionnaire")
        PAPER = "paper", _("Paper review")
        REMOTE = "remote", _("Remote audit")
        ON_SITE = "on_site", _("Audit on site")

    class Decision(models.TextChoices):
        """In the words of the status that follows from it."""

        APPROVED = Supplier.Status.APPROVED.value, Supplier.Status.APPROVED.label
        CONDITIONAL = Supplier.Status.CONDITIONAL.value, Supplier.Status.CONDITIONAL.label
        SUSPENDED = Supplier.Status.SUSPENDED.value, Supplier.Status.SUSPENDED.label
        DISQUALIFIED = Supplier.Status.DISQUALIFIED.value, Supplier.Status.DISQUALIFIED.label

    begins = "decided_on"

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="qualifications", verbose_name=_("supplier"))
    material = models.ForeignKey(
        Material, on_delete=models.PROTECT, related_name="qualifications", null=True, blank=True, verbose_name=_("material")
    )
    service = models.CharField(_("service"), max_length=120, blank=True)
    criticality = models.CharField(_("criticality"), max_length=16, choices=Criticality.choices)
    manufacturer = models.CharField(_("manufacturer"), max_length=200, blank=True)
    site_address = models.CharField(_("site"), max_length=300, blank=True)
    basis = models.CharField(_("basis"), max_length=16, choices=Basis.choices)
    examined_on = models.DateField(_("examined on"), blank=True)
    questionnaire_on = models.DateField(_("questionnaire received on"), null=True, blank=True)
    questionnaire_score = models.DecimalField(
        _("questionnaire score (%)"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    audited_on = models.DateField(_("audited on"), null=True, blank=True)
    findings_critical = _counted(_("critical findings"))
    findings_major = _counted(_("major findings"))
    findings_minor = _counted(_("minor findings"))
    capa_closed_on = models.DateField(_("CAPA closed on"), null=True, blank=True)
    findings = models.CharField(_("remarks on findings"), max_length=1000, blank=True)
    gmp_certificate = models.CharField(_("GMP certificate"), max_length=120, blank=True)
    gmp_until = models.DateField(_("GMP certificate until"), null=True, blank=True)
    iso_certificate = models.CharField(_("ISO certificate"), max_length=120, blank=True)
    iso_until = models.DateField(_("ISO certificate until"), null=True, blank=True)
    certificates = models.CharField(_("other certificates"), max_length=300, blank=True)
    certificates_until = models.DateField(_("other certificates until"), null=True, blank=True)
    bse_tse = _statement(_("BSE/TSE statement"))
    nitrosamines = _statement(_("nitrosamine statement"))
    elemental_impurities = _statement(_("elemental impurity statement"))
    gmo = _statement(_("GMO statement"))
    statements = models.CharField(_("remarks on statements"), max_length=300, blank=True)
    lots_tested = models.PositiveSmallIntegerField(_("lots tested fully"), default=0)
    reduced_testing = models.BooleanField(_("reduced testing"), default=False)
    deliveries = models.PositiveSmallIntegerField(_("deliveries"), null=True, blank=True, validators=[MinValueValidator(1)])
    deliveries_on_time = models.PositiveSmallIntegerField(_("of them on time"), null=True, blank=True)
    deliveries_accepted = models.PositiveSmallIntegerField(_("of them accepted"), null=True, blank=True)
    deliveries_from = models.DateField(_("deliveries from"), null=True, blank=True)
    deliveries_until = models.DateField(_("deliveries until"), null=True, blank=True)
    quality_agreement = models.CharField(_("quality agreement"), max_length=60, blank=True)
    quality_agreement_until = models.DateField(_("quality agreement until"), null=True, blank=True)
    change_notification = models.BooleanField(_("announces changes"), default=False)
    decision = models.CharField(_("decision"), max_length=16, choices=Decision.choices)
    conditions = models.CharField(_("conditions or reasons"), max_length=1000, blank=True)
    decided_on = models.DateField(_("decided on"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by"))
    valid_until = models.DateField(_("next review"), null=True, blank=True)
    evidence = models.CharField(_("evidence"), max_length=120)
    updated_at = models.DateTimeField(auto_now=True)

    objects = InternalQuerySet.as_manager()

    class Meta:
        verbose_name = _("supplier's qualification")
        verbose_name_plural = _("suppliers' qualifications")
        ordering = ["supplier_id", "-decided_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "material", "service", "decided_on"], name="supplier_qualification_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(material=None) & ~Q(service="") | Q(material__isnull=False, service=""), name="qualification_has_one_subject"
            ),
            models.CheckConstraint(condition=Q(decision="approved") | ~Q(conditions=""), name="qualification_says_its_conditions"),
            models.CheckConstraint(
                condition=~Q(decision__in=("approved", "conditional")) | Q(valid_until__gt=F("decided_on")),
                name="qualification_is_reviewed",
            ),
            models.CheckConstraint(
                condition=Q(**dict.fromkeys(FINDINGS)) | Q(**{f"{name}__isnull": False for name in FINDINGS}),
                name="qualification_counts_findings",
            ),
            models.CheckConstraint(
                condition=(Q(gmp_until=None) | ~Q(gmp_certificate="")) & (Q(iso_until=None) | ~Q(iso_certificate="")),
                name="qualification_names_certificates",
            ),
            models.CheckConstraint(
                condition=Q(**dict.fromkeys(OF_DELIVERIES))
                | Q(
                    **{f"{name}__isnull": False for name in OF_DELIVERIES},
                    deliveries__gte=1,
                    deliveries_on_time__lte=F("deliveries"),
                    deliveries_accepted__lte=F("deliveries"),
                    deliveries_from__lte=F("deliveries_until"),
                ),
                name="qualification_counts_deliveries",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier}: {self.subject}"

    @property
    def subject(self) -> str:
        return str(self.material or self.service)

    @property
    def is_positive(self) -> bool:
        return self.decision in Supplier.QUALIFIED

    @property
    def on_time_pct(self) -> Decimal | None:
        return percent_of(self.deliveries_on_time, self.deliveries)

    @property
    def accepted_pct(self) -> Decimal | None:
        return percent_of(self.deliveries_accepted, self.deliveries)

    @property
    def last_day(self) -> date:
        """Of a positive decision, on which the review is due."""
        return self.valid_until or date.max
