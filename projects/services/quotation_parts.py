"""What a quotation says besides its words and price lines: as it arrives, what is wrong with it, as it is kept and read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _t

from accounts.currencies import OFFERED, is_too_fine, too_fine_words
from projects.default_plan import newest, plan_of_version
from projects.models import (
    PHASES,
    Incoterm,
    Phase,
    Quotation,
    QuotationBreak,
    QuotationInput,
    QuotationLine,
    QuotationPayment,
    QuotationRate,
    RevisionRemark,
    RevisionRequest,
)
from projects.money import first_rise, is_whole, shares
from projects.price_sources import Doubt
from projects.services.payments import ACCEPTED, gate_due, milestone_due

if TYPE_CHECKING:
    from django.db import models
    from django.db.models import QuerySet

    from projects.models import DefaultPlan

Errors = dict[str, list[str]]
Standing = QuotationLine.Standing


@dataclass(frozen=True)
class Line:
    """A price line as it arrives: phase key, words, amount in the quotation's currency (two decimals), standing, what is delivered."""

    phase: str
    description: str
    amount: Decimal
    standing: str = Standing.INCLUDED
    deliverables: str = ""


@dataclass(frozen=True)
class Payment:
    """A part of the price in percent (at most three decimals); `source` as in `due_words`, empty where the title says when. planned_on: the
    day on which it is likely to be due.
    """

    title: str
    percent: Decimal
    source: str = ""
    planned_on: date | None = None


@dataclass(frozen=True)
class Break:
    """The price per kilogram from this quantity on, in the quotation's currency."""

    from_kg: Decimal
    price_per_kg: Decimal


@dataclass(frozen=True)
class Rate:
    """What work costs per unit where a change order adds it."""

    work: str
    unit: str
    rate: Decimal


@dataclass(frozen=True)
class Input:
    """What the client gives, and by when."""

    words: str
    due_on: date | None = None


@dataclass(frozen=True)
class Parts:
    """The rows of a revision besides its lines."""

    payments: Sequence[Payment] = ()
    breaks: Sequence[Break] = ()
    rates: Sequence[Rate] = ()
    inputs: Sequence[Input] = ()


PARTS: Mapping[str, tuple[type[models.Model], type]] = {
    "payments": (QuotationPayment, Payment),
    "breaks": (QuotationBreak, Break),
    "rates": (QuotationRate, Rate),
    "inputs": (QuotationInput, Input),
}
RELATED = ("lines", *PARTS)  # what of a quotation a page shows
ROW_BY_ROW = ("lines", "payments", "breaks", "rates", "inputs")  # tables of a draft: what their rows lack is asked before the release
ANSWERS = Prefetch(  # what it answers to the client: with these, all that a signature covers
    "answers",
    RevisionRequest.objects.select_related("asked_by", "quotation").prefetch_related(
        Prefetch("remarks", RevisionRemark.objects.select_related("line"))
    ),
)
WORDS = ("scope", "assumptions", "payment_terms")
TERMS: dict[str, Any] = {  # what may stay open, by field, with what it is then
    "assumptions": "",
    "payment_terms": "",
    "rise_confirmed": False,
    "incoterm": "",
    "delivery_place": "",
    "price_adjustment": "",
    "adjustment_band_percent": None,
    "cancellation": "",
    "reservation_fee": None,
    "intellectual_property": "",
    "confidentiality": "",
    "liability": "",
    "sample_acceptance": "",
    "batch_acceptance": "",
}

LONGEST = {field.name: field.max_length for field in Quotation._meta.concrete_fields if field.name in TERMS and field.max_length}


def due_words(plan: DefaultPlan | None) -> dict[str, str]:
    """What can make a payment due, in words, by source: the acceptance, each gate, each milestone of this version of the default plan."""
    found = {ACCEPTED: _t("This quotation is accepted")} | dict(gate_due(phase) for phase in PHASES)
    items = [item for phase in PHASES for item in plan_of_version(phase, plan).milestones]
    return found | dict(milestone_due(item.key, str(item.title)) for item in items if not item.source.startswith(("gate:", "quotation:")))


