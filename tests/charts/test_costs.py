"""The pictures of an estimate and of the enquiries: drawn at every width, told apart without colour, with all they say in their tables."""

import re
from html import unescape

import pytest

from charts.bids import Quarter, bids
from charts.clock import Hand, clock
from charts.distribution import Bin, Mark, distribution
from charts.funnel import Stage, funnel
from charts.look import ACCENT, SURFACE
from charts.picture import Picture
from charts.render import to_svg
from charts.tornado import Reach, tornado
from charts.waterfall import Part, waterfall

PARTS = [
    Part("</script>Materials", 70, "CHF 70"),
    Part("Solvent recovered", -10, "−CHF 10"),
    Part("Cost", 60, "CHF 60", total=True),
    Part("Margin", 40, "CHF 40"),
    Part("Price", 100, "CHF 100", total=True),
]
REACHES = [
    Reach("Price of the starting material", 90, 120, "CHF 95/kg", "CHF 160/kg", "CHF 90", "CHF 120"),
    Reach("Yield of step two", 110, 95, "0.70", "0.85", "CHF 110", "CHF 95"),
]
BINS = [Bin(80, 100, 30, "CHF 80 to 100"), Bin(100, 120, 60, "CHF 100 to 120"), Bin(120, 140, 10, "CHF 120 to 140")]
MARKS = [Mark(85, "5 % below CHF 85"), Mark(105, "half below CHF 105"), Mark(130, "95 % below CHF 130")]
HANDS = [Hand("R&D", 6, 3, "9 days, done"), Hand("EHS", 0, 0, "not started")]
STAGES = [Stage("Received", 20), Stage("Quoted", 10, "CHF 4 m"), Stage("Won", 0), Stage("Launched", 0)]
QUARTERS = [Quarter("Q1 2026", 3, 8, 12.5), Quarter("Q2 2026", 0, 4, None), Quarter("Q3 2026", 0, 0, 20)]

PICTURES = {
    "waterfall": waterfall(PARTS),
    "tornado": tornado(REACHES, base=100, base_words="CHF 100"),
    "distribution": distribution(BINS, MARKS, unit="CHF"),
    "clock": clock(HANDS),
    "funnel": funnel(STAGES),
    "bids": bids(QUARTERS),
}
EMPTY = {
    "waterfall": waterfall([]),
    "tornado": tornado([], base=100, base_words="CHF 100"),
    "distribution": distribution([], [], unit="CHF"),
    "clock": clock([]),
    "funnel": funnel([]),
    "bids": bids([]),
}
LITTLE = {
    "waterfall": waterfall([Part("Price", 0, "CHF 0", total=True)]),
    "tornado": tornado([Reach("Yield", 100, 100, "0.7", "0.8", "CHF 100", "CHF 100")], base=100, base_words="CHF 100"),
    "distribution": distribution([Bin(100, 100, 0, "CHF 100")], [Mark(100, "all at CHF 100")], unit="CHF"),
    "clock": clock([Hand("R&D", 0, 0, "not started")]),
    "funnel": funnel([Stage("Received", 0)]),
    "bids": bids([Quarter("Q1 2026", 0, 0, None)]),
}


def texts(svg: str) -> list[str]:
    return [unescape(text) for text in re.findall(r"<text[^>]*>([^<]+)</text>", svg)]


def values(picture: Picture) -> list[dict]:
    return [value for layer in picture.spec["layer"] for value in layer.get("data", {}).get("values", [])]


@pytest.mark.parametrize("width", [340, 1100])
@pytest.mark.parametrize("name", PICTURES)
def test_each_is_drawn_at_every_width_with_its_words(name: str, width: int) -> None:
    picture = PICTURES[name]
    svg = to_svg(picture.spec, width)
    firsts = [row[0] for row in picture.rows if not row[0].startswith("CHF")]  # a histogram's bars have no words of their own

    assert [words for words in firsts if words not in " ".join(texts(svg))] == []
    assert re.search(r'<svg[^>]* width="(\d+)"', svg)[1] == str(width)  # type: ignore[index]
    assert "<script" not in svg and picture.spec["description"]


