"""Two revisions of a quotation side by side: what of the words and of the price lines differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from projects.money import fitted
from projects.services.quotation_parts import TERMS, payments_of

if TYPE_CHECKING:
    from django.db.models import Field

    from audit.refusals import Words
    from projects.models import Quotation, QuotationLine

COMPARED = ("currency", "valid_until", "scope", *TERMS)
Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")


@dataclass(frozen=True)
class FieldChange:
    name: Words
    before: object
    after: object


@dataclass(frozen=True)
class LineChange:
    """A line in one or both revisions; None where the revision does not have it."""

    phase: Words
    description: str
    before: QuotationLine | None
    after: QuotationLine | None

    @property
    def kind(self) -> str:
        """added, removed, changed or same."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        same = all(getattr(self.before, name) == getattr(self.after, name) for name in ("amount", "standing", "deliverables"))
        return "same" if same else "changed"


@dataclass(frozen=True)
class RowChange:
    """A row of a part in one or both revisions, in words; empty where the revision does not have it."""

    before: str
    after: str

    @property
    def kind(self) -> str:
        if not self.before or not self.after:
            return "removed" if self.before else "added"
        return "same" if self.before == self.after else "changed"


@dataclass(frozen=True)
class PartChange:
    """A part of which anything differs, with all its rows."""

    title: Words
    rows: list[RowChange]


def changed_fields(before: Quotation, after: Quotation) -> list[FieldChange]:
    return [
        FieldChange(cast("Field[Any, Any]", before._meta.get_field(name)).verbose_name, _shown(before, name), _shown(after, name))
        for name in COMPARED
        if getattr(before, name) != getattr(after, name)
    ]


def _shown(quotation: Quotation, name: str) -> object:
    value = getattr(quotation, name)
    return (_t("yes") if value else "") if isinstance(value, bool) else value


def compared_lines(before: Quotation, after: Quotation) -> list[LineChange]:
    """Lines matched by phase and description."""
    old, new = (_in_order(((line.phase, line.description), line) for line in each.lines.all()) for each in (before, after))
    return [LineChange((new.get(key) or old[key]).get_phase_display(), key[0][1], old.get(key), new.get(key)) for key in {**new, **old}]


def _in_order(rows: Iterable[tuple[Key, Row]]) -> dict[tuple[Key, int], Row]:
    """Rows by what they are about; of several about the same, the first of one revision is matched with the first of the other."""
    seen: Counter[Key] = Counter()
    found = {}
    for key, row in rows:
        found[key, seen[key]] = row
        seen[key] += 1
    return found


def compared_parts(before: Quotation, after: Quotation) -> list[PartChange]:
    """Payments, price breaks, rates and client inputs, each matched by what it is about. Parts in which nothing differs are left out."""
    parts: dict[Words, Callable[[Quotation], Iterable[tuple[str, str]]]] = {
        _("Payments"): _payments,
        _("Price per kilogram by quantity"): _breaks,
        _("Rates for change orders"): _rates,
        _("What the client gives"): _inputs,
    }
    shown = {title: (_in_order(part(before)), _in_order(part(after))) for title, part in parts.items()}
    return [
        PartChange(title, [RowChange(old.get(key, ""), new.get(key, "")) for key in {**new, **old}])
        for title, (old, new) in shown.items()
        if old != new
    ]


def _payments(quotation: Quotation) -> Iterator[tuple[str, str]]:
    for due in payments_of(quotation):
        row, planned = due.row, due.row.planned_on
        when = ", ".join(filter(None, (due.when, date_format(planned, "j M Y") if planned else "")))
        yield row.title, f"{row.title}{f' ({when})' if when else ''}: {row.percent.normalize():f} %, {_money(due.amount, quotation)}"


def _breaks(quotation: Quotation) -> Iterator[tuple[str, str]]:
    words = _t("from %(kg)s kg: %(price)s per kg")
    for row in quotation.breaks.all():
        kilograms = f"{row.from_kg.normalize():f}"
        yield kilograms, words % {"kg": kilograms, "price": _money(row.price_per_kg, quotation)}


def _rates(quotation: Quotation) -> Iterator[tuple[str, str]]:
    for row in quotation.rates.all():
        yield f"{row.work}/{row.unit}", f"{row.work}: {_money(row.rate, quotation)} / {row.unit}"


def _inputs(quotation: Quotation) -> Iterator[tuple[str, str]]:
    for row in quotation.inputs.all():
        yield row.words, f"{row.words}: {date_format(row.due_on, 'j M Y')}" if row.due_on else row.words


def _money(amount: Decimal, quotation: Quotation) -> str:
    return f"{quotation.currency} {fitted(amount, quotation.currency):,}"
