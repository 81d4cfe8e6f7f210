import re
from datetime import date, timedelta
from html import unescape

import pytest

from charts.portfolio import Mark, ProjectRow, Stretch, portfolio_gantt
from charts.render import to_svg
from charts.trend import Point, trend

TODAY = date(2026, 7, 1)
START = date(2026, 1, 5)
WEEK = timedelta(weeks=1)


def row(number: int = 1) -> ProjectRow:
    stretches = [
        Stretch("Evaluation", START, START + 10 * WEEK, "achieved", (START, START + 8 * WEEK)),
        Stretch("Small scale", START + 10 * WEEK, START + 40 * WEEK, "late", (START + 8 * WEEK, START + 30 * WEEK)),
        Stretch("Pilot", START + 40 * WEEK, START + 60 * WEEK),
    ]
    marks = [
        Mark("G1 Project approval", START + 10 * WEEK, "achieved", "Gate", "G1", START + 8 * WEEK),
        Mark("Sample shipped", START + 30 * WEEK, "at_risk", "Delivery"),
        Mark("G2 Release to pilot", START + 40 * WEEK, "late", "Gate", "G2", START + 30 * WEEK, critical=True),
    ]
    return ProjectRow(f"API-2026-{number:04}", "</script>Paracetamol", "Demo Client A", stretches, marks)


def texts(svg: str) -> str:
    return " ".join(unescape(text) for text in re.findall(r"<text[^>]*>([^<]+)</text>", svg))


@pytest.mark.parametrize("width", [340, 1100, 1400])
def test_projects_are_drawn_at_every_width_with_names_gates_today_and_legend(width: int) -> None:
    svg = to_svg(portfolio_gantt([row(1), row(2)], today=TODAY), width)
    words = texts(svg)

    for expected in ("API-2026-0001", "API-2026-0002", "G1", "G2", "Today, 1 Jul 2026", "late", "at risk", "baseline", "critical path"):
        assert expected in words
    assert re.search(r'<svg[^>]* width="(\d+)"', svg)[1] == str(width)  # type: ignore[index]
    assert "<script" not in svg


def test_of_gates_that_stand_close_only_the_first_is_named() -> None:
    marks = [Mark(f"G{number}", START + weeks * WEEK, short=f"G{number}") for number, weeks in ((1, 10), (2, 12), (3, 50))]
    spec = portfolio_gantt([ProjectRow("API-2026-0001", "Paracetamol", marks=marks)], today=TODAY)

    named = {width: set(re.findall(r">(G\d)</text>", to_svg(spec, width))) for width in (340, 1400)}

    assert named == {340: {"G1", "G3"}, 1400: {"G1", "G2", "G3"}}


def test_every_bar_and_mark_says_what_it_is_and_what_was_promised() -> None:
    spec = portfolio_gantt([row()], today=TODAY)
    values = [value for layer in spec["layer"] for value in layer.get("data", {}).get("values", [])]

    bars = [value for value in values if "start" in value]
    marks = [value for value in values if value.get("short") == "G2"]
    assert {(value["phase"], value["stateWords"], value["promisedWords"]) for value in bars} == {
        ("Evaluation", "achieved", "5 Jan 2026 – 2 Mar 2026"),
        ("Small scale", "late", "2 Mar 2026 – 3 Aug 2026"),
        ("Pilot", "planned", "–"),
    }
    assert {(value["liveWords"], value["baselineWords"], value["critical"]) for value in marks} == {("12 Oct 2026", "3 Aug 2026", True)}


def test_only_what_was_promised_has_a_thin_bar_under_it() -> None:
    spec = portfolio_gantt([row()], today=TODAY)
    thin = [layer for layer in spec["layer"] if layer.get("encoding", {}).get("x", {}).get("field") == "promisedStart"]

    assert [value["phase"] for value in thin[0]["data"]["values"]] == ["Evaluation", "Small scale"]


def test_every_mark_shows_under_it_where_it_was_promised() -> None:
    spec = portfolio_gantt([row()], today=TODAY)
    under = [layer for layer in spec["layer"] if any("promised" in value for value in layer.get("data", {}).get("values", []))]
    hollow = [(value["short"], value["promised"]) for value in under[0]["data"]["values"]]

    assert hollow == [("G1", "2026-03-02T00:00:00Z"), ("G2", "2026-08-03T00:00:00Z")]
    assert "M0,-3L5,0L0,3L-5,0Z" in to_svg(spec, 1100)


@pytest.mark.parametrize("rows", [[], [ProjectRow("API-2026-0009", "Undated")]])
def test_little_or_nothing_is_drawn(rows: list[ProjectRow]) -> None:
    assert "Today, 1 Jul 2026" in texts(to_svg(portfolio_gantt(rows, today=TODAY)))


def test_a_trend_keeps_its_order_and_says_where_there_is_nothing() -> None:
    points = [Point("Q4 2025", 50.0, "50 %"), Point("Q1 2026", None, "–"), Point("Q2 2026", -3.0, "-3 working days")]

    words = texts(to_svg(trend(points, title="On time by quarter"), 700))

    assert words.index("Q4 2025") < words.index("Q1 2026") < words.index("Q2 2026")
    assert [said for said in ("50 %", "–", "-3 working days") if said not in words] == []
