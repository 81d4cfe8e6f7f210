"""The agreed price of a project, what of it is planned, ready, invoiced and paid, and what its terms of payment say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from projects.models import ChangeOrder, Quotation
from projects.money import rounded

if TYPE_CHECKING:
    from projects.models import Milestone, Project

ZERO = Decimal("0.00")
_TERM = re.compile(r"(?P<percent>\d{1,3}(?:[.,]\d{1,2})?)\s*%\s*(?P<words>[^,;.\n]*)")


@dataclass(frozen=True)
class Price:
    """What both sides agreed: the accepted quotation and, in its currency, the accepted change orders."""

    quotation: Quotation
    ordered: Decimal

    @property
    def currency(self) -> str:
        return self.quotation.currency

    @property
    def quoted(self) -> Decimal:
        return self.quotation.total

    @property
    def total(self) -> Decimal:
        return self.quoted + self.ordered

    def share(self, percent: Decimal) -> Decimal:
        """So many percent of the total, to the cent, half up."""
        return rounded(self.total * percent / 100, self.currency)


def agreed_price(project: Project) -> Price | None:
    """None until a quotation is accepted. Four queries at most."""
    quotation = accepted_quotation(project)
    if quotation is None:
        return None
    orders = ChangeOrder.objects.accepted().filter(project=project).prefetch_related("lines")
    return Price(quotation, sum((order.total for order in orders), ZERO))


def accepted_quotation(project: Project) -> Quotation | None:
    found: Quotation | None = Quotation.objects.accepted().filter(project=project).prefetch_related("lines").first()
    return found


class PaymentState(StrEnum):
    PLANNED = "planned"
    READY = "ready"
    INVOICED = "invoiced"
    PAID = "paid"

    @property
    def label(self) -> Promise:
        return _STATES[self][2]

    @property
    def tone(self) -> str:
        return _STATES[self][0]

    @property
    def icon(self) -> str:
        return _STATES[self][1]


_STATES: dict[PaymentState, tuple[str, str, Promise]] = {
    PaymentState.PLANNED: ("busy", "circle-dashed", _("Planned")),
    PaymentState.READY: ("warn", "alert-circle", _("Ready to invoice")),
    PaymentState.INVOICED: ("busy", "file-text", _("Invoiced")),
    PaymentState.PAID: ("good", "circle-check", _("Paid")),
}


def payment_state(payment: Milestone) -> PaymentState:
    if payment.paid_on:
        return PaymentState.PAID
    if payment.invoiced_on:
        return PaymentState.INVOICED
    return PaymentState.READY if payment.actual_on else PaymentState.PLANNED


@dataclass(frozen=True)
class PaymentSums:
    """Amounts by state; each payment counts in one. `open`: what of the price no payment covers, below zero where too much is planned."""

    price: Price
    planned: Decimal
    ready: Decimal
    invoiced: Decimal
    paid: Decimal
    without_amount: int

    @property
    def open(self) -> Decimal:
        return self.price.total - self.planned - self.ready - self.invoiced - self.paid


def payment_sums(price: Price, payments: Iterable[Milestone]) -> PaymentSums:
    sums, without = dict.fromkeys(PaymentState, ZERO), 0
    for payment in payments:
        without += payment.amount is None
        sums[payment_state(payment)] += payment.amount or ZERO
    return PaymentSums(price, **{state.value: amount for state, amount in sums.items()}, without_amount=without)


@dataclass(frozen=True)
class Term:
    """A part of the price as the terms of payment name it: 40 % at the start."""

    percent: Decimal
    words: str


def terms_of(text: str) -> list[Term]:
    """The parts that a text names in percent, with the words behind them. What each phase or batch pays is no part of the whole price."""
    found = [Term(Decimal(hit["percent"].replace(",", ".")), hit["words"].strip()) for hit in _TERM.finditer(text)]
    whole = [term for term in found if 0 < term.percent <= 100]
    return whole if sum((term.percent for term in whole), ZERO) == 100 and not re.search(r"\beach\b|\bper\b", text) else []
