from datetime import timedelta
from decimal import Decimal, InvalidOperation

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.currencies import minor_unit
from audit.refusals import BadInput
from process.costs.figures import Source, fraction, price, quantity
from process.costs.rates import Rate, converted
from projects.money import half_up, rounded, split
from projects.results import is_at_least, is_at_most
from tests.process.costs.cases import TODAY, chf

D = Decimal
RATE = Rate("EUR", "CHF", D("0.94"), TODAY)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("currency", {"currency": ""}),
        ("currency", {"currency": "Fr."}),
        ("unit", {"per": ""}),
        ("on", {"on": None}),
        ("low", {"low": "11"}),
        ("high", {"high": "9"}),
        ("low", {"low": "-1"}),
        ("base", {"base": "-1"}),
        ("base", {"base": "NaN"}),
        ("note", {"base": "0"}),
    ],
)
def test_a_price_that_makes_no_sense_is_refused_at_its_field(field: str, changes: dict[str, object]) -> None:
    with pytest.raises(BadInput) as refused:
        price(**({"base": "10", "currency": "CHF", "per": "kg", "on": TODAY} | changes))  # type: ignore[arg-type]

    assert list(refused.value.errors) == [field]


def test_a_price_of_zero_is_accepted_with_its_note() -> None:
    assert price("0", "CHF", "kg", on=TODAY, note="The client supplies it.").base == 0


@pytest.mark.parametrize("typed", ["92", "1.01", "-0.1"])
def test_a_percentage_in_a_field_of_fractions_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        fraction(typed)

    with pytest.raises(BadInput, match=r"for percent type 0\.92"):
        fraction("92")


def test_a_figure_knows_whether_it_has_expired_and_whether_it_is_a_bare_assumption() -> None:
    expired = price("9", "CHF", "kg", on=TODAY, source=Source.QUOTE, valid_until=TODAY - timedelta(days=1))

    assert expired.has_expired(TODAY) and not expired.has_expired(TODAY - timedelta(days=1))
    assert quantity("3", "h").is_bare_assumption and not quantity("3", "h", high="4").is_bare_assumption and not expired.is_bare_assumption


def test_conversion_keeps_the_original_with_rate_and_date() -> None:
    original = price("38", "EUR", "kg", low="30", high="55", on=TODAY)

    found = converted(original, "CHF", [RATE])

    assert (found.original, found.rate) == (original, RATE)
    assert (found.price.low, found.price.base, found.price.high, found.price.currency) == (D("28.20"), D("35.72"), D("51.70"), "CHF")
    assert converted(chf("5"), "CHF", []).rate is None


@pytest.mark.parametrize("rates", [[], [RATE, RATE], [Rate("CHF", "EUR", D("1.06"), TODAY)]])
def test_without_exactly_one_rate_nothing_is_converted(rates: list[Rate]) -> None:
    with pytest.raises(BadInput):
        converted(price("38", "EUR", "kg", on=TODAY), "CHF", rates)


@pytest.mark.parametrize(("currency", "factor"), [("EUR", "0"), ("EUR", "-1"), ("EUR", "Infinity"), ("CHF", "2"), ("euro", "1")])
def test_a_rate_that_is_none_is_refused(currency: str, factor: str) -> None:
    with pytest.raises(BadInput):
        Rate(currency, "CHF", D(factor), TODAY)


# Case RD-01: rounded half away from zero to the decimals of the limit; the comparison follows below.
@pytest.mark.parametrize(
    ("text", "expected"),
    [("97.96", "98.0"), ("97.92", "97.9"), ("97.95", "98.0"), ("101.55", "101.6"), ("101.46", "101.5"), ("101.45", "101.5")],
)
def test_rounding_is_half_away_from_zero(text: str, expected: str) -> None:
    assert str(half_up(D(text), D("0.1"))) == expected
    assert str(half_up(-D(text), D("0.1"))) == f"-{expected}"


