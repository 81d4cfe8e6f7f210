"""Price lines, payments, price breaks, rates and client inputs of a draft, row by row as its tables save them; what they lack together is
asked before the release."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from accounts.currencies import is_too_fine, too_fine_words
from audit.refusals import Blocker
from projects.default_plan import newest
from projects.models import Quotation, QuotationBreak, QuotationInput, QuotationLine, QuotationPayment, QuotationRate
from projects.services.commercial import state_blockers
from projects.services.locking import not_active
from worksheets.rows import Rows, cells

if TYPE_CHECKING:
    from datetime import date

    from django.db import models


def row_blockers(quotation: Quotation) -> list[Blocker]:
    """Why no row of it can be changed: the project rests, or it is no draft any more."""
    return [*not_active(quotation.project), *state_blockers(quotation, Quotation.State.DRAFT)]


class LineRows(Rows):
    def weigh(self, row: QuotationLine, changed: Collection[str], wrong: Collection[str]) -> dict[str, str]:
        if {"amount", "standing"} & set(wrong):
            return {}
        if row.amount is None and row.standing == QuotationLine.Standing.EXCLUDED:
            row.amount = Decimal(0)
        words = self._wrong_amount(row)
        return {"amount": words} if words else {}

    def _wrong_amount(self, row: QuotationLine) -> str:
        if row.amount is None:
            return _t("Say how much, or that it is excluded.")
        if row.standing == QuotationLine.Standing.EXCLUDED and row.amount:
            return _t("What is excluded has no price; offer it as an option instead.")
        return too_fine_words(self.parent.currency) if is_too_fine(row.amount, self.parent.currency) else ""


class PaymentRows(Rows):
    def weigh(self, row: QuotationPayment, changed: Collection[str], wrong: Collection[str]) -> dict[str, str]:
        errors = {}
        percent, planned_on = cells(row, ("percent", "planned_on"), wrong)
        if percent is not None and not 0 < percent <= 100:
            errors["percent"] = _t("Above zero, at most 100.")
        if "planned_on" in changed and (words := _past(planned_on, self.parent)):
            errors["planned_on"] = words
        return errors

    def done(self) -> None:
        """What makes a payment due is said in the words of the plan from which it was chosen."""
        plan: models.Model | None = newest()
        if plan != self.parent.default_plan:
            self.parent.default_plan = plan
            self.parent.save(update_fields=["default_plan"])


class BreakRows(Rows):
    """They stand in the order of their quantities."""

    def weigh(self, row: QuotationBreak, changed: Collection[str], wrong: Collection[str]) -> dict[str, str]:
        errors = {}
        from_kg, price = cells(row, ("from_kg", "price_per_kg"), wrong)
        if from_kg is not None and from_kg <= 0:
            errors["from_kg"] = _t("A quantity above zero.")
        if words := _wrong_price(price, self.parent.currency):
            errors["price_per_kg"] = words
        return errors

    def done(self) -> None:
        """That more is dearer was confirmed of the prices that stood there; of others it is confirmed anew."""
        if self.parent.rise_confirmed:
            self.parent.rise_confirmed = False
            self.parent.save(update_fields=["rise_confirmed"])


class RateRows(Rows):
    def weigh(self, row: QuotationRate, changed: Collection[str], wrong: Collection[str]) -> dict[str, str]:
        (rate,) = cells(row, ["rate"], wrong)
        words = _wrong_price(rate, self.parent.currency)
        return {"rate": words} if words else {}


class InputRows(Rows):
    def weigh(self, row: QuotationInput, changed: Collection[str], wrong: Collection[str]) -> dict[str, str]:
        (day,) = cells(row, ["due_on"], wrong)
        words = _past(day, self.parent) if "due_on" in changed else ""
        return {"due_on": words} if words else {}


def _past(day: date | None, quotation: Quotation) -> str:
    """Empty where it is still to come at the site, or none."""
    return _t("This day is past.") if day is not None and day < quotation.project.today else ""


def _wrong_price(price: Decimal | None, currency: str) -> str:
    """Empty where it is right; that one is needed the model says."""
    if price is None:
        return ""
    if price <= 0:
        return _t("A price above zero.")
    return too_fine_words(currency) if is_too_fine(price, currency) else ""
