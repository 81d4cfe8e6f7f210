"""Which supplier a line of an inquiry goes to: who has said so, when and why, and whether that still holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Cast, JSONObject
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.currencies import CurrencyField
from audit.history import tracked
from catalogue.models import Supplier, SupplierQuote
from charts.look import written
from process.purchasing.models import InquiryAnswer, InquiryLine, PurchaseInquiry
from process.words import money_words

if TYPE_CHECKING:
    from accounts.models import User
    from catalogue.models import Material
    from projects.models import Project


class AwardQuerySet(models.QuerySet["InquiryAward"]):
    def visible_to(self, user: User) -> AwardQuerySet:
        return self.filter(Exists(PurchaseInquiry.objects.visible_to(user).filter(pk=OuterRef("inquiry_id"))))

    def standing(self) -> AwardQuerySet:
        """Those that nobody has revoked, with all that says whether they hold."""
        rows = self.filter(revoked_at=None)
        return rows.select_related("inquiry__project", "line__material", "supplier", "answer__quote__supplier", "awarded_by")


@tracked
class InquiryAward(models.Model):
    """A line goes to a supplier. Of a line at most one award stands; a revoked one stays readable.

    answer: the offer that it was given for, with which price and currency then; None once that was taken back. is_cheapest: of what
    could be ordered that day; of any other the reason is asked.
    """

    inquiry = models.ForeignKey("process.PurchaseInquiry", on_delete=models.PROTECT, related_name="awards")
    line = models.ForeignKey("process.InquiryLine", on_delete=models.PROTECT, related_name="awards", verbose_name=_("material"))
    supplier = models.ForeignKey("catalogue.Supplier", on_delete=models.PROTECT, related_name="+", verbose_name=_("supplier"))
    answer = models.ForeignKey("process.InquiryAnswer", on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    price_per_kg = models.DecimalField(_("price per kg"), max_digits=16, decimal_places=4)
    currency = CurrencyField(_("currency"))
    is_cheapest = models.BooleanField(_("cheapest"))
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    awarded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    awarded_at = models.DateTimeField()
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_because = models.TextField(max_length=2000, blank=True)

    objects = AwardQuerySet.as_manager()

    class Meta:
        verbose_name = _("award of a purchase inquiry")
        verbose_name_plural = _("awards of purchase inquiries")
        ordering = ["inquiry_id", "line__position", "line_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(revoked_at=None), name="inquiry_line_awarded_once"),
            models.CheckConstraint(condition=Q(is_cheapest=True) | ~Q(reason=""), name="inquiry_award_says_why"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None, revoked_because="")
                | (Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revoked_because="")),
                name="inquiry_award_revoked_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.supplier}"

    def get_absolute_url(self) -> str:
        return reverse("inquiry-award", args=[self.inquiry.project.code, self.inquiry.number, self.line_id])

    @property
    def price_words(self) -> str:
        """4.80 EUR/kg, as it was offered when the line was given to it."""
        return f"{money_words(self.price_per_kg, self.currency)}/kg"

    @property
    def reason_words(self) -> str:
        return self.reason or _t("the cheapest offer")

    @cached_property
    def quote(self) -> SupplierQuote | None:
        """The price beside the material that its offer has become; what is corrected there counts."""
        return self.answer.quote if self.answer is not None else None

    def broken_because(self, on: date) -> str:
        """Why nobody can order by it on that day; nothing while it holds. Asks the database for nothing of `standing`."""
        return self.undone_because or self._out_of_time(on)

    @property
    def undone_because(self) -> str:
        """The same on whatever day: what was decided stands no more."""
        return self._ended() or self._changed()

    def _ended(self) -> str:
        if self.revoked_because:
            return _t("It was revoked: %(why)s") % {"why": self.revoked_because}
        if self.inquiry.state == PurchaseInquiry.State.WITHDRAWN:
            return _t("The inquiry was withdrawn.")
        if self.supplier.status in Supplier.NOT_ASKED:
            told = {"supplier": self.supplier, "status": self.supplier.get_status_display().lower()}
            return _t("%(supplier)s is %(status)s.") % told
        if self.answer is not None and self.answer.no_offer_because:
            return _t("The supplier makes no offer any more: %(why)s") % {"why": self.answer.no_offer_because}
        return "" if self.quote is not None else _t("The offer was taken back.")

    def _changed(self) -> str:
        """Who decided had another price before them."""
        quote = self.quote
        if quote is None or (quote.price_per_kg, quote.currency) == (self.price_per_kg, self.currency):
            return ""
        now = f"{money_words(quote.price_per_kg, quote.currency)}/kg"
        return _t("The offer says %(now)s since, and said %(then)s.") % {"now": now, "then": self.price_words}

    def _out_of_time(self, on: date) -> str:
        quote = self.quote
        if quote is None or quote.holds_on(on):
            return ""
        if quote.has_expired(on):
            return _t("The offer was valid until %(day)s.") % {"day": written(quote.valid_until)}
        return _t("The offer is of %(day)s and holds from then on.") % {"day": written(quote.quoted_on)}


AS_READ = {
    "id": "pk",
    "line": "line",
    "supplier": "supplier",
    "supplier_name": "supplier__name",
    "status": "supplier__status",
    "revoked_because": "revoked_because",
    "inquiry": "inquiry__number",
    "state": "inquiry__state",
    "answer": "answer",
    "no_offer_because": "answer__no_offer_because",
    "currency": "currency",
    "quote": "answer__quote",
    "quote_currency": "answer__quote__currency",
    "reference": "answer__quote__reference",
    "quoted_on": "answer__quote__quoted_on",
    "valid_until": "answer__quote__valid_until",
}
MONEY = {"price_per_kg": "price_per_kg", "quote_price": "answer__quote__price_per_kg"}  # as text: a float is no price


def newest_award(*, project: str, material: str) -> Subquery:
    """Beside rows that lead to a project and a material: what `restored` makes the award of, so that no query is asked for it. Where none
    stands, the one that was revoked last, for whoever counts with it still.
    """
    rows = InquiryAward.objects.filter(inquiry__project=OuterRef(project), line__material=OuterRef(material))
    told = JSONObject(**AS_READ, **{name: Cast(field, models.CharField()) for name, field in MONEY.items()})
    return Subquery(rows.order_by(F("revoked_at").desc(nulls_first=True), "-awarded_at", "-pk").values(told=told)[:1])


def restored(told: Mapping[str, Any], project: Project, material: Material) -> InquiryAward:
    """What says whom the material goes to, at what price, and whether that holds."""
    supplier = Supplier(pk=told["supplier"], name=told["supplier_name"], status=told["status"])
    inquiry = PurchaseInquiry(number=told["inquiry"], state=told["state"], project=project)
    line = InquiryLine(pk=told["line"], inquiry=inquiry, material=material)
    answer = None
    if told["answer"] is not None:
        answer = InquiryAnswer(pk=told["answer"], no_offer_because=told["no_offer_because"], quote=_quote(told, supplier, material))
    price = Decimal(told["price_per_kg"])
    whose = {"supplier": supplier, "answer": answer, "price_per_kg": price, "currency": told["currency"]}
    return InquiryAward(pk=told["id"], inquiry=inquiry, line=line, revoked_because=told["revoked_because"], **whose)


def _quote(told: Mapping[str, Any], supplier: Supplier, material: Material) -> SupplierQuote | None:
    if told["quote"] is None:
        return None
    first, last = date.fromisoformat(told["quoted_on"]), date.fromisoformat(told["valid_until"]) if told["valid_until"] else None
    price = {"price_per_kg": Decimal(told["quote_price"]), "currency": told["quote_currency"], "reference": told["reference"]}
    return SupplierQuote(pk=told["quote"], material=material, supplier=supplier, quoted_on=first, valid_until=last, **price)


def awards_of(project: int, materials: Collection[int]) -> dict[int, InquiryAward]:
    """By material the newest award of the project that stands, whether it holds or not."""
    rows = InquiryAward.objects.standing().filter(inquiry__project=project, line__material__in=materials).order_by("awarded_at", "pk")
    return {row.line.material_id: row for row in rows}


def awarded_quotes(project: int, materials: Collection[int], on: date) -> dict[int, SupplierQuote]:
    """By material the price of the award by which somebody can order on that day: it counts before any cheaper one, wherever a price is
    chosen for the project.
    """
    awards = awards_of(project, materials)
    return {pk: each.quote for pk, each in awards.items() if each.quote is not None and not each.broken_because(on)}
