import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.refusals import BadInput
from process.costs.build_up import build_up, markup_of
from process.costs.case import Basis, Case, Inclusion, Line, Risk, Scale, Terms
from process.costs.demand import Demand, Intake, base_value
from process.costs.estimate import Estimate, estimate
from process.costs.figures import Source, fraction, price, quantity
from process.costs.materials import Category, Material
from process.costs.roll_up import total_price
from process.costs.stored import plain, restored
from process.costs.variables import drawn_value
from tests.process.costs.cases import TODAY, by_equivalents, chf, co_01, line, small, step, with_price

D = Decimal
MONEY = st.decimals("0.01", "5000", places=2)


def unrounded(case: Case) -> Decimal:
    return total_price(case, base_value)


def test_a_linear_route_costs_what_the_reference_says() -> None:
    """Case CO-01."""
    assert float(unrounded(co_01())) == pytest.approx(66.40818831355247, rel=1e-9)
    assert abs(estimate(co_01()).known.price - D("66.41")) < D("0.04")  # seven rounded lines


def test_recycled_solvents_cost_what_the_reference_says() -> None:
    """Case CO-02: two steps, three quarters of each solvent recycled."""
    start, a = by_equivalents("1", "151", ".75", "230.9"), by_equivalents("1", "230.9", ".92", "183")
    bromine, c = by_equivalents("2.5", "159.81", ".75", "230.9"), by_equivalents("1", "222", ".92", "183")
    one = step("a", ".75", Intake("sm", start), Intake("br2", bromine), Intake("dcm", start * 10 * D("1.325"), recycled_fraction=D(".75")))
    two = step("b", ".92", Intake("a", a), Intake("c", c), Intake("thf", a * 5 * D(".889"), recycled_fraction=D(".75")))
    materials = tuple(Material(key, key, chf(each)) for key, each in {"sm": "15", "br2": "5", "dcm": "1.5", "c": "10", "thf": "1"}.items())

    costs = [
        unrounded(Case("CHF", TODAY, (Scale("pilot", "Pilot", D(1), 1, "r"),), demands=(Demand("r", steps),), materials=materials))
        for steps in ((one,), (one, two))
    ]

    assert [float(each) for each in costs] == pytest.approx([28.947055, 54.409970], abs=1e-6)


def test_the_build_up_shows_every_part_and_adds_up() -> None:
    found = estimate(small()).known
    pilot = found.phases[1]

    assert found.price == sum(phase.built.price for phase in found.phases)
    assert found.built.direct == sum(each.amount for each in found.lines) == sum(found.by_category.values())
    assert pilot.built.price == pilot.built.direct + pilot.built.overhead + pilot.built.contingency + pilot.built.risk + pilot.built.margin
    assert (pilot.expected_risk, pilot.per_batch, pilot.per_kg) == (5000, D("47779.87"), D("4777.99"))
    assert abs(found.price - unrounded(small())) < D("0.20")


def test_each_line_says_where_its_price_is_from_and_how_it_was_converted() -> None:
    case = small()
    boc = next(each for each in estimate(case).known.lines if each.key == "boc" and each.phase == "pilot")

    assert (boc.price.currency, boc.price.base, boc.price.reference, boc.rate) == ("EUR", 38, "Q-17", case.rates[0])
    assert boc.quantity == 20 * D(".8") / D(".98") and boc.amount == D("583.18")


def test_another_batch_size_number_of_batches_or_yield_prices_everything_anew() -> None:
    case = small()
    twice, more = case.at("validation", batch_kg=D(100)), case.at("validation", batches=4)

    phases = [
        {each.key: each.quantity for each in estimate(which).known.lines if each.phase == "validation"} for which in (case, twice, more)
    ]

    assert (phases[1]["sm"], phases[1]["plant"], phases[1]["dossier"]) == (2 * phases[0]["sm"], phases[0]["plant"], 1)
    assert (phases[2]["sm"] * 3, phases[2]["plant"] * 3) == (phases[0]["sm"] * 4, phases[0]["plant"] * 4)
    assert phases[0]["waste"] == 28 * 150  # by the kilogram of API


@pytest.mark.parametrize(("loss", "in_yield", "expected"), [("0", False, "100"), (".2", False, "125"), (".2", True, "100")])
def test_a_handling_loss_counts_once(loss: str, in_yield: bool, expected: str) -> None:
    assert estimate(one_kilogram(handling_loss_fraction=D(loss), loss_in_yield=in_yield)).known.price == D(expected)


