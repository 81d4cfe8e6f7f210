"""Forms that take their fields from a model and leave its rules to the service that writes it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils import timezone
from django.utils.translation import gettext as _t


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


class OfferForm(ShapeForm):
    """Words of a quotation or change order. The past day is said with everything else that is wrong, not after it."""

    def clean_valid_until(self) -> date:
        day: date = self.cleaned_data["valid_until"]
        if day < timezone.localdate():
            raise ValidationError(_t("This day is past: the offer would be invalid when it is sent."))
        return day
