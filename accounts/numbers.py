"""Numbers as people type them: with a decimal point or comma, in groups of three, never read as ten times what was meant."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LIMITS: dict[str, _StrPromise | str] = {"min_value": _("Not below %(limit_value)s."), "max_value": _("Not above %(limit_value)s.")}
AMBIGUOUS = _("“%(typed)s” can be read as %(whole)s or as %(part)s; please type one of these two.")
FRACTION = _("Is %(percent)s %% meant? Then type %(percent)s. If it is %(typed)s %%, type it with its sign.")
_ONE_GROUP = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_POINT = re.compile(r"[+-]?([1-9]\d{0,2}(,\d{3})+|[1-9]\d{0,2}([ '’]\d{3})+|\d*)(\.\d*)?")
_COMMA = re.compile(r"[+-]?([1-9]\d{0,2}(\.\d{3})+|[1-9]\d{0,2}([ '’]\d{3})+|\d+)(,\d+)?")


def as_typed(text: str, places: int | None) -> str:
    """The number in the spelling of the machine; what is no number comes back as it is.

    1,234 is 1234 where the field has fewer than three `places`, else it raises ValidationError: it may mean 1.234.
    """
    typed = re.sub(r"[\u00a0\u2009\u202f]", " ", text.strip()).replace("−", "-")
    if _ONE_GROUP.fullmatch(typed) and (places is None or places >= 3):
        parts = {"typed": text.strip(), "whole": typed.replace(",", ""), "part": typed.replace(",", ".")}
        raise ValidationError(AMBIGUOUS, code="ambiguous", params=parts)
    if _POINT.fullmatch(typed):
        return re.sub(r"[, '’]", "", typed)
    if _COMMA.fullmatch(typed):
        return re.sub(r"[. '’]", "", typed).replace(",", ".")
    return typed


class NumberText(forms.TextInput):
    """A text field for a number: a browser's own number field drops a decimal comma without a word."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "data-number": "", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        """Without the zeros that its column adds: 200.000 would read as two hundred thousand."""
        return f"{value.normalize():f}" if isinstance(value, Decimal) else super().format_value(value)


class AmountText(NumberText):
    """Money, to the cent and in groups of three: 210,000.00."""

    def format_value(self, value: Any) -> str | None:
        return f"{value:,.2f}" if isinstance(value, Decimal) else super().format_value(value)


class WholeNumberText(NumberText):
    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "text", **(attrs or {})})  # a telephone's number pad has no minus


class NumberField(forms.DecimalField):
    widget = NumberText
    default_error_messages = LIMITS

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        return super().to_python(as_typed(value, self.decimal_places) if isinstance(value, str) else value)


class AmountField(NumberField):
    widget = AmountText


class PercentField(NumberField):
    """A percentage, with its sign or without. A bare 0.2 is asked about: it may be the fraction of 20 %, as a spreadsheet keeps that.

    of_one: so is a bare 1, where all of it is likelier than a hundredth.
    """

    def __init__(self, *, of_one: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.of_one = of_one

    def is_asked(self, percent: Decimal) -> bool:
        return 0 < percent < 1 or (self.of_one and percent == 1)

    def told(self, percent: Decimal) -> str:
        """As it can be sent again: what would be asked about stands with its sign."""
        shown = f"{percent.normalize():f}"
        return f"{shown} %" if self.is_asked(percent) else shown

    def prepare_value(self, value: Any) -> Any:
        return self.told(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        typed = value.strip() if isinstance(value, str) else value
        bare = typed.removesuffix("%").rstrip() if isinstance(typed, str) else typed
        number = super().to_python(bare)
        if number is not None and bare == typed and self.is_asked(number):
            percent = f"{(100 * number).normalize():f}"
            raise ValidationError(FRACTION, code="fraction", params={"typed": typed, "percent": percent})
        return number


class WholeNumberField(forms.IntegerField):
    widget = WholeNumberText
    default_error_messages = LIMITS

    def to_python(self, value: Any) -> int | None:
        """Also 1.000 is refused: it is a thousand to some and one to others."""
        typed = as_typed(value, 0) if isinstance(value, str) else value
        if isinstance(typed, str) and "." in typed:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(typed)
