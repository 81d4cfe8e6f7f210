"""Two revisions of a quotation side by side: what of the words and of the price lines differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from projects.services.quotation_parts import TERMS, payments_of

if TYPE_CHECKING:
    from django.db.models import Field

    from audit.refusals import Words
    from projects.models import Quotation, QuotationLine

COMPARED = ("currency", "valid_until", "scope", *TERMS)
LineKey = tuple[str, str, int]


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
    """Lines matched by phase and description; a description that occurs twice is matched in its order."""
    old, new = _by_key(before.lines.all()), _by_key(after.lines.all())
    return [
        LineChange(
            (new.get(key) or old[key]).get_phase_display(),
            key[1],
            old.get(key),
            new.get(key),
        )
        for key in {**new, **old}
    ]


def _by_key(lines: Iterable[QuotationLine]) -> dict[LineKey, QuotationLine]:
    seen: Counter[tuple[str, str]] = Counter()
    found: dict[LineKey, QuotationLine] = {}
    for line in lines:
        words = (line.phase, line.description)
        found[(*words, seen[words])] = line
        seen[words] += 1
    return found


def compared_parts(before: Quotation, after: Quotation) -> list[PartChange]:
    """Payments, price breaks, rates and client inputs, each matched by what it is about. Parts in which nothing differs are left out."""
    shown: dict[Words, tuple[dict[str, str], dict[str, str]]] = {
        _("Payments"): (_payments(before), _payments(after)),
        _("Price per kilogram by quantity"): (_breaks(before), _breaks(after)),
        _("Rates for change orders"): (_rates(before), _rates(after)),
        _("What the client gives"): (_inputs(before), _inputs(after)),
    }
    return [
        PartChange(title, [RowChange(old.get(key, ""), new.get(key, "")) for key in {**new, **old}])
        for title, (old, new) in shown.items()
        if old != new
    ]


def _payments(quotation: Quotation) -> dict[str, str]:
    found = {}
    for due in payments_of(quotation):
        row, when = due.row, f" ({due.when})" if due.when else ""
        found[row.title] = f"{row.title}{when}: {row.percent.normalize():f} %, {quotation.currency} {due.amount:,.2f}"
    return found


def _breaks(quotation: Quotation) -> dict[str, str]:
    return {
        str(row.from_kg): _t("from %(kg)s kg: %(price)s per kg")
        % {"kg": f"{row.from_kg.normalize():f}", "price": f"{quotation.currency} {row.price_per_kg:,.2f}"}
        for row in quotation.breaks.all()
    }


def _rates(quotation: Quotation) -> dict[str, str]:
    rows = quotation.rates.all()
    return {f"{row.work}/{row.unit}": f"{row.work}: {quotation.currency} {row.rate:,.2f} / {row.unit}" for row in rows}


def _inputs(quotation: Quotation) -> dict[str, str]:
    return {row.words: f"{row.words}: {date_format(row.due_on, 'j M Y')}" if row.due_on else row.words for row in quotation.inputs.all()}
