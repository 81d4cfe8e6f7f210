"""Suppliers that are asked for many lines at once: who could be, and the one act that asks them and writes their letters."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none
from catalogue.models import Supplier
from process.purchasing.models import InquiryAsk, InquiryLine, InquirySupplier, PurchaseInquiry
from process.purchasing.sellers import Seller, market_of
from process.purchasing.services import (
    add_addressees,
    editing_blockers,
    empty_blockers,
    lacking,
    lines_of,
    locked_inquiry,
    make_letters,
    told_of,
)

if TYPE_CHECKING:
    from accounts.models import User

MOST_OFFERED = 30  # in the list to tick, of those that are not asked yet; others are entered in the table


@act
def ask_suppliers(pk: int, *, suppliers: Collection[int], every_line: bool = False, actor: User) -> PurchaseInquiry:
    """Each of them, for the lines that lack a supplier or for every line, but for no material that it may not sell; their letters say so at
    once. Raises BadInput where that changes nothing.
    """
    inquiry = locked_inquiry(pk, actor)
    require_permission("process.prepare_inquiry", actor, inquiry.project)
    require_none(asking_blockers(inquiry))
    asks = _new_asks(inquiry, suppliers, every_line)
    asked = list(dict.fromkeys(each.supplier for each in asks))
    add_addressees(inquiry, asked)
    InquiryAsk.objects.bulk_create(asks)
    make_letters(inquiry, actor)
    record("inquiry.suppliers_asked", inquiry, actor=actor, suppliers=", ".join(map(str, asked)), **told_of(inquiry))
    return inquiry


def asking_blockers(
    inquiry: PurchaseInquiry, lines: Sequence[InquiryLine] | None = None, offered: Collection[object] | None = None
) -> list[Blocker]:
    """Why nobody can be asked for many lines at once. lines, offered: where they are read already."""
    if found := editing_blockers(inquiry):
        return found
    found = empty_blockers(inquiry, lines_of(inquiry) if lines is None else lines)
    if not (_askable().exists() if offered is None else offered):
        words = _t("The catalogue has no supplier that may be asked: enter one in the table.")
        found.append(Blocker("inquiry.no_supplier", words, f"{inquiry.get_absolute_url()}#sheet-inquiry-asks"))
    return found


def offered_for(
    inquiry: PurchaseInquiry, lines: Collection[InquiryLine], addressees: Sequence[InquirySupplier], chosen: Collection[int] = ()
) -> list[Seller]:
    """Who is asked already, then who is known for one of the lines, then who sells such materials, then others of the catalogue by name.

    addressees: as `services.addressees_of` gives them. chosen: keys of those that were ticked on a page of before, whose list may differ.
    """
    materials = [line.material for line in lines]
    market = market_of(materials, inquiry.project.today, others=MOST_OFFERED)
    asked = (each for each in addressees if each.supplier.status not in Supplier.NOT_ASKED)
    found = {each.supplier: _asked_words(len(each.asked or ()), len(lines)) for each in asked}
    number_asked = len(found)
    for material in materials:
        for seller in market.known(material):
            found.setdefault(seller.supplier, f"{material}: {seller.because}")
    for seller in (each for material in materials for each in market.of_kind(material)):
        found.setdefault(seller.supplier, seller.because)
    for other in market.others:
        found.setdefault(other, "")
    offered = dict(list(found.items())[: number_asked + MOST_OFFERED])
    for other in _askable().filter(pk__in=chosen):
        offered.setdefault(other, found.get(other, ""))
    return [Seller(supplier, words) for supplier, words in offered.items()]


def shut_out(inquiry: PurchaseInquiry, suppliers: Collection[int]) -> list[str]:
    """Which of them are not asked for which lines, because the newest decision of quality says no."""
    lines, chosen = lines_of(inquiry), list(_askable().filter(pk__in=suppliers))
    market = market_of([line.material for line in lines], inquiry.project.today)
    return [f"{line.material}: {each}" for line in lines for each in chosen if not market.may_sell(each, line.material)]


def _askable() -> QuerySet[Supplier]:
    return Supplier.objects.may_be_asked().order_by("name", "pk")


def _asked_words(number: int, of: int) -> str:
    return ngettext("asked for %(count)d line of %(all)d", "asked for %(count)d lines of %(all)d", number) % {"count": number, "all": of}


def _new_asks(inquiry: PurchaseInquiry, suppliers: Collection[int], every_line: bool) -> list[InquiryAsk]:
    lines = lines_of(inquiry)
    wanted = lines if every_line else lacking(lines)
    if not wanted:
        raise BadInput({"every_line": _t("Two suppliers are asked for every line already. Tick this to ask more.")})
    chosen = list(_askable().filter(pk__in=suppliers))
    if not chosen:
        raise BadInput({"suppliers": _t("Choose a supplier that may be asked.")})
    there = set(InquiryAsk.objects.filter(inquiry=inquiry).values_list("line_id", "supplier_id"))
    new = [(line, supplier) for line in wanted for supplier in chosen if (line.pk, supplier.pk) not in there]
    market = market_of([line.material for line in wanted], inquiry.project.today)
    pairs = [(line, supplier) for line, supplier in new if market.may_sell(supplier, line.material)]
    if not pairs:
        barred = _t("They may not sell these materials: their newest qualification says so. Choose others.")
        raise BadInput({"suppliers": barred if new else _t("They are asked for these lines already; choose others.")})
    return [InquiryAsk(inquiry=inquiry, line=line, supplier=supplier) for line, supplier in pairs]