def wrong_content(
    currency: str,
    valid_until: date,
    scope: str,
    lines: Sequence[Line],
    parts: Parts,
    terms: Mapping[str, Any],
    *,
    today: date,
    kept: Collection[str] = (),
) -> Errors:
    """What is wrong, by field; a field of the n-th row of a part is `payments-n-title`. today: at the project's site.

    kept: the tables that stay as they are. Of these only money that the currency cannot hold is wrong, and says where it stands.
    """
    errors: Errors = {}
    if currency not in dict(OFFERED):
        errors["currency"] = [_t("Choose the currency.")]
    if valid_until < today:
        errors["valid_until"] = [_t("The quotation would be invalid when it is sent.")]
    if not scope.strip():
        errors["scope"] = [_t("Say what the price covers.")]
    errors |= _wrong_lines(lines) | wrong_terms(terms)
    errors |= _wrong_payments(parts.payments, today) | _wrong_breaks(parts.breaks, rise_confirmed=bool(terms.get("rise_confirmed")))
    errors |= _wrong_rates(parts.rates) | _wrong_inputs(parts.inputs, today)
    errors = {name: words for name, words in errors.items() if _table_of(name) not in kept}
    if "breaks" in kept:
        errors.pop("rise_confirmed", None)  # asked before the release, as all that the rows of a table lack together
    too_fine = _too_fine(currency, lines, parts, terms.get("reservation_fee"))
    return errors | {name: _at_rows(name, words) if _table_of(name) in kept else words for name, words in too_fine.items()}


def _table_of(name: str) -> str:
    """`payments` of `payments-0-title`."""
    return name.partition("-")[0]


def _at_rows(name: str, words: list[str]) -> list[str]:
    """With table and row, for whoever does not read it at the row."""
    table, _dash, place = name.partition("-")
    if not place:
        return words
    row = {
        "lines": _t("Price lines, row %(number)d: %(words)s"),
        "payments": _t("Payments, row %(number)d: %(words)s"),
        "breaks": _t("Price per kilogram by quantity, row %(number)d: %(words)s"),
        "rates": _t("Rates for change orders, row %(number)d: %(words)s"),
        "inputs": _t("What the client gives, row %(number)d: %(words)s"),
    }[table]
    return [row % {"number": int(place.partition("-")[0]) + 1, "words": each} for each in words]


def _too_fine(currency: str, lines: Sequence[Line], parts: Parts, fee: Decimal | None) -> Errors:
    """Money has as many decimals as its currency."""
    amounts = {f"lines-{number}-amount": line.amount for number, line in enumerate(lines)}
    amounts |= {f"breaks-{number}-price_per_kg": row.price_per_kg for number, row in enumerate(parts.breaks)}
    amounts |= {f"rates-{number}-rate": row.rate for number, row in enumerate(parts.rates)}
    amounts |= {"reservation_fee": fee} if fee is not None else {}
    return {name: [too_fine_words(currency)] for name, amount in amounts.items() if is_too_fine(amount, currency)}


def _wrong_lines(lines: Sequence[Line]) -> Errors:
    if not any(line.standing == Standing.INCLUDED for line in lines):
        return {
            "lines": [_t("A quotation needs at least one line that is included.") if lines else _t("A quotation needs at least one line.")]
        }
    if any(line.phase not in Phase.values or line.standing not in Standing.values for line in lines):
        return {"lines": [_t("Each line needs a phase, and is included, optional or excluded.")]}
    if any(line.amount < 0 or not line.description.strip() for line in lines):
        return {"lines": [_t("Each line needs words and an amount of zero or more.")]}
    if any(line.standing == Standing.EXCLUDED and line.amount for line in lines):
        return {"lines": [_t("What is excluded has no price; offer it as an option instead.")]}
    return {}


