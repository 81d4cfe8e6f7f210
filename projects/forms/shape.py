"""Forms that take their fields from a model and leave its rules to the service that writes it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH


class ShapeForm(forms.ModelForm):
    """Checks the shape of each field. The instance gives first values and is never changed; what a rule refuses, the service says."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            choices: Any = getattr(field, "choices", ())
            if BLANK_CHOICE_DASH[0] in choices:
                field.choices = [("", "–"), *(each for each in choices if each != BLANK_CHOICE_DASH[0])]  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """Nothing: the model's own checks run in the service, with words for people."""

    def save(self, commit: bool = True) -> None:
        raise TypeError("A service writes, not a form.")
