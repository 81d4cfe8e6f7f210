import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.template import Context, Template

from charts.gantt import GanttRow, gantt
from charts.render import to_svg
from charts.signs import OTHER_SHAPES, STATE_COLOURS, STATE_SHAPES, state_words

TODAY = date(2026, 11, 23)
OTHERS = ("baseline, the line is the slip", "baseline of a bar", "told to the client", "critical path")
NAMES = ["RFP complete", "Quotation sent", "G1 Project approval", "质量标准批准", "Sample shipped", "G2 Release to pilot"]


def plan(count: int = 6) -> list[GanttRow]:
    start = date(2026, 6, 1)
    states = list(STATE_SHAPES)
    return [
        GanttRow(
            key=f"m{number}",
            label=NAMES[number % 6],
            phase="Evaluation" if number < 3 else "Small scale",
            kind="Gate",
            baseline=start + timedelta(30 * number),
            forecast=start + timedelta(30 * number + 9),
            published=start + timedelta(30 * number) if number == 4 else None,
            actual=start + timedelta(30 * number + 9) if number < 2 else None,
            state=states[number % 5],
            critical=number > 3,
            dependencies=[f"m{number - 1}"] if number else [],
        )
        for number in range(count)
    ]


def texts(svg: str) -> list[str]:
    return [unescape(text) for text in re.findall(r"<text[^>]*>([^<]+)</text>", svg)]


@pytest.mark.parametrize("width", [340, 360, 700, 1100, 1400])
def test_gantt_is_drawn_at_every_width_with_labels_dates_and_legend(width: int) -> None:
    words = texts(to_svg(gantt(plan(), today=TODAY), width))

    assert set(NAMES) <= set(words)
    assert {"Evaluation", "Small scale", "10 Jun 2026", "Today, 23 Nov 2026"} <= set(words)
    assert {*state_words().values(), *OTHERS} <= set(words)


def test_the_legend_explains_only_the_signs_that_occur() -> None:
    row = GanttRow(key="m", label="Sample shipped", phase="Pilot", forecast=TODAY, state="achieved")

    words = texts(to_svg(gantt([row], today=TODAY), 1100))

    assert "achieved" in words
    assert not {"late", "on track", *OTHERS} & set(words)


@pytest.mark.parametrize("width", [360, 1100])
def test_gantt_is_as_wide_as_it_was_told(width: int) -> None:
    svg = to_svg(gantt(plan(), today=TODAY), width)

    assert re.search(r'<svg[^>]* width="(\d+)"', svg)[1] == str(width)  # type: ignore[index]


def test_gantt_for_paper_uses_nothing_from_outside() -> None:
    svg = to_svg(gantt(plan(), today=TODAY))

    assert "<script" not in svg
    assert not re.findall(r'(?:href|src)="', svg)
    assert "Noto Sans" in svg


def test_phases_open_headings_in_the_order_given() -> None:
    values = gantt(plan(), today=TODAY)["data"]["values"]

    assert [(line["row"], line["heading"]) for line in values if not line["key"]] == [(0, "Evaluation"), (4, "Small scale")]
    assert [line["row"] for line in values] == list(range(8))


@pytest.mark.parametrize(
    ("row", "drawn"),
    [
        ({"forecast": date(2026, 5, 4)}, {"live"}),
        ({"forecast": date(2026, 5, 4), "baseline": date(2026, 5, 1)}, {"live", "baseline"}),
        ({"forecast": date(2026, 5, 4), "published": date(2026, 5, 4)}, {"live"}),
        ({"forecast": date(2026, 5, 4), "published": date(2026, 5, 1)}, {"live", "published"}),
        ({"actual": date(2026, 5, 4), "published": date(2026, 5, 1)}, {"live"}),
        ({"published": date(2026, 5, 1)}, {"published"}),
        ({}, set()),
    ],
)
def test_only_dates_that_say_something_are_drawn(row: dict[str, date], drawn: set[str]) -> None:
    line = gantt([GanttRow("a", "A", "Pilot", **row)], today=TODAY)["data"]["values"][1]  # type: ignore[arg-type]

    assert {"live", "baseline", "published"} & set(line) == drawn


def placed(svg: str, path: str) -> list[tuple[float, float]]:
    """Where signs of a shape stand, by the first corner of their path relative to the sign."""
    return [(float(x), float(y)) for x, y in re.findall(rf'transform="translate\(([\d.]+),([\d.]+)\)" d="{path}', svg)]


@pytest.mark.parametrize("width", [360, 1100])
def test_what_was_promised_stands_hollow_under_the_live_mark_with_the_slip_between_them(width: int) -> None:
    row = GanttRow("a", "A", "Pilot", baseline=date(2026, 5, 4), forecast=date(2026, 9, 1), state="on_track")

    drawn = to_svg(gantt([row], today=TODAY), width)

    flat, live = r"M0,-3L5,0L0,3L-5,0Z", r"M0,-6\.124"
    (promised_x, promised_y), (live_x, live_y) = placed(drawn, flat)[0], placed(drawn, live)[0]
    slip = re.search(rf'<line transform="translate\({promised_x},{promised_y:g}\)" x2="([\d.]+)" y2="0"', drawn)
    assert promised_x < live_x and 8 < promised_y - live_y < 14
    assert slip and float(slip[1]) == pytest.approx(live_x - promised_x, abs=0.01)