@pytest.mark.parametrize(
    ("text", "limit", "meets"),
    [
        ("97.96", "98.0", True),
        ("97.92", "98.0", False),
        ("97.95", "98.0", True),
        ("97.5", "98", True),
        ("97.49", "98", False),
        ("97.96", "98.00", False),
    ],
)
def test_a_result_is_rounded_to_the_decimals_of_its_lower_limit(text: str, limit: str, meets: bool) -> None:
    """RD-01, and the same with more or fewer decimals."""
    assert is_at_least(D(text), D(limit)) is meets


@pytest.mark.parametrize(
    ("text", "limit", "meets"),
    [
        ("101.55", "101.5", False),
        ("101.54", "101.5", True),  # unrounded it would be a failure
        ("101.46", "101.5", True),
        ("101.45", "101.5", True),
        ("101.54", "101.50", False),
        ("149", "1E+2", False),
        ("100.4", "1E+2", True),
    ],
)
def test_a_result_is_rounded_to_the_decimals_of_its_upper_limit(text: str, limit: str, meets: bool) -> None:
    """RD-01, and the same with more or fewer decimals."""
    assert is_at_most(D(text), D(limit)) is meets


@pytest.mark.parametrize(("result", "limit"), [("NaN", "98.0"), ("98.0", "NaN"), ("Infinity", "98.0")])
def test_what_is_no_number_meets_no_limit(result: str, limit: str) -> None:
    for meets in (is_at_least, is_at_most):
        with pytest.raises(InvalidOperation):
            meets(D(result), D(limit))


@given(st.decimals(0, 1000, places=5), st.integers(0, 4), st.integers(1, 10**6))
def test_half_a_place_below_a_limit_meets_it_and_half_a_place_above_does_not(result: Decimal, places: int, units: int) -> None:
    limit, half = D(units).scaleb(-places), D("0.5").scaleb(-places)

    assert is_at_least(result, limit) == (result >= limit - half)
    assert is_at_most(result, limit) == (result < limit + half)


@pytest.mark.parametrize(("currency", "expected"), [("CHF", "2.68"), ("JPY", "3"), ("KWD", "2.675")])
def test_money_is_rounded_to_the_minor_unit_of_its_currency(currency: str, expected: str) -> None:
    assert str(rounded(D("2.675"), currency)) == expected


@pytest.mark.parametrize(
    ("total", "percents", "expected"),
    [
        ("100.00", ["33.333"] * 3, ["33.34", "33.33", "33.33"]),
        ("100.00", ["40", "60"], ["40.00", "60.00"]),
        ("0.01", ["50", "50"], ["0.01", "0.00"]),
        ("0.00", ["30", "70"], ["0.00", "0.00"]),
        ("100.00", ["100"], ["100.00"]),
    ],
)
def test_payments_take_the_spare_cents_where_most_was_lost(total: str, percents: list[str], expected: list[str]) -> None:
    assert [str(part) for part in split(D(total), [D(each) for each in percents], "CHF")] == expected


@given(st.integers(0, 10**12), st.lists(st.integers(1, 1000), min_size=1, max_size=12), st.sampled_from(["CHF", "JPY", "KWD"]))
def test_payments_add_up_to_the_price_for_any_percentages(units: int, weights: list[int], currency: str) -> None:
    step = minor_unit(currency)
    total = units * step
    percents = [(D(100) * weight / sum(weights)).quantize(D("0.001")) for weight in weights]

    parts = split(total, percents, currency)

    assert sum(parts) == total
    assert all(abs(part - total * percent / sum(percents)) < step for part, percent in zip(parts, percents, strict=True))


@given(st.decimals("0.01", "1000000", places=4), st.decimals("0.0001", "10000", places=4))
def test_conversion_never_changes_what_was_given(base: Decimal, factor: Decimal) -> None:
    original = price(base, "EUR", "kg", on=TODAY)

    found = converted(original, "CHF", [Rate("EUR", "CHF", factor, TODAY)])

    assert found.original == original and found.price.base == base * factor
