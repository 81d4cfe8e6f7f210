"""What suppliers are asked for: an inquiry over a route, its lines, who is asked for which, and what they answered."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from accounts.currencies import CurrencyField
from audit.history import tracked
from audit.states import StateField
from catalogue.models.kept import COUNTRY, MORE_THAN_NOTHING, ForATime
from process.routes.models import own_projects

if TYPE_CHECKING:
    from accounts.models import User


def _kilograms(words: Any, **more: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(words, max_digits=12, decimal_places=3, validators=[MORE_THAN_NOTHING], **more)


class InquiryQuerySet(models.QuerySet["PurchaseInquiry"]):
    def visible_to(self, user: User) -> InquiryQuerySet:
        return self.filter(own_projects(user, "project_id"))


@tracked
class PurchaseInquiry(models.Model):
    """Prices that suppliers are asked for, so that `target_kg` of the route's product can be made. Numbered within the project, from 1.

    What is asked can be changed until it is sent; from then on answers are filed.
    """

    class State(models.TextChoices):
        PREPARED = "prepared", _("Prepared")
        SENT = "sent", _("Sent")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    OUT = (State.SENT, State.ANSWERED)

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="inquiries")
    route_version = models.ForeignKey("process.RouteVersion", on_delete=models.PROTECT, related_name="inquiries", verbose_name=_("route"))
    number = models.PositiveSmallIntegerField()
    target_kg = _kilograms(_("product wanted (kg)"))
    answer_by = models.DateField(_("answer by"))
    note = models.TextField(_("words to the suppliers"), max_length=2000, blank=True)
    state = StateField(_("state"), choices=State.choices, default=State.PREPARED)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(auto_now_add=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.TextField(max_length=2000, blank=True)

    objects = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("purchase inquiry")
        verbose_name_plural = _("purchase inquiries")
        ordering = ["project_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="purchase_inquiry_numbered_once"),
            models.CheckConstraint(condition=Q(target_kg__gt=0), name="purchase_inquiry_of_something"),
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "withdrawn"]) | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="purchase_inquiry_sent_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project.code}-PI-{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("inquiry-detail", args=[self.project.code, self.number])

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.project.client_id, self.project_id

    @property
    def is_prepared(self) -> bool:
        return self.state == self.State.PREPARED

    @property
    def is_out(self) -> bool:
        """Whether answers are awaited or can still be corrected."""
        return self.state in self.OUT

    @property
    def is_late(self) -> bool:
        return self.state == self.State.SENT and self.answer_by < self.project.today

    @transition(field=state, source=State.PREPARED, target=State.SENT)
    def send(self, *, by: User, at: datetime) -> None:
        self.sent_by, self.sent_at = by, at

    @transition(field=state, source=State.SENT, target=State.ANSWERED)
    def complete(self) -> None:
        """The last answer is filed."""

    @transition(field=state, source=State.ANSWERED, target=State.SENT)
    def await_again(self) -> None:
        """An answer was taken back."""

    @transition(field=state, source=[State.SENT, State.ANSWERED], target=State.CLOSED)
    def close(self, *, at: datetime, because: str) -> None:
        self.ended_at, self.ended_because = at, because

    @transition(field=state, source=[State.PREPARED, State.SENT], target=State.WITHDRAWN)
    def withdraw(self, *, at: datetime, because: str) -> None:
        self.ended_at, self.ended_because = at, because


class OfInquiryQuerySet(models.QuerySet["models.Model"]):
    """Rows of an inquiry: seen with it."""

    def visible_to(self, user: User) -> OfInquiryQuerySet:
        return self.filter(Exists(PurchaseInquiry.objects.visible_to(user).filter(pk=OuterRef("inquiry_id"))))


@tracked
class InquiryLine(models.Model):
    """One material that is asked for. quantity_kg: fresh, as the mass balance has it for the target. One line for each material."""

    inquiry = models.ForeignKey(PurchaseInquiry, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField(default=0)
    material = models.ForeignKey("catalogue.Material", on_delete=models.PROTECT, related_name="+", verbose_name=_("material"))
    quantity_kg = _kilograms(_("quantity (kg)"))
    specification = models.CharField(_("specification"), max_length=300, blank=True)
    pack_kg = _kilograms(_("wanted pack (kg)"), null=True, blank=True)
    wanted_on = models.DateField(_("wanted on"), null=True, blank=True)
    single_because = models.CharField(_("why fewer than two are asked"), max_length=300, blank=True)

    objects = OfInquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a purchase inquiry")
        verbose_name_plural = _("lines of purchase inquiries")
        ordering = ["inquiry_id", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "material"], name="inquiry_line_once"),
            models.CheckConstraint(condition=Q(quantity_kg__gt=0), name="inquiry_line_of_something"),
        ]

    def __str__(self) -> str:
        return str(self.material)


@tracked
class InquirySupplier(models.Model):
    """A supplier that gets a letter of its own. Its number in the inquiry stands in the number of that letter.

    handed_over_at, handed_over_by: where somebody gave the letter otherwise than by our mail, when and who says so.
    """

    inquiry = models.ForeignKey(PurchaseInquiry, on_delete=models.PROTECT, related_name="addressees")
    supplier = models.ForeignKey("catalogue.Supplier", on_delete=models.PROTECT, related_name="inquiries", verbose_name=_("supplier"))
    number = models.PositiveSmallIntegerField()
    handed_over_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    handed_over_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("handed over by")
    )

    asked: list[InquiryAsk] | None = None  # where `addressees_of` has read them, for all suppliers at once

    objects = OfInquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("supplier of a purchase inquiry")
        verbose_name_plural = _("suppliers of purchase inquiries")
        ordering = ["inquiry_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "supplier"], name="inquiry_supplier_once"),
            models.UniqueConstraint(fields=["inquiry", "number"], name="inquiry_supplier_numbered_once"),
            models.CheckConstraint(
                condition=Q(handed_over_at=None, handed_over_by=None) | Q(handed_over_at__isnull=False, handed_over_by__isnull=False),
                name="inquiry_supplier_handed_over_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.supplier)

    @property
    def goes_by_mail(self) -> bool:
        """To the address that is known of the supplier; without one somebody hands the letter over."""
        return bool(self.supplier.email)

    @property
    def reference(self) -> str:
        """What its letter is about: 2-1 goes to the first supplier of the second inquiry."""
        return f"{self.inquiry.number}-{self.number}"

    @property
    def letter_number(self) -> str:
        """As the supplier names it in its answer."""
        return f"{self.inquiry}-{self.number}"


@tracked
class InquiryAsk(models.Model):
    """A supplier is asked for one of the lines; of the others it learns nothing.

    because: why it was proposed; empty where a person chose it.
    """

    inquiry = models.ForeignKey(PurchaseInquiry, on_delete=models.PROTECT, related_name="asks")
    line = models.ForeignKey(InquiryLine, on_delete=models.CASCADE, related_name="asks", verbose_name=_("material"))
    supplier = models.ForeignKey("catalogue.Supplier", on_delete=models.PROTECT, related_name="+", verbose_name=_("supplier"))
    because = models.CharField(_("proposed because"), max_length=200, blank=True)

    objects = OfInquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("line that a supplier is asked for")
        verbose_name_plural = _("lines that suppliers are asked for")
        ordering = ["inquiry_id", "line__position", "line_id", "supplier__name", "id"]
        constraints = [models.UniqueConstraint(fields=["line", "supplier"], name="inquiry_ask_once")]

    def __str__(self) -> str:
        return f"{self.line}: {self.supplier}"


@tracked
class InquiryAnswer(ForATime, models.Model):
    """What a supplier answered for a line: a price from a quantity on, or why there is no offer.

    quote: the price beside the material that this answer became; what is corrected here is corrected there.
    """

    inquiry = models.ForeignKey(PurchaseInquiry, on_delete=models.PROTECT, related_name="answers")
    line = models.ForeignKey(InquiryLine, on_delete=models.PROTECT, related_name="answers", verbose_name=_("material"))
    supplier = models.ForeignKey("catalogue.Supplier", on_delete=models.PROTECT, related_name="+", verbose_name=_("supplier"))
    quantity_from_kg = models.DecimalField(
        _("from quantity (kg)"), max_digits=12, decimal_places=3, default=Decimal(0), validators=[MinValueValidator(Decimal(0))]
    )
    price_per_kg = models.DecimalField(
        _("price per kg"), max_digits=16, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(Decimal("0.0001"))]
    )
    currency = CurrencyField(_("currency"), blank=True)
    pack_kg = _kilograms(_("pack (kg)"), null=True, blank=True)
    minimum_order_kg = _kilograms(_("minimum order (kg)"), null=True, blank=True)
    lead_time_days = models.PositiveSmallIntegerField(_("lead time (days)"), null=True, blank=True)
    purity_pct = models.DecimalField(
        _("purity (%)"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MORE_THAN_NOTHING, MaxValueValidator(Decimal(100))],
    )
    origin = models.CharField(_("country of origin"), max_length=2, blank=True, validators=[COUNTRY])
    quoted_on = models.DateField(_("quoted on"), blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    no_offer_because = models.CharField(_("no offer, because"), max_length=300, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    quote = models.OneToOneField("catalogue.SupplierQuote", on_delete=models.PROTECT, related_name="answer", null=True, blank=True)

    objects = OfInquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a purchase inquiry")
        verbose_name_plural = _("answers to purchase inquiries")
        ordering = ["inquiry_id", "line__position", "line_id", "supplier__name", "quantity_from_kg", "id"]
        constraints = [
            models.UniqueConstraint(fields=["line", "supplier", "quantity_from_kg"], name="inquiry_answer_once"),
            models.CheckConstraint(
                condition=(Q(price_per_kg__gt=0, no_offer_because="") & ~Q(currency="")) | (Q(price_per_kg=None) & ~Q(no_offer_because="")),
                name="inquiry_answer_is_offer_or_none",
            ),
            models.CheckConstraint(condition=Q(valid_until=None) | Q(valid_until__gte=F("quoted_on")), name="inquiry_answer_validity"),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.supplier}"

    @property
    def is_offer(self) -> bool:
        return self.price_per_kg is not None


def answered() -> Exists:
    """Of an ask: whether its supplier has said something, an offer or why there is none."""
    return Exists(InquiryAnswer.objects.filter(line=OuterRef("line"), supplier=OuterRef("supplier")))