@pytest.mark.parametrize(
    ("needed", "pack", "least", "bought"),
    [
        ("1", "0", "0", "1"),
        ("1", "25", "0", "25"),
        ("25", "25", "0", "25"),
        ("26", "25", "0", "50"),
        ("3", "2", "7", "8"),
        ("9", "0", "7", "9"),
        ("0", "0", "7", "0"),
    ],
)
def test_what_is_left_in_the_pack_is_paid_for(needed: str, pack: str, least: str, bought: str) -> None:
    case = one_kilogram(D(needed), pack_kg=D(pack), minimum_kg=D(least))

    assert estimate(case).known.price == D(bought) * 100
    assert total_price(case, drawn_value({})) == pytest.approx(float(bought) * 100)


def test_what_is_passed_on_at_cost_carries_no_margin() -> None:
    case = small()
    freight = replace(case.lines[0], key="freight", label="Freight", category=Category.OUTSIDE, at_cost=True)
    with_freight = replace(case, lines=(*case.lines, freight))
    before, after = estimate(case).known, estimate(with_freight).known

    assert after.price - before.price == after.built.at_cost == 44000
    assert after.built.direct == before.built.direct and after.by_category == before.by_category
    assert abs(unrounded(with_freight) - unrounded(case) - 44000) < D("1e-15")
    with_option = replace(case, lines=(*case.lines, replace(freight, inclusion=Inclusion.OPTIONAL)))
    optional = estimate(with_option).known
    assert (optional.optional, optional.price, unrounded(with_option)) == (44000, before.price, unrounded(case))


def test_the_estimate_says_how_much_rests_on_what() -> None:
    found = estimate(small()).known

    assert sum(found.by_source.values()) == found.built.direct
    assert list(found.by_source) == [Source.QUOTE]


def test_an_answer_can_be_stored_with_its_inputs() -> None:
    stored = json.loads(json.dumps(plain(estimate(small()))))

    assert (stored["algorithm"], stored["version"]) == ("cost.estimate", "1")
    assert stored["value"]["built"]["margin"] == "158845.36"
    assert stored["inputs"]["case"]["rates"][0] == {
        "currency": "EUR",
        "into": "CHF",
        "factor": "0.94",
        "on": "2026-03-02",
        "source": "bank",
    }


@pytest.mark.parametrize("case", [small(), co_01()])
def test_what_is_stored_is_read_back_as_it_was(case: Case) -> None:
    stored = json.loads(json.dumps(plain(estimate(case))))

    assert restored(Case, stored["inputs"]["case"]) == case
    assert restored(Estimate, stored["value"]) == estimate(case).known
    assert restored(Scale, {"phase": "pilot", "label": "Pilot", "gone": 1}) == Scale("pilot", "Pilot")


def test_the_same_solvent_twice_in_a_step_counts_twice() -> None:
    assert estimate(one_kilogram(D(".5"), D(".5"))).known.price == 100


@pytest.mark.parametrize("basis", [Basis.BATCH, Basis.KG])
@pytest.mark.parametrize(("batch_kg", "batches"), [("0", 3), ("10", 0)])
def test_a_phase_without_output_has_no_price_per_kilogram(basis: Basis, batch_kg: str, batches: int) -> None:
    lines = (line("x", "pilot", Category.QC, "1", "h", "5", basis),)
    (phase,) = estimate(Case("CHF", TODAY, (Scale("pilot", "Pilot", D(batch_kg), batches),), lines=lines)).known.phases

    assert (phase.per_kg, phase.cost_per_kg) == (None, None)
    assert phase.built.price == (5 * batches if basis == Basis.BATCH else 0)


def test_nothing_to_price_is_no_price_of_zero() -> None:
    found = estimate(Case("CHF", TODAY, (Scale("pilot", "Pilot"),)))

    assert (found.value, found.algorithm, found.unit) == (None, "cost.estimate", "CHF")
    assert found.reason.startswith("There is nothing to price")
    with pytest.raises(ValueError, match="nothing to price"):
        _ = found.known


def test_optional_lines_have_a_price_of_their_own_and_excluded_ones_none() -> None:
    case = small()
    optional, excluded = (
        replace(case, lines=tuple(replace(each, inclusion=how) if each.key == "dossier" else each for each in case.lines))
        for how in (Inclusion.OPTIONAL, Inclusion.EXCLUDED)
    )

    first, second = estimate(optional).known, estimate(excluded).known
    assert first.price == second.price < estimate(case).known.price
    assert abs(unrounded(optional) - first.price) < 1 and "dossier" not in [each.key for each in second.lines]
    assert (first.optional, second.optional) == (D("82944.00"), 0)  # 48,000 × 1.12 × 1.08 ÷ 0.7


