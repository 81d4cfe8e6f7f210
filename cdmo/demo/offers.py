"""What two quotations of the demo say besides their price lines: options, payments, price breaks, rates, conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from projects.services.quotation_parts import Break, Input, Parts, Payment, Rate


@dataclass(frozen=True)
class Offer:
    """options: phase, words, what is delivered, thousands. taken: their numbers, with the acceptance.

    asked: what the client asks of the first revision, by number of the line (none: in general), with what becomes of it and our word.
    lowered: by how many percent the next revision lowers the price of a phase. weeks: after which the payments are likely to be due.
    """

    options: tuple[tuple[str, str, str, int], ...] = ()
    excluded: tuple[tuple[str, str], ...] = ()
    parts: Parts = field(default_factory=Parts)
    terms: dict[str, Any] = field(default_factory=dict)
    taken: tuple[int, ...] = ()
    asked: tuple[tuple[int | None, str, str, str], ...] = ()
    lowered: Mapping[str, int] = field(default_factory=dict)
    weeks: tuple[int, ...] = ()

    def parts_on(self, day: date) -> Parts:
        """As a quotation of that day says them."""
        planned = dict(enumerate(day + timedelta(weeks=each) for each in self.weeks))
        payments = tuple(replace(row, planned_on=planned.get(place)) for place, row in enumerate(self.parts.payments))
        return replace(self.parts, payments=payments)


AGREEMENTS = {
    "intellectual_property": "Clause 9 of the cooperation agreement",
    "confidentiality": "The confidentiality agreement of both sides",
    "liability": "Clause 12 of the cooperation agreement",
}

SECOND_SOURCE = Offer(
    options=(("pilot", "Second crystallisation, with seeds of the client", "Report and 200 g", 45),),
    excluded=(("validation", "Toxicological qualification of new impurities"),),
    parts=Parts(
        payments=(
            Payment("Down payment", Decimal(20), "quotation:accepted"),
            Payment("Sample of 500 g", Decimal(20), "milestone:sample_shipped"),
            Payment("Release to validation", Decimal(30), "gate:G3"),
            Payment("End of validation", Decimal(30), "gate:G4"),
        ),
        breaks=(
            Break(Decimal(120), Decimal("1450.00")),
            Break(Decimal(500), Decimal("1240.00")),
            Break(Decimal(2000), Decimal("1080.00")),
        ),
        rates=(Rate("Process chemist", "day", Decimal("1200.00")), Rate("Release test of a batch", "batch", Decimal("3800.00"))),
        inputs=(Input("Reference standards of both crystal forms, 5 g each"), Input("Specification of the particle size")),
    ),
    terms={
        "incoterm": "DAP",
        "delivery_place": "Client's warehouse",
        "price_adjustment": "2,3-Dichloroaniline and solvents follow the quarterly index; the price follows by the same percentage.",
        "adjustment_band_percent": Decimal(5),
        "cancellation": "Up to eight weeks before the campaign: half of the slot. Later: the slot.",
        "reservation_fee": Decimal("25000.00"),
        **AGREEMENTS,
    },
    asked=(
        (2, "Can the two pilot batches be made in one campaign?", "done", ""),
        (None, "Ten percent less on validation, please.", "partly", "Five percent, for a campaign of three batches without a break."),
    ),
    lowered={"validation": 5},
    weeks=(8, 26, 44, 70),
)

UNDER_CONTAINMENT = Offer(
    options=(
        ("pilot", "Containment study with a surrogate on the second line", "Study report", 28),
        ("validation", "Registration support in Japan", "Sections of the file", 60),
    ),
    excluded=(("validation", "Transport under containment"),),
    parts=Parts(
        payments=(
            Payment("Down payment", Decimal(20), "quotation:accepted"),
            Payment("End of small scale", Decimal(20), "gate:G2"),
            Payment("End of pilot", Decimal(25), "gate:G3"),
            Payment("End of validation", Decimal(35), "gate:G4"),
        ),
        rates=(Rate("Hour in the isolator", "hour", Decimal("420.00")),),
        inputs=(Input("Toxicological assessment of the intermediates"),),
    ),
    terms={"cancellation": "Up to twelve weeks before the campaign without cost, later the slot.", **AGREEMENTS},
    taken=(4,),
)
