"""A figure of an estimate: how much, at the least and at the most, in what unit, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.refusals import BadInput
from process.confidence import Confidence
from process.costs.stored import LATER
from projects.money import is_currency

FRACTION = "1"  # the unit of a yield or a share
ONE = Decimal(1)


class Source(StrEnum):
    """Where a figure comes from, the firmest first. awarded: a quote by which a line of a purchase inquiry was given to its supplier."""

    AWARDED = "awarded"
    QUOTE = "quote"
    PRICE_BOOK = "price_book"
    SHEET = "sheet"
    ANALOGUE = "analogue"
    ASSUMPTION = "assumption"

    @property
    def label(self) -> Promise:
        return _LABELS[self]


_LABELS: dict[Source, Promise] = {
    Source.AWARDED: _("Quote, awarded"),
    Source.QUOTE: _("Quote"),
    Source.PRICE_BOOK: _("Price book"),
    Source.SHEET: _("Department's sheet"),
    Source.ANALOGUE: _("Analogous project"),
    Source.ASSUMPTION: _("Assumption"),
}


@dataclass(frozen=True)
class Figure:
    """low ≤ base ≤ high, in `unit`. With a currency it is a price for one unit ("kg", "h", "test"), and then needs its date.

    note: why a price is exactly zero. valid_until: the last day of a quote or of the price book. confidence: one of `Confidence`, "" where
    nobody has said. Raises BadInput by field.
    """

    base: Decimal
    low: Decimal
    high: Decimal
    unit: str
    source: Source
    currency: str = ""
    reference: str = ""
    on: date | None = None
    valid_until: date | None = None
    note: str = ""
    confidence: str = field(default="", metadata=LATER)

    def __post_init__(self) -> None:
        if wrong := _wrong(self):
            raise BadInput(wrong)

    @property
    def is_firm(self) -> bool:
        """Nothing between low and high."""
        return self.low == self.high

    @property
    def is_bare_assumption(self) -> bool:
        """Nobody said how wrong it may be."""
        return self.source == Source.ASSUMPTION and self.is_firm

    def has_expired(self, on: date) -> bool:
        return self.valid_until is not None and self.valid_until < on


def price(base: Decimal | str, currency: str, per: str, *, low: Decimal | str = "", high: Decimal | str = "", **origin: object) -> Figure:
    """A price for one `per`. What is left out of low and high is as the base. Raises BadInput without currency, unit or date."""
    require_currency(currency)
    return _figure(base, low, high, per, currency=currency, **origin)


def require_currency(code: str, name: str = "currency") -> None:
    if not is_currency(code):
        raise BadInput({name: _t("A price needs its currency by three letters, such as CHF.")})


def quantity(base: Decimal | str, unit: str, *, low: Decimal | str = "", high: Decimal | str = "", **origin: object) -> Figure:
    return _figure(base, low, high, unit, **origin)


def fraction(base: Decimal | str, *, low: Decimal | str = "", high: Decimal | str = "", most: Decimal = ONE, **origin: object) -> Figure:
    """A yield, a loss, a share. Above `most` it is refused: 92 in such a field means 92 %."""
    found = _figure(base, low, high, FRACTION, **origin)
    for name in ("base", "high"):
        require_fraction(getattr(found, name), name, most=most)
    return found


def require_fraction(number: Decimal, name: str, *, most: Decimal = ONE) -> None:
    """Refuse what is below zero or above `most`."""
    if not 0 <= number <= most:
        values = {"typed": number, "most": most, "instead": number / 100}
        words = _t("%(typed)s is no fraction between 0 and %(most)s; for percent type %(instead)s.")
        raise BadInput({name: (words if number > 1 else _t("%(typed)s is no fraction between 0 and %(most)s.")) % values})


def _figure(base: Decimal | str, low: Decimal | str, high: Decimal | str, unit: str, **rest: object) -> Figure:
    middle = Decimal(base)
    ends = {"low": Decimal(low) if low != "" else middle, "high": Decimal(high) if high != "" else middle}
    origin = {"source": Source.ASSUMPTION} | rest
    return Figure(base=middle, unit=unit, **ends, **origin)  # type: ignore[arg-type]


def _wrong(figure: Figure) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not all(number.is_finite() for number in (figure.low, figure.base, figure.high)):
        return {"base": _t("Every figure needs a number.")}
    words = _t("The lowest figure is not above the base, the highest not below it.")
    wrong |= {name: words for name, is_beyond in (("low", figure.low > figure.base), ("high", figure.high < figure.base)) if is_beyond}
    if figure.low < 0:
        wrong["base" if figure.base < 0 else "low"] = _t("Not below zero.")
    if figure.confidence and figure.confidence not in [each.value for each in Confidence]:
        wrong["confidence"] = _t("High, medium or low.")
    if not figure.unit:
        wrong["unit"] = _t("A figure needs its unit.")
    return wrong | (_wrong_price(figure) if figure.currency else {})


def _wrong_price(figure: Figure) -> dict[str, str]:
    wrong = {}
    if not is_currency(figure.currency):
        wrong["currency"] = _t("A price needs its currency by three letters, such as CHF.")
    if figure.on is None:
        wrong["on"] = _t("A price needs the date on which it held.")
    if figure.base == 0 and not figure.note:
        wrong["note"] = _t("A price of zero needs a note, for example that the client supplies it.")
    return wrong
