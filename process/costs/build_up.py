"""From direct cost to price, each displayed amount rounded and each total the sum of what is displayed; margin and markup."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _t

from process.costs.case import Terms, require_margin, require_terms
from process.costs.figures import ONE
from process.costs.materials import ZERO
from process.words import percent_of
from projects.money import rounded


@dataclass(frozen=True)
class BuildUp:
    """direct + overhead + contingency + risk + margin + at_cost = price, to the last minor unit. risk is zero where it is only shown."""

    direct: Decimal
    overhead: Decimal
    contingency: Decimal
    risk: Decimal
    margin: Decimal
    at_cost: Decimal = ZERO

    @property
    def cost(self) -> Decimal:
        """Before the margin, without what is passed on."""
        return self.direct + self.overhead + self.contingency + self.risk

    @property
    def price(self) -> Decimal:
        return self.cost + self.margin + self.at_cost


def build_up(direct: Decimal, risk: Decimal, terms: Terms, currency: str, *, at_cost: Decimal = ZERO) -> BuildUp:
    """direct, at_cost: rounded lines already added up. Raises BadInput for a margin of 1 or more."""
    require_terms(terms)
    direct = rounded(direct, currency)
    overhead = rounded(direct * terms.overhead_fraction, currency)
    contingency = rounded((direct + overhead) * terms.contingency_fraction, currency)
    paid = rounded(risk, currency) if terms.risk_in_price else ZERO
    margin = rounded((direct + overhead + contingency + paid) * markup_of(terms.margin_fraction), currency)
    return BuildUp(direct, overhead, contingency, paid, margin, rounded(at_cost, currency))


def loads(terms: Terms) -> tuple[tuple[str, str], ...]:
    """What comes on top of the direct cost, in its order: the words, and the name in `BuildUp`."""
    return (
        (_t("Overhead, %(percent)s %%") % {"percent": percent_of(terms.overhead_fraction)}, "overhead"),
        (_t("Contingency, %(percent)s %%") % {"percent": percent_of(terms.contingency_fraction)}, "contingency"),
        (_t("Expected cost of the risks"), "risk"),
        (_t("Margin, %(percent)s %% of the price") % {"percent": percent_of(terms.margin_fraction)}, "margin"),
        (_t("Passed on at cost"), "at_cost"),
    )


def summed(parts: Iterable[BuildUp]) -> BuildUp:
    parts = list(parts)
    names = ("direct", "overhead", "contingency", "risk", "margin", "at_cost")
    return BuildUp(**{name: sum((getattr(part, name) for part in parts), ZERO) for name in names})


def markup_of(margin_fraction: Decimal) -> Decimal:
    """The markup on cost that gives a margin on price: k = m ÷ (1 − m). A third of the price is half of the cost."""
    require_margin(margin_fraction)
    return margin_fraction / (ONE - margin_fraction)
