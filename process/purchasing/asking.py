"""Suppliers that are asked for many lines at once: who could be, and the one act that asks them and writes their letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none
from catalogue.models import Supplier
from process.purchasing.models import InquiryAsk, InquiryLine, PurchaseInquiry
from process.purchasing.sellers import LEAST_SUPPLIERS, Seller, market_of
from process.purchasing.services import add_addressees, editing_blockers, locked_inquiry, make_letters, told_of

if TYPE_CHECKING:
    from accounts.models import User

MOST_OFFERED = 30  # in the list to tick; others are entered in the table


@act
def ask_suppliers(pk: int, *, suppliers: Collection[int], every_line: bool = False, actor: User) -> PurchaseInquiry:
    """Each of them, for the lines that lack a supplier or for every line; their letters say so at once. Raises BadInput where that changes
    nothing."""
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


def asking_blockers(inquiry: PurchaseInquiry) -> list[Blocker]:
    """Why nobody can be asked for many lines at once."""
    if found := editing_blockers(inquiry):
        return found
    page = inquiry.get_absolute_url()
    if not inquiry.lines.exists():
        found.append(Blocker("inquiry.empty", _t("It asks for nothing yet."), f"{page}#sheet-inquiry-lines"))
    if not _askable().exists():
        words = _t("The catalogue has no supplier that may be asked: enter one in the table.")
        found.append(Blocker("inquiry.no_supplier", words, f"{page}#sheet-inquiry-asks"))
    return found


def lines_of(inquiry: PurchaseInquiry) -> list[InquiryLine]:
    """Each with the number of suppliers that are asked for it."""
    return list(inquiry.lines.select_related("material").annotate(asked=Count("asks")))


def lacking(lines: Collection[InquiryLine]) -> list[InquiryLine]:
    """For which fewer than two are asked, and nobody has said why."""
    return [line for line in lines if not line.asked or (line.asked < LEAST_SUPPLIERS and not line.single_because)]  # type: ignore[attr-defined]


def offered_for(inquiry: PurchaseInquiry, lines: Collection[InquiryLine]) -> list[Seller]:
    """Who is asked already, then who is known for one of the lines, then who sells such materials, then others of the catalogue by name."""
    materials = [line.material for line in lines]
    market = market_of(materials, inquiry.project.today)
    found = {supplier: _asked_words(number, len(lines)) for supplier, number in _asked(inquiry).items()}
    for material in materials:
        for seller in market.known(material):
            found.setdefault(seller.supplier, f"{material}: {seller.because}")
    for seller in (each for material in materials for each in market.of_kind(material)):
        found.setdefault(seller.supplier, seller.because)
    for other in _askable()[:MOST_OFFERED]:
        found.setdefault(other, "")
    return [Seller(supplier, words) for supplier, words in found.items()][:MOST_OFFERED]


def _askable() -> QuerySet[Supplier]:
    return Supplier.objects.exclude(status__in=Supplier.NOT_ASKED).order_by("name", "pk")


def _asked(inquiry: PurchaseInquiry) -> Counter[Supplier]:
    """For how many lines, in the order of their letters."""
    rows = InquiryAsk.objects.filter(inquiry=inquiry).exclude(supplier__status__in=Supplier.NOT_ASKED).select_related("supplier")
    return Counter(ask.supplier for ask in rows.order_by("supplier__name", "supplier_id"))


def _asked_words(number: int, of: int) -> str:
    return ngettext("asked for %(count)d line of %(all)d", "asked for %(count)d lines of %(all)d", number) % {"count": number, "all": of}


def _new_asks(inquiry: PurchaseInquiry, suppliers: Collection[int], every_line: bool) -> list[InquiryAsk]:
    lines = lines_of(inquiry)
    wanted = lines if every_line else lacking(lines)
    if not wanted:
        raise BadInput({"every_line": _t("Two suppliers are asked for every line already. Tick this to ask more.")})
    chosen = list(_askable().filter(pk__in=suppliers))
    there = set(InquiryAsk.objects.filter(inquiry=inquiry).values_list("line_id", "supplier_id"))
    pairs = [(line, supplier) for line in wanted for supplier in chosen if (line.pk, supplier.pk) not in there]
    if not pairs:
        words = _t("They are asked for these lines already; choose others.") if chosen else _t("Choose a supplier that may be asked.")
        raise BadInput({"suppliers": words})
    return [InquiryAsk(inquiry=inquiry, line=line, supplier=supplier) for line, supplier in pairs]