def wrong_terms(terms: Mapping[str, Any]) -> Errors:
    """Of the terms that are given."""
    errors: Errors = {
        name: [_t("At most %(count)d characters.") % {"count": most}] for name, most in LONGEST.items() if len(terms.get(name, "")) > most
    }
    incoterm, place = terms.get("incoterm", ""), terms.get("delivery_place", "").strip()
    if incoterm and incoterm not in Incoterm.values:
        errors["incoterm"] = [_t("Choose the delivery term.")]
    if incoterm and not place:
        errors["delivery_place"] = [_t("A delivery term needs its named place.")]
    if place and not incoterm:
        errors["incoterm"] = [_t("Choose the delivery term for this place.")]
    band, fee = terms.get("adjustment_band_percent"), terms.get("reservation_fee")
    if band is not None and not terms.get("price_adjustment", "").strip():
        errors["price_adjustment"] = [_t("Say what happens when raw-material prices move by more.")]
    if band is not None and not 0 <= band <= 100:
        errors["adjustment_band_percent"] = [_t("Between zero and 100.")]
    if fee is not None and fee <= 0:
        errors["reservation_fee"] = [_t("An amount above zero, or empty.")]
    return errors


def _wrong_payments(payments: Sequence[Payment], today: date) -> Errors:
    """today: no day that is past is planned."""
    errors: Errors = {}
    sources = due_words(newest()) if payments else {}
    for number, row in enumerate(payments):
        if not row.title.strip():
            errors[f"payments-{number}-title"] = [_t("Say what is paid.")]
        if row.source and row.source not in sources:
            errors[f"payments-{number}-source"] = [_t("Choose what makes it due.")]
        if not 0 < row.percent <= 100:
            errors[f"payments-{number}-percent"] = [_t("Above zero, at most 100.")]
        if row.planned_on is not None and row.planned_on < today:
            errors[f"payments-{number}-planned_on"] = [_t("This day is past.")]
    if payments and not errors and not is_whole([row.percent for row in payments]):
        whole = sum((row.percent for row in payments), Decimal(0))
        errors["payments"] = [
            _t("The payments add up to %(percent)s %%; together they are 100 %%.") % {"percent": f"{whole.normalize():f}"}
        ]
    return errors


def _wrong_breaks(breaks: Sequence[Break], *, rise_confirmed: bool) -> Errors:
    errors: Errors = {}
    for number, row in enumerate(breaks):
        if row.from_kg <= 0:
            errors[f"breaks-{number}-from_kg"] = [_t("A quantity above zero.")]
        elif any(row.from_kg == other.from_kg for other in breaks[:number]):
            errors[f"breaks-{number}-from_kg"] = [_t("This quantity has a price already.")]
        if row.price_per_kg <= 0:
            errors[f"breaks-{number}-price_per_kg"] = [_t("A price above zero.")]
    ordered = sorted((row.from_kg, row.price_per_kg) for row in breaks)
    rises = first_rise(ordered)
    if not errors and rises is not None and not rise_confirmed:
        words = _t("From %(kg)s kg on the kilogram costs more than below it. Confirm it, or correct the price.")
        errors["rise_confirmed"] = [words % {"kg": f"{ordered[rises][0].normalize():f}"}]
    return errors


def _wrong_rates(rates: Sequence[Rate]) -> Errors:
    errors: Errors = {}
    for number, row in enumerate(rates):
        if not row.work.strip():
            errors[f"rates-{number}-work"] = [_t("Say which work.")]
        if not row.unit.strip():
            errors[f"rates-{number}-unit"] = [_t("Per hour, per test, per batch?")]
        if row.rate <= 0:
            errors[f"rates-{number}-rate"] = [_t("A price above zero.")]
    return errors


def _wrong_inputs(inputs: Sequence[Input], today: date) -> Errors:
    errors: Errors = {}
    for number, row in enumerate(inputs):
        if not row.words.strip():
            errors[f"inputs-{number}-words"] = [_t("Say what the client gives.")]
        if row.due_on is not None and row.due_on < today:
            errors[f"inputs-{number}-due_on"] = [_t("This day is past.")]
    return errors


