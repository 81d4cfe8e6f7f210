"""A line of an inquiry is given to a supplier, and taken back: by whoever files the answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none, require_reason
from catalogue.models import Supplier
from catalogue.models.supply import LIST
from process.costs.models import CostAssessment
from process.purchasing.awards import InquiryAward
from process.purchasing.comparing import Compared, Offer, compared, usual_currency
from process.purchasing.models import InquiryLine, PurchaseInquiry
from process.purchasing.services import locked_inquiry, told_of
from projects.services.locking import not_active

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User

MAY = "catalogue.manage_quotes"
AWARDED_IN = (PurchaseInquiry.State.SENT, PurchaseInquiry.State.ANSWERED, PurchaseInquiry.State.CLOSED)


@dataclass(frozen=True)
class Row:
    """A line with its offers side by side and the award that stands; broken: why that holds no more."""

    compared: Compared
    award: InquiryAward | None = None
    broken: str = ""

    @property
    def line(self) -> InquiryLine:
        return self.compared.line

    @property
    def offers(self) -> Sequence[Offer]:
        return self.compared.offers

    @property
    def awarded(self) -> Row | None:
        """Itself where it goes to somebody."""
        return self if self.award is not None else None

    @property
    def may_be_awarded(self) -> bool:
        """Somebody can order by one of its offers."""
        return bool(orderable(self.offers))

    @property
    def holds(self) -> bool:
        return self.award is not None and not self.broken

    @property
    def winner(self) -> int | None:
        """The supplier that the line goes to."""
        return self.award.supplier_id if self.award is not None else None


def rows_of(inquiry: PurchaseInquiry, *, currency: str, on: date) -> list[Row]:
    """The whole comparison, in one query more."""
    awards = {each.line_id: each for each in InquiryAward.objects.standing().filter(inquiry=inquiry)}
    return [_row(each, awards.get(each.line.pk), on) for each in compared(inquiry, currency=currency, on=on)]


def _row(found: Compared, award: InquiryAward | None, on: date) -> Row:
    return Row(found, award, award.broken_because(on) if award is not None else "")


def orderable(offers: Iterable[Offer]) -> list[Offer]:
    """By which somebody can order: it has a price, has not ended, and its supplier is one that is asked."""
    priced = (each for each in offers if each.answer is not None and each.answer.is_offer and not each.has_expired)
    return [each for each in priced if each.supplier.status not in Supplier.NOT_ASKED]


@act
def award_line(pk: int, line: int, *, supplier: int, reason: str = "", actor: User) -> InquiryAward:
    """The line goes to the supplier. A reason is asked where it is not the cheapest, or where nobody can say so for want of a rate, and
    where the supplier is not qualified for the material. One that is barred altogether makes no offer by which somebody can order.

    Raises InquiryLine.DoesNotExist for one of another inquiry, Refused while another award stands, BadInput at `supplier` and `reason`.
    """
    inquiry = locked_inquiry(pk, actor)
    require_permission(MAY, actor, inquiry.project)
    row = InquiryLine.objects.select_related("material").get(pk=line, inquiry=inquiry)
    require_none(awarding_blockers(inquiry) + standing_blockers(row))
    offers = _offers(inquiry, row)
    offer = next((each for each in orderable(offers) if each.supplier.pk == supplier), None)
    if offer is None or offer.answer is None or offer.answer.price_per_kg is None:
        raise BadInput({"supplier": _t("There is no offer of this supplier by which somebody can order.")})
    is_cheapest = is_the_cheapest(offer, offers)
    if (asked := _to_be_explained(offer, is_cheapest)) and not reason.strip():
        raise BadInput({"reason": asked})
    award = InquiryAward.objects.create(
        inquiry=inquiry,
        line=row,
        supplier=offer.supplier,
        answer=offer.answer,
        price_per_kg=offer.answer.price_per_kg,
        currency=offer.answer.currency,
        is_cheapest=is_cheapest,
        reason=reason.strip(),
        awarded_by=actor,
        awarded_at=timezone.now(),
    )
    record("inquiry.awarded", inquiry, actor=actor, reason=award.reason, unqualified=offer.unqualified_words, **_told(award))
    return award


def _to_be_explained(offer: Offer, is_cheapest: bool) -> list[str]:
    """What the reason has to answer; empty where none is needed."""
    asked = [] if is_cheapest else [_t("It is not the cheapest offer: say why the line goes there. It stays in the record.")]
    if status := offer.unqualified_words:
        words = _t("%(supplier)s: %(status)s. Say why the line goes there all the same. It stays in the record.")
        asked.append(words % {"supplier": offer.supplier, "status": status})
    return asked


@act
def revoke_award(pk: int, line: int, *, reason: str, actor: User) -> InquiryAward:
    """Raises InquiryAward.DoesNotExist where none stands, Refused once a fixed price rests on one that holds."""
    inquiry = locked_inquiry(pk, actor)
    require_permission(MAY, actor, inquiry.project)
    award = InquiryAward.objects.standing().get(inquiry=inquiry, line=line)
    award.inquiry = inquiry
    require_none(revoking_blockers(award))
    require_reason(reason)
    award.revoked_by, award.revoked_at, award.revoked_because = actor, timezone.now(), reason.strip()
    award.save(update_fields=["revoked_by", "revoked_at", "revoked_because"])
    record("inquiry.award_revoked", inquiry, actor=actor, reason=reason, **_told(award))
    return award


def awarding_blockers(inquiry: PurchaseInquiry) -> list[Blocker]:
    """Why no line is given to anybody, nor taken back."""
    if inquiry.state in AWARDED_IN:
        return not_active(inquiry.project)
    words = {
        PurchaseInquiry.State.PREPARED: _t("%(number)s is not sent yet: there is no offer to decide on."),
        PurchaseInquiry.State.WITHDRAWN: _t("%(number)s is withdrawn: nothing is ordered by it."),
    }[PurchaseInquiry.State(inquiry.state)]
    return [Blocker("inquiry.not_awarded", words % {"number": inquiry}, inquiry.get_absolute_url())]


def offer_blockers(inquiry: PurchaseInquiry, offers: Iterable[Offer]) -> list[Blocker]:
    if orderable(offers):
        return []
    words = _t("There is no offer by which somebody can order: file an answer first.")
    return [Blocker("inquiry.no_offer", words, f"{inquiry.get_absolute_url()}#sheet-inquiry-answers")]


def standing_blockers(line: InquiryLine) -> list[Blocker]:
    award = InquiryAward.objects.standing().filter(line=line).first()
    if award is None:
        return []
    words = _t("%(material)s goes to %(supplier)s already: revoke that first.")
    return [Blocker("inquiry.awarded", words % {"material": line, "supplier": award.supplier}, award.get_absolute_url())]


def revoking_blockers(award: InquiryAward) -> list[Blocker]:
    """What rests on it: a price that was fixed with it. One that does not hold can be revoked at any time, and so can be decided anew."""
    if found := not_active(award.inquiry.project):
        return found
    if award.quote is None or award.broken_because(award.inquiry.project.today):
        return []
    words = _t("The price of cost scenario %(number)d (%(name)s) was fixed with it. Another decision needs another inquiry.")
    return [
        Blocker("inquiry.award_used", words % {"number": each.number, "name": each.name}, each.get_absolute_url())
        for each in _resting_on(award)
    ]


def is_the_cheapest(offer: Offer, offers: Iterable[Offer]) -> bool:
    """For what has to be bought, among those by which somebody can order; of one that cannot be converted nobody knows."""
    others = orderable(offers)
    if len(others) == 1:
        return True
    costs = [each.per_kg for each in others if each.per_kg is not None]
    return len(costs) == len(others) and offer.per_kg == min(costs)


def _resting_on(award: InquiryAward) -> Iterable[CostAssessment]:
    fixed = CostAssessment.objects.filter(project=award.inquiry.project_id, state=CostAssessment.State.FIXED)
    same = Q(**{f"prices__quote__{name}": getattr(award.quote, name) for name in LIST})
    return fixed.filter(same, fixed_at__gte=award.awarded_at).select_related("project").order_by("number")


def _offers(inquiry: PurchaseInquiry, line: InquiryLine) -> Sequence[Offer]:
    rows = compared(inquiry, currency=usual_currency(inquiry), on=inquiry.project.today)
    return next((each.offers for each in rows if each.line.pk == line.pk), ())


def _told(award: InquiryAward) -> dict[str, Any]:
    return {**told_of(award.inquiry), "material": str(award.line), "supplier": str(award.supplier), "price": award.price_words}
