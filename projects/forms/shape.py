"""Forms that take their fields from a model and leave its rules to the service that writes it."""

from __future__ import annotations

from django import forms


class ShapeForm(forms.ModelForm):
    """Checks the shape of each field. The instance gives first values and is never changed; what a rule refuses, the service says."""

    def _post_clean(self) -> None:
        """Nothing: the model's own checks run in the service, with words for people."""

    def save(self, commit: bool = True) -> None:
        raise TypeError("A service writes, not a form.")
