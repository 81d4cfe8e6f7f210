"""What a demo project's story is made of; `telling.py` tells it through the services."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cdmo.demo.molecules import Molecule
from cdmo.demo.offers import Offer
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
    """A change order that was sent, and how the client answered: accepted, or the reason to decline; nothing while it waits."""

    title: str
    reason: str
    scope: str
    line: tuple[str, str, int]
    days: dict[str, int]
    accepted: bool = False
    declined: str = ""
    days_ago: int = 0


@dataclass(frozen=True)
class Ask:
    """Something shared for approval, and how the client answered: accepted or rejected, with words; nothing while it waits."""

    kind: str
    key: str
    words: str
    answer: str = ""
    reply: str = ""
    days_ago: int = 0


@dataclass(frozen=True)
class Risk:
    """A line of the project's list of risks; likelihood and impact from 1 (low) to 3 (high)."""

    text: str
    likelihood: int
    impact: int
    mitigation: str
    owner: str
    days_ago: int
    closed: str = ""  # why; today
    shown: bool = False  # to the client, in the status report


@dataclass(frozen=True)
class Paper:
    """A document that people work on: made and no more, submitted for review, or signed as well by some."""

    type_key: str
    author: str
    days_ago: int
    submitted: bool = False
    signed_by: tuple[str, ...] = ()
    returned: str = ""  # why a signer sent it back


@dataclass(frozen=True)
class Objection:
    """What the client says against the account of the delay, and what it is answered; nothing while that waits."""

    words: str
    reply: str = ""
    days_ago: int = 3


@dataclass(frozen=True)
class Held:
    """Work rests since that day."""

    days_ago: int
    reason: str


@dataclass(frozen=True)
class Returned:
    """Sent back on that day to an earlier phase, whose work has begun again."""

    days_ago: int
    to_phase: Phase
    reason: str
    cost_effect: str
    client_words: str
    renew: tuple[str, ...]


@dataclass(frozen=True)
class Lost:
    """The client declines the quotation, and the project is closed."""

    reply: str
    lesson: str


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
    objectives: str = ""
    charter: dict[str, str] = field(default_factory=dict)
    site: str = "shanghai"
    without: tuple[tuple[str, str, str], ...] = ()
    first_phase: Phase = Phase.EVALUATION  # what lies between is passed as not in scope
    waits: bool = False  # for the client's answer to the quotation
    offer: Offer = field(default_factory=Offer)

    def price(self, thousands: int) -> Decimal:
        return Decimal(thousands * 1000).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Story:
    """A project from the call to the phase that it is in today. `contract` is missing while the evaluation runs.

    phase: how far it came; where it was sent back, before that.
    """

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
    changes: tuple[Change, ...] = ()
    asks: tuple[Ask, ...] = ()
    risks: tuple[Risk, ...] = ()
    papers: tuple[Paper, ...] = ()
    objection: Objection | None = None
    invoiced: bool = False  # what is ready now; it is not paid yet
    turn: Held | Returned | Lost | None = None

    @property
    def phase_today(self) -> Phase:
        return self.turn.to_phase if isinstance(self.turn, Returned) else self.phase


def quantities(sample_g: int, pilot_kg: int, batch_kg: int, kg_per_year: int) -> dict[str, Any]:
    return {
        "sample_quantity_g": Decimal(sample_g),
        "pilot_quantity_kg": Decimal(pilot_kg),
        "validation_quantity_kg": Decimal(batch_kg),
        "commercial_quantity_kg_per_year": Decimal(kg_per_year),
    }


def at_the_gates(percent: int, *phases: str) -> tuple[tuple[str, str, str, int], ...]:
    gates = {"small_scale": ("small scale", "gate:G2"), "pilot": ("pilot", "gate:G3"), "validation": ("validation", "gate:G4")}
    return tuple((f"{percent} % of {gates[key][0]}", gates[key][1], key, percent) for key in phases or gates)
