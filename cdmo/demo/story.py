"""What a demo project's story is made of; `telling.py` tells it through the services."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cdmo.demo.molecules import Molecule
from projects.models.states import Phase


@dataclass(frozen=True)
class Sheet:
    """A department's feasibility sheet; thousands of the quotation's currency as low, base, high."""

    reason: str
    assumptions: str
    risks: str
    costs: tuple[int, int, int]
    weeks: int
    score: int = 4


@dataclass(frozen=True)
class Slip:
    """A milestone that moves by working days: why, on whose side, and what the client is told (nothing: not yet published)."""

    milestone: str
    days: int
    reason: str
    reason_class: str = "technical"
    side: str = "cdmo"
    told: str = ""


@dataclass(frozen=True)
class Change:
    """A change order that was sent and waits for the client's answer."""

    title: str
    reason: str
    scope: str
    line: tuple[str, str, int]
    days: dict[str, int]


@dataclass(frozen=True)
class Ask:
    """Something shared for approval, and how the client answered: accepted or rejected, with words; nothing while it waits."""

    kind: str
    key: str
    words: str
    answer: str = ""
    reply: str = ""


@dataclass(frozen=True)
class Contract:
    """What evaluation led to: recommendation, price lines by phase in thousands, charter.

    without: kind and key of what does not apply, and why.
    """

    recommendation: str
    currency: str
    scope: str
    lines: tuple[tuple[str, str, int], ...]
    terms: str
    assumptions: str
    objectives: str
    charter: dict[str, str]
    site: str = "shanghai"
    without: tuple[tuple[str, str, str], ...] = ()

    def price(self, thousands: int) -> Decimal:
        return Decimal(thousands * 1000).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Story:
    """A project from the call to the phase that it is in today. `contract` is missing while the evaluation runs."""

    client: str
    molecule: Molecule
    days_ago: int
    phase: Phase
    wanted: str
    channel: str
    details: dict[str, Any]
    questions: tuple[tuple[str, str], ...]
    sheets: dict[str, Sheet]
    contract: Contract | None = None
    slips: tuple[Slip, ...] = ()
    payments: tuple[tuple[str, str, str, int], ...] = ()  # title, source, phase, percent of that phase's price
    change: Change | None = None
    asks: tuple[Ask, ...] = ()
    systems: dict[str, tuple[str, str]] = field(default_factory=dict)
