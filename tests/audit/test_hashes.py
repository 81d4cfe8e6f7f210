from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import models
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from audit.hashes import canonical, canonical_content, canonical_json, hash_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False) | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


class State(models.TextChoices):
    OPEN = "open", "Open"


def test_hash_is_sha256_of_canonical_json() -> None:
    assert canonical_json({"b": 1, "a": ["é", None, True]}) == '{"a":["é",null,true],"b":1}'
    assert hash_of({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("1.500"), "1.5"),
        (Decimal("-0.00"), "0"),
        (Decimal("1E+3"), "1000"),
        (1.5, "1.5"),
        (date(2026, 3, 12), "2026-03-12"),
        (datetime(2026, 3, 12, 14, 5, tzinfo=timezone(timedelta(hours=1))), "2026-03-12T13:05:00.000000+00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (gettext_lazy("Go"), "Go"),
        (State.OPEN, "open"),
        ({3, 1}, [1, 3]),
        ((1, 2), [1, 2]),
        ({1: "a"}, {"1": "a"}),
    ],
)
def test_canonical_form_of_each_kind_of_value(value: Any, expected: Any) -> None:
    assert canonical(value) == expected


@pytest.mark.parametrize("value", [object(), b"bytes"])
def test_a_value_without_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="no canonical form"):
        canonical({"value": value})


@pytest.mark.parametrize("value", [Decimal("NaN"), float("inf")])
def test_a_number_that_is_none_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="no place in a record"):
        canonical(value)


@given(st.dictionaries(st.text(), VALUES))
def test_order_of_keys_and_a_second_pass_change_nothing(content: dict[str, Any]) -> None:
    backwards = dict(reversed(content.items()))

    assert hash_of(backwards) == hash_of(content) == hash_of(canonical_content(content))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3))
def test_the_scale_of_a_column_does_not_matter(number: Decimal) -> None:
    assert hash_of({"n": number}) == hash_of({"n": Decimal(f"{number:f}000")})


def test_no_digit_of_a_long_number_is_lost() -> None:
    assert canonical(Decimal("1234567890123456789012345678901234567890.10")) == "1234567890123456789012345678901234567890.1"


@given(st.dictionaries(st.text(), st.text()), st.dictionaries(st.text(), st.text()))
def test_different_content_has_a_different_hash(one: dict[str, str], other: dict[str, str]) -> None:
    assert (hash_of(one) == hash_of(other)) == (one == other)


def test_moments_are_compared_in_utc() -> None:
    here = datetime(2026, 3, 12, 14, 5, tzinfo=timezone(timedelta(hours=8)))

    assert canonical(here) == canonical(here.astimezone(UTC))
