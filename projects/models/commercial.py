"""What binds both sides: quotations by revision, agreements with their signatories."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Client
from audit.history import tracked
from projects.models.frozen import accepted_is_frozen, frozen_when_accepted
from projects.models.offer import Offer, OfferQuerySet
from projects.models.project import sees_project
from projects.models.states import Phase

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User
    from projects.models.project import Project
    from projects.price_sources import PriceSource


class Incoterm(models.TextChoices):
    """Incoterms 2020."""

    EXW = "EXW", _("EXW, ex works")
    FCA = "FCA", _("FCA, free carrier")
    FOB = "FOB", _("FOB, free on board")
    CPT = "CPT", _("CPT, carriage paid to")
    CIP = "CIP", _("CIP, carriage and insurance paid to")
    CIF = "CIF", _("CIF, cost, insurance and freight")
    DAP = "DAP", _("DAP, delivered at place")
    DPU = "DPU", _("DPU, delivered at place unloaded")
    DDP = "DDP", _("DDP, delivered duty paid")


@tracked
class Quotation(Offer):
    """One revision of the price. Its lines, payments, price breaks, rates and client inputs are rows of their own.

    adjustment_band_percent: by so much a raw-material price may move before `price_adjustment` applies. reservation_fee: of a slot, in
    the quotation's currency. rise_confirmed: the price per kg rises with the quantity somewhere, and that is meant. default_plan: whose
    words say when a payment is due, that of the day on which it was written (none: as this release declares it).
    """

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="quotations")
    number = models.CharField(_("number"), max_length=32)
    scope = models.TextField(_("scope"), max_length=8000)
    assumptions = models.TextField(_("assumptions"), max_length=8000, blank=True)
    payment_terms = models.TextField(_("payment terms"), max_length=4000, blank=True)
    rise_confirmed = models.BooleanField(_("the price per kg rises with the quantity, and that is meant"), default=False)
    incoterm = models.CharField(_("delivery term (Incoterms 2020)"), max_length=3, choices=Incoterm.choices, blank=True)
    delivery_place = models.CharField(_("named place"), max_length=200, blank=True)
    price_adjustment = models.TextField(_("rule for raw-material prices"), max_length=4000, blank=True)
    adjustment_band_percent = models.DecimalField(
        _("price stays while they move by at most (%)"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    cancellation = models.TextField(_("cancellation and postponement"), max_length=4000, blank=True)
    reservation_fee = models.DecimalField(_("fee for reserving a slot"), max_digits=16, decimal_places=2, null=True, blank=True)
    intellectual_property = models.CharField(_("intellectual property"), max_length=500, blank=True)
    confidentiality = models.CharField(_("confidentiality"), max_length=500, blank=True)
    liability = models.CharField(_("liability"), max_length=500, blank=True)
    sample_acceptance = models.TextField(_("acceptance of samples"), max_length=4000, blank=True)
    batch_acceptance = models.TextField(_("acceptance of batches"), max_length=4000, blank=True)
    default_plan = models.ForeignKey("projects.DefaultPlan", on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    if TYPE_CHECKING:
        requests: Any

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["project_id", "-revision"]
        triggers = [accepted_is_frozen()]
        constraints = [
            models.UniqueConstraint(fields=["number", "revision"], name="quotation_revision_once"),
            models.UniqueConstraint(fields=["project"], condition=~Q(state="superseded"), name="quotation_one_current"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("quotation-detail", args=[self.project.code, self.revision])

    @property
    def total(self) -> Decimal:
        """What is included and, once the client has accepted, the options that it chose."""
        return sum((line.amount for line in self.lines.all() if line.is_priced), Decimal("0.00"))

    @property
    def price_without_options(self) -> Decimal:
        return sum((line.amount for line in self.lines.all() if line.standing == QuotationLine.Standing.INCLUDED), Decimal("0.00"))

    def price_with(self, chosen: Iterable[QuotationLine]) -> Decimal:
        """What an acceptance with these options comes to."""
        return sum((line.amount for line in chosen), self.price_without_options)

    @property
    def is_expired(self) -> bool:
        """Offered, and nobody answered while it was valid."""
        return self.state == self.State.SENT and self.valid_until < self.project.today

    @property
    def is_asked(self) -> bool:
        """The client asks for changes of it, and has not taken that back. Asks for the requests."""
        return self.state == self.State.SENT and any(row.withdrawn_at is None for row in self.requests.all())

    @property
    def state_for_client(self) -> str:
        return str(_("Changes asked for")) if self.is_asked else super().state_for_client

    @property
    def options(self) -> list[QuotationLine]:
        return [line for line in self.lines.all() if line.standing == QuotationLine.Standing.OPTIONAL]


class QuotationLineQuerySet(models.QuerySet["QuotationLine"]):
    def priced(self) -> QuotationLineQuerySet:
        """What makes up the price: included, or an option that the client chose."""
        return self.filter(Q(standing=QuotationLine.Standing.INCLUDED) | Q(chosen=True))


@tracked
class QuotationLine(models.Model):
    """A price: what for, in which phase, how much in the quotation's currency, and what is delivered for it.

    What is excluded is named, so that nobody expects it, and has no price. An option is chosen by the client's acceptance.
    """

    class Standing(models.TextChoices):
        INCLUDED = "included", _("Included")
        OPTIONAL = "optional", _("Optional")
        EXCLUDED = "excluded", _("Excluded")

    quotation = models.ForeignKey(Quotation, on_delete=models.CASCADE, related_name="lines")
    phase = models.CharField(_("phase"), max_length=16, choices=Phase.choices)
    description = models.CharField(_("description"), max_length=300)
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2, validators=[MinValueValidator(Decimal("0.00"))])
    standing = models.CharField(_("standing"), max_length=8, choices=Standing.choices, default=Standing.INCLUDED)
    deliverables = models.CharField(_("what is delivered"), max_length=500, blank=True)
    chosen = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=0)

    price_source: PriceSource | None = None  # where our own page says it

    objects = QuotationLineQuerySet.as_manager()

    class Meta:
        ordering = ["quotation_id", "order", "id"]
        triggers = [frozen_when_accepted()]
        constraints = [
            models.CheckConstraint(name="quotation_line_excluded_is_free", condition=~Q(standing="excluded") | Q(amount=0)),
            models.CheckConstraint(name="quotation_line_chosen_is_option", condition=Q(chosen=False) | Q(standing="optional")),
        ]

    def __str__(self) -> str:
        return self.description

    @property
    def number(self) -> int:
        """Its place in the quotation, from 1."""
        return self.order + 1

    @property
    def is_priced(self) -> bool:
        return self.standing == self.Standing.INCLUDED or self.chosen


def covers(project: Any, client: Any) -> Q:
    """Asked of agreements: those of this project, and those of its client for all its projects. By id, or as a query that asks names
    them."""
    return Q(project=project) | Q(project=None, client=client)


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, user: User) -> AgreementQuerySet:
        """Internal: of projects that they see, and what a client that they see has agreed for all its projects. Client: its own."""
        if user.is_active and not user.is_internal:
            return self.filter(client_id=user.client_id)
        seen_client = Client.objects.visible_to(user).filter(pk=OuterRef("client_id"))
        return self.filter(sees_project(user) | Q(project=None) & Exists(seen_client))

    def covering(self, project: Project) -> AgreementQuerySet:
        """Its own, and those of its client for all its projects."""
        return self.filter(covers(project.pk, project.client_id))

    def signed(self) -> AgreementQuerySet:
        """By both sides, and not withdrawn."""
        theirs = AgreementSignatory.objects.filter(agreement=OuterRef("pk"))
        return self.filter(*(Exists(theirs.filter(side=side)) for side in AgreementSignatory.Side.values), withdrawn_at=None)

    def of_whole_client(self) -> AgreementQuerySet:
        """For all projects of a client, and for its requests that have none yet."""
        return self.filter(project=None)


@tracked
class Agreement(models.Model):
    """A contract of both sides, for one project or (without one) for all projects of the client, those to come included.

    It is signed when each side has a signatory; in force between its dates.
    """

    class Kind(models.TextChoices):
        CONFIDENTIALITY = "confidentiality", _("Confidentiality agreement")
        COOPERATION = "cooperation", _("Cooperation agreement")
        QUALITY = "quality", _("Quality agreement")

    class Standing(models.TextChoices):
        """Nothing of it is stored: it follows from signatories, dates and withdrawal."""

        UNSIGNED = "unsigned", _("Not signed yet")
        OURS_OPEN = "ours_open", _("Our signature open")
        CLIENT_OPEN = "client_open", _("Client's signature open")
        AHEAD = "ahead", _("Signed, not in force yet")
        IN_FORCE = "in_force", _("Signed, in force")
        EXPIRED = "expired", _("Expired")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, related_name="agreements", verbose_name=_("client"))
    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="agreements", null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    number = models.CharField(_("number"), max_length=64)
    effective_on = models.DateField(_("effective from"))
    expires_on = models.DateField(_("expires"), null=True, blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    file_media_type = models.CharField(max_length=100, blank=True)
    file_size_bytes = models.PositiveBigIntegerField(default=0)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.TextField(blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["project_id", "kind", "-effective_on"]
        indexes = [models.Index(fields=["file_sha256"], condition=~Q(file_sha256=""), name="agreement_file_sha256")]
        constraints = [
            models.UniqueConstraint(fields=["project", "kind", "number"], condition=Q(withdrawn_at=None), name="agreement_number_once"),
            models.UniqueConstraint(
                fields=["client", "kind", "number"], condition=Q(withdrawn_at=None, project=None), name="agreement_number_once_of_client"
            ),
            models.CheckConstraint(
                name="agreement_expires_after_start", condition=Q(expires_on=None) | Q(expires_on__gt=models.F("effective_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    def get_absolute_url(self) -> str:
        if self.project is None:
            return reverse("client-agreement-detail", args=[self.pk])
        return reverse("agreement-detail", args=[self.project.code, self.pk])

    @property
    def is_of_client(self) -> bool:
        """For all its projects."""
        return self.project_id is None

    @property
    def name(self) -> str:
        """With kind and number, where it is named among those of one project."""
        return str(_("%(agreement)s of the client") % {"agreement": self}) if self.is_of_client else str(self)

    @property
    def today(self) -> date:
        """At the project's site; of what holds for all projects, which may have sites on several days, at the reader's place."""
        return self.project.today if self.project else timezone.localdate()

    @property
    def standing(self) -> Standing:
        """Where it stands today; asks for the signatories."""
        return self.standing_on(self.today)

    def standing_on(self, day: date) -> Standing:
        """The same on a day of the project that asks."""
        return self.standing_with({row.side for row in self.signatories.all()}, day)

    def standing_with(self, sides: Collection[str], today: date) -> Standing:
        """The same, signed by these sides."""
        if self.withdrawn_at is not None:
            return self.Standing.WITHDRAWN
        if len(sides) < len(AgreementSignatory.Side):
            one = self.Standing.CLIENT_OPEN if AgreementSignatory.Side.CDMO in sides else self.Standing.OURS_OPEN
            return one if sides else self.Standing.UNSIGNED
        if self.expires_on is not None and self.expires_on < today:
            return self.Standing.EXPIRED
        return self.Standing.AHEAD if self.effective_on > today else self.Standing.IN_FORCE

    @property
    def is_signed(self) -> bool:
        """By both sides; asks for the signatories."""
        return len(self.signatories.all()) == len(AgreementSignatory.Side)

    def party(self, side: str) -> str:
        """Who stands on one side, by name."""
        return str(settings.ORGANISATION_NAME if side == AgreementSignatory.Side.CDMO else self.client.name)

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.client_id, self.project_id


@tracked
class AgreementSignatory(models.Model):
    """Who signed for one side, and when. Recorded by somebody of the CDMO who holds the signed paper."""

    class Side(models.TextChoices):
        CDMO = "cdmo", _("For the CDMO")
        CLIENT = "client", _("For the client")

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatories")
    side = models.CharField(_("side"), max_length=8, choices=Side.choices)
    name = models.CharField(_("name"), max_length=200)
    function = models.CharField(_("function"), max_length=200)
    signed_on = models.DateField(_("signed on"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["agreement_id", "side"]
        constraints = [models.UniqueConstraint(fields=["agreement", "side"], name="agreement_side_once")]

    def __str__(self) -> str:
        return f"{self.name}, {self.function}"

    @property
    def party(self) -> str:
        return self.agreement.party(self.side)
