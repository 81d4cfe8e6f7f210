"""Where a step stands among published ones: quartiles of step PMI and yield by class of reaction.

Source: ACS GCI Pharmaceutical Roundtable, PMI prediction tool (github.com/chepyle/PMI_Calculator, Presets.xlsx, MIT). Of its 122
classes those stand here whose numbers we have checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Benchmark:
    """Lower and upper quartile of the step PMI (kg/kg) and of the yield (fraction), over `reactions` of the class."""

    key: str
    name: str
    pmi_low: float
    pmi_high: float
    yield_low: float
    yield_high: float
    reactions: int


BENCHMARKS: dict[str, Benchmark] = {
    each.key: each
    for each in (
        Benchmark("amidation", "Amidation", 19.7, 67.2, 0.7675, 0.92, 120),
        Benchmark("carbonyl_reduction", "Carbonyl reduction", 18.9, 95.45, 0.8125, 0.9625, 40),
        Benchmark("c_n_coupling", "C–N coupling", 32.125, 141.0, 0.6375, 0.85, 32),
        Benchmark("alcohol_dehydration", "Alcohol dehydration", 51.0, 51.0, 0.89, 0.89, 1),
    )
}


class Standing(StrEnum):
    """Of a value against the two quartiles; a class of one reaction has only one number."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"


def standing(value: float, low: float, high: float) -> Standing:
    if value < low:
        return Standing.BELOW
    return Standing.ABOVE if value > high else Standing.WITHIN
