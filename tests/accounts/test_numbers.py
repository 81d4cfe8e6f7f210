"""A number is read as it was meant, or refused; never as ten times as much."""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import BaseForm, NumberInput

from accounts.numbers import AmountField, AmountText, NumberField, NumberText, PercentField, WholeNumberField


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("12.5", "12.5"),
        ("12,5", "12.5"),
        ("0,125", "0.125"),
        ("1234,567", "1234.567"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1 234,5", "1234.5"),
        ("1’234.5", "1234.5"),
        ("1,234,567", "1234567"),
        ("\u22122", "-2"),
        (".5", "0.5"),
    ],
)
def test_both_marks_are_understood(typed: str, meant: str) -> None:
    assert NumberField(decimal_places=3).clean(typed) == Decimal(meant)


@pytest.mark.parametrize("typed", ["1,234", "1,23,4", "12,5 mg", "1,2.3", "1 2", "much"])
def test_what_may_mean_two_numbers_or_none_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        NumberField(decimal_places=3).clean(typed)


def test_a_single_comma_before_three_digits_is_a_group_only_where_no_third_place_exists() -> None:
    assert AmountField(decimal_places=2).clean("210,000") == 210_000
    with pytest.raises(ValidationError, match=r"1234 or as 1\.234"):
        NumberField(decimal_places=3).clean("1,234")


@pytest.mark.parametrize("typed", ["12,5", "12.5", "1.000"])
def test_a_whole_number_has_no_part(typed: str) -> None:
    with pytest.raises(ValidationError):
        WholeNumberField().clean(typed)


def test_what_is_shown_is_read_again() -> None:
    for amount in ("0.00", "210000.00", "-1234567.80"):
        assert AmountField(decimal_places=2).clean(AmountText().format_value(Decimal(amount))) == Decimal(amount)
    assert AmountText().format_value(Decimal("210000.00")) == "210,000.00"
    assert NumberText().format_value(Decimal("200.000")) == "200"


@pytest.mark.parametrize(
    ("of_one", "percent", "shown"),
    [(False, "20.00", "20"), (False, "0.50", "0.5 %"), (False, "1", "1"), (True, "1.000", "1 %"), (True, "0", "0")],
)
def test_a_percentage_is_shown_as_it_can_be_sent_again(of_one: bool, percent: str, shown: str) -> None:
    field = PercentField(of_one=of_one, decimal_places=3)

    assert field.prepare_value(Decimal(percent)) == shown
    assert field.clean(shown) == Decimal(percent)


@pytest.mark.parametrize(
    ("of_one", "typed", "meant"), [(False, "0.2", "20"), (False, Decimal("0.2"), "20"), (True, 1, "100"), (True, "1", "100")]
)
def test_what_looks_like_a_fraction_is_asked_about(of_one: bool, typed: Any, meant: str) -> None:
    with pytest.raises(ValidationError, match=f"Is {meant} % meant"):
        PercentField(of_one=of_one, decimal_places=3).clean(typed)


def test_limits_are_said_in_words() -> None:
    with pytest.raises(ValidationError, match="Not above 2000"):
        WholeNumberField(max_value=2000).clean("99999")


OURS = ("accounts", "catalogue", "desk", "documents", "notifications", "process", "phases", "projects")


def all_forms(form: Any = BaseForm) -> set[Any]:
    return {form} | {each for child in form.__subclasses__() for each in all_forms(child)}


def test_no_form_leaves_a_number_to_the_browser() -> None:
    """Its own number field drops a decimal comma without a word."""
    root = Path(settings.BASE_DIR)
    for module in sorted(path for app in OURS for path in (root / app).rglob("*.py")):
        if module.stem.endswith("forms") or "forms" in module.parts:
            import_module(".".join(module.relative_to(root).with_suffix("").parts))

    fields = [(form, name, field) for form in all_forms() for name, field in getattr(form, "base_fields", {}).items()]
    ours = [row for row in fields if row[0].__module__.split(".")[0] in OURS]

    assert len(ours) > 200
    assert [f"{form.__name__}.{name}" for form, name, field in ours if isinstance(field.widget, NumberInput)] == []