def test_a_risk_in_another_currency_is_converted() -> None:
    case = small()
    in_euros = replace(case, risks=(replace(case.risks[0], currency="EUR"),))

    assert estimate(in_euros).known.expected_risk == 5000 * D(".94")


def test_risk_stands_apart_from_contingency_and_in_the_price_only_if_it_is_paid() -> None:
    case = small()
    shown = replace(case, terms=replace(case.terms, risk_in_price=False))

    paid, only = estimate(case).known, estimate(shown).known

    assert (paid.expected_risk, only.expected_risk, only.built.risk) == (5000, 5000, 0)
    assert paid.price - only.price == D("7142.85") and paid.built.contingency == only.built.contingency


def test_margin_is_not_markup() -> None:
    assert markup_of(D(1) / 3).quantize(D("1e-20")) == D(".5")
    assert build_up(D(100), D(0), Terms(margin_fraction=D(".5")), "CHF").price == 200


@pytest.mark.parametrize(
    "terms", [Terms(margin_fraction=D(1)), Terms(margin_fraction=D(30)), Terms(contingency_fraction=D(10)), Terms(overhead_fraction=D(15))]
)
def test_terms_that_make_no_sense_are_refused(terms: Terms) -> None:
    with pytest.raises(BadInput):
        build_up(D(100), D(0), terms, "CHF")


def test_a_rounded_price_per_kilogram_times_the_kilograms_is_not_the_price() -> None:
    lines = (line("x", "pilot", Category.QC, "1", "h", "100"),)
    (phase,) = estimate(Case("CHF", TODAY, (Scale("pilot", "Pilot", D(3), 1),), lines=lines)).known.phases

    assert (phase.per_kg, phase.built.price) == (D("33.33"), D("100.00"))


def test_what_a_reader_should_know_is_said() -> None:
    assumed = Material("x", "THF", price("1", "CHF", "kg", on=TODAY, valid_until=TODAY - timedelta(days=1)), pack_kg=D(25))
    case = replace(one_kilogram(), materials=(assumed,))

    assert tuple(map(str, estimate(case).warnings)) == (
        "THF: the price was valid until 1 Mar 2026.",
        "Assumed without a lowest and a highest figure (2): THF, Yield of Step a.",
        "Pilot: 25 kg of THF must be bought, 1 kg are needed.",
    )


@pytest.mark.parametrize("figure", ["quantity", "price"])
def test_a_cost_line_that_is_assumed_needs_one_range(figure: str) -> None:
    amount, rate = quantity("1", "h"), price("100", "CHF", "h", on=TODAY)
    bare = Line("work", "Operators", "pilot", Category.LABOUR, amount, rate)
    ranged = replace(bare, **{figure: replace(getattr(bare, figure), high=D(150))})

    def said(line: Line) -> list[str]:
        return [str(words) for words in estimate(replace(one_kilogram(), lines=(line,))).warnings]

    assert said(bare) == ["Assumed without a lowest and a highest figure (2): Operators, Yield of Step a."]
    assert said(ranged) == ["Assumed without a lowest and a highest figure (1): Yield of Step a."]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("price", lambda case: replace(case, materials=case.materials[:2])),
        ("materials", lambda case: replace(case, materials=(*case.materials, case.materials[0]))),
        ("lines", lambda case: replace(case, lines=(*case.lines, replace(case.lines[0], key="sm")))),
        ("margin_fraction", lambda case: replace(case, terms=Terms(margin_fraction=D(1)))),
        ("rates", lambda case: estimate(replace(case, rates=()))),
        ("unit", lambda case: replace(case, materials=(*case.materials[:2], replace(case.materials[2], price=chf("1", "L"))))),
        ("currency", lambda case: replace(case, materials=(*case.materials[:2], replace(case.materials[2], price=quantity("1", "kg"))))),
        ("unit", lambda case: replace(case, lines=(replace(case.lines[0], quantity=quantity("1", "test")),))),
        ("phase", lambda case: replace(case, lines=(replace(case.lines[0], phase="moon"),))),
        ("phase", lambda case: case.at("moon", batches=2)),
        ("demand", lambda case: replace(case, scales=(*case.scales[:2], replace(case.scales[2], demand="r2")))),
        ("batches", lambda case: case.at("pilot", batches=-1)),
        ("currency", lambda case: replace(case, currency="francs")),
        ("probability_fraction", lambda case: replace(case, risks=(Risk("x", "pilot", D(25), D(1), "CHF"),))),
        ("currency", lambda case: replace(case, risks=(Risk("x", "pilot", D(".25"), D(1), ""),))),
        ("rates", lambda case: estimate(replace(case, risks=(Risk("x", "pilot", D(".25"), D(1), "JPY"),)))),
        ("handling_loss_fraction", lambda case: one_kilogram(handling_loss_fraction=D(1))),
        ("handling_loss_fraction", lambda case: one_kilogram(handling_loss_fraction=D(2))),
    ],
)
def test_a_case_that_cannot_be_priced_is_refused_at_its_field(field: str, wrong: object) -> None:
    with pytest.raises(BadInput) as refused:
        wrong(small())  # type: ignore[operator]

    assert field in refused.value.errors


