from dataclasses import replace
from decimal import Decimal

from charts.render import to_svg
from process.costs.building import Assessed
from process.costs.case import Case, Scale
from process.costs.estimate import estimate
from process.costs.materials import Category
from process.costs.models import CostAssessment
from process.costs.pictures import percentiles, placed, price_distribution, price_tornado, price_waterfall
from process.costs.results import estimated, whole
from process.costs.simulation import Settings, simulate
from process.costs.tornado import tornado
from tests.process.costs.cases import TODAY, co_01, line, small


def test_the_waterfall_leads_from_the_categories_to_the_price() -> None:
    case = small()
    found = price_waterfall(estimate(case).known, case.terms)
    rows = dict(row[:2] for row in found.rows)

    assert list(rows)[:2] == ["Raw materials", "Solvents"]
    assert (rows["Overhead, 12 %"], rows["Margin, 30 % of the price"], rows["Price"]) == ("CHF 36,274", "CHF 158,845", "CHF 529,485")
    assert found.rows[-1][2] == "100.0 %"
    assert "Price" in to_svg(found.spec, 700)


def test_the_waterfall_leaves_out_what_is_zero() -> None:
    case = co_01()

    assert [row[0] for row in price_waterfall(estimate(case).known, case.terms).rows] == ["Raw materials", "Direct cost", "Price"]


def test_the_tornado_says_each_figure_with_its_unit_and_the_price_then() -> None:
    found = price_tornado(tornado(small()).known, "CHF", price=Decimal("529484.60"))
    rows = {row[0]: row[1:] for row in found.rows}

    assert rows["Price of Starting material"] == ("95 CHF/kg", "CHF 503,781", "160 CHF/kg", "CHF 570,611")
    assert rows["Yield of Step one"][::2] == ("70 %", "85 %")
    assert "Base CHF 529,485" in str(found.spec)


def test_the_distribution_marks_its_quantiles() -> None:
    rows = price_distribution(simulate(small(), Settings(seed=7, draws=500)).known, "CHF", price=Decimal("529485.40")).rows

    assert [row[0].split(" CHF")[0] for row in rows[:5]] == ["5 % below", "10 % below", "half below", "90 % below", "95 % below"]
    assert rows[5][0].startswith("price CHF 529,485, ") and rows[5][0].endswith(" % below")
    assert rows[6][0].startswith("CHF")


def test_where_the_price_lies_is_said_in_words_and_among_the_percentiles() -> None:
    found = replace(simulate(small(), Settings(seed=7, draws=500)).known, below_pct=Decimal("37.6"))
    price = Decimal("529485.40")

    assert placed(found, "CHF", price=price) == (
        "The price of the scenario, CHF 529,485, lies at P38: in 38 of 100 draws cost plus margin stays below it, "
        "in 62 it is as high or higher."
    )
    assert percentiles(found, "CHF", price=price)[-1] == ("Price of the scenario", "38 %", "CHF 529,485")


def test_the_price_that_is_placed_is_the_one_of_the_tables_the_sum_of_rounded_lines() -> None:
    lines = (line(key, "pilot", Category.QC, "1", "test", "100.4", low="0.5", high="2") for key in ("one", "two", "three"))
    yen = [replace(each, price=replace(each.price, currency="JPY")) for each in lines]
    case = Case("JPY", TODAY, (Scale("pilot", "Pilot"),), lines=tuple(yen))
    assert simulate(case, Settings(seed=1)).known.base == 301

    found = whole(estimated(Assessed(CostAssessment(), case, (), case)), (), seed=1)

    assert found is not None and found.distribution is not None
    assert found.waterfall.rows[-1][1] == "JPY 300"
    assert found.stated[0].startswith("The price of the scenario, JPY 300, lies at P")
    assert found.percentiles[-1][2] == "JPY 300"
    assert any(row[0].startswith("price JPY 300, ") for row in found.distribution.rows)
