"""Where a step stands among published ones of its class (`reaction_classes`): quartiles of step PMI and yield."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise


@dataclass(frozen=True)
class Benchmark:
    """Lower and upper quartile of the step PMI (kg/kg) and of the yield (fraction), over `reactions` of the class."""

    key: str
    name: Promise
    pmi_low: float
    pmi_high: float
    yield_low: float
    yield_high: float
    reactions: int


class Standing(StrEnum):
    """Of a value against the two quartiles; a class of one reaction has only one number."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"


def standing(value: float, low: float, high: float) -> Standing:
    if value < low:
        return Standing.BELOW
    return Standing.ABOVE if value > high else Standing.WITHIN
