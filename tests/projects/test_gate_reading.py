"""What is read out of findings: the forecast of a gate, and what changed between two sets of evidence. Without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from projects.gates import Difference, Evidence, Finding, Forecast, Judged, differences, forecast

TODAY = date(2026, 3, 12)
LATER, LAST = date(2026, 4, 1), date(2026, 5, 1)
REPORT = Evidence("Report 1", "/report/", "a" * 64, datetime(2026, 3, 1, tzinfo=UTC))
NEWER = Evidence("Report 2", "/report/", "b" * 64, datetime(2026, 3, 9, tzinfo=UTC))
NOTE = Evidence("Note", "", "c" * 64)


def found(key: str, *, met: bool = False, expected: date | None = None) -> Judged:
    return Judged(key, 1, f"The {key}", "research", Finding(met=met, expected=expected))


@pytest.mark.parametrize(
    ("judged", "on", "without"),
    [
        ([], TODAY, ()),
        ([found("route", met=True)], TODAY, ()),
        ([found("route", expected=LATER), found("report", expected=LAST)], LAST, ()),
        ([found("route", expected=date(2026, 1, 1))], TODAY, ()),
        ([found("route", expected=LATER), found("report"), found("sample")], None, ("The report", "The sample")),
    ],
)
def test_the_forecast_is_the_latest_date_or_what_has_none(judged: list[Judged], on: date | None, without: tuple[str, ...]) -> None:
    assert forecast(judged, TODAY) == Forecast(on, without)


def test_not_forecastable_names_the_criterion() -> None:
    assert forecast([found("report")], TODAY).words == "Not forecastable: “The report” has no date"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([REPORT], [REPORT], []),
        ([REPORT], [NEWER], [Difference(REPORT, NEWER)]),
        ([REPORT, NOTE], [REPORT], [Difference(NOTE, None)]),
        ([], [NOTE], [Difference(None, NOTE)]),
    ],
)
def test_the_difference_pairs_what_stands_at_one_address(before: list[Evidence], after: list[Evidence], expected: list[Difference]) -> None:
    assert differences(before, after) == expected