def test_a_missing_price_names_step_and_material() -> None:
    case = small()

    with pytest.raises(BadInput, match="Step one: thf has no price"):
        replace(case, materials=case.materials[:2])


@given(MONEY, MONEY, MONEY)
def test_cost_is_linear_in_every_price(first: Decimal, second: Decimal, third: Decimal) -> None:
    prices = [unrounded(with_price(small(), "sm", each)) for each in (first, second, third)]

    assert abs((prices[1] - prices[0]) * (third - first) - (prices[2] - prices[0]) * (second - first)) < D("1e-9")


@given(st.decimals("0.05", "0.95", places=2), st.sampled_from([1, 2, 3, 4, 5]))
def test_splitting_a_line_in_two_changes_nothing(share: Decimal, place: int) -> None:
    case = small()
    whole = case.lines[place]
    parts = {"a": share, "b": 1 - share}
    halves = [replace(whole, key=key, quantity=quantity(whole.quantity.base * part, whole.quantity.unit)) for key, part in parts.items()]

    split = replace(case, lines=(*case.lines[:place], *halves, *case.lines[place + 1 :]))

    assert abs(unrounded(split) - unrounded(case)) < D("1e-15")


@given(st.decimals("0.02", "1", places=3), st.decimals("0.02", "1", places=3), st.sampled_from(["A", "B", "product"]))
def test_raising_a_yield_never_raises_the_cost(one: Decimal, other: Decimal, step_key: str) -> None:
    low, high = sorted((one, other))

    costs = [total_price(co_01(), lambda base, key, y=y: y if key == f"yield/route/{step_key}" else base) for y in (low, high)]

    assert costs[1] <= costs[0]


@given(st.decimals("0.01", "100", places=2))
def test_scaling_all_prices_scales_the_cost(factor: Decimal) -> None:
    case = co_01()
    scaled = tuple(replace(each, price=price(each.price.base * factor, "USD", "kg", on=TODAY)) for each in case.materials)

    assert abs(unrounded(replace(case, materials=scaled)) - factor * unrounded(case)) < D("1e-20") * 10**6


@given(MONEY, MONEY, st.decimals("0.1", "500", places=3), st.integers(1, 9), st.decimals("0", "0.9", places=3))
def test_contributions_sum_to_the_total_to_the_cent(
    first: Decimal, second: Decimal, batch_kg: Decimal, batches: int, margin: Decimal
) -> None:
    case = with_price(with_price(small(), "sm", first), "thf", second).at("pilot", batch_kg=batch_kg, batches=batches)
    found = estimate(replace(case, terms=Terms(D(".117"), D(".083"), margin))).known

    parts = [getattr(phase.built, name) for phase in found.phases for name in ("direct", "overhead", "contingency", "risk", "margin")]
    assert sum(parts) == found.price == found.price.quantize(D("0.01"))
    assert sum(each.amount for each in found.lines) == found.built.direct
    assert abs(sum(each.share or 0 for each in found.lines) - 1) < D("1e-20")


def one_kilogram(*amounts: Decimal, **material: object) -> Case:
    """A kilogram of API from a kilogram of one material at CHF 100."""
    intakes = tuple(Intake("x", each) for each in amounts or (D(1),))
    route = Demand("r", (replace(step("a", "1", *intakes), yield_fraction=fraction("1")),))
    return Case(
        "CHF", TODAY, (Scale("pilot", "Pilot", D(1), 1, "r"),), demands=(route,), materials=(Material("x", "X", chf("100"), **material),)
    )  # type: ignore[arg-type]