@pytest.mark.parametrize("picture", [*EMPTY.values(), *LITTLE.values()])
def test_nothing_or_a_single_zero_is_drawn_without_a_fault(picture: Picture) -> None:
    svg = to_svg(picture.spec, 700)

    assert svg.startswith("<svg") and "NaN" not in svg and "undefined" not in svg


@pytest.mark.parametrize("picture", [*PICTURES.values(), *EMPTY.values()])
def test_the_table_has_a_cell_for_every_head(picture: Picture) -> None:
    assert {len(row) for row in picture.rows} <= {len(picture.head)}
    assert len(set(picture.head)) == len(picture.head)


def test_a_waterfall_goes_from_part_to_part_and_totals_stand_on_the_ground() -> None:
    picture = PICTURES["waterfall"]
    ends = [(value["start"], value["end"], value["kind"]) for value in values(picture)[: len(PARTS)]]

    assert ends == [(0, 70, "added"), (70, 60, "taken"), (0, 60, "total"), (60, 100, "added"), (0, 100, "total")]
    assert picture.rows[1] == ("Solvent recovered", "−CHF 10", "-10.0 %")


def test_a_tornado_lets_the_lowest_figure_lie_on_either_side() -> None:
    picture = PICTURES["tornado"]
    ends = [(value["row"], value["kind"], value["end"], value["side"]) for value in values(picture) if "kind" in value][:4]

    low, high = "the figure at its lowest", "the figure at its highest"
    assert ends == [(0, low, 90, "left"), (0, high, 120, "right"), (1, low, 110, "right"), (1, high, 95, "left")]
    assert "Base CHF 100" in texts(to_svg(picture.spec, 700))


@pytest.mark.parametrize("width", [360, 1100])
def test_a_tornado_has_room_for_its_longest_price_on_both_sides(width: int) -> None:
    low, high = "CHF 1,234,567.89/kg", "CHF 9,234,567.89/kg"
    picture = tornado([Reach("Yield", 90, 120, "0.7", "0.8", low, high)], base=100, base_words="CHF 5,000,000")

    assert {low, high} <= set(texts(to_svg(picture.spec, width)))


def test_a_tornado_draws_ten_figures_and_its_table_has_all() -> None:
    picture = tornado(REACHES * 8, base=100, base_words="CHF 100")

    assert (picture.spec["height"], len(picture.rows)) == (10 * 38, 16)
    assert picture.note == "10 of 16 figures are drawn, those that move the price most; the table has all."
    assert tornado(REACHES * 5, base=100, base_words="CHF 100").note == ""


def test_a_histogram_says_its_limits_and_how_many_draws_lie_in_each_bar() -> None:
    assert PICTURES["distribution"].rows[2:4] == (("95 % below CHF 130", ""), ("CHF 80 to 100", "30 (30.0 %)"))


def test_two_kinds_differ_by_filling_and_the_legend_says_which() -> None:
    svg = to_svg(PICTURES["clock"].spec, 700)

    assert {"with the department", "waiting for the client"} <= set(texts(svg))
    assert f'fill="{ACCENT}"' in svg and re.search(f'fill="{SURFACE}"[^>]* stroke="{ACCENT}"', svg)


def test_a_stage_says_which_share_came_through() -> None:
    assert [row[2] for row in PICTURES["funnel"].rows] == ["–", "50 %", "0 %", "–"]
    said = texts(to_svg(PICTURES["funnel"].spec, 700))
    assert {"10 · 50 % of the stage before", "CHF 4 m"} <= set(said)


def test_a_quarter_without_an_answer_has_no_rate_and_one_without_a_win_has_zero() -> None:
    rows = PICTURES["bids"].rows

    assert rows == (("Q1 2026", "3 of 8", "38 %", "12.5"), ("Q2 2026", "0 of 4", "0 %", "–"), ("Q3 2026", "0 of 0", "–", "20"))