def incomplete(quotation: Quotation) -> list[tuple[str, str]]:
    """What the tables lack as long as they are written row by row: the table, or `rise_confirmed`, with the words. One query besides what
    is prefetched.
    """
    lines = [Line(**values) for values in rows_of_lines(quotation)]
    payments = [Payment(**values) for values in rows_of_part(quotation, "payments")]
    breaks = [Break(**values) for values in rows_of_part(quotation, "breaks")]
    inputs, today = [Input(**values) for values in rows_of_part(quotation, "inputs")], quotation.project.today
    errors = _wrong_lines(lines) | _wrong_payments(payments, today) | _wrong_inputs(inputs, today)
    errors |= _wrong_breaks(breaks, rise_confirmed=quotation.rise_confirmed)
    return [(_table_of(name), words) for name, said in errors.items() for words in _at_rows(name, said)]


def payment_doubts(quotation: Quotation) -> list[Doubt]:
    """What is odd about when the client pays, and keeps nobody from releasing it. Reads what is prefetched."""
    rows = list(quotation.payments.all())
    if not rows and not quotation.payment_terms.strip():
        return [Doubt(_t("Neither payments nor payment terms say when the client pays."))]
    words = _t("The payment “%(title)s” names neither an event nor a day: nothing makes it due.")
    return [Doubt(words % {"title": row.title}) for row in rows if not row.source and row.planned_on is None]


def write_content(quotation: Quotation, lines: Sequence[Line], parts: Parts, *, only: Collection[str] = RELATED) -> None:
    """Keep these rows, in place of what the quotation said before. The content was checked; the caller saves the quotation itself.

    only: the kinds of rows that differ; the others stay the rows that they are, so that a table that is open beside it still holds.
    """
    if "lines" in only:
        quotation.lines.all().delete()
        QuotationLine.objects.bulk_create(QuotationLine(quotation=quotation, order=order, **vars(line)) for order, line in enumerate(lines))
    for name in (name for name in PARTS if name in only):
        model, _row = PARTS[name]
        getattr(quotation, name).all().delete()
        rows = (model(quotation=quotation, **vars(row)) for row in getattr(parts, name))
        made = [_placed(row, order) for order, row in enumerate(rows)]
        model._default_manager.bulk_create(made)
    getattr(quotation, "_prefetched_objects_cache", {}).clear()


def with_parts(rows: QuerySet[Quotation]) -> QuerySet[Quotation]:
    """The quotations with everything they say, as their content hash reads it: eight queries at most, however many they are."""
    return rows.prefetch_related(*RELATED, ANSWERS)


def _placed(row: models.Model, order: int) -> models.Model:
    row.order = order  # type: ignore[attr-defined]
    return row


def rows_of_part(quotation: Quotation, name: str) -> list[dict[str, Any]]:
    """The rows of a part as values by field, in their order. Reads what is prefetched."""
    columns = [field.name for field in fields(PARTS[name][1])]
    return [{column: getattr(row, column) for column in columns} for row in getattr(quotation, name).all()]


def rows_of_lines(quotation: Quotation) -> list[dict[str, Any]]:
    return [{field.name: getattr(line, field.name) for field in fields(Line)} for line in quotation.lines.all()]


def amounts_of(quotation: Quotation, total: Decimal) -> list[Decimal]:
    """What of `total` each payment comes to. Reads what is prefetched."""
    return shares(total, [row.percent for row in quotation.payments.all()], quotation.currency)


@dataclass(frozen=True)
class Due:
    """A payment as it is offered: what is paid, when in words, its part of the price in percent and in the quotation's currency."""

    row: QuotationPayment
    when: str
    amount: Decimal


def payments_of(quotation: Quotation, *, total: Decimal | None = None) -> list[Due]:
    """With amounts that add up to the price (or to `total`) once the percentages are whole. One query besides what is prefetched."""
    rows = list(quotation.payments.all())
    amounts = amounts_of(quotation, quotation.total if total is None else total)
    words = due_words(quotation.default_plan) if rows else {}
    return [Due(row, words.get(row.source, ""), amount) for row, amount in zip(rows, amounts, strict=True)]


def have_days(payments: Sequence[Due]) -> bool:
    """Whether a column says when they are likely to be due."""
    return any(due.row.planned_on for due in payments)


def payments_with(payments: Sequence[Due], quotation: Quotation, total: Decimal) -> list[Due]:
    """The same, of another total: what is due once options are taken."""
    return [replace(due, amount=amount) for due, amount in zip(payments, amounts_of(quotation, total), strict=True)]