def test_work_is_a_bar_over_the_slim_one_once_promised_and_so_is_its_phase() -> None:
    day = date(2026, 5, 4)
    task = GanttRow("t", "– Write", "Pilot", start=day, forecast=day + timedelta(20), baseline_start=day, baseline=day + timedelta(9))

    phase, line = gantt([task], today=TODAY)["data"]["values"]

    assert (line["start"], line["live"], line["baselineStart"], line["baseline"]) == (
        "2026-05-04T00:00:00Z", "2026-05-24T00:00:00Z", "2026-05-04T00:00:00Z", "2026-05-13T00:00:00Z",
    )  # fmt: skip
    assert [phase[end] for end in ("from", "until", "promisedFrom", "promisedUntil")] == [
        line["start"], line["live"], line["baselineStart"], line["baseline"],
    ]  # fmt: skip
    assert "baseline of a bar" in texts(to_svg(gantt([task], today=TODAY)))


def test_what_left_the_plan_still_shows_where_it_was_promised() -> None:
    drawn = to_svg(gantt([GanttRow("a", "A", "Pilot", baseline=date(2026, 5, 4))], today=TODAY), 1100)

    assert len(placed(drawn, "M0,-3L5,0")) == 1


def test_the_words_of_a_date_stand_after_what_the_client_was_told_where_they_would_lie_on_it() -> None:
    def words_at(published: date | None) -> float:
        day = date(2026, 6, 10)
        ends = GanttRow("a", "RFP", "Evaluation", forecast=date(2026, 1, 1)), GanttRow("z", "End", "Evaluation", forecast=date(2027, 6, 1))
        svg = to_svg(gantt([ends[0], GanttRow("m", "Gate", "Evaluation", forecast=day, published=published), ends[1]], today=TODAY), 1100)
        return float(re.findall(r'transform="translate\(([\d.]+),[^"]*"[^>]*>10 Jun 2026</text>', svg)[0])

    usual = words_at(None)
    assert words_at(date(2026, 5, 20)) == usual and words_at(date(2026, 12, 20)) == usual
    assert words_at(date(2026, 6, 30)) > usual + 20


def test_achieved_milestone_is_no_longer_critical() -> None:
    row = GanttRow("a", "A", "Pilot", actual=TODAY, state="achieved", critical=True)

    assert gantt([row], today=TODAY)["data"]["values"][1]["critical"] is False


@pytest.mark.parametrize("rows", [[], [GanttRow("a", "A", "Pilot")], [GanttRow("a", "A", "Pilot", forecast=TODAY, dependencies=["gone"])]])
def test_gantt_of_little_or_nothing_is_drawn(rows: list[GanttRow]) -> None:
    assert "Today, 23 Nov 2026" in texts(to_svg(gantt(rows, today=TODAY)))


def test_milestone_without_date_says_so() -> None:
    assert "no date yet" in texts(to_svg(gantt([GanttRow("a", "A", "Pilot")], today=TODAY)))


def test_every_state_has_a_shape_and_a_colour_of_its_own() -> None:
    assert set(STATE_SHAPES) == set(STATE_COLOURS) == set(state_words())
    assert len({*STATE_SHAPES.values(), *OTHER_SHAPES.values()}) == len(STATE_SHAPES) + len(OTHER_SHAPES)
    assert len(set(STATE_COLOURS.values())) == 5


def test_dates_do_not_depend_on_the_time_zone_of_the_reader() -> None:
    line = gantt([GanttRow("a", "A", "Pilot", forecast=date(2026, 3, 12))], today=TODAY)["data"]["values"][1]

    assert (line["live"], line["liveWords"]) == ("2026-03-12T00:00:00Z", "12 Mar 2026")


def test_label_cannot_break_out_of_the_data_block() -> None:
    spec = gantt([GanttRow("a", "</script><script>alert(1)</script>", "Pilot", forecast=TODAY)], today=TODAY)

    page = Template("{% load charts %}{% chart spec 'milestones' %}").render(Context({"spec": spec}))

    assert page.count("<script") == page.count("</script>") == 1


def test_tag_names_the_chart_and_points_to_its_table() -> None:
    page = Template("{% load charts %}{% chart spec 'milestones' %}").render(
        Context({"spec": gantt(plan(), today=TODAY, title="Milestones of API-2026-0001")})
    )

    assert '<template id="chart-milestones"><script type="application/json">' in page
    assert 'data-chart="chart-milestones" role="img" tabindex="0"' in page
    assert 'aria-label="Milestones of API-2026-0001" aria-details="milestones"' in page
    assert 'href="#milestones"' in page
    assert "style=" not in page.split("<script")[0]
