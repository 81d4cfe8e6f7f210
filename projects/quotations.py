"""Two revisions of a quotation side by side: what of the words and of the price lines differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from django.db.models import Field

    from audit.refusals import Words
    from projects.models import Quotation, QuotationLine

COMPARED = ("currency", "valid_until", "scope", "assumptions", "payment_terms")
LineKey = tuple[str, str, int]


@dataclass(frozen=True)
class FieldChange:
    name: Words
    before: object
    after: object


@dataclass(frozen=True)
class LineChange:
    """A line in one or both revisions. An amount is None where the revision does not have the line."""

    phase: Words
    description: str
    before: Decimal | None
    after: Decimal | None

    @property
    def kind(self) -> str:
        """added, removed, changed or same."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "same" if self.before == self.after else "changed"


def changed_fields(before: Quotation, after: Quotation) -> list[FieldChange]:
    return [
        FieldChange(cast("Field[Any, Any]", before._meta.get_field(name)).verbose_name, getattr(before, name), getattr(after, name))
        for name in COMPARED
        if getattr(before, name) != getattr(after, name)
    ]


def compared_lines(before: Quotation, after: Quotation) -> list[LineChange]:
    """Lines matched by phase and description; a description that occurs twice is matched in its order."""
    old, new = _by_key(before.lines.all()), _by_key(after.lines.all())
    return [
        LineChange(
            (new.get(key) or old[key]).get_phase_display(),
            key[1],
            old[key].amount if key in old else None,
            new[key].amount if key in new else None,
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
