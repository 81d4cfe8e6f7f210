import re
from datetime import date, timedelta
from html import unescape

import pytest

from charts.occupancy import Bar, Closed, VesselRow, occupancy, sign_words
from charts.render import to_svg

TODAY = date(2026, 11, 26)
FIRST, LAST = date(2026, 11, 23), date(2027, 2, 21)


def bar(label: str = "API-2026-0001", start: int = 0, days: int = 14, state: str = "firm", *, firm: bool = True, link: str = "") -> Bar:
    begin = TODAY + timedelta(days=start)
    return Bar(label, begin, begin + timedelta(days=days), state, firm, "some days", "firm" if firm else "tentative", link=link)


def rows() -> list[VesselRow]:
    closed = [Closed(date(2026, 12, 24), date(2027, 1, 3), "Annual shut-down")]
    states = ("firm", "tentative", "upkeep", "moved", "conflict")
    bars = [bar(f"API-{number}", 40 * (number % 2), 30, state, firm=state != "tentative") for number, state in enumerate(states)]
    return [
        VesselRow("Basel", "R-201", "Reactor", bars, closed),
        VesselRow("Basel", "</script>", ""),
        VesselRow("Suzhou", "R-302", "Reactor"),
    ]


def texts(svg: str) -> set[str]:
    return {unescape(text) for text in re.findall(r"<text[^>]*>([^<]+)</text>", svg)}


def spans(spec: dict[str, object]) -> list[dict[str, str]]:
    return [value for layer in spec["layer"] for value in layer.get("data", {}).get("values", []) if "standing" in value]  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [340, 1100, 1400])
def test_vessels_are_drawn_at_every_width_with_sites_today_and_legend(width: int) -> None:
    svg = to_svg(occupancy(rows(), first=FIRST, last=LAST, today=TODAY), width)

    assert {"Basel", "Suzhou", "R-201", "R-302", "Today, 26 Nov 2026", *sign_words().values()} <= texts(svg)
    assert re.search(r'<svg[^>]* width="(\d+)"', svg)[1] == str(width)  # type: ignore[index]
    assert "<script" not in svg


def test_bookings_that_overlap_get_a_line_each() -> None:
    spec = occupancy([VesselRow("Basel", "R-201", bars=[bar("a"), bar("b", 5), bar("c", 15)])], first=FIRST, last=LAST, today=TODAY)

    found = {value["label"]: value["row"] for value in spans(spec)}

    assert found == {"a": 1, "b": 2, "c": 1}  # the first line is the site's
    assert spans(spec)[0]["words"] == "R-201, some days: a, firm."
    assert spec["height"] == 3 * 40


def test_a_bar_ends_with_its_last_day_and_with_the_picture() -> None:
    spec = occupancy([VesselRow("Basel", "R-201", bars=[bar("a", 0, 0), bar("b", -30, 400)])], first=FIRST, last=LAST, today=TODAY)

    found = {value["label"]: (value["start"][:10], value["end"][:10]) for value in spans(spec)}

    assert found == {"a": ("2026-11-26", "2026-11-27"), "b": ("2026-11-23", "2027-02-22")}


def test_only_what_occurs_is_explained_and_only_a_linked_bar_leads_on() -> None:
    plain = occupancy([VesselRow("Basel", "R-201", bars=[bar()])], first=FIRST, last=LAST, today=TODAY)
    mixed = [bar(link="/occupancy/1/"), bar("another project", 30)]
    svg, linked = to_svg(plain), to_svg(occupancy([VesselRow("Basel", "R-201", bars=mixed)], first=FIRST, last=LAST, today=TODAY))

    assert "firm" in texts(svg) and not {"conflict", "site closed"} & texts(svg)
    assert "<a " not in svg
    assert {address[-13:] for address in re.findall(r'<a [^>]*href="([^"]+)"', linked)} == {"/occupancy/1/"}


@pytest.mark.parametrize("drawn", [[], [VesselRow("Basel", "R-201")]])
def test_nothing_is_drawn_and_today_only_where_it_lies_in_the_days(drawn: list[VesselRow]) -> None:
    now = to_svg(occupancy(drawn, first=FIRST, last=LAST, today=TODAY))
    past = to_svg(occupancy(drawn, first=FIRST, last=LAST, today=date(2028, 1, 1)))

    assert "Today, 26 Nov 2026" in texts(now) and "role-mark" in now and "rect mark container" not in now
    assert not any(words.startswith("Today") for words in texts(past))
