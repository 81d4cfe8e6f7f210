"""From the model's field to the form field that reads what is typed into a cell, and back to what a cell tells."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.currencies import CurrencyField
from accounts.numbers import NumberField, WholeNumberField
from worksheets.columns import ChoiceField, CurrencyChoiceField, MailField, TextField
from worksheets.days import DayField

if TYPE_CHECKING:
    from worksheets.sheets import SheetColumn

OTHER_UNIT = _("“%(typed)s” is in another unit; this column is in %(unit)s.")
_WITH_UNIT = re.compile(r"(?P<number>.*?[\d.,])\s*(?P<unit>[^\d\s.,'’][^\d]*)")
# What can be typed in place of the column's unit, and what it is worth in it.
IN_OTHER_UNITS: dict[str, dict[str, Decimal]] = {
    "kg": {"mg": Decimal("0.000001"), "g": Decimal("0.001"), "t": Decimal(1000)},
    "g": {"mg": Decimal("0.001"), "kg": Decimal(1000)},
    "l": {"ml": Decimal("0.001"), "m³": Decimal(1000)},
    "h": {"d": Decimal(24)},
}


class UnitNumberField(NumberField):
    """A number behind which its unit may stand; what is in another known unit is converted, anything else refused."""

    def __init__(self, *, unit: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.unit = unit

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        found = _WITH_UNIT.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None:
            return super().to_python(value)
        said = found["unit"].strip().casefold()
        factor = Decimal(1) if said == self.unit.casefold() else IN_OTHER_UNITS.get(self.unit.casefold(), {}).get(said)
        if factor is None:
            raise ValidationError(OTHER_UNIT, code="unit", params={"typed": value.strip()[:40], "unit": self.unit})
        number = super().to_python(found["number"])
        return number if number is None else number * factor


class YesNoOrDefaultField(ChoiceField):
    """Yes or no; None where nothing is typed, so that the model's default holds."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"choices": [("yes", _("yes")), ("no", _("no"))], **kwargs})

    def clean(self, value: Any) -> bool | None:
        chosen = super().clean(value)
        return chosen == "yes" if chosen else None


def field_of(source: Any, column: SheetColumn) -> forms.Field:
    """How a cell of the column is read. Limits and patterns of the model's field are asked by the model itself when the row is cleaned."""
    if column.field is not None:
        return column.field()
    required = not source.blank and not source.has_default() and not isinstance(source, models.BooleanField)
    if column.lookup is not None:
        return TextField(required=required, max_length=300)
    if choices := list(column.choices or source.flatchoices):
        reader = CurrencyChoiceField if isinstance(source, CurrencyField) else ChoiceField
        return reader(choices=[("", ""), *choices], required=required)
    if isinstance(source, models.BooleanField):
        return YesNoOrDefaultField(required=False)
    if isinstance(source, models.DateField):
        return DayField(required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    if isinstance(source, models.DecimalField | models.FloatField):
        return _number(source, column.unit, required)
    if isinstance(source, models.IntegerField):
        return WholeNumberField(required=required)
    if isinstance(source, models.EmailField):
        return MailField(required=required, max_length=source.max_length)
    return TextField(required=required, max_length=source.max_length)


def _number(source: Any, unit: str, required: bool) -> NumberField:
    digits, places = getattr(source, "max_digits", None), getattr(source, "decimal_places", None)
    if unit:
        return UnitNumberField(unit=unit, required=required, max_digits=digits, decimal_places=places)
    return NumberField(required=required, max_digits=digits, decimal_places=places)


def kind_of(source: Any, column: SheetColumn) -> str:
    """What the cells hold: text, number, whole, day, choice, yesno, lookup."""
    if column.lookup is not None:
        return "lookup"
    if column.choices or (source is not None and source.choices):
        return "choice"
    kinds: tuple[tuple[Any, str], ...] = (
        (models.BooleanField, "yesno"),
        (models.DateField, "day"),
        (models.DecimalField | models.FloatField, "number"),
        (models.IntegerField, "whole"),
    )
    return next((kind for of, kind in kinds if isinstance(source, of)), "number" if column.unit or column.total else "text")


PLAIN = (str, int, float, bool, type(None))  # a tuple: of a long table every cell is asked, and a union takes three times as long


def told(value: Any) -> Any:
    """A value as JSON tells it: numbers that are not whole as text without the zeros of their column, days as ISO, rows by their words."""
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def plain_number(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
