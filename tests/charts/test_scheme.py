"""The picture of a synthesis: lines, numbers, words over and under the arrows; whole and safe as SVG."""

from __future__ import annotations

from xml.etree import ElementTree

from weasyprint import HTML

from catalogue.chemistry import draw_svg
from charts.scheme import Chain, Compound, Reaction, scheme

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*chains: Chain, **values: int) -> ElementTree.Element:
    return ElementTree.fromstring(scheme(chains, title="A route", description="How it goes", **values))


def texts(picture: ElementTree.Element) -> list[str]:
    return ["".join(each.itertext()) for each in picture.iter(f"{SVG}text")]


def reaction(number: int, **values: object) -> Reaction:
    return Reaction(Compound(str(number), f"Product {number}"), title=f"Step {number}", **values)


def test_what_is_added_stands_over_the_arrow_and_conditions_under_it() -> None:
    picture = drawn(Chain(Compound("1", "Phenol"), [reaction(2, over=["Acetic anhydride (1.1 eq)"], under=["20 °C", "yield 90 %"])]))

    places = {words: float(each.get("y", 0)) for each, words in zip(picture.iter(f"{SVG}text"), texts(picture), strict=True)}
    arrow = next(picture.iter(f"{SVG}line"))
    assert places["Acetic anhydride (1.1 eq)"] < float(arrow.get("y1", 0)) < places["20 °C"] < places["yield 90 %"]


def test_a_long_line_goes_on_below_with_the_last_compound_drawn_again() -> None:
    chain = Chain(Compound("1", "Start"), [reaction(number) for number in range(2, 7)], goes_to="into Amide")

    picture = drawn(chain, per_line=2)

    assert texts(picture).count("Product 3") == 2
    assert texts(picture).count("into Amide") == 1
    assert len({each.get("y1") for each in picture.iter(f"{SVG}line")}) == 3


def test_branches_have_lines_of_their_own() -> None:
    chains = (
        Chain(Compound("1", "A"), [reaction(2)], head="Branch", goes_to="into Amide"),
        Chain(Compound("3", "B"), [reaction(4)], head="Main line"),
    )

    found = texts(drawn(*chains))

    assert [words for words in found if words in ("Branch", "Main line")] == ["Branch", "Main line"]


def test_words_of_people_are_escaped_and_long_ones_cut() -> None:
    picture = drawn(Chain(Compound("1", "<script>"), [reaction(2, over=["a very long name of a reagent " * 9])]))

    assert "<script>" in texts(picture)
    assert any(words.endswith("…") for words in texts(picture))


def test_an_amount_stays_beside_its_unit() -> None:
    found = texts(drawn(Chain(Compound("1", "A"), [reaction(2, over=["Dimethoxy(methyl)silane (2 eq)"])])))

    assert found[:4] == ["1", "A", "Dimethoxy(methyl)silane", "(2 eq)"]


def test_it_reads_aloud_and_has_no_style() -> None:
    words = scheme([Chain(Compound("1", "A", draw_svg("CCO", 190, 150)), [reaction(2)])], title="A route", description="How it goes")

    assert "<desc>How it goes</desc>" in words
    assert 'role="img"' in words
    assert "style=" not in words
    assert scheme([], title="A route", description="") == ""


def test_it_stands_in_a_pdf() -> None:
    words = scheme([Chain(Compound("1", "A", draw_svg("CCO", 190, 150)), [reaction(2)])], title="A route", description="How it goes")

    assert HTML(string=f"<body>{words}</body>").write_pdf()[:5] == b"%PDF-"
