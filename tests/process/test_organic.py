"""Thresholds of organic impurities against the published table (ICH Q3A(R2), attachment 1)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from process.screen.organic import thresholds_at
from tests.process.test_screen import substance, words


@pytest.mark.parametrize(
    ("dose", "reported", "identified", "qualified"),
    [
        ("0.1", ("0.05", "0.05"), ("0.1", "0.1"), ("0.15", "0.15")),
        ("0.5", ("0.05", "0.25"), ("0.1", "0.5"), ("0.15", "0.75")),
        ("0.8", ("0.05", "0.4"), ("0.1", "0.8"), ("0.125", "1")),  # a milligram is less than 0.15 % from here on
        ("1", ("0.05", "0.5"), ("0.1", "1"), ("0.1", "1")),
        ("2", ("0.05", "1"), ("0.05", "1"), ("0.05", "1")),
        ("2.001", ("0.03", "0.6003"), ("0.05", "1.0005"), ("0.05", "1.0005")),
        ("4", ("0.03", "1.2"), ("0.05", "2"), ("0.05", "2")),
    ],
)
def test_organic_impurities_by_the_dose(
    dose: str, reported: tuple[str, str], identified: tuple[str, str], qualified: tuple[str, str]
) -> None:
    """ICH Q3A(R2), attachment 1; percent and mg/day, whichever is lower."""
    assert [(each.percent, each.mg_per_day) for each in thresholds_at(Decimal(dose))] == [
        (Decimal(percent), Decimal(mass)) for percent, mass in (reported, identified, qualified)
    ]


def test_organic_thresholds_are_said_for_the_dose_of_the_request() -> None:
    (found,) = words("q3a", substance("Anything"), dose_g_per_day=2.0)

    assert found.startswith(
        "An organic impurity is reported above 0.05 % (1 mg/day), identified above 0.05 % (1 mg/day) and qualified above "
        "0.05 % (1 mg/day), at 2 g/day."
    )
    assert words("q3a", dose_g_per_day=2.0) == []


def test_without_a_dose_the_lowest_organic_thresholds_are_taken_and_the_dose_is_asked() -> None:
    (found,) = words("q3a", substance("Anything"))

    assert "reported above 0.03 %, identified above 0.05 % and qualified above 0.05 %; the request does not say the daily dose" in found
    assert "Up to 2 g/day: 0.05 %, 0.10 % or 1.0 mg/day, 0.15 % or 1.0 mg/day, whichever is lower. Ask for the dose." in found


def test_percentages_have_the_places_to_which_a_result_is_rounded() -> None:
    at_half_a_gram, at_seven_tenths = (words("q3a", substance("Anything"), dose_g_per_day=dose)[0] for dose in (0.5, 0.7))

    assert "identified above 0.10 % (0.5 mg/day) and qualified above 0.15 % (0.75 mg/day)" in at_half_a_gram
    assert "qualified above 0.142 % (1 mg/day)" in at_seven_tenths
