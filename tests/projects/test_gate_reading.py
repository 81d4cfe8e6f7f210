"""What is read out of findings: the forecast of a gate, and what changed between two sets of evidence. Without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from projects.findings import Evidence, Finding, thawed
from projects.gates import Difference, Judged, differences, forecast, unset_conditions

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
        ([found("route", expected=TODAY)], TODAY, ()),
        ([found("route", expected=date(2026, 1, 1)), found("report", expected=LATER)], None, ("The route",)),
        ([found("route", expected=LATER), found("report"), found("sample")], None, ("The report", "The sample")),
    ],
)
def test_the_forecast_is_the_latest_date_or_what_has_none(judged: list[Judged], on: date | None, without: tuple[str, ...]) -> None:
    found = forecast(judged, TODAY)

    assert (found.on, found.without_date) == (on, without)
    assert bool(found.words) == bool(without)


@pytest.mark.parametrize(
    ("expected", "words"),
    [(None, "“The report” has no date"), (date(2026, 1, 2), "“The report” was due on 2 Jan 2026 and has no new date")],
)
def test_not_forecastable_names_the_criterion_and_why(expected: date | None, words: str) -> None:
    assert forecast([found("report", expected=expected)], TODAY).words == f"Not forecastable: {words}"


def test_the_values_that_changed_are_read_out_of_the_facts() -> None:
    then, now = (
        replace(REPORT, facts={"Yield": "61 %", "Steps": "4"}),
        replace(NEWER, facts={"Yield": "58 %", "Steps": "4", "Note": "Repeated"}),
    )

    (difference,) = differences([then], [now])

    assert difference.values == [("Yield", "61 %", "58 %"), ("Note", "", "Repeated")]
    assert Difference(REPORT, now).values == []  # an earlier release kept no facts
    assert then.as_dict() == REPORT.as_dict() and thawed(then.frozen()).facts == then.facts


def test_a_condition_that_must_be_set_is_found_however_it_is_typed() -> None:
    judged = [
        Judged("recommendation", 1, "Bid", "business_development", Finding(met=True, conditions=("Pay  half\nbefore", "Ship by sea")))
    ]

    assert [blocker.words for blocker in unset_conditions(judged, ["pay half before the start, by 1 May"])] == [
        "It must become a condition of the gate: Ship by sea"
    ]
    assert unset_conditions(judged, ["Pay half before", "SHIP BY SEA"]) == []


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
