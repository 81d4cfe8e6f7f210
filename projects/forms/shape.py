"""Forms that take their fields from a model and leave its rules to the service that writes it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms


class ShortNumberInput(forms.NumberInput):
    """Shows a number without the zeros that its column adds: 200.000 would read as two hundred thousand."""

    def format_value(self, value: Any) -> str | None:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else super().format_value(value)


class ShapeForm(forms.ModelForm):
    """Checks the shape of each field. The instance gives first values and is never changed; what a rule refuses, the service says."""

    def _post_clean(self) -> None:
        """Nothing: the model's own checks run in the service, with words for people."""

    def save(self, commit: bool = True) -> None:
        raise TypeError("A service writes, not a form.")
